/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All providers against hosts that refuse, limit, move, break off, lie or say nothing. Each case
 * runs against every host; one that has no such thing counts as skipped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/clock.h"
#include "support_source_hosts.h"

#define NOT_LOCAL .skip = HOST_BIT(HOST_LOCAL), .why = "nothing is asked over HTTP"

static const char *tip_id(void)
{
    return hosts_shop.commits[SHOP_TIP].id;
}

/* ---- moods ---- */

typedef struct MoodCase {
    FakeMood mood;
    SourceState state;
    int64_t deadline_ms; /* 0: plenty */
    bool only_json;      /* raw bytes of a file can be anything, so reading one may work */
} MoodCase;

typedef enum Operation {
    RESOLVE,
    READ,
    TREE,
    COMMIT,
    ACCESS,
    N_OPERATIONS,
} Operation;

static bool run_operation(HostSession *session, Operation op, SourceFault *fault)
{
    VcsRef ref;
    VcsCommit commit;
    TreeIndex *tree = NULL;
    Str bytes;
    bool is_public;

    switch (op) {
    case RESOLVE:
        return session_resolve(session, "acme/shop", "main", &ref, fault);
    case READ:
        return session_read(session, "acme/shop", tip_id(), "main.go", MiB(10), &bytes, fault);
    case TREE:
        if (session_tree(session, "acme/shop", tip_id(), &tree, fault)) {
            tree_index_unref(tree);
            return true;
        }
        return false;
    case COMMIT:
        return session_commit(session, "acme/shop", tip_id(), &commit, fault);
    case ACCESS:
        return session_access(session, "acme/shop", &is_public, fault);
    case N_OPERATIONS:
        break;
    }
    return false;
}

static void survives_mood(HostSession *session)
{
    static const char *const names[] = { "resolve", "read", "tree", "commit", "access" };
    const MoodCase *c = host_case()->data;

    session->token = FAKE_TOKEN;
    for (int op = 0; op < N_OPERATIONS; op++) {
        SourceFault fault;
        session->deadline_ms = c->deadline_ms > 0 ? c->deadline_ms : 10000;
        session->calls_left = 20;
        fake_host_set_mood(session->fake, c->mood);
        int64_t start_ns = clock_steady_ns();
        bool ok = run_operation(session, (Operation)op, &fault);
        int64_t took_ms = (clock_steady_ns() - start_ns) / NS_PER_MS;
        assert_true(took_ms < session->deadline_ms + 1500);
        if (c->only_json && (op == READ || op == ACCESS)) {
            continue; /* that it ended is all that can be asked */
        }
        expect_state(session, names[op], ok ? SOURCE_OK : fault.state, c->state, &fault);
    }
    assert_int_equal(fake_host_leaks(session->fake), 0);
}

static const MoodCase bad_json = { FAKE_BAD_JSON, SOURCE_HOST_UNREACHABLE, 0, true };
static const MoodCase wrong_types = { FAKE_WRONG_TYPES, SOURCE_HOST_UNREACHABLE, 0, true };
static const MoodCase deep_json = { FAKE_DEEP_JSON, SOURCE_HOST_UNREACHABLE, 0, true };
static const MoodCase truncated = { FAKE_TRUNCATED, SOURCE_HOST_UNREACHABLE, 0, false };
static const MoodCase endless = { FAKE_ENDLESS, SOURCE_TOO_LARGE, 0, false };
static const MoodCase huge_headers = { FAKE_HUGE_HEADERS, SOURCE_HOST_UNREACHABLE, 0, false };
static const MoodCase reset = { FAKE_RESET, SOURCE_HOST_UNREACHABLE, 0, false };
static const MoodCase silent = { FAKE_SILENT, SOURCE_TIMEOUT, 120, false };
static const MoodCase drip = { FAKE_DRIP, SOURCE_TIMEOUT, 200, false };
static const MoodCase no_time = { FAKE_FINE, SOURCE_TIMEOUT, -1, false };
static const MoodCase error_500 = { FAKE_ERROR_500, SOURCE_HOST_UNREACHABLE, 0, false };
static const MoodCase error_502 = { FAKE_ERROR_502, SOURCE_HOST_UNREACHABLE, 0, false };
static const MoodCase error_503 = { FAKE_SERVER_ERROR, SOURCE_HOST_UNREACHABLE, 0, false };
static const MoodCase error_504 = { FAKE_ERROR_504, SOURCE_TIMEOUT, 0, false };
static const MoodCase error_401 = { FAKE_UNAUTHORIZED, SOURCE_SESSION_EXPIRED, 0, false };
static const MoodCase error_403 = { FAKE_FORBIDDEN, SOURCE_FORBIDDEN, 0, false };
static const MoodCase sso = { FAKE_SSO, SOURCE_FORBIDDEN, 0, false };
static const MoodCase redirect_host = { FAKE_REDIRECT_HOST, SOURCE_HOST_UNREACHABLE, 0, false };
static const MoodCase redirect_loop = { FAKE_REDIRECT_LOOP, SOURCE_HOST_UNREACHABLE, 0, false };

