/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions and login attempts against the model store: what opens, what does not, what ends. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "account/account.h"
#include "account/attempt.h"
#include "account/cookie.h"
#include "support_source.h"
#include "support_store.h"

#define NOW_MS INT64_C(1772361045000)
#define DAY_MS (INT64_C(86400) * 1000)

typedef struct World {
    Arena *arena;
    Store *store;
    SessionStore sessions;
} World;

static const Str two_secrets[] = { STR_CONST("the-new-secret-1"), STR_CONST("the-old-secret-2") };

static int setup(void **state)
{
    World *w = calloc(1, sizeof(*w));

    w->arena = arena_create(MiB(64));
    w->store = model_store_create();
    w->sessions = (SessionStore){ .store = w->store, .secrets = two_secrets, .n_secrets = 2 };
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    World *w = *state;

    store_close(w->store);
    arena_destroy(w->arena);
    free(w);
    return 0;
}

/* ---- seal ---- */

static void opens_only_with_cookie_tenant_and_secret(void **state)
{
    World *w = *state;
    unsigned char cookie[SECRET_BYTES] = { 1, 2, 3 };
    unsigned char other_cookie[SECRET_BYTES] = { 1, 2, 4 };
    SealContext good = { cookie, STR("a"), two_secrets + 1, 1 };
    Buf sealed = BUF_INIT(KiB(4));
    Str plain;
    Err err = ERR_INIT;

    assert_true(seal_close(&good, STR("head"), STR("the tokens"), &sealed, &err));
    assert_int_equal(sealed.len, strlen("the tokens") + SEAL_OVERHEAD_BYTES);
    assert_true(seal_open(&good, STR("head"), buf_str(&sealed), w->arena, &plain));
    support_expect_str("plain", 0, plain, STR("the tokens"));
    const SealContext others[] = {
        { other_cookie, STR("a"), two_secrets + 1, 1 },
        { cookie, STR("b"), two_secrets + 1, 1 },
        { cookie, STR_EMPTY, two_secrets + 1, 1 },
        { cookie, STR("a"), two_secrets, 1 },
        { cookie, STR("a"), NULL, 0 },
    };
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        assert_false(seal_open(&others[i], STR("head"), buf_str(&sealed), w->arena, &plain));
    }
    SealContext rotated = { cookie, STR("a"), two_secrets, 2 };
    assert_true(seal_open(&rotated, STR("head"), buf_str(&sealed), w->arena, &plain));
    assert_false(seal_open(&good, STR("tail"), buf_str(&sealed), w->arena, &plain));
    buf_done(&sealed);
}

static void notices_every_changed_byte(void **state)
{
    World *w = *state;
    unsigned char cookie[SECRET_BYTES] = { 9 };
    SealContext context = { cookie, STR("a"), NULL, 0 };
    Buf sealed = BUF_INIT(KiB(4));
    Str plain;
    Err err = ERR_INIT;

    assert_true(seal_close(&context, STR("h"), STR("x"), &sealed, &err));
    for (size_t i = 0; i < sealed.len; i++) {
        sealed.ptr[i] = (char)(sealed.ptr[i] ^ 1);
        assert_false(seal_open(&context, STR("h"), buf_str(&sealed), w->arena, &plain));
        sealed.ptr[i] = (char)(sealed.ptr[i] ^ 1);
        assert_false(
            seal_open(&context, STR("h"), str_first(buf_str(&sealed), i), w->arena, &plain));
    }
    assert_true(seal_open(&context, STR("h"), buf_str(&sealed), w->arena, &plain));
    buf_done(&sealed);
}

static void the_same_text_is_sealed_differently(void **state)
{
    unsigned char cookie[SECRET_BYTES] = { 9 };
    SealContext context = { cookie, STR("a"), NULL, 0 };
    Buf one = BUF_INIT(KiB(4));
    Buf two = BUF_INIT(KiB(4));
    Err err = ERR_INIT;

    (void)state;
    assert_true(seal_close(&context, STR_EMPTY, STR("x"), &one, &err));
    assert_true(seal_close(&context, STR_EMPTY, STR("x"), &two, &err));
    assert_false(str_eq(buf_str(&one), buf_str(&two)));
    buf_done(&one);
    buf_done(&two);
}

