/* SPDX-License-Identifier: Apache-2.0 */
/* Texts against profiles: declarations, versions, releases; cases in tests/data/source. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/buf.h"
#include "source/release.h"
#include "source/verify.h"
#include "source/version_check.h"
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

static RuleLanguage language_of(const YamlNode *node)
{
    static const struct {
        const char *name;
        RuleLanguage language;
    } languages[] = { { "go", RULE_GO },
                      { "python", RULE_PYTHON },
                      { "javascript", RULE_JAVASCRIPT },
                      { "java", RULE_JAVA },
                      { "other", RULE_OTHER } };

    Str name = support_yaml_text(node, "language");

    for (size_t i = 0; i < ARRAY_LEN(languages); i++) {
        if (str_eq(name, str_from(languages[i].name))) {
            return languages[i].language;
        }
    }
    fail_msg("line %u: no such language", node->line);
    return RULE_OTHER;
}

static TextLines lines_of(Arena *arena, const YamlNode *node)
{
    TextLines lines;

    assert_true(text_lines_create(arena, support_yaml_text(node, "text"), &lines));
    return lines;
}

/* "x/a.Run 3" */
static SourceFunction function_of(Str text)
{
    size_t blank = str_rfind_char(text, ' ');
    int64_t line = -1;

    assert_true(blank != STR_NPOS && str_to_i64(str_skip(text, blank + 1), &line));
    return (SourceFunction){ str_first(text, blank), (int32_t)line };
}

static bool check_version_case(Arena *arena, const YamlNode *node)
{
    TextLines lines = lines_of(arena, node);
    SourceFunction functions[32];
    size_t n = 0;
    const YamlNode *list = yaml_node_resolve(yaml_map_get(node, STR("functions")));
    char got[64];

    for (const YamlNode *item = list->first; item != NULL; item = item->next) {
        assert_true(n < ARRAY_LEN(functions));
        functions[n++] = function_of(item->text);
    }
    VersionCheck check = version_check(&lines, language_of(node), functions, n);
    (void)snprintf(got, sizeof(got), "%s %+d, %u of %u", version_verdict_name(check.verdict),
                   check.shift, check.fitting, check.checked);
    return support_same_text(node, str_from(got), support_yaml_text(node, "want"));
}

static void texts_are_compared_with_profiles(void **state)
{
    const YamlNode *cases = support_yaml_cases(*state, "tests/data/source/version_checks.yaml");
    size_t n_bad = 0;

    for (const YamlNode *item = cases->first; item != NULL; item = item->next) {
        n_bad += !check_version_case(*state, item);
    }
    assert_int_equal(n_bad, 0);
}

static void functions_are_found_near_their_line(void **state)
{
    static const char *const names[] = { "at line", "elsewhere", "absent", "unknown" };
    const YamlNode *cases = support_yaml_cases(*state, "tests/data/source/function_proofs.yaml");
    size_t n_bad = 0;

    for (const YamlNode *item = cases->first; item != NULL; item = item->next) {
        TextLines lines = lines_of(*state, item);
        SourceFunction function = function_of(support_yaml_text(item, "function"));
        VerifyResult got =
            verify_function(&lines, language_of(item), function.name, function.start_line);
        n_bad += !support_same_text(item, str_from(names[got]), support_yaml_text(item, "want"));
    }
    assert_int_equal(n_bad, 0);
}

/* Fit and text of a tag in a world: texts by letter with their tags, "+" for those that fit. */
static void look_at(const YamlNode *world, Release *release)
{
    for (const YamlNode *entry = world->first; entry != NULL; entry = entry->next) {
        Str tags = yaml_node_resolve(entry)->text;
        Str tag;
        while (str_next(&tags, ' ', &tag)) {
            if (str_eq(tag, release->tag)) {
                release->text_hash = (uint64_t)entry->key->text.ptr[0];
                release->fit = str_ends_with(entry->key->text, STR("+"))   ? RELEASE_FITS
                               : str_ends_with(entry->key->text, STR("!")) ? RELEASE_UNREADABLE
                                                                           : RELEASE_NOT_FITTING;
                return;
            }
        }
    }
    fail_msg("the world has no tag %.*s", STR_ARG(release->tag));
}

static bool check_release_case(Arena *arena, const YamlNode *node)
{
    const YamlNode *world = yaml_node_resolve(yaml_map_get(node, STR("world")));
    ReleaseSpan span = { support_yaml_text(node, "minor"), support_yaml_text(node, "at_least") };
    ReleaseList list = { .items = ARENA_NEW(arena, Release, RELEASE_MAX_ITEMS) };
    Buf got = BUF_INIT(KiB(1));
    size_t n_looks = 0;

    for (const YamlNode *entry = world->first; entry != NULL; entry = entry->next) {
        Str tags = yaml_node_resolve(entry)->text;
        Str tag;
        while (str_next(&tags, ' ', &tag)) {
            release_add(&list, support_yaml_text(node, "prefix"), &span, tag, STR_EMPTY);
        }
    }
    release_sort(&list);
    for (size_t i = release_next(&list); i < list.n; i = release_next(&list), n_looks++) {
        assert_int_equal(list.items[i].fit, RELEASE_NOT_SEEN);
        look_at(world, &list.items[i]);
    }
    assert_true(n_looks <= RELEASE_MAX_LOOKS);
    ReleaseChoice choice = release_choose(&list);
    if (choice.chosen == list.n) {
        buf_addf(&got, "none, %zu looks", n_looks);
    } else {
        buf_addf(&got, "%.*s, %zu from %.*s to %.*s, %s, %zu looks",
                 STR_ARG(list.items[choice.chosen].tag), choice.n_possible,
                 STR_ARG(list.items[choice.first].tag), STR_ARG(list.items[choice.last].tag),
                 choice.same_text ? "certain" : "in doubt", n_looks);
    }
    bool same = support_same_text(node, buf_str(&got), support_yaml_text(node, "want"));
    buf_done(&got);
    return same;
}

static void releases_are_told_apart(void **state)
{
    const YamlNode *cases = support_yaml_cases(*state, "tests/data/source/releases.yaml");
    size_t n_bad = 0;

    for (const YamlNode *item = cases->first; item != NULL; item = item->next) {
        n_bad += !check_release_case(*state, item);
    }
    assert_int_equal(n_bad, 0);
}

static void lines_are_counted_as_editors_do(void **state)
{
    TextLines lines;

    assert_true(text_lines_create(*state, STR("a\nb"), &lines));
    assert_int_equal(lines.n, 2);
    assert_int_equal(text_lines_number(&lines, 0), 1);
    assert_int_equal(text_lines_number(&lines, 1), 1);
    assert_int_equal(text_lines_number(&lines, 2), 2);
    support_expect_str("line", 2, text_lines_at(&lines, 2), STR("b"));
    assert_true(text_lines_create(*state, STR("a\nb\n"), &lines));
    assert_int_equal(lines.n, 2);
    assert_true(text_lines_create(*state, STR_EMPTY, &lines));
    assert_int_equal(lines.n, 0);
    support_expect_str("line", 1, text_lines_at(&lines, 1), STR_EMPTY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_counted_as_editors_do),
        cmocka_unit_test(texts_are_compared_with_profiles),
        cmocka_unit_test(functions_are_found_near_their_line),
        cmocka_unit_test(releases_are_told_apart),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
