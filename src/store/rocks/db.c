/* SPDX-License-Identifier: Apache-2.0 */
#include "store/rocks/db.h"

#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"

/* Options and their reasons: docs/dev/store.md, "Options". */
enum {
    COMPACTION_UNIVERSAL = 1,
    INFO_LOG_NONE = 4, /* a full disk would abort the process in the info log */
    ZSTD_WINDOW_DEFAULT = -14,
    WAL_TOLERATE_TAIL = 0,
    WAL_POINT_IN_TIME = 2,
    MAX_FAMILIES = 65536,
};

DbFailure db_failure_of(const char *rocks_error)
{
    Str text = str_from(rocks_error);

    if (str_starts_with(text, STR("Corruption"))) {
        return DB_FAILURE_CORRUPTION;
    }
    if (str_starts_with(text, STR("IO error: No space left")) ||
        str_find(text, STR("No space left on device"), 0) != STR_NPOS) {
        return DB_FAILURE_NO_SPACE;
    }
    if (str_starts_with(text, STR("IO error: lock hold by")) ||
        str_starts_with(text, STR("IO error: While lock file"))) {
        return DB_FAILURE_LOCKED;
    }
    return DB_FAILURE_OTHER;
}

bool db_error(Err *err, char *rocks_error, const char *what)
{
    static const ErrCode codes[] = {
        [DB_FAILURE_OTHER] = ERR_INTERNAL,
        [DB_FAILURE_NO_SPACE] = ERR_UNAVAILABLE,
        [DB_FAILURE_CORRUPTION] = ERR_DATA_LOSS,
        [DB_FAILURE_LOCKED] = ERR_FAILED_PRECONDITION,
    };

    (void)err_set(err, codes[db_failure_of(rocks_error)], "%s: %s", what, rocks_error);
    rocksdb_free(rocks_error);
    return false;
}

static rocksdb_options_t *options_create(const DbConfig *config, rocksdb_cache_t *cache,
                                         int wal_recovery_mode)
{
    rocksdb_options_t *options = rocksdb_options_create();
    rocksdb_block_based_table_options_t *table = rocksdb_block_based_options_create();

    rocksdb_block_based_options_set_block_cache(table, cache);
    rocksdb_block_based_options_set_cache_index_and_filter_blocks(table, 1);
    rocksdb_block_based_options_set_block_size(table, KiB(32));
    rocksdb_block_based_options_set_format_version(table, 5);
    rocksdb_options_set_block_based_table_factory(options, table);
    rocksdb_block_based_options_destroy(table);

    rocksdb_options_set_create_if_missing(options, 1);
    rocksdb_options_set_create_missing_column_families(options, 1);
    rocksdb_options_set_info_log_level(options, INFO_LOG_NONE);
    rocksdb_options_set_keep_log_file_num(options, 2);
    rocksdb_options_set_stats_dump_period_sec(options, 0);
    rocksdb_options_set_stats_persist_period_sec(options, 0);
    rocksdb_options_set_paranoid_checks(options, config->is_degraded ? 0 : 1);
    rocksdb_options_set_wal_recovery_mode(options, wal_recovery_mode);
    rocksdb_options_set_max_total_wal_size(options, config->wal_bytes);
    rocksdb_options_set_db_write_buffer_size(options, config->write_buffers_bytes);
    rocksdb_options_set_write_buffer_size(options, config->write_buffers_bytes / 2);
    rocksdb_options_set_max_write_buffer_number(options, 3);
    rocksdb_options_set_manifest_preallocation_size(options, KiB(64));
    rocksdb_options_set_compression(options, rocksdb_zstd_compression);
    rocksdb_options_set_compression_options(options, ZSTD_WINDOW_DEFAULT, 1, 0, 0);
    rocksdb_options_set_compaction_style(options, COMPACTION_UNIVERSAL);
    rocksdb_options_set_level0_file_num_compaction_trigger(options, 16);
    rocksdb_options_set_level0_slowdown_writes_trigger(options, 64);
    rocksdb_options_set_level0_stop_writes_trigger(options, 128);
    rocksdb_options_set_max_background_jobs(options, 2);
    rocksdb_options_set_allow_concurrent_memtable_write(options, 0);
    rocksdb_options_set_max_open_files(options, -1);
    return options;
}

/* Names of all families; "default" and "meta" when the directory is new. */
typedef struct FamilyNames {
    char **names;
    size_t n;
    char **from_rocks;
    size_t n_from_rocks;
    char *fallback[2];
} FamilyNames;

static bool is_new(const char *path)
{
    char current[4096];

    (void)snprintf(current, sizeof(current), "%s/CURRENT", path); /* cut: the open fails then */
    return access(current, F_OK) != 0;
}

static void names_done(FamilyNames *names)
{
    if (names->from_rocks != NULL) {
        rocksdb_list_column_families_destroy(names->from_rocks, names->n_from_rocks);
    }
    free(names->names);
}