/* ---- sessions ---- */

static SessionAccount account(const char *provider, const char *token)
{
    return (SessionAccount){ .provider = str_from(provider),
                             .name = STR("octo\"cat\xC3\xA9"),
                             .access_token = str_from(token),
                             .refresh_token = STR("r"),
                             .redirect_uri = STR("https://f/login/callback"),
                             .expires_at_ms = NOW_MS + 1,
                             .refresh_expires_at_ms = NOW_MS + 2,
                             .expired = true };
}

/* Wipes texts of its own only, as secrets are overwritten. */
static Session make_session(World *w, Str tenant, const char *token)
{
    Session session;
    Err err = ERR_INIT;

    assert_true(session_init(&session, tenant, &err));
    SessionAccount entry = account("hub", arena_text(w->arena, str_from(token)));
    assert_true(session_put(&session, &entry));
    return session;
}

static bool load(World *w, const Session *session, Str tenant, int64_t now_ms, Session *ret)
{
    Err err = ERR_INIT;

    *ret = (Session){ .tenant = tenant };
    memcpy(ret->secret, session->secret, SECRET_BYTES);
    bool ok = session_load(&w->sessions, ret, now_ms, w->arena, &err);
    assert_int_equal(err.code, ERR_OK);
    return ok;
}

static void a_session_comes_back_whole(void **state)
{
    World *w = *state;
    Session session = make_session(w, STR("a"), "token-1");
    Session back;
    Err err = ERR_INIT;

    assert_true(session_save(&w->sessions, &session, NOW_MS, &err));
    assert_true(load(w, &session, STR("a"), NOW_MS, &back));
    assert_int_equal(back.n_accounts, 1);
    const SessionAccount *entry = session_find(&back, STR("hub"));
    support_expect_str("token", 0, entry->access_token, STR("token-1"));
    support_expect_str("name", 0, entry->name, STR("octo\"cat\xC3\xA9"));
    support_expect_str("redirect", 0, entry->redirect_uri, STR("https://f/login/callback"));
    assert_int_equal(entry->expires_at_ms, NOW_MS + 1);
    assert_int_equal(entry->refresh_expires_at_ms, NOW_MS + 2);
    assert_true(entry->expired);
    assert_false(load(w, &session, STR("b"), NOW_MS, &back));
    session.secret[0] ^= 1;
    assert_false(load(w, &session, STR("a"), NOW_MS, &back));
}

static bool has_no_secret(void *ctx, Str key, Str value, Err *err)
{
    const Session *session = ctx;
    Str secret = { (const char *)session->secret, SECRET_BYTES };

    (void)err;
    assert_int_equal(str_find(value, STR("token"), 0), STR_NPOS);
    assert_int_equal(str_find(value, STR("hub"), 0), STR_NPOS);
    assert_int_equal(str_find(value, secret, 0), STR_NPOS);
    assert_int_equal(key.len, SEAL_ID_CHARS);
    return true;
}

static void the_store_sees_no_secret(void **state)
{
    World *w = *state;
    Session session = make_session(w, STR("a"), "token-1");
    Err err = ERR_INIT;

    assert_true(session_save(&w->sessions, &session, NOW_MS, &err));
    assert_true(
        store_value_each(w->store, STR("a"), STR("session"), has_no_secret, &session, &err));
}

static bool put_changed(void *ctx, Str key, Str value, Err *err)
{
    World *w = ctx;
    Buf copy = BUF_INIT(KiB(64));

    buf_add(&copy, value);
    copy.ptr[8] = (char)(copy.ptr[8] + 1); /* a later last use */
    bool ok = store_value_put(w->store, STR("a"), STR("copy"), key, buf_str(&copy), err);
    buf_done(&copy);
    return ok;
}

static bool put_back(void *ctx, Str key, Str value, Err *err)
{
    World *w = ctx;

    return store_value_put(w->store, STR("a"), STR("session"), key, value, err);
}

