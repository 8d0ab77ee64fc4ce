/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/go_page.h - the page that tells where a Go module lives (4.6): its address, and what its
 * meta tags say.
 *
 * Pure. Whoever fetches the page must refuse addresses that are not public: the host comes from the
 * profile.
 */
#pragma once

#include "source/go_module.h"

enum {
    GO_PAGE_MAX_BYTES = 1024 * 1024,
};

/*
 * base + module + "?go-get=1", for example with base "https://". "" when the module is no path that
 * the go command would ask for: a host with a dot and a top-level name of letters, no port, no IP
 * address, only letters, digits and "-._~/" behind it. ptr NULL: out of memory.
 */
Str go_page_url(Arena *arena, Str base, Str module);

/*
 * The repository of module as the page's head says: a go-import of git whose root is a path prefix
 * of module, or a go-source that names GitHub. False when the page says nothing of use.
 */
bool go_page_parse(Arena *arena, Str html, Str module, GoPage *ret_page) MUST_CHECK;
