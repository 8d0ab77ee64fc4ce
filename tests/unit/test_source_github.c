/* SPDX-License-Identifier: Apache-2.0 */
/* The provider "github" against a fake of it: answers, failures, access, merging. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "source/session_cookie.h"
#include "source/vcs_service.h"
#include "support_source_fake.h"

static const char sha_shop[] = "1111111111111111111111111111111111111111";
static const char sha_secret[] = "2222222222222222222222222222222222222222";

static char big_file[1536 * 1024];

static TestFile shop_files[] = {
    { .path = "go.mod", .content = "module github.com/acme/shop\n\ngo 1.22.3\n" },
    { .path = "cart/pricer.go", .content = "package cart\n\nfunc Total() int {\n\treturn 1\n}\n" },
    { .path = "cart/with space & %.go", .content = "package cart\n\nfunc Odd() {}\n" },
    { .path = "link.go", .content = "-> cart/pricer.go" },
    { .path = "outside.go", .content = "-> ../../etc/passwd" },
    { .path = "big.py", .content = big_file, .len = sizeof(big_file) },
    { .path = "latin.py", .content = "# caf\xe9\n" },
};

static const TestFile secret_files[] = {
    { .path = "key.go", .content = "package key\n\nfunc Key() {}\n" },
};

static ModelCommit shop_commit = { .id = "1111111111111111111111111111111111111111",
                                   .message = "fix totals\n\nbody",
                                   .login = "ada",
                                   .files = shop_files,
                                   .n_files = ARRAY_LEN(shop_files) };

static ModelCommit secret_commit = { .id = "2222222222222222222222222222222222222222",
                                     .message = "fix totals\n\nbody",
                                     .files = secret_files,
                                     .n_files = ARRAY_LEN(secret_files) };

static const ModelRef model_refs[] = {
    { .name = "main" },
    { .name = "feature/x" },
    { .name = "v1.0.0", .kind = MODEL_TAG },
    { .name = "shadow", .only_qualified = true },
    { .name = "shadow2", .kind = MODEL_TAG, .only_qualified = true },
};

static const ModelRepo shop = { .name = "acme/shop",
                                .old_name = "acme/store",
                                .commits = &shop_commit,
                                .n_commits = 1,
                                .refs = model_refs,
                                .n_refs = ARRAY_LEN(model_refs) };

static const ModelRepo secret_repo = { .name = "acme/secret",
                                       .is_private = true,
                                       .commits = &secret_commit,
                                       .n_commits = 1,
                                       .refs = model_refs,
                                       .n_refs = ARRAY_LEN(model_refs) };

static const ModelRepo *const repos[] = { &shop, &secret_repo };

typedef struct World {
    FakeHost *fake;
    Source *source;
    Arena *arena;
} World;

static const Str secret = { "s3cret", 6 };

/* Public repositories may be read without an account. */
static const ProviderConfig anonymous_github = { .name = STR_CONST("github.com"),
                                                 .type = PROVIDER_GITHUB,
                                                 .anonymous = true };

static int setup(void **state)
{
    World *w = calloc(1, sizeof(*w));
    Err err = ERR_INIT;

    memset(big_file, 'x', sizeof(big_file));
    w->fake = fake_host_start(&fake_github, repos, ARRAY_LEN(repos));
    SourceConfig config = {
        .github_client_id = STR("Iv1.example"),
        .github_client_secret = STR("client-secret"),
        .github_api_url = fake_host_url(w->fake),
        .github_server_url = STR("https://github.com"),
        .providers = &anonymous_github,
        .n_providers = 1,
        .session_secrets = &secret,
        .n_session_secrets = 1,
        .deadline_ms = 2000,
    };
    w->source = source_create(&config, &err);
    assert_non_null(w->source);
    w->arena = arena_create(MiB(256));
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    World *w = *state;

    fake_host_set_mood(w->fake, FAKE_FINE);
    source_destroy(w->source);
    fake_host_stop(w->fake);
    arena_destroy(w->arena);
    free(w);
    return 0;
}

