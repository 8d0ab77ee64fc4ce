/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/rocks/engine.c - opens the store, holds the open instance and its state, and replaces the
 * instance after a failure without a restart of the process.
 */
#include <rocksdb/c.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "store/rocks/internal.h"

#define ACQUIRE_WAIT_NS (5 * NS_PER_S)
#define SPACE_CHECK_PERIOD_NS NS_PER_S
#define REOPEN_MIN_FREE_BYTES KiB(512)
#define ROW_BUF_LIMIT_BYTES MiB(1024)

int64_t engine_now_ns(const Engine *engine)
{
    return engine->options.now_ns != NULL ? engine->options.now_ns() : clock_unix_ns();
}

/* ---- the instance and its users ---- */

bool engine_acquire(Engine *engine, Db **ret_db, Err *err)
{
    int64_t until_ns = clock_steady_ns() + ACQUIRE_WAIT_NS;
    bool in_time = true;

    mutex_lock(&engine->db_lock);
    while ((engine->db == NULL || engine->db_is_swapping) && in_time) {
        in_time = cond_wait_until(&engine->db_cond, &engine->db_lock, until_ns);
    }
    bool ok = engine->db != NULL && !engine->db_is_swapping;
    if (ok) {
        engine->db_users++;
        *ret_db = engine->db;
    }
    mutex_unlock(&engine->db_lock);
    return ok || err_set(err, ERR_UNAVAILABLE, "the store is being opened again");
}

void engine_release(Engine *engine)
{
    mutex_lock(&engine->db_lock);
    engine->db_users--;
    if (engine->db_users == 0) {
        cond_broadcast(&engine->db_cond);
    }
    mutex_unlock(&engine->db_lock);
}

/* Keeps newcomers out and waits for the users; then the instance is the caller's. */
static Db *engine_take(Engine *engine)
{
    mutex_lock(&engine->db_lock);
    engine->db_is_swapping = true;
    while (engine->db_users > 0) {
        cond_wait(&engine->db_cond, &engine->db_lock);
    }
    Db *db = TAKE(engine->db);
    mutex_unlock(&engine->db_lock);
    return db;
}

static void engine_give(Engine *engine, Db *db)
{
    mutex_lock(&engine->db_lock);
    engine->db = db;
    engine->db_is_swapping = false;
    cond_broadcast(&engine->db_cond);
    mutex_unlock(&engine->db_lock);
}

Day *engine_ref_day(Engine *engine, Db *db, int32_t number)
{
    mutex_lock(&engine->db_lock);
    Day *day = db_find_day(db, number);
    if (day != NULL) {
        day->refs++;
    }
    mutex_unlock(&engine->db_lock);
    return day;
}

void engine_unref_day(Engine *engine, Day *day)
{
    mutex_lock(&engine->db_lock);
    bool is_last = --day->refs == 0;
    mutex_unlock(&engine->db_lock);
    if (is_last) {
        day_destroy(day);
    }
}

/* ---- state ---- */

static const char *failure_text(DbFailure failure)
{
    switch (failure) {
    case DB_FAILURE_NO_SPACE:
        return "the file system is full";
    case DB_FAILURE_CORRUPTION:
        return "damaged files were found";
    case DB_FAILURE_OTHER:
    case DB_FAILURE_LOCKED:
        break;
    }
    return "a write failed";
}

void engine_fail_locked(Engine *engine, DbFailure failure, const char *why)
{
    engine->epoch++;
    engine->is_failed = true;
    engine->failure = failure;
    (void)snprintf(engine->reason, sizeof(engine->reason),
                   "%s, the store is being opened again: %s", failure_text(failure),
                   why); /* cut when too long */
    log_error("store write failed", FIELD_TEXT("error", why));
    batch_fail(engine->open, why);
    cond_broadcast(&engine->done_cond);
    cond_signal(&engine->maintenance_cond);
}

bool engine_can_write_locked(Engine *engine, Err *err)
{
    if (engine->is_stopping) {
        return err_set(err, ERR_UNAVAILABLE, "the store is being closed");
    }
    if (engine->is_failed) {
        return err_set(err, ERR_UNAVAILABLE, "%s", engine->reason);
    }
    engine_check_space_locked(engine, false);
    if (engine->is_low) {
        return err_set(err, ERR_UNAVAILABLE,
                       "the file system is full: %llu bytes free, storage.min_free_bytes is %llu",
                       (unsigned long long)engine->free_bytes,
                       (unsigned long long)engine->min_free_bytes);
    }
    return true;
}

static bool file_system_bytes(const char *path, uint64_t *ret_total, uint64_t *ret_free)
{
    struct statvfs fs;

    if (statvfs(path, &fs) != 0) {
        return false;
    }
    *ret_total = (uint64_t)fs.f_blocks * fs.f_frsize;
    *ret_free = (uint64_t)fs.f_bavail * fs.f_frsize;
    return true;
}

