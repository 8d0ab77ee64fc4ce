/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/rocks/meta.c - the index on disk: records of the family "meta", and the marks that say
 * which series have rows on a day.
 */
#include "base/log.h"
#include "store/rocks/internal.h"
#include "store/rocks/wire.h"

/* ---- writing ---- */

#define META_RECORD_LIMIT_BYTES MiB(16)

static void put_record(Batch *batch, const Db *db, const uint8_t *key, size_t key_len,
                       const Buf *value)
{
    CHECK(buf_ok(value)); /* labels are limited before they come here */
    batch_put(batch, db->meta_cf, key, key_len, buf_str(value).ptr, value->len);
}

static void add_uvarint(Buf *buf, uint64_t number)
{
    uint8_t bytes[UVARINT_MAX_BYTES];

    buf_add(buf, (Str){ (const char *)bytes, (size_t)(put_uvarint(bytes, number) - bytes) });
}

static void add_counted(Buf *buf, Str text)
{
    add_uvarint(buf, text.len);
    buf_add(buf, text);
}

void meta_put_tenant(Batch *batch, const Db *db, const Tenant *tenant)
{
    uint8_t key[KEY_META_MAX_BYTES];
    Buf value CLEANUP(buf_done) = BUF_INIT(META_RECORD_LIMIT_BYTES);

    buf_add(&value, (Str){ (const char *)tenant->secret, sizeof(tenant->secret) });
    buf_add(&value, tenant->name);
    put_record(batch, db, key, key_meta1(key, META_TENANT, tenant->id), &value);
}

void meta_put_name(Batch *batch, const Db *db, MetaKind kind, uint32_t tenant, const Name *name)
{
    uint8_t key[KEY_META_MAX_BYTES];

    batch_put(batch, db->meta_cf, key, key_meta2(key, kind, tenant, name->id), name->text.ptr,
              name->text.len);
}

void meta_put_series(Batch *batch, const Db *db, const Series *series)
{
    uint8_t key[KEY_META_MAX_BYTES];
    Buf value CLEANUP(buf_done) = BUF_INIT(META_RECORD_LIMIT_BYTES);

    add_uvarint(&value, series->service);
    add_uvarint(&value, series->type);
    add_uvarint(&value, series->labels.n);
    for (size_t i = 0; i < series->labels.n; i++) {
        add_counted(&value, series->labels.items[i].name);
        add_counted(&value, series->labels.items[i].value);
    }
    put_record(batch, db, key, key_meta2(key, META_SERIES, series->tenant, series->id), &value);
}

void meta_put_counters(Batch *batch, const Db *db, const Counters *counters)
{
    uint8_t key[KEY_META_MAX_BYTES];
    uint8_t value[4 * sizeof(uint32_t)];
    uint8_t *at = put_u32be(value, counters->tenant);

    at = put_u32be(at, counters->service);
    at = put_u32be(at, counters->type);
    (void)put_u32be(at, counters->series); /* the end of the array */
    batch_put(batch, db->meta_cf, key, key_meta(key, META_COUNTERS), value, sizeof(value));
}

/* ---- reading ---- */

typedef bool (*MetaRecordFn)(Index *index, Str key, Str value, bool *damaged);

/* Calls on_record for each record of a kind; keys are shorter than expected only by damage. */
static bool each_record(Index *index, const Db *db, MetaKind kind, size_t key_bytes,
                        MetaRecordFn on_record, bool *damaged, Err *err)
{
    Scan scan;
    const char lower = (char)kind;
    const char upper = (char)(kind + 1);
    Str key;
    Str value;
    bool ok = true;

    scan_init(&scan, db, db->meta_cf, NULL, (Str){ &lower, 1 }, (Str){ &upper, 1 });
    for (scan_seek(&scan, (Str){ &lower, 1 }, 4, 0, UINT32_MAX);
         ok && scan_get(&scan, &key, &value); scan_next(&scan)) {
        if (key.len != key_bytes) {
            *damaged = true;
            continue;
        }
        ok = on_record(index, key, value, damaged);
    }
    *damaged |= scan.is_damaged;
    ok = ok ? scan_ok(&scan, err) : err_no_memory(err);
    scan_done(&scan);
    return ok;
}

static uint32_t key_number(Str key, size_t at)
{
    return get_u32be((const uint8_t *)key.ptr + at);
}

/* The handlers return false only when out of memory. */
static bool on_tenant(Index *index, Str key, Str value, bool *damaged) NO_LOCK_ANALYSIS
{
    if (value.len < TENANT_SECRET_BYTES) {
        *damaged = true;
        return true;
    }
    return index_load_tenant_locked(index, key_number(key, 1), str_skip(value, TENANT_SECRET_BYTES),
                                    (const uint8_t *)value.ptr);
}

