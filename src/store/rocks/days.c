/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/rocks/days.c - day families: creation, retention by age and by bytes, and the compaction of
 * a day that is over. Runs the maintenance thread.
 */
#include "base/clock.h"
#include "base/log.h"
#include "store/rocks/internal.h"
#include "store/rocks/wire.h"

/* Late profiles are taken for an hour (ingest limits); some minutes for clocks that differ. */
#define DAY_CLOSE_DELAY_NS (65 * 60 * NS_PER_S)
#define MAINTENANCE_PERIOD_NS (500 * NS_PER_MS)
#define REOPEN_PERIOD_NS (200 * NS_PER_MS)

static bool is_expired(const Engine *engine, int32_t number)
{
    return engine->options.retention_age_ns > 0 &&
           day_start_ns(number + 1) <= engine_now_ns(engine) - engine->options.retention_age_ns;
}

bool days_get_locked(Engine *engine, Db *db, int32_t number, Day **ret_day, Err *err)
{
    DbFailure failure = DB_FAILURE_OTHER;
    bool ok = true;

    mutex_lock(&engine->db_lock);
    Day *day = db_find_day(db, number);
    size_t n_days = db->days.len;
    mutex_unlock(&engine->db_lock);
    if (day != NULL) {
        *ret_day = day;
        return true;
    }
    if (is_expired(engine, number)) {
        return err_set(err, ERR_INVALID_ARGUMENT,
                       "cannot store a profile that is older than the retention of %lld hours",
                       (long long)(engine->options.retention_age_ns / NS_PER_S / 3600));
    }
    if (n_days >= MAX_DAYS) {
        return err_set(err, ERR_RESOURCE_EXHAUSTED, "cannot keep profiles of more than %d days",
                       MAX_DAYS);
    }
    mutex_lock(&engine->db_lock);
    ok = db_create_day(db, number, ret_day, &failure, err);
    mutex_unlock(&engine->db_lock);
    if (!ok && err->code != ERR_RESOURCE_EXHAUSTED) {
        engine_fail_locked(engine, failure, err->msg);
        err->code = ERR_UNAVAILABLE;
    }
    return ok;
}

/* Unlinks the family; its files go when the last reader is done. */
static bool drop_family(Engine *engine, Db *db, Day *day, char **rocks_error)
{
    rocksdb_drop_column_family(db->db, day->cf, rocks_error);
    if (*rocks_error != NULL) {
        return false;
    }
    mutex_lock(&engine->db_lock);
    size_t kept = 0;
    for (size_t i = 0; i < db->days.len; i++) {
        if (db->days.items[i] != day) {
            db->days.items[kept++] = db->days.items[i];
        }
    }
    db->days.len = kept;
    mutex_unlock(&engine->db_lock);
    engine_unref_day(engine, day); /* the list's reference */
    return true;
}

typedef struct Gone {
    rocksdb_writebatch_t *deletes;
    const Db *db;
} Gone;

static void on_gone(void *ctx, const Series *series)
{
    const Gone *gone = ctx;
    uint8_t key[KEY_META_MAX_BYTES];
    size_t len = key_meta2(key, META_SERIES, series->tenant, series->id);

    if (series->is_stored) {
        rocksdb_writebatch_delete_cf(gone->deletes, gone->db->meta_cf, (const char *)key, len);
    }
}

/*
 * Drops a day with all that is in memory about it. The committer is idle meanwhile, since a batch
 * for a dropped family would fail.
 */
static void drop_day_locked(Engine *engine, Db *db, Day *day, const char *why)
    REQUIRES(engine->lock)
{
    Gone gone = { .deletes = rocksdb_writebatch_create(), .db = db };
    char *rocks_error = NULL;
    uint8_t key[KEY_META_MAX_BYTES];
    char name[DAY_NAME_BYTES];
    int32_t number = day->number;

    day_name(number, name);
    scopes_drop_day_locked(engine, number);
    symcache_drop_day(&engine->cache, number);
    if (drop_family(engine, db, day, &rocks_error)) {
        mutex_lock(&engine->index.lock);
        /* false: short of memory, a later drop removes the empty series */
        (void)index_drop_day_locked(&engine->index, number, on_gone, &gone);
        mutex_unlock(&engine->index.lock);
        rocksdb_writebatch_delete_cf(gone.deletes, db->meta_cf, (const char *)key,
                                     key_meta1(key, META_CLOSED_DAY, (uint32_t)number));
        rocksdb_write(db->db, db->write_options, gone.deletes, &rocks_error);
        log_info("day dropped", FIELD_TEXT("day", name), FIELD_TEXT("reason", why));
    }
    if (rocks_error != NULL) {
        engine_fail_locked(engine, db_failure_of(rocks_error), rocks_error);
        rocksdb_free(rocks_error);
    }
    rocksdb_writebatch_destroy(gone.deletes);
}

static uint64_t day_bytes(const Db *db, const Day *day)
{
    return db_day_property(db, day, "rocksdb.live-sst-files-size") +
           db_day_property(db, day, "rocksdb.cur-size-all-mem-tables");
}

static uint64_t all_days_bytes(const Db *db)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < db->days.len; i++) {
        bytes += day_bytes(db, db->days.items[i]);
    }
    return bytes;
}

/* Why the oldest day must go, or NULL. The newest day always stays. */
static const char *why_drop_oldest_locked(Engine *engine, const Db *db) REQUIRES(engine->lock)
{
    if (db->days.len > 0 && is_expired(engine, db->days.items[0]->number)) {
        return "retention age";
    }
    if (db->days.len < 2) {
        return NULL;
    }
    uint64_t bytes = all_days_bytes(db);
    if (bytes > engine->retention_bytes) {
        return "retention bytes";
    }
    if (engine->free_bytes < engine->min_free_bytes / 2 && engine->options.retention_age_ns > 0) {
        return "free space"; /* an age limit says that old data is expendable */
    }
    return NULL;
}