void engine_check_space_locked(Engine *engine, bool now)
{
    int64_t steady_ns = clock_steady_ns();
    uint64_t total;

    if (!now && steady_ns - engine->space_checked_ns < SPACE_CHECK_PERIOD_NS) {
        return;
    }
    engine->space_checked_ns = steady_ns;
    if (file_system_bytes(engine->path, &total, &engine->free_bytes)) {
        engine->is_low = engine->free_bytes < engine->min_free_bytes;
    }
}

bool engine_is_lossy(Engine *engine)
{
    mutex_lock(&engine->lock);
    bool is_lossy = engine->is_lossy;
    mutex_unlock(&engine->lock);
    return is_lossy;
}

/* ---- opening ---- */

bool engine_load(Engine *engine, bool read_only, bool degraded, Db **ret_db, DbFailure *ret_failure,
                 Err *err)
{
    CLEANUP(db_closep) Db *db = NULL;
    DbConfig config = engine->config;
    bool is_damaged = false;

    config.read_only = read_only;
    config.is_degraded = degraded;
    if (!db_open(&config, &db, ret_failure, err)) {
        return false;
    }
    mutex_lock(&engine->index.lock);
    bool ok = meta_load_locked(&engine->index, db, &is_damaged, err);
    mutex_unlock(&engine->index.lock);
    if (!ok) {
        return err_wrap(err, "could not open data directory \"%s\"", engine->path);
    }
    mutex_lock(&engine->lock);
    /* a file that cannot be opened is skipped without an error from the iterators */
    engine->is_lossy = is_damaged || db->lost_wal || db->is_degraded;
    mutex_unlock(&engine->lock);
    *ret_db = TAKE(db);
    return true;
}

/* Takes the place of the old instance; what was numbered by it is void. */
static void install(Engine *engine, Db *db)
{
    mutex_lock(&engine->lock);
    scopes_clear_locked(engine);
    recent_clear(&engine->recent);
    symcache_clear(&engine->cache);
    engine->is_failed = db->read_only;
    engine->failure = db->read_only ? DB_FAILURE_NO_SPACE : DB_FAILURE_OTHER;
    engine->reason[0] = '\0';
    if (db->read_only) {
        (void)snprintf(engine->reason, sizeof(engine->reason),
                       "the file system is full, the store is read-only");
    }
    engine_check_space_locked(engine, true);
    mutex_unlock(&engine->lock);
    engine_give(engine, db);
}

/* The read-only instance goes on serving until one that can write is open. */
static bool replace_read_only(Engine *engine)
{
    Err err = ERR_INIT;
    DbFailure failure;
    Db *db;

    mutex_lock(&engine->lock);
    engine_check_space_locked(engine, true);
    bool has_room = engine->free_bytes >= MAX(engine->min_free_bytes, REOPEN_MIN_FREE_BYTES);
    mutex_unlock(&engine->lock);
    if (!has_room || !engine_load(engine, false, false, &db, &failure, &err)) {
        return false;
    }
    db_close(engine_take(engine));
    install(engine, db);
    log_info("store is open for writing again", FIELD_TEXT("path", engine->path));
    return true;
}

bool engine_reopen(Engine *engine)
{
    Err err = ERR_INIT;
    Db *db = NULL;
    DbFailure failure;

    mutex_lock(&engine->db_lock);
    bool is_read_only = engine->db != NULL && engine->db->read_only;
    mutex_unlock(&engine->db_lock);
    if (is_read_only) {
        return replace_read_only(engine);
    }
    mutex_lock(&engine->lock);
    bool is_corrupt = engine->failure == DB_FAILURE_CORRUPTION;
    bool is_full = engine->failure == DB_FAILURE_NO_SPACE;
    engine_check_space_locked(engine, true);
    mutex_unlock(&engine->lock);
    Db *old = engine_take(engine);
    if (old != NULL && is_full) {
        (void)days_drop_oldest_for_space(engine, old); /* opening decides whether it helped */
    }
    db_close(old);
    bool ok = engine_load(engine, false, is_corrupt, &db, &failure, &err);
    if (!ok && (failure == DB_FAILURE_NO_SPACE || is_full)) {
        ok = engine_load(engine, true, is_corrupt, &db, &failure, &err);
    }
    if (!ok) {
        log_error("could not open the store again", FIELD_ERR(&err));
        return false; /* db stays NULL: users wait for a moment, then get UNAVAILABLE */
    }
    install(engine, db);
    log_info("store was opened again", FIELD_TEXT("path", engine->path),
             FIELD_I64("read_only", db->read_only));
    return true;
}

