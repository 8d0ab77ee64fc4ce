/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/rocks/internal.h - the engine as its own files see it.
 *
 * Threads: any number of callers, one committer (the only writer of profiles), one maintenance
 * thread (retention, day close, reopening). Lock order: Engine.lock, Index.lock, Engine.db_lock;
 * SymCache.lock is a leaf. docs/dev/store.md tells what each protects and draws the states.
 */
#pragma once

#include <pthread.h>

#include "base/thread.h"
#include "store/engine.h"
#include "store/rocks/db.h"
#include "store/rocks/idmap.h"
#include "store/rocks/index.h"
#include "store/rocks/recent.h"
#include "store/rocks/row.h"
#include "store/rocks/scan.h"

enum {
    STORE_FORMAT_VERSION = 1,
    MAX_DAYS = 8192, /* families are cheap, not free */
};

/* One call of store_append() that waits for a commit; lives on its stack. */
typedef struct Waiter {
    struct Waiter *next;
    bool is_done;
    bool is_ok;
    Err *err; /* set by who completes it when it failed */
} Waiter;

/* A row of a batch, for the index once it is durable. */
typedef struct BatchRow {
    Series *series; /* a reference */
    int32_t day;
    int64_t time_ns;
} BatchRow;

/* What one rocksdb_write() will make durable. Guarded by Engine.lock while open. */
typedef struct Batch {
    rocksdb_writebatch_t *writes;
    VEC(BatchRow) rows;
    Waiter *waiters;
    uint64_t ticket;
    size_t n_profiles;
    size_t bytes;
    int64_t opened_ns; /* steady time of the first profile */
} Batch;

/* The ids of one (tenant, service, day) on the write side. */
typedef struct Scope {
    struct Scope *next; /* in its bucket */
    uint32_t tenant;
    uint32_t service;
    int32_t day;
    IdMap map;
    size_t bytes; /* as accounted */
    /* of the call that runs: ids reserved, and for which upload last */
    size_t extra[SYM_KINDS];
    const void *last_upload;
    uint64_t last_ticket; /* newest batch with ids of this map */
    uint64_t last_use;
    bool is_in_call;
} Scope;

enum { SCOPE_BUCKETS = 256, MAX_IDLE_ARENAS = 16 };

/* Symbol tables of the read side, shared by queries. */
typedef struct SymCacheEntry {
    struct SymCacheEntry *next;
    uint32_t tenant;
    uint32_t service;
    int32_t day;
    uint64_t last_use;
    SymTable *table;
} SymCacheEntry;

typedef struct SymCache {
    Mutex lock;
    SymCacheEntry *buckets[SCOPE_BUCKETS];
    size_t bytes;
    size_t max_bytes;
    uint64_t clock;
} SymCache;

typedef struct Engine {
    Store base; /* first: a Store is cast to its engine */
    StoreOptions options;
    char *path;
    DbConfig config;
    uint64_t min_free_bytes;
    uint64_t retention_bytes;
    size_t scope_max_bytes;

    /* the open instance and who uses it */
    Mutex db_lock;
    Cond db_cond;
    Db *db; /* NULL while it is being opened again */
    unsigned db_users;
    bool db_is_swapping; /* newcomers wait */

    /* append path and committer */
    Mutex lock;
    Cond queue_cond; /* for the committer: profiles or the end */
    Cond done_cond;  /* for everybody else: a batch is done, the queue is idle */
    Batch batches[2];
    Batch *open;       /* takes profiles */
    Batch *committing; /* NULL when the committer is idle */
    uint64_t next_ticket;
    uint64_t committed_ticket;
    uint64_t epoch; /* counts failures: what was prepared before one is void */
    Scope *scopes[SCOPE_BUCKETS];
    size_t scope_bytes;
    uint64_t scope_clock;
    Recent recent;
    SymDelta delta;
    Buf row_buf;
    Arena *idle_arenas[MAX_IDLE_ARENAS];
    size_t n_idle_arenas;
    bool is_stopping;
    bool is_draining; /* a day is about to be dropped: profiles wait */
    bool is_failed;   /* a write failed: nothing is written until the directory is opened again */
    DbFailure failure;
    bool is_low;              /* free space is below min_free_bytes */
    bool is_lossy;            /* open or index found damage: answers may be partial */
    int64_t space_checked_ns; /* steady clock */
    uint64_t free_bytes;
    char reason[256];
    uint64_t n_appended;
    uint64_t n_duplicates;
    uint64_t n_commits;
    uint64_t n_commit_failures;

    Index index;
    SymCache cache;

    Cond maintenance_cond; /* with lock */
    pthread_t committer;
    pthread_t maintenance;
    bool has_committer;
    bool has_maintenance;
} Engine;

static inline Engine *engine_of(Store *store)
{
    return (Engine *)store;
}

/* ---- engine.c: the instance and the state ---- */

/* The open instance; release it with engine_release(). Errors: UNAVAILABLE while reopening. */
bool engine_acquire(Engine *engine, Db **ret_db, Err *err) MUST_CHECK;
void engine_release(Engine *engine);

/* The day family, kept until engine_unref_day(); NULL when there is none. Needs an acquired db. */
Day *engine_ref_day(Engine *engine, Db *db, int32_t number);
void engine_unref_day(Engine *engine, Day *day);

/* A write failed: nothing more is written to this instance, the waiting calls fail. */
void engine_fail_locked(Engine *engine, DbFailure failure, const char *why) REQUIRES(engine->lock);

/* Whether profiles are taken; if not, err says why. */
bool engine_can_write_locked(Engine *engine, Err *err) REQUIRES(engine->lock);