static bool names_list(const char *path, bool read_only, FamilyNames *ret_names, char **rocks_error)
{
    static char default_name[] = "default";
    static char meta_name[] = "meta";
    FamilyNames names = { .fallback = { default_name, meta_name } };

    if (!is_new(path)) {
        rocksdb_options_t *options = rocksdb_options_create();
        rocksdb_options_set_info_log_level(options, INFO_LOG_NONE);
        names.from_rocks =
            rocksdb_list_column_families(options, path, &names.n_from_rocks, rocks_error);
        rocksdb_options_destroy(options);
        if (*rocks_error != NULL) {
            return false;
        }
    }
    names.names = calloc(names.n_from_rocks + 2, sizeof(char *));
    CHECK(names.names != NULL); /* a few hundred bytes while opening */
    bool has_meta = false;
    for (size_t i = 0; i < names.n_from_rocks; i++) {
        names.names[names.n++] = names.from_rocks[i];
        has_meta |= strcmp(names.from_rocks[i], meta_name) == 0;
    }
    if (names.n == 0) {
        names.names[names.n++] = names.fallback[0];
    }
    if (!has_meta && !read_only) { /* a crash between creation of the directory and of "meta" */
        names.names[names.n++] = names.fallback[1];
    }
    *ret_names = names;
    return true;
}

static int order_days(const void *a, const void *b)
{
    const Day *const *left = a;
    const Day *const *right = b;

    return ((*left)->number > (*right)->number) - ((*left)->number < (*right)->number);
}

static Day *day_create(int32_t number, rocksdb_column_family_handle_t *cf)
{
    Day *day = calloc(1, sizeof(*day));

    CHECK(day != NULL); /* a few bytes; without it the handle could not be destroyed in order */
    *day = (Day){ .number = number, .cf = cf, .refs = 1 };
    return day;
}

void day_destroy(Day *day)
{
    rocksdb_column_family_handle_destroy(day->cf);
    free(day);
}

/* Sorts the handles that an open gave into their places. */
static void take_handles(Db *db, const FamilyNames *names, rocksdb_column_family_handle_t **handles)
{
    for (size_t i = 0; i < names->n; i++) {
        int32_t number;
        if (strcmp(names->names[i], "default") == 0) {
            db->default_cf = handles[i];
        } else if (strcmp(names->names[i], "meta") == 0) {
            db->meta_cf = handles[i];
        } else if (day_parse(names->names[i], &number)) {
            CHECK(VEC_PUSH(&db->days, day_create(number, handles[i])));
        } else {
            CHECK(VEC_PUSH(&db->other_cf, handles[i]));
        }
    }
    if (db->days.len > 0) {
        qsort(db->days.items, db->days.len, sizeof(Day *), order_days);
    }
}

/* One attempt. On failure *rocks_error is set and db has no instance. */
static bool try_open(Db *db, const DbConfig *config, int wal_recovery_mode, char **rocks_error)
{
    FamilyNames names;

    if (!names_list(config->path, config->read_only, &names, rocks_error)) {
        return false;
    }
    rocksdb_options_t *options = options_create(config, db->cache, wal_recovery_mode);
    rocksdb_column_family_handle_t **handles = calloc(names.n, sizeof(*handles));
    const rocksdb_options_t **family_options = calloc(names.n, sizeof(*family_options));
    CHECK(handles != NULL && family_options != NULL && names.n < MAX_FAMILIES);
    for (size_t i = 0; i < names.n; i++) {
        family_options[i] = options;
    }
    const char *const *name_list = (const char *const *)names.names;
    db->db = config->read_only
                 ? rocksdb_open_for_read_only_column_families(options, config->path, (int)names.n,
                                                              name_list, family_options, handles, 0,
                                                              rocks_error)
                 : rocksdb_open_column_families(options, config->path, (int)names.n, name_list,
                                                family_options, handles, rocks_error);
    if (*rocks_error == NULL) {
        take_handles(db, &names, handles);
        db->options = options;
    } else {
        db->db = NULL;
        rocksdb_options_destroy(options);
    }
    free(handles);
    free(family_options);
    names_done(&names);
    return *rocks_error == NULL;
}

static void warn_and_free(const char *message, const char *path, char **rocks_error)
{
    log_error(message, FIELD_TEXT("path", path), FIELD_TEXT("error", *rocks_error));
    rocksdb_free(*rocks_error);
    *rocks_error = NULL;
}

/* The strict way first; damage is logged before anything is skipped. */
static bool open_somehow(Db *db, const DbConfig *config, char **rocks_error)
{
    DbConfig degraded = *config;

    if (try_open(db, config, WAL_TOLERATE_TAIL, rocks_error)) {
        return true;
    }
    if (db_failure_of(*rocks_error) != DB_FAILURE_CORRUPTION) {
        return false;
    }
    warn_and_free("data directory is damaged, opening it without the damaged part of the log",
                  config->path, rocks_error);
    if (try_open(db, config, WAL_POINT_IN_TIME, rocks_error)) {
        db->lost_wal = true;
        return true;
    }
    if (db_failure_of(*rocks_error) != DB_FAILURE_CORRUPTION) {
        return false;
    }
    warn_and_free("data files are damaged, opening them in degraded mode", config->path,
                  rocks_error);
    degraded.is_degraded = true;
    if (try_open(db, &degraded, WAL_TOLERATE_TAIL, rocks_error)) {
        db->is_degraded = true;
        return true;
    }
    rocksdb_free(*rocks_error);
    *rocks_error = NULL;
    db->is_degraded = true;
    db->lost_wal = true;
    return try_open(db, &degraded, WAL_POINT_IN_TIME, rocks_error);
}

