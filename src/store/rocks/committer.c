/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/rocks/committer.c - the one thread that writes profiles.
 *
 * Rows and the symbols that they introduce were put into the open batch inside one critical
 * section, and batches are written in order: a durable row never refers to a symbol that is not
 * (store.md, rule 1). The batch collects for a few milliseconds, so that one sync serves many.
 */
#include "base/clock.h"
#include "base/log.h"
#include "store/rocks/internal.h"

/* store.md section 3: a window of 2-5 ms halves the CPU per profile */
#define COMMIT_WINDOW_NS (3 * NS_PER_MS)
#define COMMIT_BYTES MiB(1)

enum { COMMIT_PROFILES = 64 };

bool committer_init(Engine *engine)
{
    for (size_t i = 0; i < ARRAY_LEN(engine->batches); i++) {
        engine->batches[i].writes = rocksdb_writebatch_create();
    }
    engine->open = &engine->batches[0];
    engine->next_ticket = 1;
    engine->open->ticket = engine->next_ticket++;
    engine->has_committer = thread_start(&engine->committer, "store-commit", committer_run, engine);
    return engine->has_committer;
}

static void batch_clear(Batch *batch)
{
    for (size_t i = 0; i < batch->rows.len; i++) {
        series_unref(batch->rows.items[i].series);
    }
    batch->rows.len = 0;
    rocksdb_writebatch_clear(batch->writes);
    batch->waiters = NULL;
    batch->n_profiles = 0;
    batch->bytes = 0;
}

void committer_done(Engine *engine)
{
    for (size_t i = 0; i < ARRAY_LEN(engine->batches); i++) {
        Batch *batch = &engine->batches[i];
        if (batch->writes != NULL) {
            batch_clear(batch);
            rocksdb_writebatch_destroy(batch->writes);
        }
        VEC_DONE(&batch->rows);
    }
}

void batch_put(Batch *batch, rocksdb_column_family_handle_t *cf, const void *key, size_t key_len,
               const void *value, size_t value_len)
{
    rocksdb_writebatch_put_cf(batch->writes, cf, key, key_len, value, value_len);
    batch->bytes += key_len + value_len;
}

void batch_fail(Batch *batch, const char *why)
{
    for (Waiter *waiter = batch->waiters; waiter != NULL;) {
        Waiter *next = waiter->next; /* a waiter may be gone once it is done */
        (void)err_set(waiter->err, ERR_UNAVAILABLE, "could not store the profile: %s", why);
        waiter->is_done = true;
        waiter = next;
    }
    batch_clear(batch);
}

static void batch_succeed(Engine *engine, Batch *batch)
{
    mutex_lock(&engine->index.lock);
    for (size_t i = 0; i < batch->rows.len; i++) {
        const BatchRow *row = &batch->rows.items[i];
        SeriesDay *day = series_find_day(row->series, row->day);
        if (day != NULL) {
            series_day_commit(day, row->time_ns);
        }
    }
    mutex_unlock(&engine->index.lock);
    for (Waiter *waiter = batch->waiters; waiter != NULL;) {
        Waiter *next = waiter->next;
        waiter->is_ok = true;
        waiter->is_done = true;
        waiter = next;
    }
    engine->committed_ticket = batch->ticket;
    engine->n_commits++;
    batch_clear(batch);
}

static bool is_empty(const Batch *batch)
{
    return batch->n_profiles == 0;
}

/* Waits for a batch worth writing; false when there will be none. */
static bool wait_for_batch_locked(Engine *engine) REQUIRES(engine->lock)
{
    while (is_empty(engine->open) && !engine->is_stopping) {
        cond_wait(&engine->queue_cond, &engine->lock);
    }
    while (!is_empty(engine->open) && !engine->is_stopping &&
           engine->open->n_profiles < COMMIT_PROFILES && engine->open->bytes < COMMIT_BYTES &&
           cond_wait_until(&engine->queue_cond, &engine->lock,
                           engine->open->opened_ns + COMMIT_WINDOW_NS)) {
    }
    return !is_empty(engine->open) || !engine->is_stopping;
}

/*
 * Without the lock: the batch belongs to the committer now. Its ids are those of the instance of
 * its epoch; an instance opened later may have given them to other symbols.
 */
static char *write_batch(Engine *engine, Batch *batch, uint64_t epoch)
{
    Err err = ERR_INIT;
    Db *db;
    char *rocks_error = NULL;

    if (!engine_acquire(engine, &db, &err)) {
        return strdup(err.msg);
    }
    mutex_lock(&engine->lock);
    bool is_valid = engine->epoch == epoch;
    mutex_unlock(&engine->lock);
    if (is_valid) {
        rocksdb_write(db->db, db->write_options, batch->writes, &rocks_error);
    } else {
        rocks_error = strdup("the store was opened again");
    }
    engine_release(engine);
    return rocks_error;
}

static void commit_locked(Engine *engine) REQUIRES(engine->lock)
{
    Batch *batch = engine->open;
    uint64_t epoch = engine->epoch;

    engine->open = batch == &engine->batches[0] ? &engine->batches[1] : &engine->batches[0];
    engine->open->ticket = engine->next_ticket++;
    engine->committing = batch;
    mutex_unlock(&engine->lock);
    char *rocks_error = write_batch(engine, batch, epoch);
    mutex_lock(&engine->lock);
    engine->committing = NULL;
    if (rocks_error == NULL) {
        batch_succeed(engine, batch);
    } else {
        engine->n_commit_failures++;
        batch_fail(batch, rocks_error);
        if (engine->epoch == epoch) {
            engine_fail_locked(engine, db_failure_of(rocks_error), rocks_error);
        }
        free(rocks_error); /* allocated with malloc() on either path */
    }
    cond_broadcast(&engine->done_cond);
}

void *committer_run(void *arg)
{
    Engine *engine = arg;

    mutex_lock(&engine->lock);
    while (wait_for_batch_locked(engine)) {
        if (!is_empty(engine->open)) { /* a failure may have emptied it */
            commit_locked(engine);
        }
    }
    mutex_unlock(&engine->lock);
    return NULL;
}

void committer_drain_locked(Engine *engine)
{
    engine->is_draining = true; /* new profiles wait, or a busy server would never be idle */
    while (engine->committing != NULL || !is_empty(engine->open)) {
        cond_wait(&engine->done_cond, &engine->lock);
    }
}

void committer_resume_locked(Engine *engine)
{
    engine->is_draining = false;
    cond_broadcast(&engine->done_cond);
}
