/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store's contract (store.h), checked on any engine: first the model itself with examples, then
 * the embedded engine against the model with random streams and restarts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/clock.h"
#include "support_store.h"

enum { ROUNDS = 12, PROFILES_PER_ROUND = 12, QUESTIONS_PER_ROUND = 6 };

typedef struct Fixture {
    TestDir dir;
    Store *store;
    Arena *arena;
} Fixture;

static Fixture open_fixture(bool is_model)
{
    Fixture fixture = { .arena = arena_create(MiB(256)) };

    test_dir_make(&fixture.dir);
    fixture.store = is_model ? model_store_create() : open_store(fixture.dir.path);
    return fixture;
}

static void close_fixture(Fixture *fixture)
{
    store_close(fixture->store);
    arena_destroy(fixture->arena);
    test_dir_remove(&fixture->dir);
}

/* Each example runs on both engines; state says which. */
static bool is_model(void **state)
{
    return *(const bool *)*state;
}

static void expect_text(Store *store, const char *tenant, const char *selector, int64_t start_ns,
                        int64_t end_ns, const char *expected)
{
    Buf out CLEANUP(buf_done) = BUF_INIT(MiB(1));
    Question question = { .tenant = tenant,
                          .selector = selector,
                          .filter = { .start_ns = start_ns, .end_ns = end_ns } };
    bool partial = false;

    describe_answer(store, &question, &out, &partial);
    buf_add_char(&out, '\0');
    assert_true(buf_ok(&out));
    assert_string_equal(out.ptr, expected);
    assert_false(partial);
}

static void one_profile_comes_back(void **state)
{
    Fixture fixture = open_fixture(is_model(state));
    StoreProfile profile = simple_profile(fixture.arena, "a", "shop", TEST_DAY_NS + 5, 42, "main");

    append_or_fail(fixture.store, &profile, 1);
    expect_text(fixture.store, "a", "{service_name=\"shop\"}", TEST_DAY_NS, TEST_DAY_NS + 9,
                "series __profile_type__=cpu,service_name=shop,\n"
                "point __profile_type__=cpu,service_name=shop, 1772323200000000005 42\n"
                "sum 0 [1000 main///0:7] = 42\n");
    expect_text(fixture.store, "b", "{}", 1, INT64_MAX, ""); /* tenants do not see each other */
    expect_text(fixture.store, "a", "{}", TEST_DAY_NS + 6, TEST_DAY_NS + 9, "");
    expect_text(fixture.store, "a", "{}", TEST_DAY_NS, TEST_DAY_NS + 4, "");
    expect_text(fixture.store, "a", "{pod=\"\"}", TEST_DAY_NS + 5, TEST_DAY_NS + 5,
                "series __profile_type__=cpu,service_name=shop,\n"
                "point __profile_type__=cpu,service_name=shop, 1772323200000000005 42\n"
                "sum 0 [1000 main///0:7] = 42\n");
    close_fixture(&fixture);
}

static void resent_profile_is_stored_once(void **state)
{
    Fixture fixture = open_fixture(is_model(state));
    StoreProfile twice[2];

    twice[0] = twice[1] = simple_profile(fixture.arena, "a", "shop", TEST_DAY_NS, 1, "main");
    append_or_fail(fixture.store, twice, 2);
    append_or_fail(fixture.store, twice, 1);
    StoreProfile other = simple_profile(fixture.arena, "a", "shop", TEST_DAY_NS, 2, "main");
    append_or_fail(fixture.store, &other, 1); /* same series and time, other content */
    expect_text(fixture.store, "a", "{}", 1, INT64_MAX,
                "series __profile_type__=cpu,service_name=shop,\n"
                "point __profile_type__=cpu,service_name=shop, 1772323200000000000 1\n"
                "point __profile_type__=cpu,service_name=shop, 1772323200000000000 2\n"
                "sum 0 [1000 main///0:7] = 3\n");
    close_fixture(&fixture);
}

typedef struct Collected {
    char text[256];
} Collected;

static bool collect_value(void *ctx, Str key, Str value, Err *err)
{
    Collected *collected = ctx;
    size_t len = strlen(collected->text);

    (void)err;
    (void)snprintf(collected->text + len, sizeof(collected->text) - len, "%.*s=%.*s;", STR_ARG(key),
                   STR_ARG(value));
    return true;
}

static void values_are_kept_apart_and_in_order(void **state)
{
    Fixture fixture = open_fixture(is_model(state));
    Buf value CLEANUP(buf_done) = BUF_INIT(100);
    Collected collected = { "" };
    Err err = ERR_INIT;

    assert_true(store_value_put(fixture.store, STR("a"), STR("s"), STR("k2"), STR("2"), &err));
    assert_true(store_value_put(fixture.store, STR("a"), STR("s"), STR("k1"), STR("1"), &err));
    assert_true(store_value_put(fixture.store, STR("a"), STR("t"), STR("k1"), STR("other"), &err));
    assert_true(store_value_put(fixture.store, STR("ab"), STR("s"), STR("k1"), STR("no"), &err));
    assert_true(store_value_put(fixture.store, STR("a"), STR("s"), STR("k1"), STR("one"), &err));
    assert_true(store_value_put(fixture.store, STR("a"), STR("s"), STR("k0"), STR(""), &err));
    assert_true(
        store_value_each(fixture.store, STR("a"), STR("s"), collect_value, &collected, &err));
    assert_string_equal(collected.text, "k0=;k1=one;k2=2;");
    assert_true(store_value_delete(fixture.store, STR("a"), STR("s"), STR("k1"), &err));
    assert_false(store_value_get(fixture.store, STR("a"), STR("s"), STR("k1"), &value, &err));
    assert_int_equal(err.code, ERR_NOT_FOUND);
    assert_true(store_value_get(fixture.store, STR("a"), STR("t"), STR("k1"), &value, &err));
    assert_true(str_eq(buf_str(&value), STR("other")));
    close_fixture(&fixture);
}