/* Divides the memory and shrinks what a small file system cannot bear (store.md section 9). */
static bool configure(Engine *engine, const StoreOptions *options, Err *err)
{
    uint64_t total;
    size_t memory = MAX(options->memory_bytes, MiB(8));

    if (!dir_create(options->path, err)) {
        return false;
    }
    if (!file_system_bytes(options->path, &total, &engine->free_bytes)) {
        return err_set(err, ERR_INTERNAL, "could not ask for the free space of \"%s\"",
                       options->path);
    }
    engine->options = *options;
    engine->options.path = engine->path;
    engine->config = (DbConfig){
        .path = engine->path,
        .cache_bytes = memory / 4,
        .write_buffers_bytes = (size_t)MAX(MIN(memory / 8 * 3, total / 16), MiB(2)),
        .wal_bytes = MAX(MIN((uint64_t)MiB(256), total / 8), MiB(2)),
        .sync = options->sync,
    };
    engine->scope_max_bytes = memory / 16 * 3;
    engine->min_free_bytes = options->min_free_bytes != 0 ? options->min_free_bytes
                                                          : MIN((uint64_t)MiB(1024), total / 10);
    engine->retention_bytes =
        options->retention_bytes != 0 ? options->retention_bytes : total / 10 * 8;
    return true;
}

static const StoreEngine rocks_engine;

static void engine_destroy(Engine *engine)
{
    if (engine == NULL) {
        return;
    }
    db_close(engine->db);
    committer_done(engine);
    mutex_lock(&engine->lock);
    scopes_clear_locked(engine);
    mutex_unlock(&engine->lock);
    recent_done(&engine->recent);
    delta_done(&engine->delta);
    buf_done(&engine->row_buf);
    while (engine->n_idle_arenas > 0) {
        arena_destroy(engine->idle_arenas[--engine->n_idle_arenas]);
    }
    symcache_done(&engine->cache);
    index_done(&engine->index);
    cond_done(&engine->maintenance_cond);
    cond_done(&engine->done_cond);
    cond_done(&engine->queue_cond);
    cond_done(&engine->db_cond);
    mutex_done(&engine->lock);
    mutex_done(&engine->db_lock);
    free(engine->path);
    free(engine);
}

static Engine *engine_create(const char *path)
{
    Engine *engine = calloc(1, sizeof(*engine));

    if (engine == NULL) {
        return NULL;
    }
    engine->base.engine = &rocks_engine;
    mutex_init(&engine->db_lock);
    mutex_init(&engine->lock);
    cond_init(&engine->db_cond);
    cond_init(&engine->queue_cond);
    cond_init(&engine->done_cond);
    cond_init(&engine->maintenance_cond);
    index_init(&engine->index);
    symcache_init(&engine->cache, 0);
    delta_init(&engine->delta);
    engine->row_buf = BUF_INIT(ROW_BUF_LIMIT_BYTES);
    engine->path = strdup(path);
    if (engine->path == NULL) {
        engine_destroy(engine);
        return NULL;
    }
    return engine;
}

/* Stops the threads; the committer first writes what is queued. */
static void engine_stop(Engine *engine)
{
    mutex_lock(&engine->lock);
    engine->is_stopping = true;
    cond_broadcast(&engine->queue_cond);
    cond_broadcast(&engine->done_cond);
    cond_broadcast(&engine->maintenance_cond);
    mutex_unlock(&engine->lock);
    mutex_lock(&engine->db_lock);
    if (engine->db != NULL && !engine->db->read_only) {
        rocksdb_disable_manual_compaction(engine->db->db); /* the close of a day may be running */
    }
    mutex_unlock(&engine->db_lock);
    if (engine->has_committer) {
        (void)pthread_join(engine->committer, NULL); /* cannot fail for a thread of ours */
    }
    if (engine->has_maintenance) {
        (void)pthread_join(engine->maintenance, NULL);
    }
}

static void rocks_close(Store *store)
{
    Engine *engine = engine_of(store);

    engine_stop(engine);
    engine_destroy(engine);
}

static bool start_threads(Engine *engine, Err *err)
{
    if (committer_init(engine)) {
        engine->has_maintenance =
            thread_start(&engine->maintenance, "store-maintain", maintenance_run, engine);
    }
    return engine->has_maintenance ||
           err_set(err, ERR_RESOURCE_EXHAUSTED, "could not start the threads of the store");
}

static bool open_instance(Engine *engine, Err *err)
{
    Db *db;
    DbFailure failure = DB_FAILURE_OTHER;

    if (!engine_load(engine, false, false, &db, &failure, err)) {
        if (failure != DB_FAILURE_NO_SPACE) {
            return false;
        }
        log_error("file system is full, opening the store read-only",
                  FIELD_TEXT("path", engine->path), FIELD_ERR(err));
        if (!engine_load(engine, true, false, &db, &failure, err)) {
            return false;
        }
    }
    install(engine, db);
    return true;
}