/* Without draining: days change only in this thread and under the lock. */
static bool is_drop_due_locked(Engine *engine, const Db *db) REQUIRES(engine->lock)
{
    return !engine->is_failed && why_drop_oldest_locked(engine, db) != NULL;
}

static void apply_retention(Engine *engine, Db *db)
{
    bool is_low = false;

    mutex_lock(&engine->lock);
    while (!engine->is_stopping && is_drop_due_locked(engine, db)) {
        committer_drain_locked(engine);
        const char *why = engine->is_failed ? NULL : why_drop_oldest_locked(engine, db);
        if (why == NULL) {
            break;
        }
        is_low = engine->is_low;
        drop_day_locked(engine, db, db->days.items[0], why);
        engine_check_space_locked(engine, true);
        if (is_low) { /* files go in the background: look again next time */
            break;
        }
    }
    committer_resume_locked(engine);
    mutex_unlock(&engine->lock);
}

bool days_drop_oldest_for_space(Engine *engine, Db *db)
{
    char *rocks_error = NULL;

    mutex_lock(&engine->lock);
    bool is_needed = engine->free_bytes < engine->min_free_bytes / 2;
    mutex_unlock(&engine->lock);
    if (!is_needed || db->read_only || db->days.len < 2 || engine->options.retention_age_ns <= 0) {
        return false;
    }
    bool ok = drop_family(engine, db, db->days.items[0], &rocks_error);
    if (rocks_error != NULL) {
        rocksdb_free(rocks_error);
    }
    return ok;
}

/* ---- close ---- */

static Day *find_closable(Engine *engine, const Db *db)
{
    int64_t now_ns = engine_now_ns(engine);
    Day *found = NULL;

    mutex_lock(&engine->db_lock);
    for (size_t i = 0; i < db->days.len && found == NULL; i++) {
        Day *day = db->days.items[i];
        if (!day->is_closed && now_ns >= day_start_ns(day->number + 1) + DAY_CLOSE_DELAY_NS) {
            day->refs++;
            found = day;
        }
    }
    mutex_unlock(&engine->db_lock);
    return found;
}

/* Compacts a day once; its rows are then in one run, which makes cold queries 2.5 times cheaper. */
static void close_day(Engine *engine, Db *db, Day *day)
{
    rocksdb_flushoptions_t *flush = rocksdb_flushoptions_create();
    rocksdb_compactoptions_t *options = rocksdb_compactoptions_create();
    char *rocks_error = NULL;
    uint8_t key[KEY_META_MAX_BYTES];

    rocksdb_flush_cf(db->db, flush, day->cf, &rocks_error);
    if (rocks_error == NULL) {
        enum { BOTTOMMOST_FORCE = 2 };

        rocksdb_compactoptions_set_bottommost_level_compaction(options, BOTTOMMOST_FORCE);
        rocksdb_compact_range_cf_opt(db->db, day->cf, options, NULL, 0, NULL, 0);
        rocksdb_put_cf(db->db, db->write_options, db->meta_cf, (const char *)key,
                       key_meta1(key, META_CLOSED_DAY, (uint32_t)day->number), "", 0, &rocks_error);
    }
    day->is_closed = true; /* only this thread looks at it */
    if (rocks_error != NULL) {
        mutex_lock(&engine->lock);
        engine_fail_locked(engine, db_failure_of(rocks_error), rocks_error);
        mutex_unlock(&engine->lock);
        rocksdb_free(rocks_error);
    }
    rocksdb_compactoptions_destroy(options);
    rocksdb_flushoptions_destroy(flush);
}

static void close_days(Engine *engine, Db *db)
{
    for (;;) {
        mutex_lock(&engine->lock);
        bool may_run = !engine->is_stopping && !engine->is_failed && !db->is_degraded;
        uint64_t room = engine->free_bytes - MIN(engine->free_bytes, engine->min_free_bytes);
        mutex_unlock(&engine->lock);
        Day *day = may_run ? find_closable(engine, db) : NULL;
        if (day == NULL) {
            return;
        }
        bool has_room = db_day_property(db, day, "rocksdb.live-sst-files-size") < room;
        if (has_room) {
            close_day(engine, db, day);
        }
        engine_unref_day(engine, day);
        if (!has_room) {
            return;
        }
    }
}

void days_maintain(Engine *engine)
{
    Err err = ERR_INIT;
    Db *db;

    if (!engine_acquire(engine, &db, &err)) {
        return;
    }
    if (!db->read_only) {
        apply_retention(engine, db);
        close_days(engine, db);
    }
    engine_release(engine);
}

void *maintenance_run(void *arg)
{
    Engine *engine = arg;

    mutex_lock(&engine->lock);
    while (!engine->is_stopping) {
        bool is_failed = engine->is_failed;
        if (!is_failed) {
            engine_check_space_locked(engine, false);
        }
        mutex_unlock(&engine->lock);
        if (is_failed) {
            (void)engine_reopen(engine); /* tried again below */
        } else {
            days_maintain(engine);
        }
        mutex_lock(&engine->lock);
        int64_t period_ns = engine->is_failed ? REOPEN_PERIOD_NS : MAINTENANCE_PERIOD_NS;
        if (!engine->is_stopping && is_failed == engine->is_failed) {
            (void)cond_wait_until(&engine->maintenance_cond, &engine->lock,
                                  clock_steady_ns() + period_ns); /* either way: look again */
        }
    }
    mutex_unlock(&engine->lock);
    return NULL;
}
