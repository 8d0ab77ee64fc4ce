/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "codec/attime.h"
#include "model/flamegraph.h"
#include "model/matcher.h"
#include "model/version_json.h"

/* ---- selectors ---- */

typedef struct SelectorCase {
    const char *selector;
    bool matches; /* {pod="a", service_name="shop"} */
} SelectorCase;

static void selectors_match_as_the_grammar_says(void **state UNUSED)
{
    static const SelectorCase cases[] = {
        { "", true },
        { "{}", true },
        { "{service_name=\"shop\",}", true },
        { " { service_name = 'shop' , pod != \"b\" } # comment", true },
        { "{service_name=`shop`}", true },
        { "{service_name=\"sh\\u006fp\"}", true },
        { "{service_name=\"sh\\157p\"}", true },
        { "{service_name=\"sh\\x6fp\"}", true },
        { "{\"service_name\"=\"shop\"}", true },
        { "{service_name=~\"shop|cart\"}", true },
        { "{service_name=~\"sho\"}", false }, /* anchored */
        { "{service_name=~\"s.*\"}", true },
        { "{service_name!~\"s.*\"}", false },
        { "{service_name=~\"(?i)SHOP\"}", true },
        { "{zone=\"\"}", true }, /* absent is empty */
        { "{zone!=\"x\"}", true },
        { "{zone!=\"\"}", false },
        { "{zone=~\".+\"}", false },
        { "{zone=~\"x|\"}", true },
        { "{pod=\"a\",pod=\"b\"}", false },
        { "metric{pod=\"a\"}", false }, /* __name__ is absent here */
        { "{sum=\"\",by=\"\"}", true },
    };
    static const Label items[] = { { STR_CONST("pod"), STR_CONST("a") },
                                   { STR_CONST("service_name"), STR_CONST("shop") } };
    Labels labels = { items, ARRAY_LEN(items) };
    Arena *arena = arena_create(MiB(8));

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Matchers matchers = { 0 };
        Err err = ERR_INIT;
        if (!selector_parse(str_from(cases[i].selector), arena, &matchers, &err)) {
            fail_msg("%s: %s", cases[i].selector, err.msg);
        }
        if (matchers_match(matchers, labels) != cases[i].matches) {
            fail_msg("%s: wrong answer", cases[i].selector);
        }
        matchers_done(&matchers);
    }
    arena_destroy(arena);
}

static void bad_selectors_are_named_by_place(void **state UNUSED)
{
    static const struct {
        const char *selector;
        const char *place;
    } cases[] = {
        { "{", "1:2" },
        { "{a}", "1:3" },
        { "{a=}", "1:4" },
        { "{a=\"b\",,}", "1:8" },
        { "{,a=\"b\"}", "1:2" },
        { "{a=\"b\"} x", "1:9" },
        { "{a=\"b\n\"}", "1:4" },
        { "{a=\"\\q\"}", "1:5" },
        { "{\na=~\"(\"}", "2:4" },
        { "{a=\"\\ud800\"}", "1:5" },
        { "1", "1:1" },
    };

    Arena *arena = arena_create(MiB(8));

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Matchers matchers = { 0 };
        Err err = ERR_INIT;
        assert_false(selector_parse(str_from(cases[i].selector), arena, &matchers, &err));
        assert_int_equal(err.code, ERR_INVALID_ARGUMENT);
        if (strncmp(err.msg, cases[i].place, strlen(cases[i].place)) != 0) {
            fail_msg("%s: %s, expected at %s", cases[i].selector, err.msg, cases[i].place);
        }
    }
    arena_destroy(arena);
}

/* ---- flame graphs ---- */

/* Symbols whose stacks are given as lists of function numbers, leaf first; function i has location
 * i. */
typedef struct Fixture {
    Symbols symbols;
    Str strings[16];
    SymFunction functions[16];
    SymLine lines[16];
    SymLocation locations[16];
    SymStack stacks[16];
    uint32_t stack_locations[64];
} Fixture;

static uint32_t fixture_function(Fixture *f, const char *name)
{
    Str text = str_from(name);

    for (uint32_t i = 0; i < f->symbols.n_functions; i++) {
        if (str_eq(f->strings[f->functions[i].name], text)) {
            return i;
        }
    }
    uint32_t at = f->symbols.n_functions++;
    f->strings[f->symbols.n_strings] = text;
    f->functions[at].name = f->symbols.n_strings++;
    f->lines[at] = (SymLine){ .function = at, .line = 1 };
    f->locations[at] = (SymLocation){ .first_line = at, .n_lines = 1 };
    f->symbols.n_lines++;
    f->symbols.n_locations++;
    return at;
}