static void the_time_of_use_cannot_be_changed(void **state)
{
    World *w = *state;
    Session session = make_session(w, STR("a"), "token-1");
    Session back;
    Err err = ERR_INIT;

    assert_true(session_save(&w->sessions, &session, NOW_MS, &err));
    assert_true(store_value_each(w->store, STR("a"), STR("session"), put_changed, w, &err));
    assert_true(store_value_each(w->store, STR("a"), STR("copy"), put_back, w, &err));
    assert_false(load(w, &session, STR("a"), NOW_MS, &back));
}

static void sessions_end_after_thirty_days_without_use(void **state)
{
    World *w = *state;
    Session session = make_session(w, STR("a"), "token-1");
    Session back;
    Err err = ERR_INIT;

    assert_true(session_save(&w->sessions, &session, NOW_MS, &err));
    assert_true(load(w, &session, STR("a"), NOW_MS + 30 * DAY_MS, &back));
    assert_false(load(w, &session, STR("a"), NOW_MS + 30 * DAY_MS + 1, &back));
    assert_true(session_save(&w->sessions, &session, NOW_MS + 29 * DAY_MS, &err));
    assert_true(load(w, &session, STR("a"), NOW_MS + 59 * DAY_MS, &back));
}

static bool count(void *ctx, Str key, Str value, Err *err)
{
    (void)key;
    (void)value;
    (void)err;
    (*(size_t *)ctx)++;
    return true;
}

static size_t n_sessions(World *w, Str tenant)
{
    size_t n = 0;
    Err err = ERR_INIT;

    assert_true(store_value_each(w->store, tenant, STR("session"), count, &n, &err));
    return n;
}

static void sweeping_drops_the_old_and_the_many(void **state)
{
    World *w = *state;
    Session sessions[6];
    Session back;
    Err err = ERR_INIT;

    for (size_t i = 0; i < ARRAY_LEN(sessions); i++) {
        sessions[i] = make_session(w, STR("many"), "t");
        assert_true(session_save(&w->sessions, &sessions[i], NOW_MS + (int64_t)i * DAY_MS, &err));
    }
    Session other = make_session(w, STR("other"), "t");
    assert_true(session_save(&w->sessions, &other, NOW_MS, &err));
    int64_t now_ms = NOW_MS + 31 * DAY_MS; /* the first one is over */
    assert_true(session_sweep(&w->sessions, STR("many"), now_ms, 100, &err));
    assert_int_equal(n_sessions(w, STR("many")), 5);
    assert_true(session_sweep(&w->sessions, STR("many"), now_ms, 3, &err));
    assert_int_equal(n_sessions(w, STR("many")), 3);
    assert_false(load(w, &sessions[2], STR("many"), now_ms, &back));
    assert_true(load(w, &sessions[3], STR("many"), now_ms, &back));
    assert_int_equal(n_sessions(w, STR("other")), 1);
}

static void accounts_are_bounded_and_replaced(void **state)
{
    World *w = *state;
    Session session = make_session(w, STR("a"), "t");
    Err err = ERR_INIT;

    for (int i = 1; i < SESSION_MAX_ACCOUNTS; i++) {
        SessionAccount entry = account(arena_printf(w->arena, "p%d", i), "t");
        assert_true(session_put(&session, &entry));
    }
    SessionAccount more = account("more", "t");
    assert_false(session_put(&session, &more));
    SessionAccount again = account("hub", "new");
    assert_true(session_put(&session, &again));
    support_expect_str("token", 0, session_find(&session, STR("hub"))->access_token, STR("new"));
    session_remove(&session, STR("hub"));
    session_remove(&session, STR("hub"));
    assert_null(session_find(&session, STR("hub")));
    assert_int_equal(session.n_accounts, SESSION_MAX_ACCOUNTS - 1);
    char *huge = arena_alloc(w->arena, SESSION_MAX_VALUE_BYTES + 1);
    memset(huge, 'x', SESSION_MAX_VALUE_BYTES);
    SessionAccount large = account("large", huge);
    assert_true(session_put(&session, &large));
    assert_false(session_save(&w->sessions, &session, NOW_MS, &err));
    assert_int_equal(err.code, ERR_RESOURCE_EXHAUSTED);
}

