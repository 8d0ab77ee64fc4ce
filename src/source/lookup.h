/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/lookup.h - what the resolver may ask of the world, behind one table of functions.
 *
 * Production answers from the cache and the providers (source/lookup_cached.h); unit tests answer
 * from plain data. Each call reports how it went, so that every attempt can be shown to people.
 */
#pragma once

#include "source/go_module.h"
#include "source/repo_address.h"
#include "source/state.h"
#include "source/tree_index.h"
#include "source/vcs/provider.h"

typedef struct Lookup Lookup;

/* Place to look at. own: the request's repository, for which "--repo DIR" may stand in. */
typedef struct LookupRepo {
    RepoAddress address;
    bool own;
} LookupRepo;

typedef struct LookupReport {
    SourceFault fault; /* state SOURCE_OK when it worked */
    bool cached;
    int64_t duration_ms;
} LookupReport;

typedef struct LookupOps {
    bool (*resolve)(Lookup *lookup, const LookupRepo *repo, Str ref, VcsRef *ret_ref,
                    LookupReport *report);
    /* Bytes in the lookup's arena. commit as resolve() gave it. */
    bool (*read)(Lookup *lookup, const LookupRepo *repo, Str commit, Str path, Str *ret_bytes,
                 LookupReport *report);
    /* Borrowed until the lookup ends. */
    bool (*tree)(Lookup *lookup, const LookupRepo *repo, Str commit, const TreeIndex **ret_tree,
                 LookupReport *report);
    /* The newest commit before a time (Unix seconds), a guess. NULL: HEAD is taken. */
    bool (*before)(Lookup *lookup, const LookupRepo *repo, int64_t unix_s, VcsRef *ret_ref,
                   LookupReport *report);
    /* Tags that begin with prefix; in the lookup's arena. NULL: not asked for. */
    bool (*tags)(Lookup *lookup, const LookupRepo *repo, Str prefix, VcsTag **ret_tags,
                 size_t *ret_n, LookupReport *report);
    /* What the page of a Go module says. NULL: pages are not asked for. */
    bool (*page)(Lookup *lookup, Str module, GoPage *ret_page, LookupReport *report);
    /* A file of a module from the configured proxy; RuleInput.has_proxy says whether there is one.
     */
    bool (*proxy_file)(Lookup *lookup, Str module, Str version, Str file, Str *ret_bytes,
                       LookupReport *report);
    /* What earlier resolutions found out and others may use; "" when nothing. NULL: no memory. */
    Str (*recall)(Lookup *lookup, Str key);
    void (*remember)(Lookup *lookup, Str key, Str text);
    /* Where people can see the file, and who serves it; "" when there is no page. */
    void (*place)(Lookup *lookup, const LookupRepo *repo, Str commit, Str path, Str *ret_provider,
                  Str *ret_url);
} LookupOps;

struct Lookup {
    const LookupOps *ops;
};
