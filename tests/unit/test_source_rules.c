/* SPDX-License-Identifier: Apache-2.0 */
/* The pure rules against tables of cases in tests/data/source. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "codec/yaml.h"
#include "source/go_page.h"
#include "source/go_std.h"
#include "source/path.h"
#include "source/rule.h"
#include "support_source.h"

static int setup(void **state)
{
    *state = arena_create(MiB(64));
    return 0;
}

static int teardown(void **state)
{
    arena_destroy(*state);
    return 0;
}

static void repository_addresses(void **state)
{
    Arena *arena = *state;
    TestTable table;

    support_table_load(arena, "tests/data/source/repo_addresses.tsv", 3, &table);
    for (size_t i = 0; i < table.n_rows; i++) {
        RepoAddress address = { 0 };
        Err err = ERR_INIT;
        Str host = support_table_field(&table, i, 1);
        bool ok = repo_address_parse(arena, support_table_field(&table, i, 0), STR("github.com"),
                                     &address, &err);
        if (str_eq(host, STR("invalid"))) {
            if (ok) {
                fail_msg("line %zu is not refused", table.lines[i]);
            }
            assert_null(strstr(err.msg, "secret"));
            continue;
        }
        if (!ok) {
            fail_msg("line %zu: %s", table.lines[i], err.msg);
        }
        support_expect_str("host", table.lines[i], address.host, host);
        support_expect_str("path", table.lines[i], address.path, support_table_field(&table, i, 2));
    }
}

static void go_standard_library_paths(void **state)
{
    TestTable table;

    support_table_load(*state, "tests/data/source/go_std_paths.tsv", 3, &table);
    for (size_t i = 0; i < table.n_rows; i++) {
        GoStdPath std;
        Str version = support_table_field(&table, i, 1);
        bool ok = go_std_from_goroot(support_table_field(&table, i, 0), &std);
        if (ok == str_eq(version, STR("none"))) {
            fail_msg("line %zu is %srecognised", table.lines[i], ok ? "" : "not ");
        }
        if (ok) {
            support_expect_str("version", table.lines[i], std.version, version);
            support_expect_str("path", table.lines[i], std.path, support_table_field(&table, i, 2));
        }
    }
}

static void go_package_list_is_sorted(void **state)
{
    (void)state;
    for (size_t i = 1; i < go_std_n_packages; i++) {
        assert_true(strcmp(go_std_packages[i - 1], go_std_packages[i]) < 0);
    }
    assert_true(go_std_is_package(STR("net/http")));
    assert_false(go_std_is_package(STR("net/htt")));
    assert_true(go_std_is_top_directory(STR("archive")));
}

static void go_module_paths(void **state)
{
    TestTable table;

    support_table_load(*state, "tests/data/source/go_module_paths.tsv", 4, &table);
    for (size_t i = 0; i < table.n_rows; i++) {
        GoModulePath path;
        Str module = support_table_field(&table, i, 1);
        bool ok = go_module_path_parse(*state, support_table_field(&table, i, 0), &path);
        if (ok == str_eq(module, STR("none"))) {
            fail_msg("line %zu is %srecognised", table.lines[i], ok ? "" : "not ");
        }
        if (ok) {
            support_expect_str("module", table.lines[i], path.module, module);
            support_expect_str("version", table.lines[i], path.version,
                               support_table_field(&table, i, 2));
            support_expect_str("file", table.lines[i], path.file,
                               support_table_field(&table, i, 3));
        }
    }
}

/* The repositories in order, those of GitHub without their host. */
static void describe_homes(const GoModuleHome *homes, size_t n, Buf *out)
{
    for (size_t i = 0; i < n; i++) {
        bool github = str_eq(homes[i].repo.host, STR("github.com"));
        buf_addf(out, "%s%.*s%s%.*s", i > 0 ? " " : "",
                 STR_ARG(github ? STR_EMPTY : homes[i].repo.host), github ? "" : "/",
                 STR_ARG(homes[i].repo.path));
    }
}

