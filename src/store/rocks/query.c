/* SPDX-License-Identifier: Apache-2.0 */
/* store/rocks/query.c - filter, range and rows of a query. */
#include "store/rocks/query_internal.h"

#include "base/clock.h"

enum { ROWS_PER_DEADLINE_CHECK = 2048 };

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

void query_done(Query *query)
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

bool query_init(Query *query, Store *store, const StoreSeriesList *list, const StoreFilter *filter,
                Err *err)
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

bool query_sample_passes(const Query *query, const Row *row, const RowEntry *entry)
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

bool query_series_has_day(Query *query, Series *series, int32_t number)
{
    mutex_lock(&query->engine->index.lock);
    bool has_day = series_find_day(series, number) != NULL;
    mutex_unlock(&query->engine->index.lock);
    return has_day;
}

bool query_each_row(Query *query, Scan *scan, Series *series, RowFn on_row, void *ctx, Err *err)
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
