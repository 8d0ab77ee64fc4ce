/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a source text with functions of a profile: language, "name line" lines, empty line,
 * text. */
#include "source/release.h"
#include "source/verify.h"
#include "source/version_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const ReleaseSpan spans[] = { { STR(""), STR("1.20") }, { STR("3.11"), STR("") } };
    CLEANUP(arena_destroyp) Arena *arena = arena_create(MiB(16));
    SourceFunction functions[VERSION_MAX_FUNCTIONS];
    Release items[RELEASE_MAX_ITEMS];
    ReleaseList list = { .items = items };
    TextLines lines;
    size_t n = 0;
    Str rest = size > 1 ? (Str){ (const char *)data + 1, size - 1 } : STR_EMPTY;
    Str line;
    RuleLanguage language = size > 0 ? (RuleLanguage)(data[0] % 5) : RULE_GO;

    while (n < VERSION_MAX_FUNCTIONS && str_next(&rest, '\n', &line) && line.len > 0) {
        functions[n] = (SourceFunction){ line, (int32_t)(line.len * 7 % 50) };
        release_add(&list, STR("go"), &spans[n % 2], line, STR_EMPTY);
        n++;
    }
    Str text = rest.ptr != NULL ? rest : STR_EMPTY;
    CHECK(text_lines_create(arena, text, &lines));
    for (size_t i = 1; i <= lines.n && i < 100; i++) {
        CHECK(text_lines_number(&lines, lines.starts[i - 1]) == i);
    }
    VersionCheck check = version_check(&lines, language, functions, n);
    CHECK(check.fitting <= check.checked && check.absent <= check.checked && check.checked <= n);
    for (size_t i = 0; i < n; i++) {
        (void)verify_function(&lines, language, functions[i].name, functions[i].start_line);
    }
    release_sort(&list);
    for (size_t i = release_next(&list), looks = 0; i < list.n; i = release_next(&list), looks++) {
        CHECK(looks < RELEASE_MAX_LOOKS && list.items[i].fit == RELEASE_NOT_SEEN);
        list.items[i].fit = (ReleaseFit)(1 + (data[looks % size] & 1));
        list.items[i].text_hash = data[looks % size];
    }
    ReleaseChoice choice = release_choose(&list);
    CHECK(choice.chosen == list.n || list.items[choice.chosen].fit == RELEASE_FITS);
    return 0;
}
