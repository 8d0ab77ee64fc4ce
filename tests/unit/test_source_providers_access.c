/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All providers: who may read what, credentials, proxies, addresses. Each case runs against every
 * host; one that has no such thing counts as skipped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "support_source_hosts.h"

#define NOT_LOCAL .skip = HOST_BIT(HOST_LOCAL), .why = "nothing is asked over HTTP"

/* ---- access ---- */

static void misses_repositories(HostSession *session)
{
    VcsRef ref;
    SourceFault fault;

    if (session->kind == HOST_LOCAL) {
        assert_int_equal(session_repo(session, "acme/none").len, 0);
        return;
    }
    session->token = FAKE_TOKEN;
    static const char *const refs[] = { "main", "", "1111111111111111111111111111111111111111" };
    for (size_t i = 0; i < ARRAY_LEN(refs); i++) {
        session->calls_left = 20;
        assert_false(session_resolve(session, "acme/none", refs[i], &ref, &fault));
        expect_state(session, "missing repository", fault.state, SOURCE_REPO_NOT_FOUND, &fault);
    }
}

static void guards_private_repositories(HostSession *session)
{
    Str bytes;
    SourceFault fault;
    bool is_public = true;

    const struct {
        const char *token;
        SourceState state;
    } callers[] = { { "", SOURCE_NOT_CONNECTED },
                    { FAKE_STRANGER_TOKEN, SOURCE_REPO_NOT_FOUND },
                    { "tok-revoked", SOURCE_SESSION_EXPIRED } };

    for (size_t i = 0; i < ARRAY_LEN(callers); i++) {
        session->token = callers[i].token;
        session->calls_left = 20;
        assert_false(
            session_read(session, "acme/secret", "main", "key.go", MiB(1), &bytes, &fault));
        expect_state(session, callers[i].token, fault.state, callers[i].state, &fault);
        assert_false(session_access(session, "acme/secret", &is_public, &fault));
    }
    session->token = FAKE_TOKEN;
    session->calls_left = 20;
    assert_true(session_read(session, "acme/secret", "main", "key.go", MiB(1), &bytes, &fault));
    support_expect_str("content", 0, bytes, STR("package key\n"));
    assert_true(session_access(session, "acme/secret", &is_public, &fault));
    assert_false(is_public);
}

static void knows_public_repositories(HostSession *session)
{
    bool is_public = false;
    SourceFault fault;

    assert_true(session_access(session, "acme/shop", &is_public, &fault));
    assert_true(is_public);
}

static void follows_renamed_repositories(HostSession *session)
{
    CLEANUP(tree_index_unrefp) TreeIndex *tree = NULL;
    VcsCommit commit;
    Str bytes;
    SourceFault fault;

    session->token = FAKE_TOKEN;
    assert_true(session_read(session, "acme/store", "main", "c++/a+b.cc", MiB(1), &bytes, &fault));
    support_expect_str("content", 0, bytes, STR("plus\n"));
    assert_true(
        session_tree(session, "acme/store", hosts_shop.commits[SHOP_TIP].id, &tree, &fault));
    assert_true(session_commit(session, "acme/store", "v1.0.0", &commit, &fault));
}

static const char *expected_authorization(HostKind kind)
{
    switch (kind) {
    case HOST_GITEA:
        return "token tok-good";
    case HOST_BITBUCKET:
    case HOST_BITBUCKET_SERVER:
        return "Basic YWRhOnRvay1nb29k"; /* ada:tok-good */
    case HOST_GITHUB:
    case HOST_GITLAB:
    case HOST_LOCAL:
    case N_HOSTS:
        break;
    }
    return "Bearer tok-good";
}

static void uses_static_tokens(HostSession *session)
{
    bool has_users = session->kind == HOST_BITBUCKET || session->kind == HOST_BITBUCKET_SERVER;
    HostSession with_token;
    Str bytes;
    SourceFault fault;

    session_open(&with_token, session->kind,
                 &(HostOptions){ .token_file_text = has_users ? "ada:tok-good\n" : "tok-good\n" });
    assert_true(session_read(&with_token, "acme/secret", "main", "key.go", MiB(1), &bytes, &fault));
    support_expect_str("authorization", 0,
                       fake_host_last_authorization(with_token.fake, session->arena),
                       str_from(expected_authorization(session->kind)));
    /* a caller's own token comes first, always as bearer */
    with_token.token = FAKE_OTHER_TOKEN;
    assert_true(session_run(&with_token, SESSION_RESOLVE, &fault));
    support_expect_str("authorization", 0,
                       fake_host_last_authorization(with_token.fake, session->arena),
                       STR("Bearer " FAKE_OTHER_TOKEN));
    /* a static token that is not accepted is nobody's session */
    with_token.token = "";
    fake_host_set_mood(with_token.fake, FAKE_UNAUTHORIZED);
    assert_false(session_run(&with_token, SESSION_RESOLVE, &fault));
    expect_state(session, "static token refused", fault.state, SOURCE_FORBIDDEN, &fault);
    session_close(&with_token);
}