bool store_open_rocks(const StoreOptions *options, Store **ret_store, Err *err)
{
    Engine *engine = engine_create(options->path);

    if (engine == NULL) {
        return err_no_memory(err);
    }
    bool ok = configure(engine, options, err);
    if (ok) {
        size_t memory = MAX(options->memory_bytes, MiB(8));
        engine->cache.max_bytes = memory / 16 * 3;
        recent_init(&engine->recent, MIN(MAX(memory / 2048, (size_t)4096), (size_t)131072));
        ok = open_instance(engine, err) && start_threads(engine, err);
    }
    if (!ok) {
        engine_stop(engine);
        engine_destroy(engine);
        return false;
    }
    *ret_store = &engine->base;
    return true;
}

/* ---- status and backup ---- */

static void state_locked(const Engine *engine, StoreStatus *status) REQUIRES(engine->lock)
{
    status->state = STORE_READY;
    if (engine->is_failed) {
        status->state = engine->failure == DB_FAILURE_NO_SPACE ? STORE_FULL : STORE_REOPENING;
        memcpy(status->reason, engine->reason, sizeof(status->reason));
    } else if (engine->is_low) {
        status->state = STORE_FULL;
        (void)snprintf(
            status->reason, sizeof(status->reason), "%llu bytes are free, %llu must be", /* fits */
            (unsigned long long)engine->free_bytes, (unsigned long long)engine->min_free_bytes);
    } else if (engine->is_lossy) {
        status->state = STORE_DEGRADED;
        (void)snprintf(status->reason, sizeof(status->reason),
                       "damaged files were found: answers may lack data, see the log");
    }
}

static void db_status(const Engine *engine, const Db *db, StoreStatus *status)
{
    status->n_days = db->days.len;
    status->block_cache_bytes = rocksdb_cache_get_usage(db->cache);
    status->write_buffer_bytes = db_property(db, "rocksdb.cur-size-all-mem-tables");
    status->disk_bytes =
        db_property(db, "rocksdb.live-sst-files-size") + status->write_buffer_bytes;
    status->background_errors = db_property(db, "rocksdb.background-errors");
    uint64_t is_stopped = 0;
    (void)rocksdb_property_int_cf(db->db, db->meta_cf, "rocksdb.is-write-stopped", &is_stopped);
    status->write_stopped = is_stopped != 0;
    status->free_bytes = engine->free_bytes;
}

static void rocks_status(Store *store, StoreStatus *ret_status)
{
    Engine *engine = engine_of(store);
    StoreStatus status = { 0 };

    mutex_lock(&engine->lock);
    status.free_bytes = engine->free_bytes;
    status.symbol_bytes = engine->scope_bytes;
    status.profiles_appended = engine->n_appended;
    status.profiles_deduplicated = engine->n_duplicates;
    status.commits = engine->n_commits;
    status.commit_failures = engine->n_commit_failures;
    mutex_lock(&engine->index.lock);
    status.n_series = engine->index.n_series;
    status.n_services = engine->index.n_services;
    mutex_unlock(&engine->index.lock);
    mutex_lock(&engine->db_lock);
    state_locked(engine, &status);
    if (engine->db != NULL) {
        db_status(engine, engine->db, &status);
    }
    mutex_unlock(&engine->db_lock);
    mutex_unlock(&engine->lock);
    status.symbol_bytes += symcache_bytes(&engine->cache);
    *ret_status = status;
}

static bool rocks_backup(Store *store, const char *dir, Err *err)
{
    Engine *engine = engine_of(store);
    struct stat st;
    Db *db;
    char *rocks_error = NULL;

    if (stat(dir, &st) == 0) {
        return err_set(err, ERR_ALREADY_EXISTS, "cannot write a backup to \"%s\": it exists", dir);
    }
    if (!engine_acquire(engine, &db, err)) {
        return false;
    }
    rocksdb_checkpoint_t *checkpoint = rocksdb_checkpoint_object_create(db->db, &rocks_error);
    if (rocks_error == NULL) {
        rocksdb_checkpoint_create(checkpoint, dir, 0, &rocks_error); /* 0: flush, copy no log */
        rocksdb_checkpoint_object_destroy(checkpoint);
    }
    engine_release(engine);
    return rocks_error == NULL || db_error(err, rocks_error, "could not write the backup");
}

static const StoreEngine rocks_engine = {
    .append = rocks_append,
    .series = rocks_series,
    .series_done = rocks_series_done,
    .merge = rocks_merge,
    .points = rocks_points,
    .tenant_stats = rocks_tenant_stats,
    .value_put = rocks_value_put,
    .value_delete = rocks_value_delete,
    .value_get = rocks_value_get,
    .value_each = rocks_value_each,
    .status = rocks_status,
    .backup = rocks_backup,
    .close = rocks_close,
};