static bool on_service(Index *index, Str key, Str value, bool *damaged) NO_LOCK_ANALYSIS
{
    Tenant *tenant = index_tenant_by_id_locked(index, key_number(key, 1));
    uint32_t id = key_number(key, 5);

    index->counters.service = MAX(index->counters.service, id + 1);
    if (tenant == NULL) {
        *damaged = true;
        return true;
    }
    index->n_services++;
    return index_load_name(&tenant->services, id, value);
}

static bool on_type(Index *index, Str key, Str value, bool *damaged) NO_LOCK_ANALYSIS
{
    Tenant *tenant = index_tenant_by_id_locked(index, key_number(key, 1));
    uint32_t id = key_number(key, 5);

    index->counters.type = MAX(index->counters.type, id + 1);
    if (tenant == NULL) {
        *damaged = true;
        return true;
    }
    return index_load_name(&tenant->types, id, value);
}

static bool get_counted(Reader *reader, Str *ret_text)
{
    uint64_t len;

    if (!get_uvarint(reader, &len) || len > reader_left(reader)) {
        return false;
    }
    *ret_text = (Str){ (const char *)reader->at, (size_t)len };
    reader->at += len;
    return true;
}

static bool read_labels(Reader *reader, Label *items, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!get_counted(reader, &items[i].name) || !get_counted(reader, &items[i].value)) {
            return false;
        }
    }
    return reader_left(reader) == 0;
}

static bool on_series(Index *index, Str key, Str value, bool *damaged) NO_LOCK_ANALYSIS
{
    const uint8_t *start = (const uint8_t *)value.ptr;
    Reader reader = { start, start + value.len };
    Tenant *tenant = index_tenant_by_id_locked(index, key_number(key, 1));
    uint32_t id = key_number(key, 5);
    uint32_t service;
    uint32_t type;
    uint64_t n;

    index->counters.series = MAX(index->counters.series, id + 1);
    if (tenant == NULL || !get_uvarint32(&reader, &service) || !get_uvarint32(&reader, &type) ||
        !get_uvarint(&reader, &n) || n > reader_left(&reader) / 2) {
        *damaged = true;
        return true;
    }
    Label *items CLEANUP(freep) = calloc((size_t)n + 1, sizeof(*items));
    if (items == NULL) {
        return false;
    }
    if (!read_labels(&reader, items, (size_t)n)) {
        *damaged = true;
        return true;
    }
    Series *series =
        index_add_series_locked(index, tenant, (Labels){ items, (size_t)n }, service, type, id);
    if (series != NULL) {
        series->is_stored = true;
    }
    return series != NULL;
}

static bool load_counters(Index *index, const Db *db, bool *damaged, Err *err) NO_LOCK_ANALYSIS
{
    uint8_t key[KEY_META_MAX_BYTES];
    char *value;
    size_t len;

    if (!db_get(db, db->meta_cf, (Str){ (const char *)key, key_meta(key, META_COUNTERS) }, &value,
                &len, err)) {
        *damaged |= err->code == ERR_DATA_LOSS;
        return err->code == ERR_DATA_LOSS;
    }
    if (value != NULL && len == 4 * sizeof(uint32_t)) {
        const uint8_t *at = (const uint8_t *)value;
        index->counters.tenant = MAX(index->counters.tenant, get_u32be(at));
        index->counters.service = MAX(index->counters.service, get_u32be(at + 4));
        index->counters.type = MAX(index->counters.type, get_u32be(at + 8));
        index->counters.series = MAX(index->counters.series, get_u32be(at + 12));
    }
    rocksdb_free(value);
    return true;
}

typedef struct SeriesById {
    uint32_t id;
    Series *series;
} SeriesById;

static int order_by_id(const void *a, const void *b)
{
    const SeriesById *left = a;
    const SeriesById *right = b;

    return (left->id > right->id) - (left->id < right->id);
}

/* The marks of one tenant in one day, in order of the series like the array. */
static bool load_marks(Index *index, const Db *db, const Day *day, const Tenant *tenant,
                       const SeriesById *by_id, size_t n, bool *damaged, Err *err) NO_LOCK_ANALYSIS
{
    Scan scan;
    uint8_t first_key[KEY_MARK_BYTES];
    Str key;
    Str value;
    size_t at = 0;
    bool ok = true;

    key_mark(first_key, tenant->id, 0);
    scan_init_kind(&scan, db, day, NULL, tenant->id, KIND_MARK);
    for (scan_seek(&scan, (Str){ (const char *)first_key, KEY_MARK_BYTES - 4 }, 4, 0, UINT32_MAX);
         ok && scan_get(&scan, &key, &value); scan_next(&scan)) {
        index->counters.series = MAX(index->counters.series, (uint32_t)scan.position + 1);
        while (at < n && by_id[at].id < scan.position) {
            at++;
        }
        if (at == n || by_id[at].id != scan.position) {
            *damaged = true; /* rows of a series whose labels are lost */
            continue;
        }
        SeriesDay *known = series_add_day(by_id[at].series, day->number);
        ok = known != NULL;
        if (ok) {
            known->is_marked = true;
            known->is_committed = true;
            known->is_exact = false;
        }
    }
    *damaged |= scan.is_damaged;
    ok = ok ? scan_ok(&scan, err) : err_no_memory(err);
    scan_done(&scan);
    return ok;
}