static SourceResult resolve(World *w, const char *repository, const char *ref, const char *file,
                            const char *token)
{
    SourceRequest request = { .repository = str_from(repository),
                              .ref = str_from(ref),
                              .file = str_from(file) };
    SourceCredential credential = { .provider = STR("github.com"), .token = str_from(token) };
    SourceCaller caller = { .tenant = STR("anonymous"),
                            .credentials = &credential,
                            .n_credentials = token[0] != '\0' };
    SourceResult result;
    Err err = ERR_INIT;

    assert_true(source_resolve(w->source, &caller, &request, w->arena, &result, &err));
    return result;
}

static SourceResult resolve_shop(World *w, const char *file)
{
    SourceResult result = resolve(w, "https://github.com/acme/shop", "main", file, "");

    if (result.state != SOURCE_OK) {
        support_print_result(&result);
    }
    return result;
}

static void reads_by_commit_id(void **state)
{
    World *w = *state;
    SourceResult result = resolve_shop(w, "/build/cart/pricer.go");

    assert_int_equal(result.state, SOURCE_OK);
    support_expect_str("commit", 0, result.commit, str_from(sha_shop));
    support_expect_str("url", 0, result.url,
                       STR("https://github.com/acme/shop/blob/"
                           "1111111111111111111111111111111111111111/cart/pricer.go"));
    support_expect_str("provider", 0, result.provider, STR("github.com"));
    size_t calls = fake_host_count(w->fake);
    result = resolve_shop(w, "cart/pricer.go");
    assert_int_equal(fake_host_count(w->fake), calls); /* all of it is cached */
}

static void same_bytes_as_a_local_repository(void **state)
{
    World *w = *state;
    char dir[128];
    TestRepo repo;
    SourceDirectoryConfig config;
    Err err = ERR_INIT;

    support_dir_create(dir, sizeof(dir));
    support_repo_create(&repo, dir, "shop.git", shop_files, ARRAY_LEN(shop_files));
    source_config_for_directory(&config, str_from(repo.dir));
    World local = { .source = source_create(&config.config, &err), .arena = w->arena };
    assert_non_null(local.source);
    for (size_t i = 0; i < ARRAY_LEN(shop_files); i++) {
        SourceResult a = resolve(w, "acme/shop", "main", shop_files[i].path, "");
        SourceResult b = resolve(&local, "acme/shop", "main", shop_files[i].path, "");
        assert_int_equal(a.state, b.state);
        assert_int_equal(a.entry, b.entry);
        assert_true(str_eq(a.bytes, b.bytes));
    }
    source_destroy(local.source);
    support_dir_remove(dir);
}

static void explains_what_is_missing(void **state)
{
    World *w = *state;

    assert_int_equal(resolve(w, "acme/shop", "main", "cart/none.go", "").state,
                     SOURCE_FILE_NOT_FOUND);
    assert_int_equal(resolve(w, "acme/shop", "gone", "a.go", "").state, SOURCE_REF_NOT_FOUND);
    /* login is possible, so a missing repository may be a private one */
    assert_int_equal(resolve(w, "acme/secret", "main", "key.go", "").state, SOURCE_NOT_CONNECTED);
    assert_int_equal(resolve(w, "acme/none", "main", "key.go", FAKE_TOKEN).state,
                     SOURCE_REPO_NOT_FOUND);
    assert_int_equal(resolve(w, "acme/secret", "main", "a.go", "revoked").state,
                     SOURCE_SESSION_EXPIRED);
}

static void tries_branch_and_tag_of_a_name(void **state)
{
    /* the fake knows these only as heads/shadow and tags/shadow2 */
    assert_int_equal(resolve(*state, "acme/shop", "shadow", "cart/pricer.go", "").state, SOURCE_OK);
    assert_int_equal(resolve(*state, "acme/shop", "shadow2", "cart/pricer.go", "").state,
                     SOURCE_OK);
}

static void works_without_a_listing(void **state)
{
    World *w = *state;

    fake_host_set_mood(w->fake, FAKE_NO_TREES);
    SourceResult result = resolve_shop(w, "cart/pricer.go");
    assert_int_equal(result.state, SOURCE_OK);
    assert_false(result.uncertain);
    result = resolve_shop(w, "/build/cart/pricer.go");
    assert_int_equal(result.state, SOURCE_OK);
    assert_true(result.uncertain); /* other files could fit as well */
    assert_int_equal(resolve(w, "acme/shop", "main", "/build/pricer.go", "").state,
                     SOURCE_FILE_NOT_FOUND);
}

