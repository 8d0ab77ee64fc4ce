/* SPDX-License-Identifier: Apache-2.0 */
#include "store/rocks/index.h"

#include <sys/random.h>
#include <xxhash.h>

void index_init(Index *index)
{
    *index = (Index){ 0 };
    mutex_init(&index->lock);
}

Series *series_ref(Series *series)
{
    atomic_fetch_add(&series->refs, 1);
    return series;
}

void series_unref(Series *series)
{
    if (atomic_fetch_sub(&series->refs, 1) == 1) {
        VEC_DONE(&series->days);
        free(series);
    }
}

static void free_text(Str text)
{
    /* str_dup() memory that is only read through Str */
    char *ptr;

    memcpy(&ptr, &text.ptr, sizeof(ptr));
    free(ptr);
}

static void names_done(Names *names)
{
    for (size_t i = 0; i < names->len; i++) {
        free_text(names->items[i].text);
    }
    VEC_DONE(names);
}

static void tenant_destroy(Tenant *tenant)
{
    for (size_t i = 0; i < tenant->series.len; i++) {
        series_unref(tenant->series.items[i]);
    }
    postings_clear(tenant);
    VEC_DONE(&tenant->postings);
    VEC_DONE(&tenant->series);
    names_done(&tenant->services);
    names_done(&tenant->types);
    free(tenant->series_table);
    free(tenant->posting_table);
    free_text(tenant->name);
    free(tenant);
}

void index_clear_locked(Index *index)
{
    for (size_t i = 0; i < index->tenants.len; i++) {
        tenant_destroy(index->tenants.items[i]);
    }
    VEC_DONE(&index->tenants);
    index->counters = (Counters){ 0 };
    index->counters_changed = false;
    index->n_series = 0;
    index->n_services = 0;
}

void index_done(Index *index)
{
    mutex_lock(&index->lock);
    index_clear_locked(index);
    mutex_unlock(&index->lock);
    mutex_done(&index->lock);
}

/* ---- tenants and names ---- */

Tenant *index_find_tenant_locked(Index *index, Str name)
{
    for (size_t i = 0; i < index->tenants.len; i++) {
        if (str_eq(index->tenants.items[i]->name, name)) {
            return index->tenants.items[i];
        }
    }
    return NULL;
}

Tenant *index_tenant_by_id_locked(Index *index, uint32_t id)
{
    for (size_t i = 0; i < index->tenants.len; i++) {
        if (index->tenants.items[i]->id == id) {
            return index->tenants.items[i];
        }
    }
    return NULL;
}

static Tenant *enter_tenant(Index *index, uint32_t id, Str name)
{
    Tenant *tenant = calloc(1, sizeof(*tenant));
    char *text = str_dup(name);

    if (tenant == NULL || text == NULL || !VEC_PUSH(&index->tenants, tenant)) {
        free(tenant);
        free(text);
        return NULL;
    }
    tenant->id = id;
    tenant->name = (Str){ text, name.len };
    index->counters.tenant = MAX(index->counters.tenant, id + 1);
    return tenant;
}

Tenant *index_add_tenant_locked(Index *index, Str name)
{
    Tenant *tenant = index_find_tenant_locked(index, name);
    uint8_t secret[TENANT_SECRET_BYTES];

    if (tenant != NULL) {
        return tenant;
    }
    /* getrandom() gives up to 256 bytes whole once the system's generator is ready */
    if (getrandom(secret, sizeof(secret), 0) != (ssize_t)sizeof(secret)) {
        return NULL;
    }
    tenant = enter_tenant(index, index->counters.tenant, name);
    if (tenant != NULL) {
        memcpy(tenant->secret, secret, sizeof(secret));
        index->counters_changed = true;
    }
    return tenant;
}

bool index_load_tenant_locked(Index *index, uint32_t id, Str name, const uint8_t *secret)
{
    Tenant *tenant = enter_tenant(index, id, name);

    if (tenant == NULL) {
        return false;
    }
    memcpy(tenant->secret, secret, TENANT_SECRET_BYTES);
    tenant->is_stored = true;
    return true;
}

