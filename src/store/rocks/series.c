/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/rocks/series.c - lists of series: matchers choose, days and times decide.
 *
 * Whether a series has rows in a range follows from its days when they lie inside, from the cached
 * first and last times otherwise, and only when both lie around the range from a bounded seek.
 */
#include "base/clock.h"
#include "store/rocks/internal.h"

typedef struct ListPart {
    Series **series; /* [n], references, in the order of the list */
    Labels *labels;
    size_t n;
} ListPart;

void rocks_series_done(StoreSeriesList *list)
{
    ListPart *part = list->engine;

    if (part == NULL) {
        return;
    }
    for (size_t i = 0; i < part->n; i++) {
        series_unref(part->series[i]);
    }
    free(part->series);
    free(part->labels);
    free(part);
}

Series *const *series_of_list(const StoreSeriesList *list)
{
    const ListPart *part = list->engine;

    return part->series;
}

static void scan_init_rows(Scan *scan, const Db *db, const Day *day, const Series *series,
                           uint8_t prefix[KEY_ROW_BYTES])
{
    RowKey key = { .tenant = series->tenant,
                   .service = series->service,
                   .type = series->type,
                   .series = series->id };

    key_row(prefix, &key);
    scan_init_kind(scan, db, day, NULL, series->tenant, KIND_ROW);
}

bool series_load_bounds(Engine *engine, Db *db, Series *series, int32_t number, Err *err)
{
    int64_t first_ns = INT64_MAX;
    int64_t last_ns = INT64_MIN;

    mutex_lock(&engine->index.lock);
    const SeriesDay *known = series_find_day(series, number);
    bool is_exact = known == NULL || known->is_exact;
    mutex_unlock(&engine->index.lock);
    Day *day = is_exact ? NULL : engine_ref_day(engine, db, number);
    if (day == NULL) {
        return true;
    }
    Scan scan;
    uint8_t prefix_bytes[KEY_ROW_BYTES];
    scan_init_rows(&scan, db, day, series, prefix_bytes);
    Str prefix = { (const char *)prefix_bytes, KEY_ROW_PREFIX_BYTES };
    scan_seek(&scan, prefix, 8, 0, INT64_MAX);
    if (scan.is_at_key) {
        first_ns = (int64_t)scan.position;
        if (scan_seek_last(&scan, prefix, 8, INT64_MAX)) {
            last_ns = (int64_t)scan.position;
        }
    }
    if (scan.is_damaged) { /* rows may be anywhere on the day */
        first_ns = day_start_ns(number);
        last_ns = day_start_ns(number + 1) - 1;
    }
    bool ok = scan_ok(&scan, err);
    scan_done(&scan);
    engine_unref_day(engine, day);
    if (!ok) {
        return false;
    }
    mutex_lock(&engine->index.lock);
    SeriesDay *entry = series_find_day(series, number);
    if (entry != NULL && !entry->is_exact) {
        /* rows committed meanwhile are in first_ns and last_ns of the entry */
        entry->first_ns = MIN(entry->first_ns, first_ns);
        entry->last_ns = MAX(entry->last_ns, last_ns);
        entry->is_exact = true;
    }
    mutex_unlock(&engine->index.lock);
    return true;
}

typedef enum Presence {
    PRESENT,
    ABSENT,
    UNKNOWN, /* only the rows can tell */
} Presence;

static Presence day_presence(const SeriesDay *day, int64_t start_ns, int64_t end_ns)
{
    int64_t day_first = day_start_ns(day->day);
    int64_t day_last = day_start_ns(day->day + 1) - 1;

    if (!day->is_committed || end_ns < day_first || start_ns > day_last) {
        return ABSENT;
    }
    if (start_ns <= day_first && end_ns >= day_last) {
        return PRESENT;
    }
    if (!day->is_exact) {
        return UNKNOWN;
    }
    if (end_ns < day->first_ns || start_ns > day->last_ns) {
        return ABSENT;
    }
    return start_ns <= day->first_ns || end_ns >= day->last_ns ? PRESENT : UNKNOWN;
}

static Presence series_presence(const Series *series, int64_t start_ns, int64_t end_ns)
{
    Presence presence = ABSENT;

    for (size_t i = 0; i < series->days.len; i++) {
        Presence of_day = day_presence(&series->days.items[i], start_ns, end_ns);
        if (of_day == PRESENT) {
            return PRESENT;
        }
        if (of_day == UNKNOWN) {
            presence = UNKNOWN;
        }
    }
    return presence;
}

