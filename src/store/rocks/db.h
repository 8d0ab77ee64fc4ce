/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/rocks/db.h - one open RocksDB instance with its column families.
 *
 * A Db is opened and closed by one thread while nobody else uses it (the engine counts users). The
 * list of days changes only under the engine's db lock.
 */
#pragma once

#include <rocksdb/c.h>

#include "base/vec.h"
#include "store/rocks/keys.h"

/* How the data directory is to be opened. */
typedef struct DbConfig {
    const char *path;
    size_t cache_bytes;
    size_t write_buffers_bytes; /* over all families */
    uint64_t wal_bytes;
    bool sync;
    bool read_only;
    bool is_degraded; /* paranoid_checks=0: only after corruption, see docs/dev/store.md */
} DbConfig;

/* One day family. Counted: a query keeps the handle while the day is dropped. */
typedef struct Day {
    int32_t number; /* days since 1970-01-01 */
    rocksdb_column_family_handle_t *cf;
    unsigned refs;  /* guarded by the engine's db lock */
    bool is_closed; /* compacted after its end */
} Day;

typedef struct Db {
    rocksdb_t *db;
    rocksdb_options_t *options;
    rocksdb_writeoptions_t *write_options;
    rocksdb_cache_t *cache;
    rocksdb_column_family_handle_t *default_cf;
    rocksdb_column_family_handle_t *meta_cf;
    VEC(Day *) days;                                /* ascending */
    VEC(rocksdb_column_family_handle_t *) other_cf; /* opened because RocksDB insists */
    bool read_only;
    bool is_degraded;
    bool lost_wal; /* the log was damaged: rows are missing */
} Db;

/* Why RocksDB failed; there is nothing but the text in its C interface. */
typedef enum DbFailure {
    DB_FAILURE_OTHER,
    DB_FAILURE_NO_SPACE,
    DB_FAILURE_CORRUPTION,
    DB_FAILURE_LOCKED,
} DbFailure;

DbFailure db_failure_of(const char *rocks_error);

/* Turns an error text of RocksDB into err and frees it; returns false. */
bool db_error(Err *err, char *rocks_error, const char *what);

/*
 * Opens the directory, with all families. Opens with a damaged log or in degraded mode when that is
 * the only way. ret_failure is set when it fails.
 */
bool db_open(const DbConfig *config, Db **ret_db, DbFailure *ret_failure, Err *err) MUST_CHECK;

/* Nobody may use db, its days or its iterators any more. NULL is fine. */
void db_close(Db *db);
DEFINE_CLEANUP(Db *, db_close);

/* The day family with this number, or NULL. */
Day *db_find_day(const Db *db, int32_t number);

/* Creates a day family and enters it into the list. */
bool db_create_day(Db *db, int32_t number, Day **ret_day, DbFailure *ret_failure,
                   Err *err) MUST_CHECK;

void day_destroy(Day *day);

/* Value of a key; ret_value is NULL when there is none, else free with rocksdb_free(). */
bool db_get(const Db *db, rocksdb_column_family_handle_t *cf, Str key, char **ret_value,
            size_t *ret_len, Err *err) MUST_CHECK;

/* Sum of an integer property over all families, and of one. */
uint64_t db_property(const Db *db, const char *name);
uint64_t db_day_property(const Db *db, const Day *day, const char *name);
