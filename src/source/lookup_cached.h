/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/lookup_cached.h - the lookup of production: cache in front of the providers (section 9).
 *
 * Content is cached once for all, but a caller gets cached content only after an answer of the host
 * to that caller's own credentials within the last minutes has shown access; repositories that
 * anybody can read are exempt. Failures are cached per credentials, because a private repository is
 * "not found" for those who may not see it.
 */
#pragma once

#include <stdatomic.h>

#include "base/vec.h"
#include "source/cache.h"
#include "source/lookup.h"
#include "source/request_stats.h"
#include "source/source.h"

/* What one Source shares among its requests. */
typedef struct LookupShared {
    ProviderTable *providers;
    Cache *cache;
    RequestStats *requests; /* by the index of the provider */
    size_t max_file_bytes;
    struct HttpClient *http; /* of pages and the module proxy; borrowed */
    bool no_pages;           /* offline: no page is asked for */
    Str go_get_base;
    Str module_proxy;   /* without a slash at the end; "": none */
    bool allow_private; /* pages may be asked for at addresses that are not public */
    atomic_uint_least64_t upstream_calls;
    atomic_uint_least64_t upstream_failures;
    atomic_uint_least64_t budgets_exhausted;
} LookupShared;

typedef struct LookupCached {
    Lookup base; /* first */
    LookupShared *shared;
    const SourceCaller *caller;
    Arena *arena;
    int64_t deadline_ns;
    int calls_left;
    VEC(CacheValue *) held; /* what answers borrow from */
} LookupCached;

/* The caller and arena outlive the lookup. */
void lookup_cached_init(LookupCached *lookup, LookupShared *shared, const SourceCaller *caller,
                        Arena *arena, int max_calls, int64_t deadline_ms);
void lookup_cached_done(LookupCached *lookup);

/* Counts one upstream call against what the request may make; false when they or its time are used
 * up. */
bool lookup_take_call(LookupCached *lookup, SourceFault *fault);

/* Metadata of one commit; texts borrowed until the lookup ends. */
bool lookup_cached_commit(LookupCached *lookup, const LookupRepo *repo, Str ref,
                          VcsCommit *ret_commit, LookupReport *report);