static void finds_the_api_by_the_web_address(HostSession *session)
{
    HostSession derived;
    Str bytes;
    SourceFault fault;

    session_open(&derived, session->kind, &(HostOptions){ .by_web_url = true });
    assert_true(session_read(&derived, "acme/shop", "main", "main.go", MiB(1), &bytes, &fault));
    session_close(&derived);
}

static void uses_its_proxy(HostSession *session)
{
    HostSession proxied;
    SourceFault fault;
    Str bytes;

    /* the host has no address at all: only the proxy, here the fake itself, can be asked */
    const char *proxy = arena_text(session->arena, fake_host_url(session->fake));
    session_open(&proxied, session->kind,
                 &(HostOptions){ .proxy = proxy, .api_origin = "http://api.invalid" });
    fake_host_reset_log(proxied.fake);
    assert_true(session_read(&proxied, "acme/shop", "main", "main.go", MiB(1), &bytes, &fault));
    assert_non_null(strstr(fake_host_log(proxied.fake), "http://api.invalid/"));
    session_close(&proxied);
}

static void keeps_the_secret_of_its_proxy(HostSession *session)
{
    HostSession proxied;
    SourceFault fault;

    /* nothing listens there, so the call fails without the host being asked */
    session_open(&proxied, session->kind,
                 &(HostOptions){ .proxy = "http://ada:tok-proxy@127.0.0.1:1" });
    fake_host_reset_count(proxied.fake);
    assert_false(session_run(&proxied, SESSION_RESOLVE, &fault)); /* which looks for "tok-" */
    expect_state(session, "proxy", fault.state, SOURCE_HOST_UNREACHABLE, &fault);
    assert_int_equal(fake_host_count(proxied.fake), 0);
    session_close(&proxied);
}

static const HostCase access_cases[] = {
    { .name = "missing repository", .run = misses_repositories },
    { .name = "private repository",
      .run = guards_private_repositories,
      .skip = HOST_BIT(HOST_LOCAL),
      .why = "who may read is decided by the configuration" },
    { .name = "public repository", .run = knows_public_repositories },
    { .name = "renamed repository",
      .run = follows_renamed_repositories,
      .skip = HOST_BIT(HOST_LOCAL),
      .why = "a directory has one name" },
    { .name = "static token", .run = uses_static_tokens, NOT_LOCAL },
    { .name = "API below the web address", .run = finds_the_api_by_the_web_address, NOT_LOCAL },
    { .name = "proxy", .run = uses_its_proxy, NOT_LOCAL },
    { .name = "proxy that does not answer", .run = keeps_the_secret_of_its_proxy, NOT_LOCAL },
};

/* ---- addresses ---- */

static void keeps_secrets_out_of_addresses(HostSession *session)
{
    SourceFault fault;
    Str bytes;

    session->token = FAKE_TOKEN;
    fake_host_reset_log(session->fake);
    for (int op = 0; op < N_SESSION_OPS; op++) {
        session->calls_left = 20;
        assert_true(session_run(session, (SessionOp)op, &fault));
    }
    (void)session_read(session, "acme/shop", "gone", "a.go", 1000, &bytes, &fault);
    const char *log = fake_host_log(session->fake);
    assert_true(strlen(log) > 0);
    assert_null(strstr(log, "tok-"));
}