static void follows_renamed_repositories(void **state)
{
    SourceResult result = resolve(*state, "acme/store", "main", "cart/pricer.go", "");

    assert_int_equal(result.state, SOURCE_OK);
}

static void private_content_needs_own_access(void **state)
{
    World *w = *state;
    SourceResult result = resolve(w, "acme/secret", sha_secret, "key.go", FAKE_TOKEN);

    assert_int_equal(result.state, SOURCE_OK);
    result = resolve(w, "acme/secret", sha_secret, "key.go", FAKE_STRANGER_TOKEN);
    assert_int_not_equal(result.state, SOURCE_OK);
    assert_int_equal(result.bytes.len, 0);
    result = resolve(w, "acme/secret", sha_secret, "key.go", "");
    assert_int_not_equal(result.state, SOURCE_OK);
    fake_host_reset_count(w->fake);
    result = resolve(w, "acme/secret", sha_secret, "key.go", FAKE_OTHER_TOKEN);
    assert_int_equal(result.state, SOURCE_OK);
    assert_int_equal(fake_host_count(w->fake), 1); /* the check, then the cache */
}

static void public_content_needs_no_check(void **state)
{
    World *w = *state;

    assert_int_equal(resolve(w, "acme/shop", "main", "cart/pricer.go", "").state, SOURCE_OK);
    fake_host_reset_count(w->fake);
    assert_int_equal(resolve(w, "acme/shop", "main", "cart/pricer.go", FAKE_TOKEN).state,
                     SOURCE_OK);
    assert_int_equal(fake_host_count(w->fake), 0);
}

static void absence_is_remembered_per_account(void **state)
{
    World *w = *state;

    assert_int_equal(resolve(w, "acme/secret", "main", "key.go", "").state, SOURCE_NOT_CONNECTED);
    fake_host_reset_count(w->fake);
    assert_int_equal(resolve(w, "acme/secret", "main", "key.go", "").state, SOURCE_NOT_CONNECTED);
    assert_int_equal(fake_host_count(w->fake), 0);
    assert_int_equal(resolve(w, "acme/secret", "main", "key.go", FAKE_TOKEN).state, SOURCE_OK);
}

static void redirects_stay_at_the_api(void **state)
{
    World *w = *state;

    fake_host_set_mood(w->fake, FAKE_REDIRECT_HOST);
    assert_int_equal(resolve(w, "acme/secret", "feature/x", "key.go", FAKE_TOKEN).state,
                     SOURCE_HOST_UNREACHABLE);
    assert_int_equal(fake_host_leaks(w->fake), 0);
}

typedef struct Mooded {
    FakeMood mood;
    SourceState state;
} Mooded;

static void survives_hostile_answers(void **state)
{
    static const Mooded cases[] = {
        { FAKE_BAD_JSON, SOURCE_HOST_UNREACHABLE },
        { FAKE_WRONG_TYPES, SOURCE_HOST_UNREACHABLE },
        { FAKE_TRUNCATED, SOURCE_HOST_UNREACHABLE },
        { FAKE_ENDLESS, SOURCE_TOO_LARGE },
        { FAKE_SERVER_ERROR, SOURCE_HOST_UNREACHABLE },
        { FAKE_SSO, SOURCE_FORBIDDEN },
        { FAKE_UNAUTHORIZED, SOURCE_SESSION_EXPIRED },
    };
    World *w = *state;

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        source_cache_clear(w->source);
        fake_host_set_mood(w->fake, cases[i].mood);
        SourceResult result = resolve(w, "acme/shop", "main", "cart/pricer.go", FAKE_TOKEN);
        if (result.state != cases[i].state) {
            support_print_result(&result);
        }
        assert_int_equal(result.state, cases[i].state);
    }
}

static void slow_answers_end_with_the_deadline(void **state)
{
    World *w = *state;
    int64_t start_ns = clock_steady_ns();

    fake_host_set_mood(w->fake, FAKE_SILENT);
    SourceResult result = resolve(w, "acme/shop", "main", "cart/pricer.go", FAKE_TOKEN);
    assert_int_equal(result.state, SOURCE_TIMEOUT);
    assert_true(clock_steady_ns() - start_ns < 6 * NS_PER_S);
}

