/* SPDX-License-Identifier: Apache-2.0 */
/* OAuth without a host: answers of token endpoints, addresses, PKCE, configuration. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "source/oauth.h"
#include "source/path.h"
#include "source/secret.h"
#include "support_source.h"

/* RFC 7636 appendix B */
#define VERIFIER "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
#define CHALLENGE "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

#define NOW_MS INT64_C(1772361045000)

static int setup(void **state)
{
    *state = arena_create(MiB(8));
    return 0;
}

static int teardown(void **state)
{
    arena_destroy(*state);
    return 0;
}

static int64_t number(const TestTable *table, size_t row, size_t field)
{
    int64_t value = 0;

    assert_true(str_to_i64(support_table_field(table, row, field), &value));
    return value;
}

static void expect_failure(size_t line, Str want, const Err *err)
{
    ErrCode code = str_eq(want, STR("internal")) ? ERR_INTERNAL : ERR_UNAUTHENTICATED;

    if (err->code != code) {
        fail_msg("line %zu: code %d, \"%s\"", line, (int)err->code, err->msg);
    }
    if (strstr(err->msg, "secret") != NULL || strstr(err->msg, "description") != NULL) {
        fail_msg("line %zu: the message repeats the host: %s", line, err->msg);
    }
}

static void reads_answers_of_token_endpoints(void **state)
{
    Arena *arena = *state;
    TestTable table;

    support_table_load(arena, "tests/data/source/oauth_answers.tsv", 6, &table);
    for (size_t i = 0; i < table.n_rows; i++) {
        Str want = support_table_field(&table, i, 2);
        OauthToken token;
        Err err = ERR_INIT;
        bool ok =
            oauth_answer_parse(support_table_field(&table, i, 0), support_table_field(&table, i, 1),
                               NOW_MS, arena, &token, &err);
        if (str_eq(want, STR("internal")) || str_eq(want, STR("unauthenticated"))) {
            if (ok) {
                fail_msg("line %zu is accepted", table.lines[i]);
            }
            expect_failure(table.lines[i], want, &err);
            continue;
        }
        if (!ok) {
            fail_msg("line %zu is refused: %s", table.lines[i], err.msg);
        }
        int64_t life = number(&table, i, 4);
        int64_t refresh_life = number(&table, i, 5);
        support_expect_str("access token", table.lines[i], token.access_token, want);
        support_expect_str("refresh token", table.lines[i], token.refresh_token,
                           support_table_field(&table, i, 3));
        assert_int_equal(token.expires_at_ms, life > 0 ? NOW_MS + life * 1000 : 0);
        assert_int_equal(token.refresh_expires_at_ms,
                         refresh_life > 0 ? NOW_MS + refresh_life * 1000 : 0);
    }
}

static void bounds_answers_and_tokens(void **state)
{
    Arena *arena = *state;
    size_t n = OAUTH_MAX_ANSWER_BYTES + 1;
    char *big = arena_alloc(arena, n);
    OauthToken token;
    Err err = ERR_INIT;

    memset(big, 'a', n);
    memcpy(big, "access_token=", 13);
    Str form = STR("application/x-www-form-urlencoded");
    assert_false(oauth_answer_parse(form, (Str){ big, n }, 0, arena, &token, &err));
    assert_false(oauth_answer_parse(form, (Str){ big, 13 + OAUTH_MAX_TOKEN_BYTES + 1 }, 0, arena,
                                    &token, &err));
    assert_true(
        oauth_answer_parse(form, (Str){ big, 13 + OAUTH_MAX_TOKEN_BYTES }, 0, arena, &token, &err));
    memset(big, '[', n);
    assert_false(
        oauth_answer_parse(STR("application/json"), (Str){ big, n - 1 }, 0, arena, &token, &err));
}

static void answers_need_memory(void **state)
{
    (void)state;
    Arena *small = arena_create(64);
    char body[400];
    OauthToken token;
    Err err = ERR_INIT;

    memset(body, 'a', sizeof(body));
    memcpy(body, "access_token=", 13);
    assert_false(oauth_answer_parse(STR("application/x-www-form-urlencoded"),
                                    (Str){ body, sizeof(body) }, 0, small, &token, &err));
    arena_destroy(small);
}

static void challenge_is_that_of_the_standard(void **state)
{
    support_expect_str("challenge", 0, oauth_challenge(STR(VERIFIER), *state), STR(CHALLENGE));
}

static ProviderConfig config_of(const TestTable *table, size_t row)
{
    Str web = support_table_field(table, row, 1);
    Str scope = support_table_field(table, row, 3);
    ProviderConfig config = { .name = web,
                              .web_url = web,
                              .api_url = support_table_field(table, row, 2),
                              .client_id = STR("id 1"),
                              .client_secret = STR("s") };

    assert_true(provider_type_from(support_table_field(table, row, 0), &config.type));
    if (!str_eq(scope, STR("*"))) {
        config.scope = scope;
    }
    return config;
}