static void fixture_init(Fixture *f)
{
    *f = (Fixture){ .symbols = { .n_strings = 1 } };
    f->strings[0] = STR_EMPTY;
    f->symbols.strings = f->strings;
    f->symbols.functions = f->functions;
    f->symbols.lines = f->lines;
    f->symbols.locations = f->locations;
    f->symbols.stacks = f->stacks;
    f->symbols.stack_locations = f->stack_locations;
}

/* path: root first, one letter or word each, ended by NULL. */
static void fixture_stack(Fixture *f, const char *const *path)
{
    SymStack *stack = &f->stacks[f->symbols.n_stacks++];
    uint32_t n = 0;

    while (path[n] != NULL) {
        n++;
    }
    *stack = (SymStack){ f->symbols.n_stack_locations, n };
    while (n > 0) {
        f->stack_locations[f->symbols.n_stack_locations++] = fixture_function(f, path[--n]);
    }
}

/* The worked example of query.md 3.1. */
static const char *const example[][4] = {
    { "main" },      { "main", "a" }, { "main", "a", "x" }, { "main", "a", "y" }, { "main", "b" },
    { "main", "c" }, { "gc" },
};
static const int64_t example_values[] = { 5, 10, 20, 1, 4, 2, 8 };

static void make_example(Fixture *f, Tree *tree, Intern *names, Arena *arena)
{
    CallSite none = { 0 };
    Err err = ERR_INIT;

    fixture_init(f);
    for (size_t i = 0; i < ARRAY_LEN(example); i++) {
        fixture_stack(f, example[i]);
    }
    intern_init(names, arena);
    assert_true(tree_init(tree, names, &err));
    assert_true(tree_add(tree, &f->symbols, example_values, &none, &err));
    assert_true(tree_finish(tree, &err));
}

static void assert_level(const FlameGraph *graph, size_t level, const int64_t *values, size_t n)
{
    assert_true(level < graph->levels.len);
    assert_int_equal(graph->levels.items[level].values.len, n);
    for (size_t i = 0; i < n; i++) {
        if (i % 4 != 3) { /* the numbers of names are free */
            assert_int_equal(graph->levels.items[level].values.items[i], values[i]);
        }
    }
}

static void encodes_the_worked_example(void **state UNUSED)
{
    static const int64_t level2[] = { 13, 31, 10, 0, 0, 4, 4, 0, 0, 2, 2, 0 };
    static const int64_t cut2[] = { 13, 31, 10, 0, 0, 6, 6, 0 };
    static const int64_t cut3[] = { 23, 20, 20, 0, 0, 1, 1, 0 };
    Fixture f;
    Tree tree;
    Intern names;
    FlameGraph graph;
    Err err = ERR_INIT;
    Arena *arena = arena_create(MiB(1));

    make_example(&f, &tree, &names, arena);
    assert_true(flamegraph_encode(&tree, 0, &graph, &err));
    assert_int_equal(graph.total, 50);
    assert_int_equal(graph.max_self, 20);
    assert_int_equal(graph.names.len, 8);
    assert_level(&graph, 2, level2, ARRAY_LEN(level2));
    flamegraph_done(&graph);
    assert_int_equal(tree_min_value(&tree, 4), 8);
    assert_true(flamegraph_encode(&tree, 8, &graph, &err));
    assert_level(&graph, 2, cut2, ARRAY_LEN(cut2));
    assert_level(&graph, 3, cut3, ARRAY_LEN(cut3));
    flamegraph_done(&graph);
    tree_done(&tree);
    intern_done(&names);
    arena_destroy(arena);
}

/* Whatever is cut, the sum of self over all bars is the total. */
static void truncation_loses_nothing(void **state UNUSED)
{
    Fixture f;
    Tree tree;
    Intern names;
    Err err = ERR_INIT;
    Arena *arena = arena_create(MiB(1));

    make_example(&f, &tree, &names, arena);
    for (int64_t max_nodes = 1; max_nodes < 9; max_nodes++) {
        FlameGraph graph;
        int64_t sum = 0;
        assert_true(flamegraph_encode(&tree, tree_min_value(&tree, max_nodes), &graph, &err));
        for (size_t i = 0; i < graph.levels.len; i++) {
            for (size_t j = 2; j < graph.levels.items[i].values.len; j += 4) {
                sum += graph.levels.items[i].values.items[j];
            }
        }
        assert_int_equal(sum, 50);
        flamegraph_done(&graph);
    }
    tree_done(&tree);
    intern_done(&names);
    arena_destroy(arena);
}

