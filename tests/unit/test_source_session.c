/* SPDX-License-Identifier: Apache-2.0 */
/* The session cookie against vectors of an independent implementation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "source/session_cookie.h"
#include "support_source.h"

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

static void opens_what_the_reference_wrote(void **state)
{
    Arena *arena = *state;
    TestTable table;

    support_table_load(arena, "tests/data/source/session_cookies.tsv", 6, &table);
    for (size_t i = 0; i < table.n_rows; i++) {
        Str secrets[4];
        size_t n_secrets = 0;
        Str list = support_table_field(&table, i, 1);
        SessionToken token;
        Err err = ERR_INIT;
        while (list.len > 0 && str_next(&list, ',', &secrets[n_secrets])) {
            n_secrets++;
        }
        bool ok = session_cookie_open(arena, secrets, n_secrets, support_table_field(&table, i, 2),
                                      support_table_field(&table, i, 3), &token, &err);
        Str want = support_table_field(&table, i, 4);
        if (str_eq(want, STR("invalid"))) {
            assert_false(ok);
            assert_int_equal(err.code, ERR_UNAUTHENTICATED);
            assert_string_equal(err.msg, "invalid token");
            continue;
        }
        if (!ok) {
            fail_msg("line %zu is not read: %s", table.lines[i], err.msg);
        }
        int64_t expiry = 0;
        assert_true(str_to_i64(support_table_field(&table, i, 5), &expiry));
        support_expect_str("access token", table.lines[i], token.access_token, want);
        assert_int_equal(token.expires_at_ms, expiry);
    }
}

static void seals_byte_for_byte_as_the_reference(void **state)
{
    static const unsigned char nonce[SESSION_NONCE_BYTES] = {
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    };
    SessionToken token = { .access_token = STR("gho_exampleAccess"),
                           .token_type = STR("bearer"),
                           .refresh_token = STR("ghr_exampleRefresh"),
                           .expires_at_ms = INT64_C(1772361045000) };
    Str sealed;
    Err err = ERR_INIT;

    assert_true(
        session_token_seal(*state, STR("s3cret"), STR("anonymous"), &token, nonce, &sealed, &err));
    support_expect_str(
        "sealed", 0, sealed,
        STR("AAECAwQFBgcICQoLXL9ja6V+vFYL1jsGmef5LmuHYcgFGpaOrIkyrkUp4dSvkqloe2YWt"
            "08XH3dtqYYEgOjH1nOHjkLANhCOye/CtyrE2nn6so4EQbZQBRZPMJGdLw18eqI2JBQ+JJ"
            "lr89Uf2dD3c3cqavaW7A6PhpbQHWbBnxQC9+z2KSX2DLYLX0Kiz5n8pNbOwN7+jpQOkJg="));
}

static void reads_back_both_layouts(void **state)
{
    Arena *arena = *state;
    SessionToken token = { .access_token = STR("a"),
                           .token_type = STR_EMPTY,
                           .refresh_token = STR_EMPTY };
    SessionToken back;
    Str secret = STR("k");
    Str sealed;
    Err err = ERR_INIT;

    assert_true(session_token_seal(arena, secret, STR("t"), &token, NULL, &sealed, &err));
    const Str values[] = { session_cookie_value(arena, sealed, 1, 2),
                           session_cookie_value_deprecated(arena, sealed, 1) };
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        assert_true(session_cookie_open(arena, &secret, 1, STR("t"), values[i], &back, &err));
        support_expect_str("token", 0, back.access_token, STR("a"));
        assert_int_equal(back.expires_at_ms, 0);
    }
    assert_false(session_token_seal(arena, STR_EMPTY, STR("t"), &token, NULL, &sealed, &err));
    assert_int_equal(err.code, ERR_INTERNAL);
}

static void takes_the_first_cookie_of_the_name(void **state)
{
    Str value;

    (void)state;
    assert_true(session_cookie_find(
        STR("a=b; pyroscope_git_session=one=; pyroscope_git_session=two"), &value));
    support_expect_str("value", 0, value, STR("one="));
    assert_false(session_cookie_find(STR("GitSession=x; xpyroscope_git_session=y"), &value));
    assert_false(session_cookie_find(STR_EMPTY, &value));
}

static void caps_the_size_before_decoding(void **state)
{
    Arena *arena = *state;
    char *big = arena_alloc(arena, SESSION_COOKIE_MAX_BYTES + 1);
    Str secret = STR("k");
    SessionToken token;
    Err err = ERR_INIT;

    memset(big, 'A', SESSION_COOKIE_MAX_BYTES + 1);
    assert_false(session_cookie_open(arena, &secret, 1, STR("t"),
                                     (Str){ big, SESSION_COOKIE_MAX_BYTES + 1 }, &token, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_what_the_reference_wrote),
        cmocka_unit_test(seals_byte_for_byte_as_the_reference),
        cmocka_unit_test(reads_back_both_layouts),
        cmocka_unit_test(takes_the_first_cookie_of_the_name),
        cmocka_unit_test(caps_the_size_before_decoding),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