static void makes_authorisation_addresses(void **state)
{
    Arena *arena = *state;
    TestTable table;

    support_table_load(arena, "tests/data/source/oauth_urls.tsv", 6, &table);
    for (size_t i = 0; i < table.n_rows; i++) {
        ProviderConfig config = config_of(&table, i);
        OauthClient *client;
        Err err = ERR_INIT;
        assert_true(oauth_client_create(&config, NULL, &client, &err));
        assert_non_null(client);
        assert_true(oauth_can_login(client));
        support_expect_str(
            "address", table.lines[i],
            oauth_authorize_url(client, STR("https://f/cb"), STR("s"), STR(VERIFIER), arena),
            support_table_field(&table, i, 4));
        support_expect_str("revoke", table.lines[i], oauth_revoke_url(client),
                           support_table_field(&table, i, 5));
        oauth_client_destroy(client);
    }
}

static void logins_need_what_the_host_demands(void **state)
{
    static const struct {
        ProviderType type;
        bool without_secret;
    } rows[] = { { PROVIDER_GITHUB, false },
                 { PROVIDER_GITLAB, true },
                 { PROVIDER_GITEA, true },
                 { PROVIDER_BITBUCKET, false },
                 { PROVIDER_BITBUCKET_SERVER, false } };

    OauthClient *client;
    Err err = ERR_INIT;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        ProviderConfig config = { .name = STR("h.example"),
                                  .web_url = STR_EMPTY,
                                  .type = rows[i].type,
                                  .client_id = STR("id") };
        assert_true(oauth_client_create(&config, NULL, &client, &err));
        assert_int_equal(oauth_can_login(client), rows[i].without_secret);
        oauth_client_destroy(client);
        config.client_id = STR_EMPTY;
        assert_true(oauth_client_create(&config, NULL, &client, &err));
        assert_null(client);
    }
    ProviderConfig local = { .name = STR("l"), .type = PROVIDER_LOCAL, .client_id = STR("id") };
    assert_true(oauth_client_create(&local, NULL, &client, &err));
    assert_null(client);
}

static void reads_the_secret_file_at_start(void **state)
{
    Arena *arena = *state;
    char dir[256];
    OauthClient *client;
    ProviderConfig config = { .name = STR("h.example"),
                              .web_url = STR_EMPTY,
                              .type = PROVIDER_GITHUB,
                              .client_id = STR("id") };

    support_dir_create(dir, sizeof(dir));
    support_write_file(dir, "good", STR("  the-secret\n"));
    support_write_file(dir, "empty", STR("\n"));
    support_write_file(dir, "lines", STR("a\nb\n"));
    config.client_secret_file = str_from(arena_printf(arena, "%s/good", dir));
    Err err = ERR_INIT;
    assert_true(oauth_client_create(&config, NULL, &client, &err));
    assert_true(oauth_can_login(client));
    oauth_client_destroy(client);
    static const char *const bad[] = { "empty", "lines", "absent" };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        config.client_secret_file = str_from(arena_printf(arena, "%s/%s", dir, bad[i]));
        err = ERR_INIT;
        assert_false(oauth_client_create(&config, NULL, &client, &err));
        assert_int_equal(err.code, i < 2 ? ERR_INVALID_ARGUMENT : ERR_NOT_FOUND);
    }
    config.client_secret_file = STR_EMPTY;
    config.callback_url = STR("flame.example/login/callback");
    assert_false(oauth_client_create(&config, NULL, &client, &err));
    support_dir_remove(dir);
}

static void random_texts_differ_and_have_their_form(void **state)
{
    Arena *arena = *state;
    Str a = secret_random_text(arena, SECRET_BYTES);
    Str b = secret_random_text(arena, SECRET_BYTES);

    assert_true(secret_text_valid(a, SECRET_TEXT_CHARS));
    assert_false(str_eq(a, b));
    assert_false(secret_text_valid(a, SECRET_TEXT_CHARS - 1));
    assert_false(secret_text_valid(STR("+"), 1));
    assert_null(secret_random_text(arena, SECRET_BYTES + 1).ptr);
}

static void digests_count_the_borders_of_parts(void **state)
{
    const Str one[] = { STR("ab"), STR("c") };
    const Str two[] = { STR("a"), STR("bc") };
    unsigned char x[SECRET_BYTES];
    unsigned char y[SECRET_BYTES];

    (void)state;
    assert_true(secret_digest(one, 2, x) && secret_digest(two, 2, y));
    assert_false(secret_equal(x, y, sizeof(x)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_answers_of_token_endpoints),
        cmocka_unit_test(bounds_answers_and_tokens),
        cmocka_unit_test(answers_need_memory),
        cmocka_unit_test(challenge_is_that_of_the_standard),
        cmocka_unit_test(makes_authorisation_addresses),
        cmocka_unit_test(logins_need_what_the_host_demands),
        cmocka_unit_test(reads_the_secret_file_at_start),
        cmocka_unit_test(random_texts_differ_and_have_their_form),
        cmocka_unit_test(digests_count_the_borders_of_parts),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