static void remembers_rate_limits_per_token(void **state)
{
    static const FakeMood moods[] = { FAKE_RATE_LIMITED, FAKE_SECONDARY_LIMIT };
    static const char *const tokens[] = { FAKE_TOKEN, FAKE_OTHER_TOKEN };
    World *w = *state;

    for (size_t i = 0; i < ARRAY_LEN(moods); i++) {
        fake_host_set_mood(w->fake, moods[i]);
        SourceResult result = resolve(w, "acme/shop", "main", "cart/pricer.go", tokens[i]);
        assert_int_equal(result.state, SOURCE_RATE_LIMITED);
        assert_true(result.retry_at_ms > clock_unix_ns() / NS_PER_MS);
        fake_host_set_mood(w->fake, FAKE_FINE);
        fake_host_reset_count(w->fake);
        result = resolve(w, "acme/shop", "main", "cart/pricer.go", tokens[i]);
        assert_int_equal(result.state, SOURCE_RATE_LIMITED);
        assert_int_equal(fake_host_count(w->fake), 0); /* not asked before its time */
        assert_int_equal(resolve(w, "acme/shop", "main", "cart/pricer.go", "").state, SOURCE_OK);
        source_cache_clear(w->source);
    }
}

static void nothing_unsafe_reaches_a_url(void **state)
{
    static const char *const paths[] = {
        "../../user", "cart/../../../user", "a/%2e%2e/b.go",  "cart/with space & %.go", "a?x=1.go",
        "a#b.go",     "..\\..\\user",       "caf\xc3\xa9.go",
    };
    World *w = *state;

    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        (void)resolve(w, "acme/shop", "main", paths[i], "");
        (void)resolve(w, "acme/shop", "a?b=c", paths[i], "");
        (void)resolve(w, "acme/shop", "x/../y", paths[i], "");
        (void)resolve(w, "acme/..", "main", paths[i], "");
        (void)resolve(w, "../shop", "main", paths[i], "");
    }
    assert_int_equal(resolve(w, "acme/shop", "main", "cart/with space & %.go", "").state,
                     SOURCE_OK);
    const char *log = fake_host_log(w->fake);
    assert_null(strstr(log, ".."));
    for (const char *p = log; *p != '\0'; p++) {
        assert_true((unsigned char)*p > 0x20 || *p == '\n');
        assert_true((unsigned char)*p < 0x7f);
        assert_true(*p != '#' && *p != '\\');
    }
    assert_non_null(strstr(log, "/contents/cart/with%20space%20%26%20%25.go"));
}

static void one_request_has_a_budget_of_calls(void **state)
{
    World *w = *state;
    SourceConfig config = { .github_client_id = STR("Iv1.example"),
                            .github_api_url = fake_host_url(w->fake),
                            .providers = &anonymous_github,
                            .n_providers = 1,
                            .max_calls = 2 };
    Err err = ERR_INIT;
    World small = { .fake = w->fake, .source = source_create(&config, &err), .arena = w->arena };

    assert_non_null(small.source);
    fake_host_reset_count(w->fake);
    SourceResult result = resolve(&small, "acme/shop", "main", "cart/pricer.go", "");
    assert_int_equal(result.state, SOURCE_TIMEOUT);
    assert_int_equal(fake_host_count(w->fake), 2);
    result = resolve(&small, "acme/shop", "main", "cart/pricer.go", "");
    assert_int_equal(result.state, SOURCE_OK); /* what was learnt before is kept */
    source_destroy(small.source);
}

static void an_entry_for_github_com_keeps_its_settings(void **state)
{
    World *w = *state;
    Err err = ERR_INIT;
    World world = { .fake = w->fake, .arena = w->arena };
    world.source = source_create(&(SourceConfig){ .providers = &anonymous_github,
                                                  .n_providers = 1,
                                                  .github_api_url = fake_host_url(w->fake) },
                                 &err);
    assert_non_null(world.source);
    SourceResult result =
        resolve(&world, "https://github.com/acme/shop", "main", "cart/pricer.go", "");
    assert_int_equal(result.state, SOURCE_OK);
    source_destroy(world.source);
}