static const HostCase mood_cases[] = {
    { .name = "invalid JSON", .run = survives_mood, .data = &bad_json, NOT_LOCAL },
    { .name = "JSON of wrong types", .run = survives_mood, .data = &wrong_types, NOT_LOCAL },
    { .name = "deep JSON", .run = survives_mood, .data = &deep_json, NOT_LOCAL },
    { .name = "truncated body", .run = survives_mood, .data = &truncated, NOT_LOCAL },
    { .name = "endless body", .run = survives_mood, .data = &endless, NOT_LOCAL },
    { .name = "huge headers", .run = survives_mood, .data = &huge_headers, NOT_LOCAL },
    { .name = "connection reset", .run = survives_mood, .data = &reset, NOT_LOCAL },
    { .name = "no answer", .run = survives_mood, .data = &silent, NOT_LOCAL },
    { .name = "byte by byte", .run = survives_mood, .data = &drip, NOT_LOCAL },
    { .name = "500", .run = survives_mood, .data = &error_500, NOT_LOCAL },
    { .name = "502", .run = survives_mood, .data = &error_502, NOT_LOCAL },
    { .name = "503", .run = survives_mood, .data = &error_503, NOT_LOCAL },
    { .name = "504", .run = survives_mood, .data = &error_504, NOT_LOCAL },
    { .name = "401", .run = survives_mood, .data = &error_401, NOT_LOCAL },
    { .name = "403", .run = survives_mood, .data = &error_403, NOT_LOCAL },
    { .name = "403 for single sign-on",
      .run = survives_mood,
      .data = &sso,
      .skip = ONLY(HOST_GITHUB),
      .why = "a header of GitHub" },
    { .name = "redirect to another host", .run = survives_mood, .data = &redirect_host, NOT_LOCAL },
    { .name = "redirect in a circle", .run = survives_mood, .data = &redirect_loop, NOT_LOCAL },
};

/* ---- deadlines and budgets ---- */

static void has_no_time_left(HostSession *session)
{
    SourceFault fault;

    session->deadline_ms = -1;
    fake_host_reset_count(session->fake);
    for (int op = 0; op < N_OPERATIONS; op++) {
        assert_false(run_operation(session, (Operation)op, &fault));
        expect_state(session, "no time", fault.state, no_time.state, &fault);
    }
    assert_int_equal(fake_host_count(session->fake), 0);
}

static void has_no_calls_left(HostSession *session)
{
    SourceFault fault;

    fake_host_reset_count(session->fake);
    session->calls_left = 0;
    for (int op = 0; op < N_OPERATIONS; op++) {
        assert_false(run_operation(session, (Operation)op, &fault));
        expect_state(session, "no calls", fault.state, SOURCE_TIMEOUT, &fault);
    }
    assert_int_equal(fake_host_count(session->fake), 0);
}

/* The whole way, as a request goes it: within the deadline, with the reason. */
static void a_request_ends_in_time(HostSession *session)
{
    static const FakeMood moods[] = { FAKE_SILENT, FAKE_DRIP };
    Err err = ERR_INIT;
    SourceRequest request = { .repository = str_from(session_address(session, "acme/shop")),
                              .ref = STR("main"),
                              .root = STR_EMPTY,
                              .file = STR("main.go"),
                              .function = STR_EMPTY };
    SourceCaller caller = { .tenant = STR("anonymous") };

    for (size_t i = 0; i < ARRAY_LEN(moods); i++) {
        SourceResult result;
        CLEANUP(source_destroyp)
        Source *source = source_create(&(SourceConfig){ .providers = &session->config,
                                                        .n_providers = 1,
                                                        .no_builtin_hosts = true,
                                                        .deadline_ms = 300 },
                                       &err);
        assert_non_null(source);
        fake_host_set_mood(session->fake, moods[i]);
        int64_t start_ns = clock_steady_ns();
        assert_true(source_resolve(source, &caller, &request, session->arena, &result, &err));
        assert_true(clock_steady_ns() - start_ns < 2 * NS_PER_S);
        assert_int_equal(result.state, SOURCE_TIMEOUT);
    }
}