/* ---- cookies, paths, origins ---- */

static void cookies_are_taken_apart(void **state)
{
    World *w = *state;
    unsigned char secret[SECRET_BYTES];
    Session session = make_session(w, STR("a"), "t");
    Str text = session_cookie(&session, w->arena);

    support_expect_str("first", 0, cookie_find(STR("a=b;x=1; x=2"), STR("x")), STR("1"));
    support_expect_str("quoted", 0, cookie_find(STR("x=\"1\""), STR("x")), STR("1"));
    support_expect_str("absent", 0, cookie_find(STR("xx=1; =x; x"), STR("x")), STR_EMPTY);
    support_expect_str("empty", 0, cookie_find(STR_EMPTY, STR("x")), STR_EMPTY);
    assert_true(session_secret_from(text, w->arena, secret));
    assert_memory_equal(secret, session.secret, SECRET_BYTES);
    static const char *const bad[] = {
        "",
        "short",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", /* 44 */
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA+",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB", /* bits behind the end */
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_false(session_secret_from(str_from(bad[i]), w->arena, secret));
    }
    support_expect_str("text", 0, cookie_text(w->arena, STR("n"), STR("v"), STR("/p"), 5, true),
                       STR("n=v; Path=/p; Max-Age=5; HttpOnly; SameSite=Lax; Secure"));
}

static void only_own_paths_are_returned_to(void **state)
{
    World *w = *state;
    TestTable table;

    support_table_load(w->arena, "tests/data/source/return_paths.tsv", 2, &table);
    for (size_t i = 0; i < table.n_rows; i++) {
        bool want = str_eq(support_table_field(&table, i, 1), STR("yes"));
        if (return_path_valid(support_table_field(&table, i, 0)) != want) {
            fail_msg("line %zu", table.lines[i]);
        }
    }
    assert_false(return_path_valid(STR("/a\tb")));
    assert_false(return_path_valid(STR("/\r\nx")));
    assert_false(return_path_valid((Str){ "/\0x", 3 }));
}

static void only_own_pages_change_something(void **state)
{
    World *w = *state;
    TestTable table;

    support_table_load(w->arena, "tests/data/source/origins.tsv", 5, &table);
    for (size_t i = 0; i < table.n_rows; i++) {
        OriginRequest request = { .public_url = support_table_field(&table, i, 0),
                                  .host = support_table_field(&table, i, 1),
                                  .proto = support_table_field(&table, i, 2) };
        bool want = str_eq(support_table_field(&table, i, 4), STR("yes"));
        if (origin_allowed(&request, support_table_field(&table, i, 3), w->arena) != want) {
            fail_msg("line %zu", table.lines[i]);
        }
    }
}

/* ---- attempts ---- */

static AttemptTicket begin(World *w, AttemptTable *table, int64_t now_ms)
{
    AttemptInfo info = { .tenant = STR("a"),
                         .provider = STR("hub"),
                         .redirect_uri = STR("https://f/login/callback"),
                         .return_to = STR("/x"),
                         .popup = true };
    AttemptTicket ticket;
    Err err = ERR_INIT;

    assert_true(attempt_begin(table, &info, now_ms, w->arena, &ticket, &err));
    return ticket;
}

static bool take(World *w, AttemptTable *table, Str state, Str browser, int64_t now_ms)
{
    AttemptInfo info;
    Str verifier;

    if (!attempt_take(table, state, browser, now_ms, w->arena, &info, &verifier)) {
        return false;
    }
    support_expect_str("tenant", 0, info.tenant, STR("a"));
    support_expect_str("return", 0, info.return_to, STR("/x"));
    assert_true(info.popup);
    assert_int_equal(verifier.len, SECRET_TEXT_CHARS);
    return true;
}