/* ---- random streams against the model ---- */

static Question random_question(Rng *rng, const ProfileShape *shape, Arena *arena)
{
    static const char *const selectors[] = {
        "{}",
        "{service_name=\"service-1\"}",
        "{pod=\"pod-1\"}",
        "{pod!=\"pod-1\"}",
        "{pod=\"\"}",
        "{pod!=\"\",zone=~\"z0|\"}",
        "{pod=~\"pod-(1|2)\"}",
        "{zone!~\"z1\",service_name=~\"service-0|service-2\"}",
        "{nothing=~\".*\"}",
        "{nothing=~\".+\"}",
    };
    Question question = {
        .tenant = arena_printf(arena, "tenant-%u", rng_below(rng, shape->n_tenants)),
        .selector = selectors[rng_below(rng, ARRAY_LEN(selectors))],
        .group_by_series = rng_below(rng, 2) == 0,
    };
    int64_t span_ns = shape->n_days * NS_PER_DAY;
    int64_t step_ns = NS_PER_DAY / 40;

    question.filter.start_ns =
        shape->start_ns + (int64_t)rng_below(rng, (uint32_t)(span_ns / step_ns)) * step_ns;
    question.filter.end_ns =
        question.filter.start_ns + (int64_t)rng_below(rng, (uint32_t)(span_ns / step_ns)) * step_ns;
    if (rng_below(rng, 3) == 0) {
        SpanId *spans = ARENA_NEW(arena, SpanId, 2);
        spans[0].bytes[0] = 1;
        spans[1].bytes[0] = 3;
        question.filter.span_ids = spans;
        question.filter.n_span_ids = 1 + rng_below(rng, 2);
    }
    if (rng_below(rng, 4) == 0) {
        TraceId *traces = ARENA_NEW(arena, TraceId, 1);
        traces[0].bytes[15] = 1;
        question.filter.trace_ids = traces;
        question.filter.n_trace_ids = 1;
    }
    return question;
}

static void expect_same_stats(Store *expected, Store *actual, const ProfileShape *shape)
{
    for (uint32_t t = 0; t < shape->n_tenants; t++) {
        char name[32];
        StoreTenantStats left;
        StoreTenantStats right;
        Err err = ERR_INIT;
        (void)snprintf(name, sizeof(name), "tenant-%u", t);
        assert_true(store_tenant_stats(expected, str_from(name), &left, &err));
        assert_true(store_tenant_stats(actual, str_from(name), &right, &err));
        assert_int_equal(left.has_data, right.has_data);
        assert_int_equal(left.oldest_ns, right.oldest_ns);
        assert_int_equal(left.newest_ns, right.newest_ns);
    }
}

static void random_streams_equal_the_model(void **state)
{
    Rng rng = rng_from_environment();
    Fixture fixture = open_fixture(false);
    Store *model = model_store_create();
    ProfileShape shape = PROFILE_SHAPE;

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        StoreProfile profiles[PROFILES_PER_ROUND];
        for (size_t i = 0; i < PROFILES_PER_ROUND; i++) {
            bool resend = i > 0 && rng_below(&rng, 5) == 0;
            profiles[i] = resend ? profiles[rng_below(&rng, (uint32_t)i)]
                                 : random_profile(&rng, &shape, fixture.arena);
        }
        for (size_t i = 0; i < PROFILES_PER_ROUND;) { /* calls with one or several profiles */
            size_t n = 1 + rng_below(&rng, 4);
            n = MIN(n, PROFILES_PER_ROUND - i);
            append_or_fail(model, profiles + i, n);
            append_or_fail(fixture.store, profiles + i, n);
            i += n;
        }
        if (rng_below(&rng, 3) == 0) {
            store_close(fixture.store);
            fixture.store = open_store(fixture.dir.path);
            model_store_forget_recent(model);
        }
        for (int i = 0; i < QUESTIONS_PER_ROUND; i++) {
            Question question = random_question(&rng, &shape, fixture.arena);
            expect_same_answer(model, fixture.store, &question);
        }
        expect_same_stats(model, fixture.store, &shape);
    }
    expect_same_content(model, fixture.store, &shape);
    store_close(model);
    close_fixture(&fixture);
}

int main(void)
{
    static bool on_model = true;
    static bool on_rocks = false;
    const struct CMUnitTest tests[] = {
        { "model: one profile comes back", one_profile_comes_back, NULL, NULL, &on_model },
        { "model: resent profile is stored once", resent_profile_is_stored_once, NULL, NULL,
          &on_model },
        { "model: values", values_are_kept_apart_and_in_order, NULL, NULL, &on_model },
        { "rocks: one profile comes back", one_profile_comes_back, NULL, NULL, &on_rocks },
        { "rocks: resent profile is stored once", resent_profile_is_stored_once, NULL, NULL,
          &on_rocks },
        { "rocks: values", values_are_kept_apart_and_in_order, NULL, NULL, &on_rocks },
        cmocka_unit_test(random_streams_equal_the_model),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