/* Asks the rows of one day. Damage in the way counts as present: the query will say partial. */
static bool day_has_row(Engine *engine, Db *db, const Series *series, int32_t number,
                        int64_t start_ns, int64_t end_ns, bool *ret_present, Err *err)
{
    Day *day = engine_ref_day(engine, db, number);
    Scan scan;
    uint8_t prefix[KEY_ROW_BYTES];

    *ret_present = false;
    if (day == NULL) {
        return true;
    }
    scan_init_rows(&scan, db, day, series, prefix);
    scan_seek(&scan, (Str){ (const char *)prefix, KEY_ROW_PREFIX_BYTES }, 8,
              (uint64_t)MAX(start_ns, 0), (uint64_t)MAX(end_ns, 0));
    *ret_present = scan.is_at_key || scan.is_damaged;
    bool ok = scan_ok(&scan, err);
    scan_done(&scan);
    engine_unref_day(engine, day);
    return ok;
}

/* Decides for a series that series_presence() could not. */
static bool ask_rows(Engine *engine, Db *db, Series *series, int64_t start_ns, int64_t end_ns,
                     bool *ret_present, Err *err)
{
    int32_t first = day_of(MAX(start_ns, 0));
    int32_t last = day_of(MAX(end_ns, 0));
    const int32_t edges[] = { first, last }; /* days between are inside the range */

    *ret_present = false;
    for (size_t i = 0; i < ARRAY_LEN(edges) && !*ret_present; i++) {
        if (!series_load_bounds(engine, db, series, edges[i], err)) {
            return false;
        }
        mutex_lock(&engine->index.lock);
        const SeriesDay *day = series_find_day(series, edges[i]);
        Presence presence = day != NULL ? day_presence(day, start_ns, end_ns) : ABSENT;
        mutex_unlock(&engine->index.lock);
        *ret_present = presence == PRESENT;
        if (presence == UNKNOWN &&
            !day_has_row(engine, db, series, edges[i], start_ns, end_ns, ret_present, err)) {
            return false;
        }
    }
    return true;
}

typedef struct Candidates {
    VEC(Series *) present; /* references */
    VEC(Series *) unknown;
} Candidates;

static void candidates_done(Candidates *candidates)
{
    for (size_t i = 0; i < candidates->present.len; i++) {
        series_unref(candidates->present.items[i]);
    }
    for (size_t i = 0; i < candidates->unknown.len; i++) {
        series_unref(candidates->unknown.items[i]);
    }
    VEC_DONE(&candidates->present);
    VEC_DONE(&candidates->unknown);
}

static bool collect_locked(const Tenant *tenant, const Slots *slots, int64_t start_ns,
                           int64_t end_ns, Candidates *candidates)
{
    if (!VEC_RESERVE(&candidates->present, slots->len) ||
        !VEC_RESERVE(&candidates->unknown, slots->len)) {
        return false;
    }
    for (size_t i = 0; i < slots->len; i++) {
        Series *series = tenant->series.items[slots->items[i]];
        Presence presence = series_presence(series, start_ns, end_ns);
        if (presence == PRESENT) {
            candidates->present.items[candidates->present.len++] = series_ref(series);
        } else if (presence == UNKNOWN) {
            candidates->unknown.items[candidates->unknown.len++] = series_ref(series);
        }
    }
    return true;
}

static bool select_candidates(Engine *engine, Str tenant_name, Matchers matchers, int64_t start_ns,
                              int64_t end_ns, Candidates *candidates, Err *err)
{
    Slots slots = { 0 };

    mutex_lock(&engine->index.lock);
    const Tenant *tenant = index_find_tenant_locked(&engine->index, tenant_name);
    bool ok = tenant == NULL || (index_select(tenant, matchers, &slots) &&
                                 collect_locked(tenant, &slots, start_ns, end_ns, candidates));
    mutex_unlock(&engine->index.lock);
    VEC_DONE(&slots);
    return ok || err_no_memory(err);
}

static bool decide_unknown(Engine *engine, Db *db, int64_t start_ns, int64_t end_ns,
                           Candidates *candidates, Err *err)
{
    while (candidates->unknown.len > 0) {
        Series *series = candidates->unknown.items[candidates->unknown.len - 1];
        bool is_present;
        if (!ask_rows(engine, db, series, start_ns, end_ns, &is_present, err)) {
            return false;
        }
        candidates->unknown.len--;
        if (!is_present) {
            series_unref(series);
        } else if (!VEC_PUSH(&candidates->present, series)) {
            series_unref(series);
            return err_no_memory(err);
        }
    }
    return true;
}