static Name *enter_name(Names *names, uint32_t id, Str text)
{
    char *copy = str_dup(text);

    if (copy == NULL || !VEC_PUSH(names, (Name){ .text = (Str){ copy, text.len }, .id = id })) {
        free(copy);
        return NULL;
    }
    return &names->items[names->len - 1];
}

Name *index_add_name(Names *names, Str text, uint32_t *counter)
{
    for (size_t i = 0; i < names->len; i++) {
        if (str_eq(names->items[i].text, text)) {
            return &names->items[i];
        }
    }
    Name *name = enter_name(names, *counter, text);
    if (name != NULL) {
        (*counter)++;
    }
    return name;
}

Name *index_find_name_by_id(Names *names, uint32_t id)
{
    for (size_t i = 0; i < names->len; i++) {
        if (names->items[i].id == id) {
            return &names->items[i];
        }
    }
    return NULL;
}

bool index_load_name(Names *names, uint32_t id, Str text)
{
    Name *name = enter_name(names, id, text);

    if (name != NULL) {
        name->is_stored = true;
    }
    return name != NULL;
}

/* ---- series ---- */

uint64_t labels_hash(Labels labels)
{
    uint64_t hash = labels.n;

    for (size_t i = 0; i < labels.n; i++) {
        hash = XXH3_64bits_withSeed(labels.items[i].name.ptr, labels.items[i].name.len, hash);
        hash = XXH3_64bits_withSeed(labels.items[i].value.ptr, labels.items[i].value.len, hash);
    }
    return hash;
}

Series *index_find_series(const Tenant *tenant, Labels labels, uint64_t hash)
{
    if (tenant->n_series_table == 0) {
        return NULL;
    }
    size_t mask = tenant->n_series_table - 1;
    for (size_t at = hash & mask; tenant->series_table[at] != 0; at = (at + 1) & mask) {
        Series *series = tenant->series.items[tenant->series_table[at] - 1];
        if (series->hash == hash && labels_eq(series->labels, labels)) {
            return series;
        }
    }
    return NULL;
}

static Str copy_text(char **at, Str text)
{
    char *copy = *at;

    if (text.len > 0) {
        memcpy(copy, text.ptr, text.len);
    }
    *at += text.len;
    return (Str){ copy, text.len };
}

/* One allocation: the struct, the labels, their texts. */
static Series *series_create(Labels labels)
{
    size_t bytes = sizeof(Series) + labels.n * sizeof(Label);

    for (size_t i = 0; i < labels.n; i++) {
        bytes += labels.items[i].name.len + labels.items[i].value.len;
    }
    Series *series = calloc(1, bytes);
    if (series == NULL) {
        return NULL;
    }
    Label *items = (Label *)(series + 1);
    char *texts = (char *)(items + labels.n);
    for (size_t i = 0; i < labels.n; i++) {
        items[i].name = copy_text(&texts, labels.items[i].name);
        items[i].value = copy_text(&texts, labels.items[i].value);
    }
    atomic_init(&series->refs, 1);
    series->labels = (Labels){ items, labels.n };
    return series;
}

static void series_table_put(uint32_t *table, size_t n, uint64_t hash, uint32_t slot)
{
    size_t at = hash & (n - 1);

    while (table[at] != 0) {
        at = (at + 1) & (n - 1);
    }
    table[at] = slot + 1;
}

/* A table for the series that there are and one more. */
static bool series_table_reserve(Tenant *tenant)
{
    size_t n = MAX(tenant->n_series_table, (size_t)16);

    while (n / 2 <= tenant->series.len + 1) {
        n *= 2;
    }
    if (n == tenant->n_series_table) {
        return true;
    }
    uint32_t *table = calloc(n, sizeof(*table));
    if (table == NULL) {
        return false;
    }
    for (size_t slot = 0; slot < tenant->series.len; slot++) {
        series_table_put(table, n, tenant->series.items[slot]->hash, (uint32_t)slot);
    }
    free(tenant->series_table);
    tenant->series_table = table;
    tenant->n_series_table = n;
    return true;
}

