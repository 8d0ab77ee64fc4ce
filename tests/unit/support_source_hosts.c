/* SPDX-License-Identifier: Apache-2.0 */
#include "support_source_hosts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/clock.h"

const char *const host_names[N_HOSTS] = {
    [HOST_GITHUB] = "github",
    [HOST_GITLAB] = "gitlab",
    [HOST_GITEA] = "gitea",
    [HOST_BITBUCKET] = "bitbucket",
    [HOST_BITBUCKET_SERVER] = "bitbucket-server",
    [HOST_LOCAL] = "local",
};

static const FakeDialect *const dialects[N_HOSTS] = {
    [HOST_GITHUB] = &fake_github, [HOST_GITLAB] = &fake_gitlab,
    [HOST_GITEA] = &fake_gitea,   [HOST_BITBUCKET] = &fake_bitbucket,
    [HOST_LOCAL] = NULL,          [HOST_BITBUCKET_SERVER] = &fake_bitbucket_server,
};

static const ProviderType types[N_HOSTS] = {
    [HOST_GITHUB] = PROVIDER_GITHUB,
    [HOST_GITLAB] = PROVIDER_GITLAB,
    [HOST_GITEA] = PROVIDER_GITEA,
    [HOST_BITBUCKET] = PROVIDER_BITBUCKET,
    [HOST_BITBUCKET_SERVER] = PROVIDER_BITBUCKET_SERVER,
    [HOST_LOCAL] = PROVIDER_LOCAL,
};

static char models_dir[128];
static FakeHost *fakes[N_HOSTS];
static const HostCase *running;

void hosts_start(void)
{
    static const ModelRepo *const repos[] = { &hosts_shop, &hosts_secret, &hosts_many };

    hosts_fill();
    support_dir_create(models_dir, sizeof(models_dir));
    model_build(&hosts_shop, models_dir);
    model_build(&hosts_secret, models_dir);
    model_build(&hosts_many, models_dir);
    for (size_t i = 0; i < N_HOSTS; i++) {
        if (dialects[i] != NULL) {
            fakes[i] = fake_host_start(dialects[i], repos, ARRAY_LEN(repos));
        }
    }
}

void hosts_stop(void)
{
    for (size_t i = 0; i < N_HOSTS; i++) {
        if (fakes[i] != NULL) {
            fake_host_stop(fakes[i]);
        }
    }
    support_dir_remove(models_dir);
}

FakeHost *hosts_fake(HostKind kind)
{
    return fakes[kind];
}

static void set_urls(HostSession *session, const HostOptions *options)
{
    Str url = fake_host_url(session->fake);

    if (options->by_web_url) {
        session->config.web_url = url;
        return;
    }
    if (options->api_origin != NULL) {
        url = str_from(options->api_origin);
    }
    (void)snprintf(session->texts[0], sizeof(session->texts[0]), "%.*s%s/", STR_ARG(url),
                   dialects[session->kind]->base_path);
    session->config.web_url = STR("https://Host.example/");
    session->config.api_url = str_from(session->texts[0]);
}

void session_open(HostSession *session, HostKind kind, const HostOptions *options)
{
    Err err = ERR_INIT;

    *session = (HostSession){ .kind = kind,
                              .fake = fakes[kind],
                              .calls_left = 20,
                              .deadline_ms = 10000,
                              .token = "",
                              .arena = arena_create(MiB(256)) };
    support_dir_create(session->dir, sizeof(session->dir));
    session->config = (ProviderConfig){ .name = STR("corp"),
                                        .type = types[kind],
                                        .client_id = STR("client"),
                                        .client_secret = STR("not a secret"),
                                        .proxy = str_from(options->proxy),
                                        .anonymous = true };
    if (session->fake == NULL) {
        session->config.web_url = STR("https://host.example");
        session->config.path = str_from(models_dir);
    } else {
        fake_host_set_mood(session->fake, FAKE_FINE);
        set_urls(session, options);
    }
    if (options->token_file_text != NULL) {
        support_write_file(session->dir, "token", str_from(options->token_file_text));
        (void)snprintf(session->texts[1], sizeof(session->texts[1]), "%s/token", session->dir);
        session->config.token_file = str_from(session->texts[1]);
    }
    session->http = http_client_create(&(HttpClientOptions){ .user_agent = "test" }, &err);
    assert_non_null(session->http);
    session->table = provider_table_create(&(SourceConfig){ .providers = &session->config,
                                                            .n_providers = 1,
                                                            .no_builtin_hosts = true },
                                           session->http, &err);
    assert_non_null(session->table);
    session->provider = provider_table_by_name(session->table, STR("corp"));
}

