/* SPDX-License-Identifier: Apache-2.0 */
/*
 * model/tally.h - rows of self and total under composite keys: the adding-up of line arithmetic.
 *
 * Each sample counts once in the total of a row, however often it passes through it: a row
 * remembers the last sample that counted. Sums stay at the ends of int64 instead of wrapping.
 */
#pragma once

#include "base/macros.h"

enum { TALLY_KEY_PARTS = 4 };

#define TALLY_FAILED UINT32_MAX

typedef struct TallyKey {
    uint32_t part[TALLY_KEY_PARTS];
} TallyKey;

typedef struct TallyRow {
    TallyKey key;
    int64_t self;
    int64_t total;
    uint64_t sample; /* that counted last; samples are numbered from 1 */
} TallyRow;

typedef struct Tally {
    TallyRow *rows; /* [n] */
    uint32_t n;
    uint32_t cap;
    uint32_t *slots; /* row + 1; 0: free */
    size_t n_slots;
} Tally;

void tally_done(Tally *tally);

/* Number of the row of that key, made when it is missing; TALLY_FAILED when out of memory. */
uint32_t tally_row(Tally *tally, TallyKey key);

/* The row, or NULL. */
const TallyRow *tally_find(const Tally *tally, TallyKey key);

static inline void tally_add_total(Tally *tally, uint32_t row, uint64_t sample, int64_t value)
{
    TallyRow *r = &tally->rows[row];

    if (r->sample != sample) {
        r->sample = sample;
        r->total = sat_add_i64(r->total, value);
    }
}

static inline void tally_add_self(Tally *tally, uint32_t row, int64_t value)
{
    tally->rows[row].self = sat_add_i64(tally->rows[row].self, value);
}
