/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/cache.h - bounded memory in front of the providers, with equal lookups merged.
 *
 * Values are immutable and counted. A value lives under a key until its time is over or the
 * least recently used ones are evicted; who may see it is decided by the caller
 * (source/lookup_cached.h), not here. Thread-safe.
 */
#pragma once

#include "base/arena.h"
#include "source/vcs/provider.h"

typedef struct Cache Cache;

/* One answer of a provider; which member counts follows from the operation. */
typedef struct CacheValue {
    Arena *arena; /* owns all texts below while they are collected; NULL once compact */
    char *block;  /* owns them afterwards */
    size_t block_bytes;
    Str bytes;
    TreeIndex *tree; /* own reference */
    VcsRef ref;
    VcsCommit commit;
    SourceFault fault; /* state SOURCE_OK: the members are valid */
} CacheValue;

Cache *cache_create(size_t max_bytes); /* NULL when out of memory */
void cache_destroy(Cache *cache);
void cache_clear(Cache *cache);

/* A value with one reference and an arena of that budget; NULL when out of memory. */
CacheValue *cache_value_create(size_t budget_bytes);

/*
 * Moves the texts into one block of their exact size: an arena keeps whole chunks, which for a
 * commit id is forty times its size. False when out of memory; nothing has changed then. Only
 * before the value is shared.
 */
bool cache_value_compact(CacheValue *value) MUST_CHECK;
CacheValue *cache_value_ref(CacheValue *value);
CacheValue *cache_value_unref(CacheValue *value); /* NULL is fine; always returns NULL */
DEFINE_CLEANUP(CacheValue *, cache_value_unref);

#define CACHE_FOREVER INT64_MAX

/* New reference, or NULL. */
CacheValue *cache_get(Cache *cache, Str key);

/* Keeps a reference for life_ns; replaces what was there. life_ns 0 removes. */
void cache_put(Cache *cache, Str key, CacheValue *value, int64_t life_ns);

/*
 * Merging: the first caller with a key leads and loads; others wait until it ends and get its
 * value. cache_join() returns true with *ret_value NULL to the leader, who must call
 * cache_finish(); true with a value to those who waited; false when deadline_ns passed first.
 */
bool cache_join(Cache *cache, Str key, int64_t deadline_ns, CacheValue **ret_value) MUST_CHECK;
void cache_finish(Cache *cache, Str key, CacheValue *value); /* value NULL: failed without one */

typedef struct CacheStats {
    size_t bytes;
    size_t entries;
    uint64_t hits;
    uint64_t misses;
} CacheStats;

void cache_stats(Cache *cache, CacheStats *ret_stats);
