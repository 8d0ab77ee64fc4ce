/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/rocks/check.c - "flameline store check": reads everything, read-only, and reports damage.
 */
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "store/rocks/internal.h"
#include "store/rocks/wire.h"

typedef struct Check {
    const Db *db;
    Index index;
    StoreCheckFn on_finding;
    void *ctx;
    StoreCheckReport report;
    RowScratch scratch;
} Check;

static void finding(Check *check, const char *day, const Tenant *tenant, Str service,
                    const char *what)
{
    char text[1024];

    (void)snprintf(text, sizeof(text), "%s, tenant \"%.*s\", service \"%.*s\": %s", day,
                   STR_ARG(tenant->name), STR_ARG(service), what); /* cut when too long */
    check->report.n_damaged++;
    check->on_finding(check->ctx, text);
}

static Str service_name(Tenant *tenant, uint32_t service)
{
    const Name *name = index_find_name_by_id(&tenant->services, service);

    return name != NULL ? name->text : STR("?");
}

static bool count_symbol_rows(Check *check, const Day *day, const Tenant *tenant, Err *err)
{
    bool ok = true;

    for (int kind = KIND_STACK; ok && kind <= KIND_MAPPING; kind++) {
        Scan scan;
        Str key;
        Str value;
        uint8_t first[KEY_SYMBOL_BYTES];
        key_symbol(first, tenant->id, (DayKind)kind, 0, 0);
        scan_init_kind(&scan, check->db, day, NULL, tenant->id, (DayKind)kind);
        for (scan_seek(&scan, (Str){ (const char *)first, 5 }, 8, 0, UINT64_MAX);
             scan_get(&scan, &key, &value); scan_next(&scan)) {
            check->report.n_symbol_rows++;
        }
        ok = scan_ok(&scan, err);
        scan_done(&scan);
    }
    return ok;
}

/* Rows of one series on one day against the number of stacks of the service. */
static bool check_rows(Check *check, const Day *day, const char *name, Tenant *tenant,
                       const Series *series, uint32_t n_stacks, Err *err)
{
    RowKey key = { .tenant = series->tenant,
                   .service = series->service,
                   .type = series->type,
                   .series = series->id };
    uint8_t prefix[KEY_ROW_BYTES];
    Scan scan;
    Str row_key;
    Str value;
    size_t n_bad = 0;
    size_t n_dangling = 0;

    key_row(prefix, &key);
    scan_init_kind(&scan, check->db, day, NULL, series->tenant, KIND_ROW);
    for (scan_seek(&scan, (Str){ (const char *)prefix, KEY_ROW_PREFIX_BYTES }, 8, 0, INT64_MAX);
         scan_get(&scan, &row_key, &value); scan_next(&scan)) {
        Row row;
        check->report.n_rows++;
        if (!row_decode(value, &check->scratch, &row)) {
            n_bad++;
        } else if (row.n > 0 && row.entries[row.n - 1].stack >= n_stacks) {
            n_dangling++;
        }
    }
    if (n_bad > 0) {
        finding(check, name, tenant, service_name(tenant, series->service),
                "rows that cannot be decoded");
    }
    if (n_dangling > 0) {
        finding(check, name, tenant, service_name(tenant, series->service),
                "rows that refer to missing stacks");
    }
    if (scan.is_damaged) {
        finding(check, name, tenant, service_name(tenant, series->service),
                "blocks of rows that cannot be read");
    }
    bool ok = scan_ok(&scan, err);
    scan_done(&scan);
    return ok;
}

static bool check_service(Check *check, Db *db, const Day *day, const char *name, Tenant *tenant,
                          uint32_t service, Err *err)
{
    CLEANUP(symtable_destroyp) SymTable *table = NULL;

    for (size_t i = 0; i < tenant->series.len; i++) {
        Series *series = tenant->series.items[i];
        if (series->service != service || series_find_day(series, day->number) == NULL) {
            continue;
        }
        if (table == NULL) {
            if (!symtable_load(db, day, tenant->id, service, &table, err)) {
                return false;
            }
            if (table->is_damaged) {
                finding(check, name, tenant, service_name(tenant, service),
                        "symbols that cannot be read or refer to missing ones");
            }
        }
        if (!check_rows(check, day, name, tenant, series, table->symbols.n_stacks, err)) {
            return false;
        }
    }
    return true;
}

static bool check_day(Check *check, Db *db, const Day *day, Err *err)
{
    char name[DAY_NAME_BYTES];

    day_name(day->number, name);
    for (size_t t = 0; t < check->index.tenants.len; t++) {
        Tenant *tenant = check->index.tenants.items[t];
        if (!count_symbol_rows(check, day, tenant, err)) {
            return false;
        }
        for (size_t s = 0; s < tenant->services.len; s++) {
            if (!check_service(check, db, day, name, tenant, tenant->services.items[s].id, err)) {
                return false;
            }
        }
    }
    return true;
}

static bool check_all(Check *check, Db *db, Err *err)
{
    bool is_damaged = false;

    mutex_lock(&check->index.lock);
    bool ok = meta_load_locked(&check->index, db, &is_damaged, err);
    mutex_unlock(&check->index.lock);
    if (!ok) {
        return false;
    }
    if (is_damaged) {
        check->report.n_damaged++;
        check->on_finding(check->ctx, "index: records of series or days that cannot be read");
    }
    if (db->lost_wal) {
        check->report.n_damaged++;
        check->on_finding(check->ctx, "log: damaged, what was written behind the damage is lost");
    }
    if (db->is_degraded) {
        check->report.n_damaged++;
        check->on_finding(check->ctx, "files: damaged so that they can be opened in part only");
    }
    check->report.n_series = check->index.n_series;
    for (size_t d = 0; d < db->days.len; d++) {
        if (!check_day(check, db, db->days.items[d], err)) {
            return false;
        }
    }
    return true;
}

bool store_find_rocks(const char *path, Err *err)
{
    char current[PATH_MAX];
    int n = snprintf(current, sizeof(current), "%s/CURRENT", path);

    return (n > 0 && (size_t)n < sizeof(current) && access(current, F_OK) == 0) ||
           err_set(err, ERR_NOT_FOUND, "\"%s\" is no data directory of flameline", path);
}

bool store_check_rocks(const char *path, StoreCheckFn on_finding, void *ctx,
                       StoreCheckReport *ret_report, Err *err)
{
    const DbConfig config = { .path = path,
                              .cache_bytes = MiB(64),
                              .write_buffers_bytes = MiB(64),
                              .wal_bytes = MiB(256),
                              .read_only = true };
    Check check = { .on_finding = on_finding, .ctx = ctx };
    DbFailure failure;
    Db *db;

    if (!db_open(&config, &db, &failure, err)) {
        return false;
    }
    index_init(&check.index);
    check.db = db;
    bool ok = check_all(&check, db, err);
    *ret_report = check.report;
    index_done(&check.index);
    row_scratch_done(&check.scratch);
    db_close(db);
    return ok;
}
