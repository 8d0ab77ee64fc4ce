/* SPDX-License-Identifier: Apache-2.0 */
/* Mappings derived from frames and a tree; what is suggested must lead back to the files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/buf.h"
#include "source/path.h"
#include "source/suggest.h"
#include "support_source.h"

enum {
    MAX_FRAMES = 32,
};

static TreeIndex *build_tree(const YamlNode *list)
{
    TreeBuilder *builder = tree_builder_create();

    assert_non_null(builder);
    for (const YamlNode *item = list->first; item != NULL; item = item->next) {
        assert_true(tree_builder_add(builder, item->text, TREE_FILE));
    }
    TreeIndex *tree = tree_builder_finish(builder);
    tree_builder_destroy(builder);
    assert_non_null(tree);
    return tree;
}

/* "cost file [function]", "-" for no file */
static SuggestFrame parse_frame(Str text)
{
    SuggestFrame frame = { .function = STR_EMPTY };
    Str cost;

    assert_true(str_cut(text, ' ', &cost, &frame.file) && str_to_i64(cost, &frame.cost));
    (void)str_cut(frame.file, ' ', &frame.file, &frame.function); /* optional */
    frame.file = str_eq(frame.file, STR("-")) ? STR_EMPTY : frame.file;
    return frame;
}

/* With the suggested file each mapped frame must be found by a mapping, at once. */
static void expect_leads_back(Arena *arena, const RuleInput *base, const SuggestFrame *frames,
                              size_t n, const Suggestion *suggestion)
{
    CandidateList *list = ARENA_NEW(arena, CandidateList, 1);
    Buf yaml = BUF_INIT(KiB(64));
    PyroscopeYaml config;
    Err err = ERR_INIT;
    int64_t cost = 0;

    suggest_add_yaml(&yaml, suggestion, 100);
    assert_true(pyroscope_yaml_parse(arena, buf_str(&yaml), &config, &err));
    buf_done(&yaml);
    assert_int_equal(config.n_warnings, 0);
    assert_int_equal(config.n_mappings, suggestion->n_mappings);
    for (size_t i = 0; i < n; i++) {
        RuleInput in = *base;
        in.config = &config;
        in.file = path_slashes(arena, frames[i].file);
        in.function = frames[i].function;
        *list = (CandidateList){ 0 };
        rule_add_mappings(&in, list, in.file);
        for (size_t c = 0; c < list->n; c++) {
            if (tree_index_has(in.tree, list->items[c].path)) {
                cost += frames[i].cost;
                break;
            }
        }
    }
    assert_int_equal(cost, suggestion->mapped_cost);
}

static bool run_case(Arena *arena, const YamlNode *node)
{
    TreeIndex *tree = build_tree(yaml_node_resolve(yaml_map_get(node, STR("tree"))));
    const YamlNode *list = yaml_node_resolve(yaml_map_get(node, STR("frames")));
    SuggestFrame frames[MAX_FRAMES];
    Suggestion suggestion;
    Buf got = BUF_INIT(KiB(16));
    Buf want = BUF_INIT(KiB(16));
    RuleInput base = { .arena = arena,
                       .root = STR_EMPTY,
                       .own = { .host = STR("git.example"), .path = STR("acme/shop") },
                       .own_readable = true,
                       .tree = tree,
                       .config_dir = STR_EMPTY,
                       .composer_lock = STR_EMPTY };
    size_t n = 0;
    Err err = ERR_INIT;

    for (const YamlNode *item = list->first; item != NULL; item = item->next) {
        assert_true(n < MAX_FRAMES);
        frames[n++] = parse_frame(item->text);
    }
    assert_true(suggest_mappings(&base, frames, n, &suggestion, &err));
    for (size_t i = 0; i < suggestion.n_mappings; i++) {
        const SuggestedMapping *m = &suggestion.mappings[i];
        buf_addf(&got, "%s %s %.*s -> %.*s files=%zu alone=%zu cost=%lld\n", m->language,
                 m->by_function ? "function" : "path", STR_ARG(m->prefix),
                 STR_ARG(m->path.len > 0 ? m->path : STR(".")), m->n_files, m->n_alone,
                 (long long)m->cost);
    }
    buf_addf(&got, "%zu %zu %zu %zu", suggestion.n_exact, suggestion.n_elsewhere,
             suggestion.n_unknown, suggestion.n_other);
    for (const YamlNode *item = yaml_map_get(node, STR("want"))->first; item != NULL;
         item = item->next) {
        buf_addf(&want, "%.*s\n", STR_ARG(item->text));
    }
    buf_add(&want, support_yaml_text(node, "counts"));
    bool same = support_same_text(node, buf_str(&got), buf_str(&want));
    expect_leads_back(arena, &base, frames, n, &suggestion);
    buf_done(&got);
    buf_done(&want);
    tree_index_unref(tree);
    return same;
}

static void mappings_are_suggested(void **state)
{
    CLEANUP(arena_destroyp) Arena *arena = arena_create(MiB(64));
    const YamlNode *cases = support_yaml_cases(arena, "tests/data/source/suggestions.yaml");
    size_t n_bad = 0;

    (void)state;
    for (const YamlNode *item = cases->first; item != NULL; item = item->next) {
        n_bad += !run_case(arena, item);
    }
    assert_int_equal(n_bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mappings_are_suggested),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