void session_close(HostSession *session)
{
    if (session->fake != NULL) {
        fake_host_set_mood(session->fake, FAKE_FINE);
    }
    provider_table_destroy(session->table);
    http_client_destroy(session->http);
    arena_destroy(session->arena);
    support_dir_remove(session->dir);
}

const char *session_address(const HostSession *session, const char *name)
{
    const char *host = "https://host.example";
    const char *url = NULL;

    if (session->config.api_url.len == 0 && session->fake != NULL) {
        host = arena_text(session->arena, fake_host_url(session->fake));
    }
    url = arena_printf(session->arena, "%s/%s%s.git", host,
                       session->kind == HOST_BITBUCKET_SERVER ? "scm/" : "", name);
    assert_non_null(url);
    return url;
}

Str session_repo(HostSession *session, const char *name)
{
    RepoAddress address;
    Provider *provider;
    Str repo;
    Err err = ERR_INIT;
    SourceFault fault = SOURCE_FAULT_INIT;

    assert_true(repo_address_parse(session->arena, str_from(session_address(session, name)),
                                   STR("github.com"), &address, &err));
    if (!provider_table_find(session->table, session->arena, &address, true, &provider, &repo,
                             &fault)) {
        assert_int_equal(session->kind, HOST_LOCAL); /* a host finds out when it is asked */
        return STR_EMPTY;
    }
    assert_ptr_equal(provider, session->provider);
    return repo;
}

VcsCall session_call(HostSession *session)
{
    return (VcsCall){ .token = str_from(session->token),
                      .deadline_ns = clock_steady_ns() + session->deadline_ms * NS_PER_MS,
                      .calls_left = &session->calls_left };
}

static bool checked(bool ok, const SourceFault *fault)
{
    assert_true(ok || fault->state != SOURCE_OK);
    assert_null(strstr(fault->message, "tok-"));
    for (const char *p = fault->message; *p != '\0'; p++) {
        assert_true((unsigned char)*p >= 0x20 && *p != 0x7f);
    }
    return ok;
}

bool session_resolve(HostSession *session, const char *repo, const char *ref, VcsRef *ret_ref,
                     SourceFault *fault)
{
    VcsCall call = session_call(session);
    Str name = session_repo(session, repo);

    *fault = SOURCE_FAULT_INIT;
    return checked(session->provider->ops->resolve_ref(session->provider, &call, session->arena,
                                                       name, str_from(ref), ret_ref, fault),
                   fault);
}

bool session_read(HostSession *session, const char *repo, const char *ref, const char *path,
                  size_t limit, Str *ret_bytes, SourceFault *fault)
{
    Str name = session_repo(session, repo);
    Buf bytes = BUF_INIT(limit);
    VcsRef at = { .commit = str_from(ref) };

    if (strlen(ref) != 40 && !session_resolve(session, repo, ref, &at, fault)) {
        return false;
    }
    VcsCall call = session_call(session);
    *fault = SOURCE_FAULT_INIT;
    bool ok = session->provider->ops->read_file(session->provider, &call, session->arena, name,
                                                at.commit, str_from(path), &bytes, fault);
    *ret_bytes = arena_str(session->arena, buf_str(&bytes));
    buf_done(&bytes);
    return checked(ok, fault);
}

bool session_tree(HostSession *session, const char *repo, const char *commit, TreeIndex **ret_tree,
                  SourceFault *fault)
{
    VcsCall call = session_call(session);
    Str name = session_repo(session, repo);

    *fault = SOURCE_FAULT_INIT;
    return checked(session->provider->ops->list_tree(session->provider, &call, session->arena, name,
                                                     str_from(commit), ret_tree, fault),
                   fault);
}