static void go_module_places(void **state)
{
    static const GoForge forges[] = { { .host = STR("git.example") },
                                      { .host = STR("gitlab.example"), .nested = true } };
    const GoHomeHints hints = { forges, ARRAY_LEN(forges), NULL };
    Arena *arena = *state;
    TestTable table;

    support_table_load(arena, "tests/data/source/go_module_homes.tsv", 6, &table);
    for (size_t i = 0; i < table.n_rows; i++) {
        GoModuleHome homes[GO_MODULE_MAX_HOMES];
        bool needs_page;
        Str refs[GO_MODULE_MAX_REFS];
        Buf joined = BUF_INIT(KiB(4));
        size_t n_homes =
            go_module_homes(arena, support_table_field(&table, i, 0), &hints, homes, &needs_page);
        if (n_homes == 0) {
            support_expect_str("home", table.lines[i], needs_page ? STR("page") : STR("none"),
                               support_table_field(&table, i, 2));
            continue;
        }
        describe_homes(homes, n_homes, &joined);
        support_expect_str("repository", table.lines[i], buf_str(&joined),
                           support_table_field(&table, i, 2));
        support_expect_str("directory", table.lines[i], homes[0].directory,
                           support_table_field(&table, i, 3));
        support_expect_str("major", table.lines[i], homes[0].major,
                           support_table_field(&table, i, 4));
        buf_clear(&joined);
        size_t n = go_module_refs(arena, &homes[0], support_table_field(&table, i, 1), refs);
        for (size_t r = 0; r < n; r++) {
            buf_addf(&joined, "%s%.*s", r > 0 ? " " : "", STR_ARG(refs[r]));
        }
        support_expect_str("refs", table.lines[i], buf_str(&joined),
                           support_table_field(&table, i, 5));
        buf_done(&joined);
    }
}

static void go_function_names(void **state)
{
    TestTable table;

    support_table_load(*state, "tests/data/source/function_names.tsv", 3, &table);
    for (size_t i = 0; i < table.n_rows; i++) {
        Str name = support_table_field(&table, i, 0);
        support_expect_str("import path", table.lines[i], go_function_import_path(*state, name),
                           support_table_field(&table, i, 1));
        support_expect_str("bare name", table.lines[i], go_function_bare_name(name),
                           support_table_field(&table, i, 2));
    }
}

static void go_page_addresses(void **state)
{
    TestTable table;

    support_table_load(*state, "tests/data/source/go_page_urls.tsv", 2, &table);
    for (size_t i = 0; i < table.n_rows; i++) {
        Str got = go_page_url(*state, STR("https://"), support_table_field(&table, i, 0));
        support_expect_str("address", table.lines[i], got.len > 0 ? got : STR("refused"),
                           support_table_field(&table, i, 1));
    }
    char host[600];
    memset(host, 'a', sizeof(host));
    assert_int_equal(go_page_url(*state, STR("https://"), (Str){ host, sizeof(host) }).len, 0);
}

static void go_pages_name_the_repository(void **state)
{
    const YamlNode *cases = support_yaml_cases(*state, "tests/data/source/go_pages.yaml");
    size_t n_bad = 0;

    for (const YamlNode *item = cases->first; item != NULL; item = item->next) {
        GoPage page;
        Buf got = BUF_INIT(KiB(4));
        if (go_page_parse(*state, support_yaml_text(item, "html"),
                          support_yaml_text(item, "module"), &page)) {
            buf_addf(&got, "%.*s %.*s%s%.*s", STR_ARG(page.root), STR_ARG(page.address),
                     page.directory.len > 0 ? " " : "", STR_ARG(page.directory));
        }
        n_bad += !support_same_text(item, buf_str(&got), support_yaml_text(item, "want"));
        buf_done(&got);
    }
    assert_int_equal(n_bad, 0);
}

