/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/rocks/query_internal.h - what sums and points share: filter, snapshot, days, rows.
 */
#pragma once

#include "store/rocks/internal.h"

/* A sorted copy of identifiers of one width. */
typedef struct IdSet {
    uint8_t *bytes; /* [n][width] */
    size_t n;
    size_t width;
} IdSet;

typedef struct Query {
    Engine *engine;
    Db *db;
    const rocksdb_snapshot_t *snapshot;
    const StoreFilter *filter;
    IdSet profiles;
    IdSet spans;
    IdSet traces;
    bool filters_samples;
    uint64_t first_ns; /* the range, as positions */
    uint64_t last_ns;
    Day **days; /* [n_days] in the range, referred to */
    size_t n_days;
    size_t *order; /* [n_series]: positions in the list, by key */
    Series *const *series;
    size_t n_series;
    RowScratch scratch;
    unsigned rows_until_check;
    bool is_partial;
} Query;

/*
 * Becomes a user of the instance and takes a snapshot and the days of the range. Call query_done()
 * in any case.
 */
bool query_init(Query *query, Store *store, const StoreSeriesList *list, const StoreFilter *filter,
                Err *err) MUST_CHECK;
void query_done(Query *query);

bool query_series_has_day(Query *query, Series *series, int32_t number);

/* Whether a sample passes the filter of spans and traces. */
bool query_sample_passes(const Query *query, const Row *row, const RowEntry *entry);

typedef bool (*RowFn)(void *ctx, const RowKey *key, Str value, Err *err);

/* Calls on_row for the rows of a series in the range on the day of the scan. Damage sets
 * is_partial; past the deadline: DEADLINE_EXCEEDED. */
bool query_each_row(Query *query, Scan *scan, Series *series, RowFn on_row, void *ctx,
                    Err *err) MUST_CHECK;