/* Whatever a path or ref holds, a request has one line, no dot segments and no fragment. */
static void escapes_every_segment(HostSession *session)
{
    static const char *const paths[] = { "hash#tag.go",           "what?x=1.go", "100%/50%25.go",
                                         "a&b=c;d,e@f:g!$'().go", "{a}|b^`.go",  "%2e%2e/%2Fetc.go",
                                         "app/[id]/page.tsx",     "quote\"s.go" };
    Str bytes;
    VcsRef ref;
    SourceFault fault;

    fake_host_reset_log(session->fake);
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        session->calls_left = 20;
        assert_true(session_read(session, "acme/shop", hosts_shop.commits[SHOP_TIP].id, paths[i],
                                 MiB(1), &bytes, &fault));
    }
    assert_true(session_resolve(session, "acme/shop", "fix/a+b%20c#d&e=f", &ref, &fault));
    const char *log = fake_host_log(session->fake);
    for (const char *p = log; *p != '\0'; p++) {
        assert_true(((unsigned char)*p > 0x20 && (unsigned char)*p < 0x7f) || *p == '\n');
        assert_null(strchr("#\\\"<>{}|^`[]", *p));
    }
    assert_null(strstr(log, "/../"));
}

typedef struct AddressCase {
    HostKind kind;
    const char *address;
    const char *repo; /* NULL: refused */
} AddressCase;

static const AddressCase addresses[] = {
    { HOST_GITHUB, "https://host.example/o/r/tree/main/x", "o/r" },
    { HOST_GITHUB, "git@host.example:o/r.git", "o/r" },
    { HOST_GITLAB, "https://host.example/group/sub/deep/project.git", "group/sub/deep/project" },
    { HOST_GITLAB, "https://host.example/group/sub/project/-/blob/main/a.go", "group/sub/project" },
    { HOST_GITLAB, "git@host.example:group/project.git", "group/project" },
    { HOST_GITEA, "ssh://git@host.example:2222/o/r.git", "o/r" },
    { HOST_GITEA, "https://host.example/o/r/src/branch/main/a.go", "o/r" },
    { HOST_GITEA, "https://host.example/o/r/x", NULL },
    { HOST_BITBUCKET, "https://ada@host.example/ws/repo.git", "ws/repo" },
    { HOST_BITBUCKET, "https://host.example/ws/repo/src/main/a.go", "ws/repo" },
    { HOST_BITBUCKET_SERVER, "https://host.example/scm/KEY/repo.git", "KEY/repo" },
    { HOST_BITBUCKET_SERVER, "ssh://git@host.example:7999/KEY/repo.git", "KEY/repo" },
    { HOST_BITBUCKET_SERVER, "https://host.example/scm/~ada/repo.git", "~ada/repo" },
    { HOST_BITBUCKET_SERVER, "https://host.example/projects/KEY/repos/repo", "KEY/repo" },
    { HOST_BITBUCKET_SERVER, "https://host.example/projects/KEY/repos/repo/browse/src/a.c",
      "KEY/repo" },
    { HOST_BITBUCKET_SERVER, "https://host.example/projects/~ada/repos/repo/commits", "~ada/repo" },
    { HOST_BITBUCKET_SERVER, "https://host.example/users/ada/repos/repo/browse", "~ada/repo" },
    { HOST_BITBUCKET_SERVER, "https://host.example/a/b/c/d/e", NULL },
    { HOST_LOCAL, "https://host.example/acme/shop", "acme/shop.git" },
};

static void understands_addresses(HostSession *session)
{
    for (size_t i = 0; i < ARRAY_LEN(addresses); i++) {
        const AddressCase *c = &addresses[i];
        RepoAddress address;
        Provider *provider;
        Str repo = STR_EMPTY;
        Err err = ERR_INIT;
        SourceFault fault = SOURCE_FAULT_INIT;
        if (c->kind != session->kind) {
            continue;
        }
        assert_true(repo_address_parse(session->arena, str_from(c->address), STR("github.com"),
                                       &address, &err));
        bool ok = provider_table_find(session->table, session->arena, &address, true, &provider,
                                      &repo, &fault);
        if (ok != (c->repo != NULL) || (ok && !str_ends_with(repo, str_from(c->repo)))) {
            fail_msg("%s: got \"%.*s\", %s", c->address, STR_ARG(repo), fault.message);
        }
        assert_true(ok || fault.state == SOURCE_INVALID_REQUEST);
    }
}

static const HostCase address_cases[] = {
    { .name = "no secrets in addresses", .run = keeps_secrets_out_of_addresses, NOT_LOCAL },
    { .name = "escaped addresses", .run = escapes_every_segment, NOT_LOCAL },
    { .name = "addresses of repositories", .run = understands_addresses },
};

int main(void)
{
    const HostCase *const tables[] = { access_cases, address_cases };
    const size_t n[] = { ARRAY_LEN(access_cases), ARRAY_LEN(address_cases) };

    return hosts_run(tables, n, ARRAY_LEN(tables));
}
