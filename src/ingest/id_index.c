/* SPDX-License-Identifier: Apache-2.0 */
#include "ingest/id_index.h"

bool id_index_init(IdIndex *index, size_t n, uint64_t max_id, Arena *arena)
{
    *index = (IdIndex){ 0 };
    if (max_id <= n * 4 + 1024) {
        index->n_direct = max_id + 1;
        index->direct = arena_alloc_raw(arena, (size_t)index->n_direct * sizeof(uint32_t));
        if (index->direct == NULL) {
            return false;
        }
        memset(index->direct, 0xFF, (size_t)index->n_direct * sizeof(uint32_t));
        return true;
    }
    size_t slots = 16;
    while (slots < n * 2) {
        slots *= 2;
    }
    index->mask = slots - 1;
    index->keys = ARENA_NEW(arena, uint64_t, slots);
    index->values = ARENA_NEW(arena, uint32_t, slots);
    return index->keys != NULL && index->values != NULL;
}

static size_t slot_of(const IdIndex *index, uint64_t id)
{
    /* Fibonacci hashing; hostile ids can only slow down their own upload, which is bounded */
    size_t slot = (size_t)((id * 0x9E3779B97F4A7C15ULL) >> 20) & index->mask;

    while (index->keys[slot] != 0 && index->keys[slot] != id) {
        slot = (slot + 1) & index->mask;
    }
    return slot;
}

void id_index_put(IdIndex *index, uint64_t id, uint32_t value)
{
    if (index->direct != NULL) {
        index->direct[id] = value;
        return;
    }
    size_t slot = slot_of(index, id);
    index->keys[slot] = id;
    index->values[slot] = value;
}

uint32_t id_index_get_hashed(const IdIndex *index, uint64_t id)
{
    if (id == 0) {
        return ID_INDEX_NONE;
    }
    size_t slot = slot_of(index, id);
    return index->keys[slot] == id ? index->values[slot] : ID_INDEX_NONE;
}