static void kth_largest_agrees_with_sorting(void **state UNUSED)
{
    uint64_t random = 12345;

    for (int round = 0; round < 200; round++) {
        int64_t values[40];
        int64_t copy[40];
        size_t n = 1 + (size_t)round % 40;
        for (size_t i = 0; i < n; i++) {
            random = random * 6364136223846793005ULL + 1;
            values[i] = (int64_t)(random >> 60); /* many equal ones */
        }
        for (size_t k = 1; k <= n; k++) {
            memcpy(copy, values, sizeof(values));
            int64_t found = kth_largest(copy, n, k);
            size_t larger = 0;
            size_t equal = 0;
            for (size_t i = 0; i < n; i++) {
                larger += values[i] > found;
                equal += values[i] == found;
            }
            assert_true(larger < k && k <= larger + equal);
        }
    }
}

/* ---- versions ---- */

static void version_json_is_that_of_the_reference(void **state UNUSED)
{
    Version version = { STR("https://github.com/acme/shop"), STR("a<b>&\"c"),
                        STR("services/cart") };
    Buf json = BUF_INIT(KiB(4));
    Version back;
    Str build_id;
    Arena *arena = arena_create(MiB(1));

    version_json_add(&json, version, STR("a1b2c3"));
    assert_true(
        str_eq(buf_str(&json), STR("{\"repository\":\"https://github.com/acme/shop\",\"git_ref\":"
                                   "\"a\\u003cb\\u003e\\u0026\\\"c\",\"build_id\":\"a1b2c3\","
                                   "\"root_path\":\"services/cart\"}")));
    assert_true(version_json_parse(buf_str(&json), arena, &back, &build_id));
    assert_int_equal(version_cmp(version, back), 0);
    assert_true(str_eq(build_id, STR("a1b2c3")));
    buf_done(&json);
    arena_destroy(arena);
}

static void only_version_objects_are_unwrapped(void **state UNUSED)
{
    static const char *const others[] = {
        "",
        "a1b2c3",
        "{",
        "{}x",
        "{\"repository\":1}",
        "{\"repository\":\"r\",\"other\":\"x\"}",
        "{\"repository\":\"r\",}",
        "[\"repository\"]",
        "{\"repository\":\"\\ud800\"}",
    };
    Arena *arena = arena_create(MiB(1));

    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        Version version;
        Str build_id;
        assert_false(version_json_parse(str_from(others[i]), arena, &version, &build_id));
    }
    arena_destroy(arena);
}

/* ---- times ---- */

static void times_are_read_as_people_write_them(void **state UNUSED)
{
    const int64_t now = INT64_C(1768435200) * NS_PER_S; /* 2026-01-15T00:00:00Z */

    static const struct {
        const char *text;
        int64_t seconds; /* INT64_MIN: refused */
    } cases[] = {
        { "now", 1768435200 },
        { "now-1h", 1768431600 },
        { "now-3h30m", 1768422600 },
        { "now-15min", 1768434300 },
        { "now+2d", 1768608000 },
        { "-1w", 1767830400 },
        { "now-1mon", 1765843200 },
        { "20260115", 1768435200 },
        { "1768435200", 1768435200 },
        { "1_768_435_200", 1768435200 },
        { "1768435200000", 1768435200 },
        { "1768435200000000000", 1768435200 },
        { "2026-01-15T00:00:00Z", 1768435200 },
        { "2026-01-15T01:00:00.000+01:00", 1768435200 },
        { "yesterday", INT64_MIN },
        { "now-", INT64_MIN },
        { "", INT64_MIN },
        { "2026-02-31T00:00:00Z", INT64_MIN },
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int64_t ns;
        bool ok = attime_parse(str_from(cases[i].text), now, &ns);
        if (ok != (cases[i].seconds != INT64_MIN) || (ok && ns != cases[i].seconds * NS_PER_S)) {
            fail_msg("\"%s\": %lld", cases[i].text, ok ? (long long)(ns / NS_PER_S) : -1LL);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(selectors_match_as_the_grammar_says),
        cmocka_unit_test(bad_selectors_are_named_by_place),
        cmocka_unit_test(encodes_the_worked_example),
        cmocka_unit_test(truncation_loses_nothing),
        cmocka_unit_test(kth_largest_agrees_with_sorting),
        cmocka_unit_test(version_json_is_that_of_the_reference),
        cmocka_unit_test(only_version_objects_are_unwrapped),
        cmocka_unit_test(times_are_read_as_people_write_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