/* A budget of calls is enough for a file of a branch, and then some. */
static void few_calls_are_enough(HostSession *session)
{
    Str bytes;
    SourceFault fault;

    session->calls_left = 3;
    assert_true(session_read(session, "acme/shop", "main", "main.go", MiB(1), &bytes, &fault));
}

/* ---- limits ---- */

static void remembers_rate_limits(HostSession *session)
{
    int64_t now_ms = clock_unix_ns() / NS_PER_MS;
    SourceFault fault;

    session->token = FAKE_TOKEN;
    fake_host_set_mood(session->fake, FAKE_RATE_LIMITED);
    assert_false(run_operation(session, READ, &fault));
    expect_state(session, "limited", fault.state, SOURCE_RATE_LIMITED, &fault);
    assert_true(fault.retry_at_ms > now_ms + 20000);
    assert_true(fault.retry_at_ms <= now_ms + 3700000);
    int64_t retry_at_ms = fault.retry_at_ms;
    fake_host_set_mood(session->fake, FAKE_FINE);
    fake_host_reset_count(session->fake);
    for (int op = 0; op < N_OPERATIONS; op++) {
        assert_false(run_operation(session, (Operation)op, &fault));
        expect_state(session, "still limited", fault.state, SOURCE_RATE_LIMITED, &fault);
        assert_int_equal(fault.retry_at_ms, retry_at_ms);
    }
    assert_int_equal(fake_host_count(session->fake), 0); /* not asked before its time */
    session->token = FAKE_OTHER_TOKEN;
    assert_true(run_operation(session, RESOLVE, &fault));
}

static void slows_down_when_asked(HostSession *session)
{
    SourceFault fault;

    fake_host_set_mood(session->fake, FAKE_SECONDARY_LIMIT);
    assert_false(run_operation(session, RESOLVE, &fault));
    expect_state(session, "secondary", fault.state, SOURCE_RATE_LIMITED, &fault);
    assert_true(fault.retry_at_ms > clock_unix_ns() / NS_PER_MS + 20000);
}

static const HostCase limit_cases[] = {
    { .name = "no time left", .run = has_no_time_left, NOT_LOCAL },
    { .name = "no calls left", .run = has_no_calls_left, NOT_LOCAL },
    { .name = "a request ends in time", .run = a_request_ends_in_time, NOT_LOCAL },
    { .name = "three calls are enough for a file", .run = few_calls_are_enough },
    { .name = "rate limit", .run = remembers_rate_limits, NOT_LOCAL },
    { .name = "secondary rate limit",
      .run = slows_down_when_asked,
      .skip = ONLY(HOST_GITHUB),
      .why = "GitHub alone has two limits" },
};

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
    assert_true(session_tree(session, "acme/store", tip_id(), &tree, &fault));
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
    assert_true(run_operation(&with_token, RESOLVE, &fault));
    support_expect_str("authorization", 0,
                       fake_host_last_authorization(with_token.fake, session->arena),
                       STR("Bearer " FAKE_OTHER_TOKEN));
    /* a static token that is not accepted is nobody's session */
    with_token.token = "";
    fake_host_set_mood(with_token.fake, FAKE_UNAUTHORIZED);
    assert_false(run_operation(&with_token, RESOLVE, &fault));
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
    assert_false(run_operation(&proxied, RESOLVE, &fault)); /* which looks for "tok-" */
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
    for (int op = 0; op < N_OPERATIONS; op++) {
        session->calls_left = 20;
        assert_true(run_operation(session, (Operation)op, &fault));
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
        assert_true(session_read(session, "acme/shop", tip_id(), paths[i], MiB(1), &bytes, &fault));
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
    const HostCase *const tables[] = { mood_cases, limit_cases, access_cases, address_cases };
    const size_t n[] = { ARRAY_LEN(mood_cases), ARRAY_LEN(limit_cases), ARRAY_LEN(access_cases),
                         ARRAY_LEN(address_cases) };

    return hosts_run(tables, n, ARRAY_LEN(tables));
}