static void an_attempt_is_of_one_browser_and_used_once(void **state)
{
    World *w = *state;
    AttemptTable *table = attempt_table_create();
    AttemptTicket one = begin(w, table, NOW_MS);
    AttemptTicket two = begin(w, table, NOW_MS);

    support_expect_str("id", 0, attempt_id_of(one.state), one.id);
    assert_false(take(w, table, one.state, two.browser, NOW_MS));
    assert_false(take(w, table, one.state, STR_EMPTY, NOW_MS));
    assert_false(take(w, table, STR_EMPTY, one.browser, NOW_MS));
    Str mixed = str_from(arena_printf(w->arena, "%.*s.%.*s", STR_ARG(one.id),
                                      STR_ARG(str_skip(two.state, ATTEMPT_ID_CHARS + 1))));
    assert_false(take(w, table, mixed, one.browser, NOW_MS));
    assert_true(take(w, table, one.state, one.browser, NOW_MS));
    assert_false(take(w, table, one.state, one.browser, NOW_MS));
    assert_true(take(w, table, two.state, two.browser, NOW_MS + ATTEMPT_LIFE_MS - 1));
    attempt_table_destroy(table);
}

static void attempts_end_after_ten_minutes(void **state)
{
    World *w = *state;
    AttemptTable *table = attempt_table_create();
    AttemptTicket ticket = begin(w, table, NOW_MS);

    assert_int_equal(ticket.expires_at_ms, NOW_MS + 600 * 1000);
    assert_false(take(w, table, ticket.state, ticket.browser, ticket.expires_at_ms));
    attempt_table_destroy(table);
}

static void attempts_are_bounded(void **state)
{
    World *w = *state;
    AttemptTable *table = attempt_table_create();
    AttemptTicket first = begin(w, table, NOW_MS);
    AttemptTicket second = begin(w, table, NOW_MS);

    for (int i = 0; i < 999; i++) {
        (void)begin(w, table, NOW_MS); /* only their number matters */
    }
    assert_false(take(w, table, first.state, first.browser, NOW_MS));
    assert_true(take(w, table, second.state, second.browser, NOW_MS));
    attempt_table_destroy(table);
}

typedef struct Taker {
    World *w;
    AttemptTable *table;
    AttemptTicket ticket;
    bool took;
} Taker;

static void *take_in_thread(void *arg)
{
    Taker *taker = arg;
    Arena *arena = arena_create(KiB(64));
    AttemptInfo info;
    Str verifier;

    taker->took = attempt_take(taker->table, taker->ticket.state, taker->ticket.browser, NOW_MS,
                               arena, &info, &verifier);
    arena_destroy(arena);
    return NULL;
}

static void one_of_many_threads_takes_an_attempt(void **state)
{
    World *w = *state;
    AttemptTable *table = attempt_table_create();
    AttemptTicket ticket = begin(w, table, NOW_MS);
    Taker takers[8];
    pthread_t threads[8];
    int n = 0;

    for (size_t i = 0; i < 8; i++) {
        takers[i] = (Taker){ w, table, ticket, false };
        assert_int_equal(pthread_create(&threads[i], NULL, take_in_thread, &takers[i]), 0);
    }
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        n += takers[i].took;
    }
    assert_int_equal(n, 1);
    attempt_table_destroy(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_only_with_cookie_tenant_and_secret),
        cmocka_unit_test(notices_every_changed_byte),
        cmocka_unit_test(the_same_text_is_sealed_differently),
        cmocka_unit_test_setup_teardown(a_session_comes_back_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(the_store_sees_no_secret, setup, teardown),
        cmocka_unit_test_setup_teardown(the_time_of_use_cannot_be_changed, setup, teardown),
        cmocka_unit_test_setup_teardown(sessions_end_after_thirty_days_without_use, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(sweeping_drops_the_old_and_the_many, setup, teardown),
        cmocka_unit_test(accounts_are_bounded_and_replaced),
        cmocka_unit_test(cookies_are_taken_apart),
        cmocka_unit_test(only_own_paths_are_returned_to),
        cmocka_unit_test(only_own_pages_change_something),
        cmocka_unit_test(an_attempt_is_of_one_browser_and_used_once),
        cmocka_unit_test(attempts_end_after_ten_minutes),
        cmocka_unit_test(attempts_are_bounded),
        cmocka_unit_test(one_of_many_threads_takes_an_attempt),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
