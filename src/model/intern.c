/* SPDX-License-Identifier: Apache-2.0 */
#include "model/intern.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/vec.h"

void intern_done(Intern *intern)
{
    free(intern->items);
    free(intern->hashes);
    free(intern->slots);
    *intern = (Intern){ .arena = intern->arena };
}

/* The slot that holds the key, or the free one where it belongs. */
static size_t slot_of(const Intern *intern, Str key, uint64_t hash)
{
    size_t slot = (size_t)hash & (intern->n_slots - 1);

    while (intern->slots[slot] != 0) {
        uint32_t at = intern->slots[slot] - 1;
        if (intern->hashes[at] == hash && str_eq(intern->items[at], key)) {
            break;
        }
        slot = (slot + 1) & (intern->n_slots - 1);
    }
    return slot;
}

static bool grow(Intern *intern)
{
    size_t n_slots = MAX(intern->n_slots * 2, (size_t)64);
    uint32_t *slots = calloc(n_slots, sizeof(*slots));
    size_t cap = n_slots / 2;

    if (slots == NULL) {
        return false;
    }
    Str *items = realloc(intern->items, cap * sizeof(*items));
    if (items != NULL) {
        intern->items = items;
    }
    uint64_t *hashes = realloc(intern->hashes, cap * sizeof(*hashes));
    if (hashes != NULL) {
        intern->hashes = hashes;
    }
    if (items == NULL || hashes == NULL || cap > UINT32_MAX) {
        free(slots);
        return false;
    }
    intern->cap = (uint32_t)cap;
    free(intern->slots);
    intern->slots = slots;
    intern->n_slots = n_slots;
    for (uint32_t i = 0; i < intern->n; i++) {
        size_t slot = (size_t)intern->hashes[i] & (n_slots - 1);
        while (slots[slot] != 0) {
            slot = (slot + 1) & (n_slots - 1);
        }
        slots[slot] = i + 1;
    }
    return true;
}

uint32_t intern_add(Intern *intern, Str key)
{
    uint64_t hash = XXH3_64bits(key.ptr, key.len);

    if (intern->n == intern->cap && !grow(intern)) {
        return INTERN_FAILED;
    }
    size_t slot = slot_of(intern, key, hash);
    if (intern->slots[slot] != 0) {
        return intern->slots[slot] - 1;
    }
    Str copy = arena_str(intern->arena, key);
    if (copy.ptr == NULL) {
        return INTERN_FAILED;
    }
    uint32_t number = intern->n++;
    intern->items[number] = copy;
    intern->hashes[number] = hash;
    intern->slots[slot] = number + 1;
    return number;
}

uint32_t intern_find(const Intern *intern, Str key)
{
    if (intern->n == 0) {
        return INTERN_FAILED;
    }
    size_t slot = slot_of(intern, key, XXH3_64bits(key.ptr, key.len));
    return intern->slots[slot] != 0 ? intern->slots[slot] - 1 : INTERN_FAILED;
}
