/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as the page of a Go module; the first line is the module. */
#include "source/go_page.h"
#include "source/path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(arena_destroyp) Arena *arena = arena_create(MiB(16));
    Str module = size > 0 ? (Str){ (const char *)data, size } : STR_EMPTY;
    Str html = STR_EMPTY;
    GoPage page;

    (void)str_cut(module, '\n', &module, &html); /* without a line feed: no page */
    Str url = go_page_url(arena, STR("https://"), module);
    CHECK(url.len == 0 || (str_starts_with(url, STR("https://")) && !path_has_control(url) &&
                           str_find(url, STR("/../"), 0) == STR_NPOS &&
                           str_find_char(str_skip(url, 8), '@') == STR_NPOS));
    if (go_page_parse(arena, html, module, &page)) {
        CHECK(page.root.len > 0 && path_is_under(module, page.root));
    }
    return 0;
}
