/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ingest/id_index.h - from the ids of a profile to array indexes.
 *
 * Ids are usually 1..n: then a plain array; any other 64-bit numbers go through a hash table.
 */
#pragma once

#include "base/arena.h"

#define ID_INDEX_NONE UINT32_MAX

typedef struct IdIndex {
    uint32_t *direct; /* [n_direct] by id, or NULL */
    uint64_t n_direct;
    uint64_t *keys; /* open addressing, 0: free slot */
    uint32_t *values;
    size_t mask;
} IdIndex;

/* For n ids of which the largest is max_id. False when the arena is used up. */
bool id_index_init(IdIndex *index, size_t n, uint64_t max_id, Arena *arena) MUST_CHECK;

/* id is not 0; a repeated id takes the last value. */
void id_index_put(IdIndex *index, uint64_t id, uint32_t value);

uint32_t id_index_get_hashed(const IdIndex *index, uint64_t id);

/* ID_INDEX_NONE for an unknown id. */
static inline uint32_t id_index_get(const IdIndex *index, uint64_t id)
{
    if (index->direct != NULL) {
        return id < index->n_direct ? index->direct[id] : ID_INDEX_NONE;
    }
    return id_index_get_hashed(index, id);
}
