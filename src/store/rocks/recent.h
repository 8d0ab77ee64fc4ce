/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/rocks/recent.h - which rows were stored in the last minutes.
 *
 * Finds resent rows (series, time, content) and the next sequence number of rows that share series
 * and time. Two generations: when the current one is old or full it becomes the previous one and
 * the one before is forgotten, so an entry lives between one and two periods. Rows that still wait
 * for their commit are never forgotten, since the store itself cannot be asked about them.
 *
 * Not thread-safe: guarded by the append lock of the engine.
 */
#pragma once

#include "base/err.h"
#include "store/rocks/hash.h"

typedef struct RecentSlot {
    uint64_t hash[2]; /* both 0: free */
    uint64_t value;   /* ticket of the commit, or next sequence number */
} RecentSlot;

typedef struct RecentTable {
    RecentSlot *slots;
    size_t n_slots;
    size_t used;
    uint64_t last_ticket; /* of all rows entered */
} RecentTable;

typedef struct Recent {
    RecentTable tables[2]; /* current, previous */
    size_t max_entries;    /* of one table */
    int64_t rotated_ns;    /* steady clock */
} Recent;

void recent_init(Recent *recent, size_t max_entries);
void recent_done(Recent *recent);
void recent_clear(Recent *recent);

/* Once per append: forgets what is old. committed: all tickets up to it are durable. */
void recent_tick(Recent *recent, int64_t steady_ns, uint64_t committed);

/* The value under a key; false when it is not known (any more). */
bool recent_find(const Recent *recent, Hash128 key, uint64_t *ret_value);

/* Room for n further keys. */
bool recent_reserve(Recent *recent, size_t n, Err *err) MUST_CHECK;

/* Sets the value under a key; needs room. ticket: the commit that this belongs to. */
void recent_put(Recent *recent, Hash128 key, uint64_t value, uint64_t ticket);

/* Forgets a key of the current generation. */
void recent_forget(Recent *recent, Hash128 key);

/* Keys of both uses. series is unique over all tenants. */
Hash128 recent_content_key(uint32_t series, int64_t time_ns, Hash128 content);
Hash128 recent_time_key(uint32_t series, int64_t time_ns);