static bool load_days_of(Index *index, const Db *db, const Tenant *tenant, bool *damaged, Err *err)
{
    size_t n = tenant->series.len;
    SeriesById *by_id CLEANUP(freep) = calloc(n + 1, sizeof(*by_id));

    if (by_id == NULL) {
        return err_no_memory(err);
    }
    for (size_t i = 0; i < n; i++) {
        by_id[i] = (SeriesById){ tenant->series.items[i]->id, tenant->series.items[i] };
    }
    qsort(by_id, n, sizeof(*by_id), order_by_id);
    for (size_t i = 0; i < db->days.len; i++) {
        if (!load_marks(index, db, db->days.items[i], tenant, by_id, n, damaged, err)) {
            return false;
        }
    }
    return true;
}

/* A format that cannot be read was readable once: the data was opened before. */
static bool check_format(const Db *db, bool *damaged, Err *err)
{
    uint8_t key[KEY_META_MAX_BYTES];
    size_t key_len = key_meta(key, META_FORMAT);
    uint8_t version[sizeof(uint32_t)];
    char *value;
    size_t len;

    if (!db_get(db, db->meta_cf, (Str){ (const char *)key, key_len }, &value, &len, err)) {
        *damaged |= err->code == ERR_DATA_LOSS;
        return err->code == ERR_DATA_LOSS;
    }
    if (value == NULL && !db->read_only) { /* a new directory */
        char *rocks_error = NULL;
        (void)put_u32be(version, STORE_FORMAT_VERSION); /* the end of the array */
        rocksdb_put_cf(db->db, db->write_options, db->meta_cf, (const char *)key, key_len,
                       (const char *)version, sizeof(version), &rocks_error);
        return rocks_error == NULL ||
               db_error(err, rocks_error, "could not write to the data directory");
    }
    uint32_t found = value != NULL && len == 4 ? get_u32be((const uint8_t *)value) : 0;
    rocksdb_free(value);
    if (found > STORE_FORMAT_VERSION) {
        return err_set(err, ERR_FAILED_PRECONDITION,
                       "data directory has format %u, this program knows formats up to %d: use a "
                       "newer version",
                       found, STORE_FORMAT_VERSION);
    }
    return true;
}

static void load_closed_days(const Db *db)
{
    for (size_t i = 0; i < db->days.len; i++) {
        Day *day = db->days.items[i];
        uint8_t key[KEY_META_MAX_BYTES];
        size_t key_len = key_meta1(key, META_CLOSED_DAY, (uint32_t)day->number);
        Err err = ERR_INIT;
        char *value;
        size_t len;
        if (db_get(db, db->meta_cf, (Str){ (const char *)key, key_len }, &value, &len, &err)) {
            day->is_closed = value != NULL;
            rocksdb_free(value);
        } /* else: compacted once more, no harm */
    }
}

/*
 * Records are lost, and with them the numbers that tenants, services and series had. Their rows are
 * still there: nobody else may get such a number.
 */
static void skip_numbers(Counters *counters)
{
    enum { LOST_NUMBERS = 1 << 20 };

    counters->tenant += LOST_NUMBERS;
    counters->service += LOST_NUMBERS;
    counters->type += LOST_NUMBERS;
    counters->series += LOST_NUMBERS;
}

static void ignore_series(void *ctx UNUSED, const Series *series UNUSED)
{
}

bool meta_load_locked(Index *index, Db *db, bool *ret_damaged, Err *err)
{
    bool damaged = false;

    index_clear_locked(index);
    if (!check_format(db, &damaged, err) ||
        !each_record(index, db, META_TENANT, 5, on_tenant, &damaged, err) ||
        !each_record(index, db, META_SERVICE, 9, on_service, &damaged, err) ||
        !each_record(index, db, META_TYPE, 9, on_type, &damaged, err) ||
        !each_record(index, db, META_SERIES, 9, on_series, &damaged, err) ||
        !load_counters(index, db, &damaged, err)) {
        return false;
    }
    for (size_t i = 0; i < index->tenants.len; i++) {
        if (!load_days_of(index, db, index->tenants.items[i], &damaged, err)) {
            return false;
        }
    }
    if (damaged) {
        skip_numbers(&index->counters);
    }
    load_closed_days(db);
    /* a crash between the drop of a day and the removal of its last series leaves such records;
     * their numbers are not allotted again, so they may stay until the next drop of a day */
    if (!index_drop_empty_locked(index, ignore_series, NULL)) {
        return err_no_memory(err);
    }
    *ret_damaged = damaged;
    return true;
}
