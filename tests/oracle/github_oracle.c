/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tests/oracle/github/check.mjs needs of the C code: the fake GitHub as a server, and the
 * provider as a client of any server.
 *
 *   github_oracle serve                            prints address, commit id; ends with its input
 *   github_oracle ask URL OPERATION REPO REF PATH  prints the answer as one JSON object
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/clock.h"
#include "support_source_hosts.h"

static int serve(void)
{
    hosts_start();
    FakeHost *fake = hosts_fake(HOST_GITHUB);
    printf("%.*s %s\n", STR_ARG(fake_host_url(fake)), hosts_shop.commits[SHOP_TIP].id);
    (void)fflush(stdout);
    while (getchar() != EOF) {
    }
    hosts_stop();
    return 0;
}

static void add_text(json_t *out, const char *name, Str text)
{
    /* bytes of a file need not be UTF-8: then null says so */
    json_t *value = json_stringn(text.ptr, text.len);

    json_object_set_new(out, name, value != NULL ? value : json_null());
}

static bool read_file(Provider *provider, const VcsCall *call, Arena *arena, Str *args, json_t *out,
                      SourceFault *fault)
{
    Buf bytes = BUF_INIT(MiB(10));
    bool ok =
        provider->ops->read_file(provider, call, arena, args[0], args[1], args[2], &bytes, fault);

    add_text(out, "bytes", buf_str(&bytes));
    buf_done(&bytes);
    return ok;
}

static bool list_tree(Provider *provider, const VcsCall *call, Arena *arena, Str *args, json_t *out,
                      SourceFault *fault)
{
    CLEANUP(tree_index_unrefp) TreeIndex *tree = NULL;

    if (!provider->ops->list_tree(provider, call, arena, args[0], args[1], &tree, fault)) {
        return false;
    }
    json_object_set_new(out, "entries", json_integer((json_int_t)tree_index_len(tree)));
    json_object_set_new(out, "truncated", json_boolean(tree_index_truncated(tree)));
    json_object_set_new(out, "has_path", json_boolean(tree_index_has(tree, args[2])));
    return true;
}

static bool read_commit(Provider *provider, const VcsCall *call, Arena *arena, Str *args,
                        json_t *out, SourceFault *fault)
{
    VcsCommit commit;

    if (!provider->ops->read_commit(provider, call, arena, args[0], args[1], &commit, fault)) {
        return false;
    }
    add_text(out, "sha", commit.sha);
    add_text(out, "message", commit.message);
    add_text(out, "login", commit.author_login);
    add_text(out, "name", commit.author_name);
    add_text(out, "avatar", commit.avatar_url);
    add_text(out, "date", commit.date);
    return true;
}

static bool check_access(Provider *provider, const VcsCall *call, Arena *arena, Str *args,
                         json_t *out, SourceFault *fault)
{
    bool is_public;

    if (!provider->ops->check_access(provider, call, arena, args[0], &is_public, fault)) {
        return false;
    }
    json_object_set_new(out, "public", json_boolean(is_public));
    return true;
}

static bool run(Provider *provider, const VcsCall *call, Arena *arena, Str operation, Str *args,
                json_t *out, SourceFault *fault)
{
    if (str_eq(operation, STR("read"))) {
        return read_file(provider, call, arena, args, out, fault);
    }
    if (str_eq(operation, STR("tree"))) {
        return list_tree(provider, call, arena, args, out, fault);
    }
    if (str_eq(operation, STR("commit"))) {
        return read_commit(provider, call, arena, args, out, fault);
    }
    return check_access(provider, call, arena, args, out, fault);
}

static int ask(Str url, Str operation, Str *args)
{
    CLEANUP(arena_destroyp) Arena *arena = arena_create(MiB(64));
    const ProviderConfig config = {
        .name = STR("github.com"), .type = PROVIDER_GITHUB, .api_url = url, .anonymous = true
    };
    Err err = ERR_INIT;
    HttpClient *http = http_client_create(&(HttpClientOptions){ .user_agent = "test" }, &err);
    ProviderTable *table = provider_table_create(
        &(SourceConfig){ .providers = &config, .n_providers = 1, .no_builtin_hosts = true }, http,
        &err);
    VcsCall call = { .token = STR_EMPTY, .deadline_ns = clock_steady_ns() + 10 * NS_PER_S };
    SourceFault fault = SOURCE_FAULT_INIT;

    if (http == NULL || table == NULL) {
        (void)fprintf(stderr, "%s\n", err.msg);
        return 1;
    }
    json_t *out = json_object();
    bool ok =
        run(provider_table_by_name(table, config.name), &call, arena, operation, args, out, &fault);
    json_object_set_new(out, "ok", json_boolean(ok));
    json_object_set_new(out, "state", json_string(ok ? "ok" : source_state_name(fault.state)));
    json_object_set_new(out, "entry", json_integer(fault.entry));
    json_object_set_new(out, "text", json_string(fault.message));
    (void)json_dumpf(out, stdout, JSON_COMPACT);
    json_decref(out);
    provider_table_destroy(table);
    http_client_destroy(http);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "serve") == 0) {
        return serve();
    }
    if (argc == 7 && strcmp(argv[1], "ask") == 0) {
        Str args[] = { str_from(argv[4]), str_from(argv[5]), str_from(argv[6]) };
        return ask(str_from(argv[2]), str_from(argv[3]), args);
    }
    (void)fprintf(stderr, "usage: github_oracle serve | ask URL OPERATION REPO REF PATH\n");
    return 2;
}