bool db_open(const DbConfig *config, Db **ret_db, DbFailure *ret_failure, Err *err)
{
    CLEANUP(db_closep) Db *db = calloc(1, sizeof(*db));
    char *rocks_error = NULL;

    *ret_failure = DB_FAILURE_OTHER;
    if (db == NULL) {
        return err_no_memory(err);
    }
    db->read_only = config->read_only;
    db->is_degraded = config->is_degraded;
    db->cache = rocksdb_cache_create_lru_with_strict_capacity_limit(config->cache_bytes);
    db->write_options = rocksdb_writeoptions_create();
    rocksdb_writeoptions_set_sync(db->write_options, config->sync);
    if (!open_somehow(db, config, &rocks_error)) {
        *ret_failure = db_failure_of(rocks_error);
        if (*ret_failure == DB_FAILURE_LOCKED) {
            rocksdb_free(rocks_error);
            return err_set(err, ERR_FAILED_PRECONDITION,
                           "data directory \"%s\" is in use by another process", config->path);
        }
        char what[1024];
        (void)snprintf(what, sizeof(what), "could not open data directory \"%s\"", config->path);
        return db_error(err, rocks_error, what);
    }
    if (db->meta_cf == NULL) {
        return err_set(err, ERR_FAILED_PRECONDITION, "\"%s\" holds no profile store", config->path);
    }
    *ret_db = TAKE(db);
    return true;
}

void db_close(Db *db)
{
    if (db == NULL) {
        return;
    }
    for (size_t i = 0; i < db->days.len; i++) {
        CHECK(db->days.items[i]->refs == 1);
        day_destroy(db->days.items[i]);
    }
    VEC_DONE(&db->days);
    for (size_t i = 0; i < db->other_cf.len; i++) {
        rocksdb_column_family_handle_destroy(db->other_cf.items[i]);
    }
    VEC_DONE(&db->other_cf);
    if (db->meta_cf != NULL) {
        rocksdb_column_family_handle_destroy(db->meta_cf);
    }
    if (db->default_cf != NULL) {
        rocksdb_column_family_handle_destroy(db->default_cf);
    }
    if (db->db != NULL) {
        rocksdb_close(db->db);
    }
    if (db->options != NULL) {
        rocksdb_options_destroy(db->options);
    }
    rocksdb_writeoptions_destroy(db->write_options);
    rocksdb_cache_destroy(db->cache);
    free(db);
}

Day *db_find_day(const Db *db, int32_t number)
{
    for (size_t i = db->days.len; i > 0; i--) { /* most ask for the newest */
        if (db->days.items[i - 1]->number == number) {
            return db->days.items[i - 1];
        }
    }
    return NULL;
}

bool db_create_day(Db *db, int32_t number, Day **ret_day, DbFailure *ret_failure, Err *err)
{
    char name[DAY_NAME_BYTES];
    char *rocks_error = NULL;

    *ret_failure = DB_FAILURE_OTHER;
    if (!VEC_RESERVE(&db->days, 1)) {
        return err_no_memory(err);
    }
    day_name(number, name);
    rocksdb_column_family_handle_t *cf =
        rocksdb_create_column_family(db->db, db->options, name, &rocks_error);
    if (rocks_error != NULL) {
        *ret_failure = db_failure_of(rocks_error);
        return db_error(err, rocks_error, "could not create a family for the day");
    }
    Day *day = day_create(number, cf);
    size_t at = db->days.len++;
    for (; at > 0 && db->days.items[at - 1]->number > number; at--) {
        db->days.items[at] = db->days.items[at - 1];
    }
    db->days.items[at] = day;
    *ret_day = day;
    return true;
}

bool db_get(const Db *db, rocksdb_column_family_handle_t *cf, Str key, char **ret_value,
            size_t *ret_len, Err *err)
{
    rocksdb_readoptions_t *options = rocksdb_readoptions_create();
    char *rocks_error = NULL;

    *ret_value = rocksdb_get_cf(db->db, options, cf, key.ptr, key.len, ret_len, &rocks_error);
    rocksdb_readoptions_destroy(options);
    return rocks_error == NULL || db_error(err, rocks_error, "could not read from the store");
}

uint64_t db_day_property(const Db *db, const Day *day, const char *name)
{
    uint64_t value = 0;

    (void)rocksdb_property_int_cf(db->db, day->cf, name, &value); /* unknown: stays 0 */
    return value;
}

uint64_t db_property(const Db *db, const char *name)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < db->days.len; i++) {
        sum += db_day_property(db, db->days.items[i], name);
    }
    uint64_t value = 0;
    if (rocksdb_property_int_cf(db->db, db->meta_cf, name, &value) == 0) {
        sum += value;
    }
    return sum;
}