static void a_static_token_serves_an_enterprise_server(void **state)
{
    World *w = *state;
    char dir[128];
    char token_file[160];
    char api[96];
    Err err = ERR_INIT;

    support_dir_create(dir, sizeof(dir));
    support_write_file(dir, "token", STR(FAKE_TOKEN "\n"));
    (void)snprintf(token_file, sizeof(token_file), "%s/token", dir);
    (void)snprintf(api, sizeof(api), "%.*s/", STR_ARG(fake_host_url(w->fake)));
    const ProviderConfig enterprise = { .name = STR("corp"),
                                        .type = PROVIDER_GITHUB,
                                        .web_url = STR("https://Git.Corp.example/"),
                                        .api_url = str_from(api),
                                        .token_file = str_from(token_file) };
    World corp = { .fake = w->fake, .arena = w->arena };
    corp.source = source_create(
        &(SourceConfig){ .providers = &enterprise, .n_providers = 1, .no_builtin_hosts = true },
        &err);
    assert_non_null(corp.source);
    SourceResult result = resolve(&corp, "git@git.corp.example:acme/secret.git", "", "key.go", "");
    assert_int_equal(result.state, SOURCE_OK);
    support_expect_str("provider", 0, result.provider, STR("corp"));
    support_expect_str("url", 0, result.url,
                       STR("https://Git.Corp.example/acme/secret/blob/"
                           "2222222222222222222222222222222222222222/key.go"));
    /* the token of the entry goes nowhere else */
    assert_int_equal(resolve(&corp, "github.com/acme/secret", "", "key.go", "").state,
                     SOURCE_HOST_UNSUPPORTED);
    source_destroy(corp.source);
    support_dir_remove(dir);
}

typedef struct Racer {
    World *w;
    Arena *arena;
    SourceState state;
} Racer;

static void *race(void *context)
{
    Racer *racer = context;
    Str ref = STR("main");
    SourceCaller caller = { 0 };
    SourceCommit *commits;
    Err err = ERR_INIT;
    bool ok = source_commits(racer->w->source, &caller, STR("acme/shop"), &ref, 1, racer->arena,
                             &commits, &err);

    racer->state = ok ? commits[0].fault.state : SOURCE_INTERNAL;
    return NULL;
}

static void merges_equal_lookups(void **state)
{
    enum { N = 100 };

    World *w = *state;
    pthread_t threads[N];
    Racer racers[N];

    fake_host_set_gate(w->fake, false);
    for (size_t i = 0; i < N; i++) {
        racers[i] = (Racer){ .w = w, .arena = arena_create(MiB(1)) };
        assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
    }
    fake_host_set_gate(w->fake, true);
    for (size_t i = 0; i < N; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(racers[i].state, SOURCE_OK);
        arena_destroy(racers[i].arena);
    }
    assert_int_equal(fake_host_count(w->fake), 1);
}

static Str cookie_for(World *w, const char *access_token, int64_t expires_at_ms)
{
    SessionToken token = { .access_token = str_from(access_token),
                           .token_type = STR("bearer"),
                           .refresh_token = STR_EMPTY,
                           .expires_at_ms = expires_at_ms };
    Str sealed;
    Err err = ERR_INIT;

    assert_true(
        session_token_seal(w->arena, secret, STR("anonymous"), &token, NULL, &sealed, &err));
    return str_from(arena_printf(w->arena, "x=y; %s=%s", SESSION_COOKIE_NAME,
                                 session_cookie_value(w->arena, sealed, 0, 0).ptr));
}