static bool enter_series(Tenant *tenant, Series *series)
{
    if (!series_table_reserve(tenant) || !VEC_PUSH(&tenant->series, series)) {
        return false;
    }
    uint32_t slot = (uint32_t)(tenant->series.len - 1);
    if (!postings_add_series(tenant, slot)) {
        tenant->series.len--;
        return false;
    }
    series_table_put(tenant->series_table, tenant->n_series_table, series->hash, slot);
    return true;
}

Series *index_add_series_locked(Index *index, Tenant *tenant, Labels labels, uint32_t service,
                                uint32_t type, uint32_t id)
{
    Series *series = series_create(labels);

    if (series == NULL) {
        return NULL;
    }
    series->tenant = tenant->id;
    series->service = service;
    series->type = type;
    series->id = id;
    series->hash = labels_hash(labels);
    if (!enter_series(tenant, series)) {
        series_unref(series);
        return NULL;
    }
    index->n_series++;
    index->counters.series = MAX(index->counters.series, id + 1);
    return series;
}

SeriesDay *series_find_day(Series *series, int32_t day)
{
    for (size_t i = series->days.len; i > 0; i--) { /* most ask for the newest */
        if (series->days.items[i - 1].day == day) {
            return &series->days.items[i - 1];
        }
    }
    return NULL;
}

SeriesDay *series_add_day(Series *series, int32_t day)
{
    SeriesDay *known = series_find_day(series, day);

    if (known != NULL) {
        return known;
    }
    if (!VEC_RESERVE(&series->days, 1)) {
        return NULL;
    }
    size_t at = series->days.len++;
    for (; at > 0 && series->days.items[at - 1].day > day; at--) {
        series->days.items[at] = series->days.items[at - 1];
    }
    series->days.items[at] = (SeriesDay){
        .day = day,
        .is_exact = true,
        .first_ns = INT64_MAX,
        .last_ns = INT64_MIN,
        .queued_last_ns = INT64_MIN,
    };
    return &series->days.items[at];
}

void series_day_commit(SeriesDay *day, int64_t time_ns)
{
    day->is_committed = true;
    day->first_ns = MIN(day->first_ns, time_ns);
    day->last_ns = MAX(day->last_ns, time_ns);
}

/* ---- removal ---- */

static void remove_day(Series *series, int32_t day)
{
    size_t kept = 0;

    for (size_t i = 0; i < series->days.len; i++) {
        if (series->days.items[i].day != day) {
            series->days.items[kept++] = series->days.items[i];
        }
    }
    series->days.len = kept;
}

/* Removes series without days and builds table and postings anew: slots are dense. */
static bool compact_tenant(Index *index, Tenant *tenant, IndexSeriesFn on_gone, void *ctx)
{
    size_t n = tenant->series.len;
    size_t kept = 0;

    for (size_t i = 0; i < n; i++) {
        Series *series = tenant->series.items[i];
        if (series->days.len > 0) {
            tenant->series.items[kept++] = series;
            continue;
        }
        on_gone(ctx, series);
        series_unref(series);
        index->n_series--;
    }
    if (kept == n) {
        return true;
    }
    tenant->series.len = 0;
    postings_clear(tenant);
    memset(tenant->series_table, 0, tenant->n_series_table * sizeof(*tenant->series_table));
    for (size_t i = 0; i < kept; i++) {
        /* items[0..kept) are still in place: enter_series() writes the same pointer there */
        if (!enter_series(tenant, tenant->series.items[i])) {
            return false;
        }
    }
    return true;
}

bool index_drop_empty_locked(Index *index, IndexSeriesFn on_gone, void *ctx)
{
    bool ok = true;

    for (size_t i = 0; i < index->tenants.len; i++) {
        ok &= compact_tenant(index, index->tenants.items[i], on_gone, ctx);
    }
    return ok;
}

bool index_drop_day_locked(Index *index, int32_t day, IndexSeriesFn on_gone, void *ctx)
{
    for (size_t i = 0; i < index->tenants.len; i++) {
        Tenant *tenant = index->tenants.items[i];
        for (size_t s = 0; s < tenant->series.len; s++) {
            remove_day(tenant->series.items[s], day);
        }
    }
    return index_drop_empty_locked(index, on_gone, ctx);
}
