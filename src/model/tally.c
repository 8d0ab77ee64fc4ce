/* SPDX-License-Identifier: Apache-2.0 */
#include "model/tally.h"

#include <string.h>

void tally_done(Tally *tally)
{
    free(tally->rows);
    free(tally->slots);
    *tally = (Tally){ 0 };
}

static size_t hash_of(const TallyKey *key)
{
    uint64_t hash = 0;

    for (size_t i = 0; i < TALLY_KEY_PARTS; i++) {
        hash = (hash ^ key->part[i]) * 0x9E3779B97F4A7C15ULL;
        hash ^= hash >> 31;
    }
    return (size_t)hash;
}

static bool key_eq(const TallyKey *a, const TallyKey *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

static bool grow(Tally *tally)
{
    size_t n_slots = MAX(tally->n_slots * 2, (size_t)64);
    uint32_t *slots = calloc(n_slots, sizeof(*slots));
    TallyRow *rows = realloc(tally->rows, n_slots / 2 * sizeof(*rows));

    if (rows != NULL) {
        tally->rows = rows;
    }
    if (slots == NULL || rows == NULL || n_slots / 2 > UINT32_MAX) {
        free(slots);
        return false;
    }
    tally->cap = (uint32_t)(n_slots / 2);
    for (uint32_t i = 0; i < tally->n; i++) {
        size_t slot = hash_of(&tally->rows[i].key) & (n_slots - 1);
        while (slots[slot] != 0) {
            slot = (slot + 1) & (n_slots - 1);
        }
        slots[slot] = i + 1;
    }
    free(tally->slots);
    tally->slots = slots;
    tally->n_slots = n_slots;
    return true;
}

uint32_t tally_row(Tally *tally, TallyKey key)
{
    if (tally->n == tally->cap && !grow(tally)) {
        return TALLY_FAILED;
    }
    size_t slot = hash_of(&key) & (tally->n_slots - 1);
    while (tally->slots[slot] != 0) {
        uint32_t at = tally->slots[slot] - 1;
        if (key_eq(&tally->rows[at].key, &key)) {
            return at;
        }
        slot = (slot + 1) & (tally->n_slots - 1);
    }
    tally->rows[tally->n] = (TallyRow){ .key = key };
    tally->slots[slot] = ++tally->n;
    return tally->n - 1;
}

const TallyRow *tally_find(const Tally *tally, TallyKey key)
{
    if (tally->n == 0) {
        return NULL;
    }
    size_t slot = hash_of(&key) & (tally->n_slots - 1);
    while (tally->slots[slot] != 0) {
        const TallyRow *row = &tally->rows[tally->slots[slot] - 1];
        if (key_eq(&row->key, &key)) {
            return row;
        }
        slot = (slot + 1) & (tally->n_slots - 1);
    }
    return NULL;
}