static void java_names(void **state)
{
    TestTable table;

    support_table_load(*state, "tests/data/source/java_names.tsv", 2, &table);
    for (size_t i = 0; i < table.n_rows; i++) {
        support_expect_str("class", table.lines[i],
                           rule_java_class(*state, support_table_field(&table, i, 0)),
                           support_table_field(&table, i, 1));
    }
}

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

static void describe(Arena *arena, const Candidate *candidate, Buf *out)
{
    if (candidate->note.len > 0) {
        buf_addf(out, "note %s %s", candidate->rule, source_state_name(candidate->note_state));
        return;
    }
    if (candidate->proxy_module.len > 0) {
        buf_addf(out, "%s %.*s@%.*s %.*s", candidate->rule, STR_ARG(candidate->proxy_module),
                 STR_ARG(candidate->ref), STR_ARG(candidate->path));
        return;
    }
    buf_addf(out, "%s %.*s", candidate->rule,
             STR_ARG(candidate->repo.own ? STR("own")
                                         : repo_address_text(arena, &candidate->repo.address)));
    if (candidate->releases != NULL) {
        const ReleaseSpan *span = &candidate->releases->span;
        buf_addf(out, "@%.*s%.*s%s%.*s%s", STR_ARG(candidate->releases->prefix),
                 STR_ARG(span->minor), span->minor.len > 0 ? ".*" : "", STR_ARG(span->at_least),
                 span->at_least.len > 0 ? "+"
                 : span->minor.len > 0  ? ""
                                        : "*");
    } else if (!candidate->repo.own) {
        buf_addf(out, "@%.*s", STR_ARG(candidate->ref));
    }
    buf_addf(out, " %.*s", STR_ARG(candidate->path));
    buf_addf(out, "%s%s%s", candidate->doubt != NULL ? " ?" : "",
             candidate->proof == PROOF_VERIFY   ? " !"
             : candidate->proof == PROOF_LIKELY ? " ~"
                                                : "",
             candidate->group != 0 ? " *" : "");
    if (candidate->proof == PROOF_TYPE) {
        buf_addf(out, " type %.*s", STR_ARG(candidate->type));
    }
}

static void fill_input(Arena *arena, const YamlNode *node, RuleInput *in)
{
    Str repository = support_yaml_text(node, "repository");
    Err err = ERR_INIT;

    *in = (RuleInput){ .arena = arena,
                       .file = path_slashes(arena, support_yaml_text(node, "file")),
                       .function = support_yaml_text(node, "function"),
                       .root = support_yaml_text(node, "root"),
                       .own_readable = true,
                       .has_proxy = support_yaml_text(node, "proxy").len > 0,
                       .composer_lock = support_yaml_text(node, "composer_lock"),
                       .config_dir = support_yaml_text(node, "config_dir"),
                       .go_mod_dir = support_yaml_text(node, "go_mod_dir") };
    assert_true(repo_address_parse(arena, repository.len > 0 ? repository : STR("acme/own"),
                                   STR("github.com"), &in->own, &err));
    if (yaml_map_get(node, STR("go_mod")) != NULL) {
        GoMod *mod = ARENA_NEW(arena, GoMod, 1);
        assert_true(go_mod_parse(arena, support_yaml_text(node, "go_mod"), mod, &err));
        in->go_mod = mod;
        in->own_modules[in->n_own_modules++] = (OwnModule){ mod->module, in->go_mod_dir };
    }
    if (yaml_map_get(node, STR("page")) != NULL) { /* "root address [directory]" */
        GoPage *page = ARENA_NEW(arena, GoPage, 1);
        Str text = support_yaml_text(node, "page");
        assert_true(str_cut(text, ' ', &page->root, &page->address));
        page->directory = STR_EMPTY;
        (void)str_cut(page->address, ' ', &page->address, &page->directory); /* optional */
        in->homes.page = page;
    }
    if (yaml_map_get(node, STR("modules_txt")) != NULL) {
        GoMod *mod = ARENA_NEW(arena, GoMod, 1);
        assert_true(go_modules_txt_parse(arena, support_yaml_text(node, "modules_txt"), mod, &err));
        in->modules_txt = mod;
    }
    if (yaml_map_get(node, STR("config")) != NULL) {
        PyroscopeYaml *config = ARENA_NEW(arena, PyroscopeYaml, 1);
        assert_true(pyroscope_yaml_parse(arena, support_yaml_text(node, "config"), config, &err));
        assert_int_equal(config->n_warnings, 0);
        in->config = config;
    }
}

