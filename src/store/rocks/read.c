/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/rocks/read.c - sums and points over the rows of a list of series.
 *
 * A query takes a snapshot and goes through it in order of the keys. Sums are dense arrays per
 * (service, day) and group; stacks get their names once a scope is summed.
 */
#include "store/rocks/query_internal.h"

/* ---- merge ---- */

typedef struct Merge {
    Query query;
    const Day *day; /* the scope that is summed */
    const Series *scope_series;
    SymTable *table;
    bool is_fresh; /* the table was read after the snapshot was taken */
    uint32_t n_stacks;
    int64_t **sums; /* [n_groups] of [n_stacks] */
    size_t n_groups;
    uint32_t group; /* of the series that is read */
    size_t sum_bytes;
} Merge;

static bool account(Merge *merge, size_t bytes, Err *err)
{
    size_t max_bytes = merge->query.filter->max_bytes;

    merge->sum_bytes += bytes;
    if (max_bytes != 0 && merge->sum_bytes > max_bytes) {
        return err_set(err, ERR_RESOURCE_EXHAUSTED, "the query needs more than %zu bytes for sums",
                       max_bytes);
    }
    return true;
}

static bool grow_sums(Merge *merge, uint32_t n_stacks, Err *err)
{
    for (size_t g = 0; g < merge->n_groups; g++) {
        if (merge->sums[g] == NULL) {
            continue;
        }
        if (!account(merge, (n_stacks - merge->n_stacks) * sizeof(int64_t), err)) {
            return false;
        }
        int64_t *grown = realloc(merge->sums[g], n_stacks * sizeof(int64_t));
        if (grown == NULL) {
            return err_no_memory(err);
        }
        memset(grown + merge->n_stacks, 0, (n_stacks - merge->n_stacks) * sizeof(int64_t));
        merge->sums[g] = grown;
    }
    merge->n_stacks = n_stacks;
    return true;
}

static bool get_table(Merge *merge, bool fresh, Err *err)
{
    Engine *engine = merge->query.engine;
    SymTable *table;

    if (!symcache_get(&engine->cache, merge->query.db, merge->day, merge->scope_series->tenant,
                      merge->scope_series->service, fresh, &table, err)) {
        return false;
    }
    symcache_unref(&engine->cache, merge->table);
    merge->table = table;
    merge->is_fresh = fresh;
    if (table->symbols.n_stacks > merge->n_stacks) {
        return grow_sums(merge, table->symbols.n_stacks, err);
    }
    return true;
}

/* Whether the table has the stack; one that was cached may be older than the row. */
static bool has_stack(Merge *merge, uint32_t stack, bool *ret_has, Err *err)
{
    if (stack >= merge->n_stacks && !merge->is_fresh && !get_table(merge, true, err)) {
        return false;
    }
    *ret_has = stack < merge->n_stacks;
    return true;
}

static bool has_passing_sample(const Query *query, const Row *row)
{
    for (size_t i = 0; i < row->n; i++) {
        if (query_sample_passes(query, row, &row->entries[i])) {
            return true;
        }
    }
    return false;
}

static bool merge_row(void *ctx, const RowKey *key UNUSED, Str value, Err *err)
{
    Merge *merge = ctx;
    Query *query = &merge->query;
    Row row;
    bool has = true;

    if (!row_decode(value, &query->scratch, &row)) {
        query->is_partial = true;
        return true;
    }
    if (!has_passing_sample(query, &row)) {
        return true;
    }
    if (!has_stack(merge, row.entries[row.n - 1].stack, &has, err)) { /* the largest one */
        return false;
    }
    if (!has) {
        query->is_partial = true; /* refers to symbols that are not there */
        return true;
    }
    int64_t *sums = merge->sums[merge->group];
    if (sums == NULL) {
        if (!account(merge, merge->n_stacks * sizeof(int64_t), err)) {
            return false;
        }
        sums = calloc(merge->n_stacks, sizeof(int64_t));
        if (sums == NULL) {
            return err_no_memory(err);
        }
        merge->sums[merge->group] = sums;
    }
    for (size_t i = 0; i < row.n; i++) {
        const RowEntry *entry = &row.entries[i];
        if (query_sample_passes(query, &row, entry)) {
            sums[entry->stack] = sat_add_i64(sums[entry->stack], entry->value);
        }
    }
    return true;
}

static void end_scope(Merge *merge)
{
    for (size_t g = 0; g < merge->n_groups; g++) {
        free(merge->sums[g]);
        merge->sums[g] = NULL;
    }
    symcache_unref(&merge->query.engine->cache, merge->table);
    merge->table = NULL;
    merge->sum_bytes = 0;
    merge->n_stacks = 0;
}

static bool has_sums(const Merge *merge)
{
    for (size_t g = 0; g < merge->n_groups; g++) {
        if (merge->sums[g] != NULL) {
            return true;
        }
    }
    return false;
}

/* Sums the series order[from..to), which share a service, on one day. */
static bool merge_scope(Merge *merge, Scan *scan, size_t from, size_t to, const uint32_t *group,
                        Err *err)
{
    Query *query = &merge->query;

    for (size_t i = from; i < to; i++) {
        size_t position = query->order[i];
        Series *series = query->series[position];
        if (!query_series_has_day(query, series, merge->day->number)) {
            continue;
        }
        merge->scope_series = series;
        merge->group = group[position];
        CHECK(merge->group < merge->n_groups);
        if (merge->table == NULL && !get_table(merge, false, err)) {
            return false;
        }
        if (!query_each_row(query, scan, series, merge_row, merge, err)) {
            return false;
        }
    }
    return true;
}

