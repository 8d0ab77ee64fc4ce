/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/rocks/row.h - the value of a row: the samples of one profile of one series.
 *
 * Byte layout: docs/dev/store.md. Pure functions; the decoder accepts any bytes.
 */
#pragma once

#include "base/str.h"
#include "store/store.h"

enum { ROW_SPAN_BYTES = 24 }; /* span and trace */

typedef struct RowEntry {
    uint32_t stack;
    uint32_t span; /* index + 1 into the spans of the row; 0: none */
    int64_t value;
} RowEntry;

/* A decoded row; entries and spans are borrowed. */
typedef struct Row {
    const RowEntry *entries; /* [n], by (stack, span) */
    size_t n;
    const uint8_t *spans; /* [n_spans][ROW_SPAN_BYTES], inside the value */
    size_t n_spans;
    int64_t total;
} Row;

/* Entries of the row decoded last; reused from row to row. */
typedef struct RowScratch {
    RowEntry *items;
    size_t cap;
} RowScratch;

void row_scratch_done(RowScratch *scratch);

/*
 * Sorts entries by (stack, span), adds up equal ones and drops zeros. spare[n] is overwritten.
 * Returns the new number; the result is in entries.
 */
size_t row_normalise(RowEntry *entries, RowEntry *spare, size_t n);

/* The most that row_encode() writes. */
size_t row_max_bytes(size_t n_entries, size_t n_spans);

/* Writes normalised entries and returns the number of bytes. */
size_t row_encode(uint8_t *out, const RowEntry *entries, size_t n, const StoreSpan *spans,
                  size_t n_spans);

/* Only the total of all samples; false when the value is damaged. */
bool row_total(Str value, int64_t *ret_total);

/* All samples; false when the value is damaged or memory runs out. */
bool row_decode(Str value, RowScratch *scratch, Row *ret_row);
