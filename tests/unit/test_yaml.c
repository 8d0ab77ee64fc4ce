/* SPDX-License-Identifier: Apache-2.0 */
/* The YAML tree: places, literal text, limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/buf.h"
#include "codec/yaml.h"

static const YamlLimits limits = { 64 * 1024, 1000, 20 };

static int setup(void **state)
{
    *state = arena_create(MiB(16));
    return 0;
}

static int teardown(void **state)
{
    arena_destroy(*state);
    return 0;
}

static const YamlNode *parse(Arena *arena, const char *text)
{
    const YamlNode *root = NULL;
    Err err = ERR_INIT;

    if (!yaml_tree_parse(arena, str_from(text), &limits, &root, &err)) {
        fail_msg("%s", err.msg);
    }
    return root;
}

static void expect_error(Arena *arena, Str text, ErrCode code, const char *message)
{
    const YamlNode *root = NULL;
    Err err = ERR_INIT;

    assert_false(yaml_tree_parse(arena, text, &limits, &root, &err));
    assert_int_equal(err.code, code);
    assert_null(root); /* untouched on failure */
    if (strstr(err.msg, message) == NULL) {
        fail_msg("\"%s\" lacks \"%s\"", err.msg, message);
    }
}

static void keeps_places_and_literal_text(void **state)
{
    const YamlNode *root = parse(*state, "ref: 1.10\nlist:\n  - 0x10\n  - \"~\"\n  - ~\n");
    const YamlNode *list = yaml_map_get(root, STR("list"));

    assert_true(str_eq(yaml_map_get(root, STR("ref"))->text, STR("1.10")));
    assert_int_equal(list->kind, YAML_NODE_LIST);
    assert_int_equal(list->n_children, 3);
    assert_true(str_eq(list->first->text, STR("0x10")));
    assert_int_equal(list->first->line, 3);
    assert_int_equal(list->first->column, 5);
    assert_false(yaml_node_is_null(list->first->next));
    assert_true(yaml_node_is_null(list->first->next->next));
    assert_null(yaml_map_get(root, STR("none")));
    assert_null(yaml_map_get(list, STR("ref")));
}

static void aliases_are_references(void **state)
{
    const YamlNode *root = parse(*state, "a: &x {k: v}\nb: *x\n");
    const YamlNode *b = yaml_map_get(root, STR("b"));

    assert_int_equal(b->kind, YAML_NODE_ALIAS);
    assert_ptr_equal(yaml_node_resolve(b), yaml_map_get(root, STR("a")));
    assert_true(str_eq(yaml_map_get(b, STR("k"))->text, STR("v")));
    expect_error(*state, STR("a: *nope\n"), ERR_INVALID_ARGUMENT,
                 "line 1, column 4: unknown alias");
}

static void billion_laughs_stay_small(void **state)
{
    Arena *arena = *state;
    Buf text = BUF_INIT(KiB(32));
    const YamlNode *root = NULL;
    Err err = ERR_INIT;

    buf_add(&text, STR("a0: &a0 [x, x]\n"));
    for (int i = 1; i < 60; i++) {
        buf_addf(&text, "a%d: &a%d [*a%d, *a%d]\n", i, i, i - 1, i - 1);
    }
    assert_true(yaml_tree_parse(arena, buf_str(&text), &limits, &root, &err));
    buf_done(&text);
}

static void repeated_keys_are_errors(void **state)
{
    expect_error(*state, STR("a: 1\nb: 2\na: 3\n"), ERR_INVALID_ARGUMENT,
                 "line 3, column 1: the key \"a\" is repeated");
    (void)parse(*state, "a: {k: 1}\nb: {k: 2}\n");
}

static void syntax_errors_have_places(void **state)
{
    expect_error(*state, STR("a: [1, 2\nb: 3\n"), ERR_INVALID_ARGUMENT, "line ");
    expect_error(*state, STR("a: \xff\n"), ERR_INVALID_ARGUMENT, "");
    expect_error(*state, STR("a:\n\t- b\n"), ERR_INVALID_ARGUMENT, "line 2");
}

static void limits_hold(void **state)
{
    Arena *arena = *state;
    Buf text = BUF_INIT(KiB(128));

    buf_add_fill(&text, '[', 30);
    expect_error(arena, buf_str(&text), ERR_RESOURCE_EXHAUSTED, "nested too deeply");
    buf_clear(&text);
    for (int i = 0; i < 1001; i++) {
        buf_add(&text, STR("- x\n"));
    }
    expect_error(arena, buf_str(&text), ERR_RESOURCE_EXHAUSTED, "too many nodes");
    buf_clear(&text);
    buf_add_fill(&text, ' ', 64 * 1024 + 1);
    expect_error(arena, buf_str(&text), ERR_RESOURCE_EXHAUSTED, "more than 65536");
    buf_done(&text);
}

static void only_the_first_document_counts(void **state)
{
    assert_null(parse(*state, ""));
    assert_null(parse(*state, "# only a comment\n"));
    const YamlNode *root = parse(*state, "a: 1\n---\nb: [\n");
    assert_non_null(yaml_map_get(root, STR("a")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_places_and_literal_text),
        cmocka_unit_test(aliases_are_references),
        cmocka_unit_test(billion_laughs_stay_small),
        cmocka_unit_test(repeated_keys_are_errors),
        cmocka_unit_test(syntax_errors_have_places),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(only_the_first_document_counts),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