/* Looks at the free space, at most once a second unless now. */
void engine_check_space_locked(Engine *engine, bool now) REQUIRES(engine->lock);

/* Whether damage was found on opening: every answer may lack something. */
bool engine_is_lossy(Engine *engine);

int64_t engine_now_ns(const Engine *engine);

/* Replaces the instance after a failure, or the read-only one. False: try again later. */
bool engine_reopen(Engine *engine);

/* Opens the directory and fills the index. */
bool engine_load(Engine *engine, bool read_only, bool degraded, Db **ret_db, DbFailure *ret_failure,
                 Err *err) MUST_CHECK;

/* ---- meta.c: the index on disk ---- */

/* Reads tenants, series and the marks of all days. ret_damaged: something could not be read. */
bool meta_load_locked(Index *index, Db *db, bool *ret_damaged, Err *err) MUST_CHECK
    REQUIRES(index->lock);
void meta_put_tenant(Batch *batch, const Db *db, const Tenant *tenant);
void meta_put_name(Batch *batch, const Db *db, MetaKind kind, uint32_t tenant, const Name *name);
void meta_put_series(Batch *batch, const Db *db, const Series *series);
void meta_put_counters(Batch *batch, const Db *db, const Counters *counters);

/* ---- committer.c ---- */

void batch_put(Batch *batch, rocksdb_column_family_handle_t *cf, const void *key, size_t key_len,
               const void *value, size_t value_len);
bool committer_init(Engine *engine);
void committer_done(Engine *engine);
void *committer_run(void *arg);

/* Fails everybody who waits for the batch and empties it. */
void batch_fail(Batch *batch, const char *why);

/* Waits until nothing is queued or being committed, and keeps it so until
 * committer_resume_locked().
 */
void committer_drain_locked(Engine *engine) REQUIRES(engine->lock);
void committer_resume_locked(Engine *engine) REQUIRES(engine->lock);

/* ---- append.c, scopes.c: the write path (see append_internal.h too) ---- */

bool rocks_append(Store *store, const StoreProfile *profiles, size_t n_profiles, Err *err);

/* The ids of a scope, read from disk when they are not in memory. */
bool scope_get_locked(Engine *engine, Db *db, const Day *day, const Tenant *tenant,
                      uint32_t service, Scope **ret_scope, Err *err) MUST_CHECK
    REQUIRES(engine->lock);
void scopes_account_locked(Engine *engine, Scope *scope) REQUIRES(engine->lock);
void scopes_evict_locked(Engine *engine) REQUIRES(engine->lock);
void scopes_clear_locked(Engine *engine) REQUIRES(engine->lock);
void scopes_drop_day_locked(Engine *engine, int32_t day) REQUIRES(engine->lock);

/* ---- symcache.c: symbols for reading ---- */

/* Reads all symbols of a scope into a new table. */
bool symtable_load(Db *db, const Day *day, uint32_t tenant, uint32_t service, SymTable **ret_table,
                   Err *err) MUST_CHECK;

void symcache_init(SymCache *cache, size_t max_bytes);
void symcache_done(SymCache *cache);
void symcache_clear(SymCache *cache);
void symcache_drop_day(SymCache *cache, int32_t day);

/* A reference to the table of the scope; fresh: read it now even when one is cached. */
bool symcache_get(SymCache *cache, Db *db, const Day *day, uint32_t tenant, uint32_t service,
                  bool fresh, SymTable **ret_table, Err *err) MUST_CHECK;
void symcache_unref(SymCache *cache, SymTable *table);
size_t symcache_bytes(SymCache *cache);

/* ---- series.c, read.c: queries ---- */

bool rocks_series(Store *store, Str tenant, Matchers matchers, int64_t start_ns, int64_t end_ns,
                  StoreSeriesList *ret_list, Err *err);
void rocks_series_done(StoreSeriesList *list);
Series *const *series_of_list(const StoreSeriesList *list);
bool rocks_tenant_stats(Store *store, Str tenant, StoreTenantStats *ret_stats, Err *err);

/* Makes first and last of a day exact; needs an acquired db. Damage leaves the whole day as range.
 */
bool series_load_bounds(Engine *engine, Db *db, Series *series, int32_t day, Err *err) MUST_CHECK;

bool rocks_merge(Store *store, const StoreSeriesList *series, const uint32_t *group,
                 size_t n_groups, const StoreFilter *filter, StoreBlockFn on_block, void *ctx,
                 bool *ret_partial, Err *err);
bool rocks_points(Store *store, const StoreSeriesList *series, const StoreFilter *filter,
                  StorePointFn on_point, void *ctx, bool *ret_partial, Err *err);

/* ---- values.c ---- */

bool rocks_value_put(Store *store, Str tenant, Str space, Str key, Str value, Err *err);
bool rocks_value_delete(Store *store, Str tenant, Str space, Str key, Err *err);
bool rocks_value_get(Store *store, Str tenant, Str space, Str key, Buf *value, Err *err);
bool rocks_value_each(Store *store, Str tenant, Str space, StoreValueFn on_value, void *ctx,
                      Err *err);

/* ---- days.c: families, retention, close ---- */

/* The family of a day, created when missing. */
bool days_get_locked(Engine *engine, Db *db, int32_t number, Day **ret_day, Err *err) MUST_CHECK
    REQUIRES(engine->lock);

/* Drops what retention says, compacts ended days once. */
void days_maintain(Engine *engine);

/* Drops the oldest day of a failed instance when space is short and an age limit says that old data
 * is expendable; false when nothing was dropped. */
bool days_drop_oldest_for_space(Engine *engine, Db *db);
void *maintenance_run(void *arg);
