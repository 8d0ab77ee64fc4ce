/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/go_module.h - from a Go module path to repository, directory and ref candidates (4.6).
 *
 * Pure: well-known vanity hosts are answered from a table. A module whose host is not in the table
 * needs its go-get page, which the caller may supply as a GoPage.
 */
#pragma once

#include "source/go_path.h"
#include "source/repo_address.h"

/* What the go-import meta tag of a page says; root "" when there is none. */
typedef struct GoPage {
    Str root;      /* module path prefix that the repository serves */
    Str address;   /* git address */
    Str directory; /* of the module root inside the repository (fourth word), mostly "" */
} GoPage;

typedef struct GoModuleHome {
    RepoAddress repo;
    Str directory; /* of the module inside the repository, without a major version suffix */
    Str major;     /* "v2"; "": none, or not a directory (gopkg.in) */
    bool by_page;
} GoModuleHome;

/* A git host whose repositories can be modules: where their names end in a module path. */
typedef struct GoForge {
    Str host;
    bool nested; /* groups in groups, as on GitLab: the name may have more than two segments */
    bool flat;   /* names of one segment */
} GoForge;

typedef struct GoHomeHints {
    const GoForge *forges; /* configured hosts, beside the well-known ones */
    size_t n_forges;
    const GoPage *page; /* NULL: not fetched */
} GoHomeHints;

enum {
    GO_MODULE_MAX_REFS = 3,
    GO_MODULE_MAX_HOMES = 4,
};

/*
 * Where the module may live, the likeliest place first; returns how many. ret_needs_page: nobody
 * but the module's page can say more. 0 also when out of memory.
 */
size_t go_module_homes(Arena *arena, Str module, const GoHomeHints *hints,
                       GoModuleHome ret_homes[GO_MODULE_MAX_HOMES], bool *ret_needs_page);

/*
 * Refs to try for a version in falling likelihood: revision, or "dir/vX.Y.Z" before "vX.Y.Z"; HEAD
 * for an empty version. Returns how many.
 */
size_t go_module_refs(Arena *arena, const GoModuleHome *home, Str version,
                      Str ret_refs[GO_MODULE_MAX_REFS]);