static bool run_case(Arena *arena, const YamlNode *node)
{
    const YamlNode *files = yaml_node_resolve(yaml_map_get(node, STR("tree")));
    const YamlNode *want = yaml_map_get(node, STR("want"));
    TreeIndex *tree = files != NULL ? build_tree(files) : NULL;
    CandidateList *list = ARENA_NEW(arena, CandidateList, 1);
    Buf got = BUF_INIT(KiB(64));
    Buf expected = BUF_INIT(KiB(64));
    RuleInput in;

    fill_input(arena, node, &in);
    in.tree = tree;
    rule_add_mappings(&in, list, in.file);
    rule_run(&in, list);
    for (size_t i = 0; i < list->n; i++) {
        describe(arena, &list->items[i], &got);
        buf_add_char(&got, '\n');
    }
    for (const YamlNode *item = want->first; item != NULL; item = item->next) {
        buf_addf(&expected, "%.*s\n", STR_ARG(item->text));
    }
    bool same = support_same_text(node, buf_str(&got), buf_str(&expected));
    buf_done(&got);
    buf_done(&expected);
    tree_index_unref(tree);
    return same;
}

static void mapping_files(void **state)
{
    Arena *arena = *state;
    const YamlNode *cases = support_yaml_cases(arena, "tests/data/source/mapping_files.yaml");

    for (const YamlNode *item = cases->first; item != NULL; item = item->next) {
        PyroscopeYaml config;
        Err err = ERR_INIT;
        int64_t n_mappings = -1;
        size_t i = 0;
        assert_true(pyroscope_yaml_parse(arena, support_yaml_text(item, "text"), &config, &err));
        assert_true(str_to_i64(support_yaml_text(item, "mappings"), &n_mappings));
        assert_int_equal(config.n_mappings, n_mappings);
        const YamlNode *want = yaml_map_get(item, STR("warnings"))->first;
        for (; want != NULL && i < config.n_warnings; want = want->next, i++) {
            const ConfigWarning *warning = &config.warnings[i];
            const char *got = arena_printf(arena, "%u:%u %.*s", warning->line, warning->column,
                                           STR_ARG(warning->message));
            support_expect_str("warning", item->line, str_from(got), want->text);
        }
        assert_null(want);
        assert_int_equal(i, config.n_warnings);
    }
}

static void rules_give_candidates_in_order(void **state)
{
    Arena *arena = *state;
    const YamlNode *cases = support_yaml_cases(arena, "tests/data/source/rules.yaml");
    size_t n_cases = 0;
    size_t n_failed = 0;

    for (const YamlNode *item = cases->first; item != NULL; item = item->next) {
        n_cases++;
        n_failed += run_case(arena, item) ? 0 : 1;
    }
    assert_true(n_cases > 50);
    assert_int_equal(n_failed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(repository_addresses),
        cmocka_unit_test(go_standard_library_paths),
        cmocka_unit_test(go_package_list_is_sorted),
        cmocka_unit_test(go_module_paths),
        cmocka_unit_test(go_module_places),
        cmocka_unit_test(go_function_names),
        cmocka_unit_test(go_page_addresses),
        cmocka_unit_test(go_pages_name_the_repository),
        cmocka_unit_test(java_names),
        cmocka_unit_test(mapping_files),
        cmocka_unit_test(rules_give_candidates_in_order),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