static int order_by_labels(const void *a, const void *b)
{
    const Series *const *left = a;
    const Series *const *right = b;

    return labels_cmp((*left)->labels, (*right)->labels);
}

/* Moves the series into a list. */
static bool make_list(Store *store, Candidates *candidates, StoreSeriesList *ret_list, Err *err)
{
    size_t n = candidates->present.len;
    ListPart *part = calloc(1, sizeof(*part));
    Labels *labels = calloc(n + 1, sizeof(*labels));

    if (part == NULL || labels == NULL) {
        free(part);
        free(labels);
        return err_no_memory(err);
    }
    if (n > 0) {
        qsort(candidates->present.items, n, sizeof(Series *), order_by_labels);
    }
    for (size_t i = 0; i < n; i++) {
        labels[i] = candidates->present.items[i]->labels;
    }
    *part = (ListPart){ .series = candidates->present.items, .labels = labels, .n = n };
    candidates->present.items = NULL;
    candidates->present.len = 0;
    *ret_list = (StoreSeriesList){ .labels = labels, .n = n, .engine = part, .store = store };
    return true;
}

bool rocks_series(Store *store, Str tenant, Matchers matchers, int64_t start_ns, int64_t end_ns,
                  StoreSeriesList *ret_list, Err *err)
{
    Engine *engine = engine_of(store);
    Candidates candidates CLEANUP(candidates_done) = { 0 };
    Db *db;

    if (start_ns == 0 && end_ns == 0) {
        start_ns = INT64_MIN;
        end_ns = INT64_MAX;
    }
    if (!engine_acquire(engine, &db, err)) {
        return false;
    }
    bool ok = select_candidates(engine, tenant, matchers, start_ns, end_ns, &candidates, err) &&
              decide_unknown(engine, db, start_ns, end_ns, &candidates, err);
    engine_release(engine);
    return ok && make_list(store, &candidates, ret_list, err);
}

/* ---- oldest and newest profile of a tenant ---- */

/* Days on which the tenant has durable rows. */
static void tenant_days_locked(const Tenant *tenant, int32_t *ret_first, int32_t *ret_last)
{
    *ret_first = INT32_MAX;
    *ret_last = INT32_MIN;
    for (size_t i = 0; i < tenant->series.len; i++) {
        const Series *series = tenant->series.items[i];
        for (size_t d = 0; d < series->days.len; d++) {
            if (series->days.items[d].is_committed) {
                *ret_first = MIN(*ret_first, series->days.items[d].day);
                *ret_last = MAX(*ret_last, series->days.items[d].day);
            }
        }
    }
}

bool rocks_tenant_stats(Store *store, Str tenant_name, StoreTenantStats *ret_stats, Err *err)
{
    Engine *engine = engine_of(store);
    StoreTenantStats stats = { .oldest_ns = INT64_MAX, .newest_ns = INT64_MIN };
    Candidates all CLEANUP(candidates_done) = { 0 };
    int32_t edges[2] = { INT32_MAX, INT32_MIN };
    Db *db;

    if (!engine_acquire(engine, &db, err)) {
        return false;
    }
    bool ok =
        select_candidates(engine, tenant_name, (Matchers){ 0 }, INT64_MIN, INT64_MAX, &all, err);
    mutex_lock(&engine->index.lock);
    const Tenant *tenant = index_find_tenant_locked(&engine->index, tenant_name);
    if (tenant != NULL) {
        tenant_days_locked(tenant, &edges[0], &edges[1]);
    }
    mutex_unlock(&engine->index.lock);
    for (size_t i = 0; ok && i < all.present.len; i++) {
        Series *series = all.present.items[i];
        for (size_t e = 0; ok && e < ARRAY_LEN(edges); e++) {
            ok = series_load_bounds(engine, db, series, edges[e], err);
            mutex_lock(&engine->index.lock);
            const SeriesDay *day = series_find_day(series, edges[e]);
            if (day != NULL && day->is_committed) {
                stats.oldest_ns = MIN(stats.oldest_ns, day->first_ns);
                stats.newest_ns = MAX(stats.newest_ns, day->last_ns);
            }
            mutex_unlock(&engine->index.lock);
        }
    }
    engine_release(engine);
    stats.has_data = stats.newest_ns >= stats.oldest_ns;
    if (!stats.has_data) {
        stats = (StoreTenantStats){ 0 };
    }
    if (ok) {
        *ret_stats = stats;
    }
    return ok;
}
