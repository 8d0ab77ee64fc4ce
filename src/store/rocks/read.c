/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/rocks/read.c - sums and points over the rows of a list of series.
 *
 * A query takes a snapshot and goes through it in order of the keys. Sums are dense arrays per
 * (service, day) and group; stacks get their names once a scope is summed.
 */
#include "base/clock.h"
#include "store/rocks/internal.h"

enum { ROWS_PER_DEADLINE_CHECK = 2048 };

/* ---- filter ---- */

/* A sorted copy of identifiers of one width. */
typedef struct IdSet {
    uint8_t *bytes; /* [n][width] */
    size_t n;
    size_t width;
} IdSet;

static int order_ids(const void *a, const void *b, void *width)
{
    return memcmp(a, b, *(const size_t *)width);
}

static bool id_set_init(IdSet *set, const void *ids, size_t n, size_t width)
{
    *set = (IdSet){ .n = n, .width = width };
    if (n == 0) {
        return true;
    }
    set->bytes = malloc(n * width);
    if (set->bytes == NULL) {
        return false;
    }
    memcpy(set->bytes, ids, n * width);
    qsort_r(set->bytes, n, width, order_ids, &set->width);
    return true;
}

static bool id_set_has(const IdSet *set, const void *id)
{
    size_t low = 0;
    size_t high = set->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = memcmp(set->bytes + middle * set->width, id, set->width);
        if (order == 0) {
            return true;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return false;
}

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

static int order_series(const void *a, const void *b, void *series_list)
{
    Series *const *series = series_list;
    const Series *left = series[*(const size_t *)a];
    const Series *right = series[*(const size_t *)b];

    if (left->service != right->service) {
        return left->service < right->service ? -1 : 1;
    }
    if (left->type != right->type) {
        return left->type < right->type ? -1 : 1;
    }
    return (left->id > right->id) - (left->id < right->id);
}

static bool collect_days(Query *query)
{
    Engine *engine = query->engine;
    int32_t first = day_of((int64_t)query->first_ns);
    int32_t last = day_of((int64_t)query->last_ns);

    mutex_lock(&engine->db_lock);
    query->days = calloc(query->db->days.len + 1, sizeof(Day *));
    for (size_t i = 0; query->days != NULL && i < query->db->days.len; i++) {
        Day *day = query->db->days.items[i];
        if (day->number >= first && day->number <= last) {
            day->refs++;
            query->days[query->n_days++] = day;
        }
    }
    mutex_unlock(&engine->db_lock);
    return query->days != NULL;
}

static void query_done(Query *query)
{
    for (size_t i = 0; i < query->n_days; i++) {
        engine_unref_day(query->engine, query->days[i]);
    }
    if (query->snapshot != NULL) {
        rocksdb_release_snapshot(query->db->db, query->snapshot);
    }
    if (query->db != NULL) {
        engine_release(query->engine);
    }
    free(query->days);
    free(query->order);
    free(query->profiles.bytes);
    free(query->spans.bytes);
    free(query->traces.bytes);
    row_scratch_done(&query->scratch);
}

static bool query_init(Query *query, Store *store, const StoreSeriesList *list,
                       const StoreFilter *filter, Err *err)
{
    *query = (Query){
        .engine = engine_of(store),
        .filter = filter,
        .filters_samples = filter->n_span_ids > 0 || filter->n_trace_ids > 0,
        .first_ns = (uint64_t)MAX(filter->start_ns, 0),
        .last_ns = (uint64_t)MAX(filter->end_ns, 0),
        .series = series_of_list(list),
        .n_series = list->n,
        .rows_until_check = 1,
    };
    if (!engine_acquire(query->engine, &query->db, err)) {
        return false;
    }
    query->is_partial = engine_is_lossy(query->engine);
    query->snapshot = query->db->read_only ? NULL : rocksdb_create_snapshot(query->db->db);
    query->order = calloc(list->n + 1, sizeof(size_t));
    if (query->order == NULL || !collect_days(query) ||
        !id_set_init(&query->profiles, filter->profile_ids, filter->n_profile_ids,
                     sizeof(ProfileId)) ||
        !id_set_init(&query->spans, filter->span_ids, filter->n_span_ids, sizeof(SpanId)) ||
        !id_set_init(&query->traces, filter->trace_ids, filter->n_trace_ids, sizeof(TraceId))) {
        return err_no_memory(err);
    }
    for (size_t i = 0; i < list->n; i++) {
        query->order[i] = i;
    }
    /* the callback's argument is not const in C; it does not write */
    void *series;
    memcpy(&series, &query->series, sizeof(series));
    qsort_r(query->order, list->n, sizeof(size_t), order_series, series);
    return true;
}

static bool check_deadline(Query *query, Err *err)
{
    if (--query->rows_until_check > 0) {
        return true;
    }
    query->rows_until_check = ROWS_PER_DEADLINE_CHECK;
    if (query->filter->deadline_steady_ns != 0 &&
        clock_steady_ns() > query->filter->deadline_steady_ns) {
        return err_set(err, ERR_DEADLINE_EXCEEDED, "the query took longer than it may");
    }
    return true;
}

static bool sample_passes(const Query *query, const Row *row, const RowEntry *entry)
{
    if (!query->filters_samples) {
        return true;
    }
    if (entry->span == 0) {
        return false;
    }
    const uint8_t *span = row->spans + (size_t)(entry->span - 1) * ROW_SPAN_BYTES;
    return (query->spans.n == 0 || id_set_has(&query->spans, span)) &&
           (query->traces.n == 0 || id_set_has(&query->traces, span + sizeof(SpanId)));
}

/* ---- rows of one series and day ---- */

typedef bool (*RowFn)(void *ctx, const RowKey *key, Str value, Err *err);

static bool series_has_day(Query *query, Series *series, int32_t number)
{
    mutex_lock(&query->engine->index.lock);
    bool has_day = series_find_day(series, number) != NULL;
    mutex_unlock(&query->engine->index.lock);
    return has_day;
}

static bool each_row(Query *query, Scan *scan, Series *series, RowFn on_row, void *ctx, Err *err)
{
    RowKey key = { .tenant = series->tenant,
                   .service = series->service,
                   .type = series->type,
                   .series = series->id };
    uint8_t prefix[KEY_ROW_BYTES];
    Str row_key;
    Str value;

    key_row(prefix, &key);
    for (scan_seek(scan, (Str){ (const char *)prefix, KEY_ROW_PREFIX_BYTES }, 8, query->first_ns,
                   query->last_ns);
         scan_get(scan, &row_key, &value); scan_next(scan)) {
        if (!check_deadline(query, err)) {
            return false;
        }
        if (!key_row_parse(row_key, &key)) {
            query->is_partial = true;
            continue;
        }
        if (query->profiles.n > 0) {
            ProfileId id = profile_id_of(&key);
            if (!id_set_has(&query->profiles, id.bytes)) {
                continue;
            }
        }
        if (!on_row(ctx, &key, value, err)) {
            return false;
        }
    }
    query->is_partial |= scan->is_damaged;
    return scan_ok(scan, err);
}

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
        if (sample_passes(query, row, &row->entries[i])) {
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
        if (sample_passes(query, &row, entry)) {
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
        if (!series_has_day(query, series, merge->day->number)) {
            continue;
        }
        merge->scope_series = series;
        merge->group = group[position];
        CHECK(merge->group < merge->n_groups);
        if (merge->table == NULL && !get_table(merge, false, err)) {
            return false;
        }
        if (!each_row(query, scan, series, merge_row, merge, err)) {
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
            if (sample_passes(query, &row, &row.entries[i])) {
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
        if (!series_has_day(query, series, query->days[d]->number)) {
            continue;
        }
        if (scans[d].it == NULL) {
            scan_init_kind(&scans[d], query->db, query->days[d], query->snapshot, series->tenant,
                           KIND_ROW);
        }
        if (!each_row(query, &scans[d], series, point_row, points, err)) {
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