static void vcs_calls_have_codes_and_messages(void **state)
{
    World *w = *state;
    VcsCaller caller = { .tenant = STR("anonymous"), .cookie_header = STR_EMPTY };
    VcsFileRequest request = { .repository_url = STR("https://github.com/acme/secret"),
                               .ref = STR("main"),
                               .local_path = STR("key.go") };
    VcsCommitInfo commit;
    VcsCommitInfo *commits;
    size_t n;
    Str content;
    Str url;
    Err err = ERR_INIT;

    assert_true(vcs_github_app(w->source, &content, &url, &err));
    support_expect_str("client id", 0, content, STR("Iv1.example"));
    assert_false(vcs_get_file(w->source, &caller, &request, w->arena, &content, &url, &err));
    assert_int_equal(err.code, ERR_UNAUTHENTICATED);
    assert_string_equal(err.msg, "invalid token");
    caller.cookie_header = cookie_for(w, FAKE_TOKEN, 1000);
    assert_false(vcs_get_file(w->source, &caller, &request, w->arena, &content, &url, &err));
    assert_int_equal(err.code, ERR_UNAUTHENTICATED);
    assert_string_equal(err.msg, "token is expired");

    caller.cookie_header = cookie_for(w, FAKE_TOKEN, 0);
    assert_true(vcs_get_file(w->source, &caller, &request, w->arena, &content, &url, &err));
    support_expect_str("content", 0, content, STR("cGFja2FnZSBrZXkKCmZ1bmMgS2V5KCkge30K"));
    request.local_path = STR("none.go");
    assert_false(vcs_get_file(w->source, &caller, &request, w->arena, &content, &url, &err));
    assert_int_equal(err.code, ERR_NOT_FOUND);
    assert_non_null(strstr(err.msg, "none.go"));
    request.repository_url = STR("https://gitlab.com/acme/shop");
    assert_false(vcs_get_file(w->source, &caller, &request, w->arena, &content, &url, &err));
    assert_int_equal(err.code, ERR_INVALID_ARGUMENT);
    assert_string_equal(err.msg, "only GitHub repositories are supported");
    request.repository_url = STR("https://github.com/acme/shop");
    request.local_path = STR("outside.go");
    assert_false(vcs_get_file(w->source, &caller, &request, w->arena, &content, &url, &err));
    assert_int_equal(err.code, ERR_INVALID_ARGUMENT);
    assert_string_equal(err.msg, "path is not a file");

    assert_true(
        vcs_get_commit(w->source, &caller, STR("acme/shop"), STR("main"), w->arena, &commit, &err));
    support_expect_str("login", 0, commit.author_login, STR("ada"));
    assert_true(
        vcs_get_commit(w->source, &caller, STR("acme/secret"), STR_EMPTY, w->arena, &commit, &err));
    support_expect_str("author", 0, commit.author_login, STR("Ada Example"));
    assert_false(
        vcs_get_commit(w->source, &caller, STR("acme/shop"), STR("gone"), w->arena, &commit, &err));
    assert_int_equal(err.code, ERR_NOT_FOUND);
    const Str refs[] = { STR("gone"), STR("main"), STR("v1.0.0") };
    assert_true(vcs_get_commits(w->source, &caller, STR("acme/shop"), refs, 3, w->arena, &commits,
                                &n, &err));
    assert_int_equal(n, 2);
    assert_false(vcs_get_commits(w->source, &caller, STR("acme/shop"), refs, 1, w->arena, &commits,
                                 &n, &err));
    assert_non_null(strstr(err.msg, "failed to fetch any commits"));
    assert_true(vcs_get_commits(w->source, &caller, STR("acme/shop"), refs, 0, w->arena, &commits,
                                &n, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_by_commit_id, setup, teardown),
        cmocka_unit_test_setup_teardown(same_bytes_as_a_local_repository, setup, teardown),
        cmocka_unit_test_setup_teardown(explains_what_is_missing, setup, teardown),
        cmocka_unit_test_setup_teardown(tries_branch_and_tag_of_a_name, setup, teardown),
        cmocka_unit_test_setup_teardown(works_without_a_listing, setup, teardown),
        cmocka_unit_test_setup_teardown(follows_renamed_repositories, setup, teardown),
        cmocka_unit_test_setup_teardown(private_content_needs_own_access, setup, teardown),
        cmocka_unit_test_setup_teardown(public_content_needs_no_check, setup, teardown),
        cmocka_unit_test_setup_teardown(absence_is_remembered_per_account, setup, teardown),
        cmocka_unit_test_setup_teardown(redirects_stay_at_the_api, setup, teardown),
        cmocka_unit_test_setup_teardown(survives_hostile_answers, setup, teardown),
        cmocka_unit_test_setup_teardown(slow_answers_end_with_the_deadline, setup, teardown),
        cmocka_unit_test_setup_teardown(remembers_rate_limits_per_token, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_unsafe_reaches_a_url, setup, teardown),
        cmocka_unit_test_setup_teardown(one_request_has_a_budget_of_calls, setup, teardown),
        cmocka_unit_test_setup_teardown(an_entry_for_github_com_keeps_its_settings, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_static_token_serves_an_enterprise_server, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(merges_equal_lookups, setup, teardown),
        cmocka_unit_test_setup_teardown(vcs_calls_have_codes_and_messages, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