bool session_commit(HostSession *session, const char *repo, const char *ref, VcsCommit *ret_commit,
                    SourceFault *fault)
{
    VcsCall call = session_call(session);
    Str name = session_repo(session, repo);

    *fault = SOURCE_FAULT_INIT;
    return checked(session->provider->ops->read_commit(session->provider, &call, session->arena,
                                                       name, str_from(ref), ret_commit, fault),
                   fault);
}

bool session_access(HostSession *session, const char *repo, bool *ret_public, SourceFault *fault)
{
    VcsCall call = session_call(session);
    Str name = session_repo(session, repo);

    *fault = SOURCE_FAULT_INIT;
    return checked(session->provider->ops->check_access(session->provider, &call, session->arena,
                                                        name, ret_public, fault),
                   fault);
}

bool session_run(HostSession *session, SessionOp op, SourceFault *fault)
{
    VcsRef ref;
    VcsCommit commit;
    TreeIndex *tree = NULL;
    Str bytes;
    bool is_public;

    switch (op) {
    case SESSION_RESOLVE:
        return session_resolve(session, "acme/shop", "main", &ref, fault);
    case SESSION_READ:
        return session_read(session, "acme/shop", hosts_shop.commits[SHOP_TIP].id, "main.go",
                            MiB(10), &bytes, fault);
    case SESSION_TREE:
        if (session_tree(session, "acme/shop", hosts_shop.commits[SHOP_TIP].id, &tree, fault)) {
            tree_index_unref(tree);
            return true;
        }
        return false;
    case SESSION_COMMIT:
        return session_commit(session, "acme/shop", hosts_shop.commits[SHOP_TIP].id, &commit,
                              fault);
    case SESSION_ACCESS:
        return session_access(session, "acme/shop", &is_public, fault);
    case N_SESSION_OPS:
        break;
    }
    return false;
}

void expect_state(const HostSession *session, const char *what, SourceState got, SourceState want,
                  const SourceFault *fault)
{
    if (got != want) {
        fail_msg("%s, %s: got %s (%d, \"%s\"), want %s", host_names[session->kind], what,
                 source_state_name(got), fault->status, fault->message, source_state_name(want));
    }
}

/* ---- cases ---- */

typedef struct Run {
    const HostCase *test;
    HostKind kind;
} Run;

const HostCase *host_case(void)
{
    return running;
}

static void run_case(void **state)
{
    const Run *run = *state;
    HostSession session;

    if ((run->test->skip & HOST_BIT(run->kind)) != 0) {
        print_message("           %s has no such thing: %s\n", host_names[run->kind],
                      run->test->why);
        skip();
    }
    running = run->test;
    session_open(&session, run->kind, &(HostOptions){ 0 });
    run->test->run(&session);
    session_close(&session);
}

static int group_setup(void **state)
{
    (void)state;
    hosts_start();
    return 0;
}

static int group_teardown(void **state)
{
    (void)state;
    hosts_stop();
    return 0;
}

int hosts_run(const HostCase *const *tables, const size_t *n_cases, size_t n_tables)
{
    CLEANUP(arena_destroyp) Arena *arena = arena_create(MiB(4));
    size_t n = 0;

    for (size_t i = 0; i < n_tables; i++) {
        n += n_cases[i] * N_HOSTS;
    }
    struct CMUnitTest *tests = ARENA_NEW(arena, struct CMUnitTest, n);
    Run *runs = ARENA_NEW(arena, Run, n);
    size_t at = 0;
    for (size_t i = 0; i < n_tables; i++) {
        for (size_t k = 0; k < n_cases[i] * N_HOSTS; k++, at++) {
            runs[at] = (Run){ .test = &tables[i][k / N_HOSTS], .kind = (HostKind)(k % N_HOSTS) };
            tests[at] = (struct CMUnitTest){
                .name =
                    arena_printf(arena, "%s: %s", host_names[runs[at].kind], runs[at].test->name),
                .test_func = run_case,
                .initial_state = &runs[at],
            };
        }
    }
    return _cmocka_run_group_tests("hosts", tests, n, group_setup, group_teardown);
}