static bool merge_day(Merge *merge, const uint32_t *group, StoreBlockFn on_block, void *ctx,
                      Err *err)
{
    Query *query = &merge->query;
    Scan scan;
    bool ok = true;

    scan_init_kind(&scan, query->db, merge->day, query->snapshot, query->series[0]->tenant,
                   KIND_ROW);
    for (size_t from = 0, to = 0; ok && from < query->n_series; from = to) {
        uint32_t service = query->series[query->order[from]]->service;
        while (to < query->n_series && query->series[query->order[to]]->service == service) {
            to++;
        }
        ok = merge_scope(merge, &scan, from, to, group, err);
        if (ok && has_sums(merge)) {
            StoreBlock block = { .symbols = &merge->table->symbols,
                                 .sums = (const int64_t *const *)merge->sums,
                                 .n_groups = merge->n_groups };
            query->is_partial |= merge->table->is_damaged;
            ok = on_block(ctx, &block, err);
        }
        end_scope(merge);
    }
    scan_done(&scan);
    return ok;
}

bool rocks_merge(Store *store, const StoreSeriesList *series, const uint32_t *group,
                 size_t n_groups, const StoreFilter *filter, StoreBlockFn on_block, void *ctx,
                 bool *ret_partial, Err *err)
{
    Merge merge = { .n_groups = n_groups };

    if (series->n == 0 || filter->end_ns < 0 || filter->end_ns < filter->start_ns) {
        *ret_partial = engine_is_lossy(engine_of(store)); /* series may be lost */
        return true;
    }
    bool ok = query_init(&merge.query, store, series, filter, err);
    merge.sums = ok ? calloc(n_groups, sizeof(int64_t *)) : NULL;
    if (ok && merge.sums == NULL) {
        ok = err_no_memory(err);
    }
    for (size_t d = 0; ok && d < merge.query.n_days; d++) {
        merge.day = merge.query.days[d];
        ok = merge_day(&merge, group, on_block, ctx, err);
    }
    free(merge.sums);
    *ret_partial = merge.query.is_partial;
    query_done(&merge.query);
    return ok;
}

/* ---- points ---- */

typedef struct Points {
    Query query;
    size_t position; /* of the series in the list */
    StorePointFn on_point;
    void *ctx;
} Points;

static bool point_row(void *ctx, const RowKey *key, Str value, Err *err)
{
    Points *points = ctx;
    Query *query = &points->query;
    StorePoint point = { .series = points->position, .time_ns = (int64_t)key->time_ns };
    Row row;
    bool passes = true;

    if (!query->filters_samples) {
        if (!row_total(value, &point.total)) {
            query->is_partial = true;
            return true;
        }
    } else {
        if (!row_decode(value, &query->scratch, &row)) {
            query->is_partial = true;
            return true;
        }
        passes = false;
        for (size_t i = 0; i < row.n; i++) {
            if (query_sample_passes(query, &row, &row.entries[i])) {
                point.total = sat_add_i64(point.total, row.entries[i].value);
                passes = true;
            }
        }
    }
    point.profile_id = profile_id_of(key);
    return !passes || points->on_point(points->ctx, &point, err);
}

/* The days of one series after the other; scans[n_days] are opened when first needed. */
static bool points_of_series(Points *points, Scan *scans, Err *err)
{
    Query *query = &points->query;
    Series *series = query->series[points->position];

    for (size_t d = 0; d < query->n_days; d++) {
        if (!query_series_has_day(query, series, query->days[d]->number)) {
            continue;
        }
        if (scans[d].it == NULL) {
            scan_init_kind(&scans[d], query->db, query->days[d], query->snapshot, series->tenant,
                           KIND_ROW);
        }
        if (!query_each_row(query, &scans[d], series, point_row, points, err)) {
            return false;
        }
    }
    return true;
}

bool rocks_points(Store *store, const StoreSeriesList *series, const StoreFilter *filter,
                  StorePointFn on_point, void *ctx, bool *ret_partial, Err *err)
{
    Points points = { .on_point = on_point, .ctx = ctx };
    Query *query = &points.query;

    if (series->n == 0 || filter->end_ns < 0 || filter->end_ns < filter->start_ns) {
        *ret_partial = engine_is_lossy(engine_of(store)); /* series may be lost */
        return true;
    }
    bool ok = query_init(query, store, series, filter, err);
    Scan *scans = ok ? calloc(query->n_days + 1, sizeof(*scans)) : NULL;
    if (ok && scans == NULL) {
        ok = err_no_memory(err);
    }
    for (size_t i = 0; ok && i < query->n_series; i++) {
        points.position = query->order[i];
        ok = points_of_series(&points, scans, err);
    }
    for (size_t d = 0; scans != NULL && d < query->n_days; d++) {
        scan_done(&scans[d]);
    }
    free(scans);
    *ret_partial = query->is_partial;
    query_done(query);
    return ok;
}
