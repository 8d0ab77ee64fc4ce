/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/rocks/append.c - from profiles to an open batch.
 *
 * A call has three parts:
 *   prepare  without lock: check, hash symbols and contents (prepare.c; most of the work);
 *   plan     under Engine.lock: find series, duplicates, sequence numbers and id maps, and reserve
 *            all memory (plan.c). May fail: nothing has been changed that others can see;
 *   write    under the same lock: allot ids and put rows into the open batch. Cannot fail.
 * Then it waits for the commit.
 */
#include "base/clock.h"
#include "store/rocks/append_internal.h"

#define APPEND_ARENA_BYTES MiB(1024)
#define QUEUE_MAX_BYTES MiB(32)
#define SCRATCH_KEEP_BYTES MiB(8)

enum { PREFETCH_DISTANCE = 8 };

/* ---- write ---- */

static void put_delta_locked(Engine *engine, const Scope *scope, const Day *day)
    REQUIRES(engine->lock)
{
    for (int kind = 0; kind < SYM_KINDS; kind++) {
        Buf *records = &engine->delta.records[kind];
        uint8_t key[KEY_SYMBOL_BYTES];
        if (records->len == 0) {
            continue;
        }
        key_symbol(key, scope->tenant, sym_day_kind((SymKind)kind), scope->service,
                   engine->delta.first_id[kind]);
        batch_put(engine->open, day->cf, key, sizeof(key), records->ptr, records->len);
        buf_clear(records);
    }
}

/* Records of the index that are not on disk yet. */
static void put_index_locked(Engine *engine, const Db *db, Tenant *tenant, RowPlan *row,
                             int64_t time_ns) REQUIRES(engine->lock)
{
    Batch *batch = engine->open;
    Series *series = row->series;
    int32_t number = row->day->number;

    mutex_lock(&engine->index.lock);
    if (!series->is_stored) {
        Name *service = index_find_name_by_id(&tenant->services, series->service);
        Name *type = index_find_name_by_id(&tenant->types, series->type);
        if (!tenant->is_stored) {
            meta_put_tenant(batch, db, tenant);
            tenant->is_stored = true;
        }
        if (!service->is_stored) {
            meta_put_name(batch, db, META_SERVICE, tenant->id, service);
            service->is_stored = true;
        }
        if (!type->is_stored) {
            meta_put_name(batch, db, META_TYPE, tenant->id, type);
            type->is_stored = true;
        }
        meta_put_series(batch, db, series);
        series->is_stored = true;
    }
    if (engine->index.counters_changed) {
        meta_put_counters(batch, db, &engine->index.counters);
        engine->index.counters_changed = false;
    }
    SeriesDay *day = series_find_day(series, number);
    row->needs_mark = !day->is_marked;
    day->is_marked = true;
    day->queued_last_ns = MAX(day->queued_last_ns, time_ns);
    mutex_unlock(&engine->index.lock);
}

/* Ids of the stacks of a row, in entries[n_pairs]. */
static void number_stacks(UploadSymbols *upload, const RowPlan *row, SymDelta *delta,
                          RowEntry *entries)
{
    const StorePair *pairs = row->row->pairs;
    size_t n = row->row->n_pairs;

    for (size_t i = 0; i < n; i++) {
        if (i + PREFETCH_DISTANCE < n) {
            idmap_prefetch(&row->scope->map,
                           upload->hasher.stacks[pairs[i + PREFETCH_DISTANCE].stack]);
        }
        uint32_t *id = &upload->ids[pairs[i].stack];
        if (*id == NO_STACK) {
            *id = idmap_stack(&row->scope->map, &upload->hasher, pairs[i].stack, delta);
        }
        entries[i] = (RowEntry){ .stack = *id,
                                 .span = row->span_of != NULL ? row->span_of[i] : 0,
                                 .value = pairs[i].value };
    }
}

static void write_row_locked(AppendCall *call, ProfilePlan *plan, RowPlan *row, RowEntry *entries,
                             RowEntry *spare) REQUIRES(call->engine->lock)
{
    Engine *engine = call->engine;
    Batch *batch = engine->open;
    Series *series = row->series;
    uint8_t bytes[KEY_ROW_BYTES];
    RowKey key = { .tenant = series->tenant,
                   .service = series->service,
                   .type = series->type,
                   .series = series->id,
                   .time_ns = (uint64_t)plan->profile->time_ns,
                   .seq = row->seq };

    put_index_locked(call->engine, call->db, plan->tenant, row, plan->profile->time_ns);
    number_stacks(plan->upload, row, &engine->delta, entries);
    size_t n = row_normalise(entries, spare, row->row->n_pairs);
    size_t len = row_encode((uint8_t *)engine->row_buf.ptr, entries, n, row->spans, row->n_spans);
    key_row(bytes, &key);
    batch_put(batch, row->day->cf, bytes, sizeof(bytes), engine->row_buf.ptr, len);
    if (row->needs_mark) {
        uint8_t mark[KEY_MARK_BYTES];
        key_mark(mark, series->tenant, series->id);
        batch_put(batch, row->day->cf, mark, sizeof(mark), "", 0);
    }
    batch->rows.items[batch->rows.len++] =
        (BatchRow){ series_ref(series), row->day->number, plan->profile->time_ns };
    row->scope->last_ticket = batch->ticket;
}

/* Scratch for the widest row; taken in the plan part since it can fail. */
static RowEntry *alloc_entries(AppendCall *call, size_t *ret_n)
{
    size_t most = 1;

    for (size_t i = 0; i < call->n_profiles; i++) {
        const StoreProfile *profile = call->profiles[i].profile;
        for (size_t r = 0; r < profile->n_rows; r++) {
            most = MAX(most, profile->rows[r].n_pairs);
        }
    }
    *ret_n = most;
    return arena_alloc_raw(call->arena, 2 * most * sizeof(RowEntry));
}

static size_t write_locked(AppendCall *call, RowEntry *entries, size_t n_entries)
    REQUIRES(call->engine->lock)
{
    Engine *engine = call->engine;
    const UploadSymbols *upload = NULL;
    const Scope *scope = NULL;
    const Day *day = NULL;
    size_t n_written = 0;

    for (size_t i = 0; i < call->n_profiles; i++) {
        ProfilePlan *plan = &call->profiles[i];
        for (size_t r = 0; r < plan->profile->n_rows; r++) {
            RowPlan *row = &plan->rows[r];
            if (row->is_duplicate) {
                engine->n_duplicates++;
                continue;
            }
            if (plan->upload != upload || row->scope != scope) {
                if (scope != NULL) {
                    put_delta_locked(call->engine, scope, day);
                }
                memset(plan->upload->ids, 0xFF, /* NO_STACK */
                       plan->upload->symbols->n_stacks * sizeof(uint32_t));
                upload = plan->upload;
                scope = row->scope;
                day = row->day;
            }
            write_row_locked(call, plan, row, entries, entries + n_entries);
            n_written++;
        }
    }
    if (scope != NULL) {
        put_delta_locked(call->engine, scope, day);
    }
    return n_written;
}

/* ---- the call ---- */

static void finish_scopes_locked(AppendCall *call) REQUIRES(call->engine->lock)
{
    Engine *engine = call->engine;

    for (size_t i = 0; i < call->n_profiles; i++) {
        ProfilePlan *plan = &call->profiles[i];
        for (size_t r = 0; plan->profile != NULL && r < plan->profile->n_rows; r++) {
            Scope *scope = plan->rows[r].scope;
            if (scope != NULL && scope->is_in_call) {
                memset(scope->extra, 0, sizeof(scope->extra));
                scope->last_upload = NULL;
                scope->is_in_call = false;
                scopes_account_locked(call->engine, scope);
            }
        }
    }
    scopes_evict_locked(call->engine);
    for (size_t kind = 0; kind < SYM_KINDS; kind++) {
        if (engine->delta.records[kind].cap > SCRATCH_KEEP_BYTES) {
            buf_done(&engine->delta.records[kind]);
        }
    }
    if (engine->row_buf.cap > SCRATCH_KEEP_BYTES) {
        buf_done(&engine->row_buf);
    }
}

static bool enqueue_locked(AppendCall *call, Err *err) REQUIRES(call->engine->lock)
{
    Engine *engine = call->engine;
    size_t n_entries;
    RowEntry *entries = alloc_entries(call, &n_entries);

    while ((engine->open->bytes > QUEUE_MAX_BYTES || engine->is_draining) &&
           call->epoch == engine->epoch) {
        cond_wait(&call->engine->done_cond, &call->engine->lock);
    }
    if (!engine_can_write_locked(call->engine, err)) {
        return false;
    }
    if (call->epoch != engine->epoch) { /* tenants were read anew in the meantime */
        return err_set(err, ERR_UNAVAILABLE, "the store was opened again, send once more");
    }
    if (entries == NULL) {
        return err_no_memory(err);
    }
    recent_tick(&engine->recent, clock_steady_ns(), engine->committed_ticket);
    bool ok = append_plan_locked(call, err);
    if (ok) {
        bool was_empty = engine->open->n_profiles == 0;
        size_t n_rows = write_locked(call, entries, n_entries);
        if (n_rows > 0) {
            append_wait_for_locked(call, engine->open->ticket);
            if (was_empty) {
                engine->open->opened_ns = clock_steady_ns();
            }
            engine->open->n_profiles += call->n_profiles;
            engine->n_appended += n_rows;
            cond_signal(&engine->queue_cond);
        }
    } else {
        append_undo_plan_locked(call);
    }
    finish_scopes_locked(call);
    return ok;
}

/* Takes the call's waiters out of their batches: the call failed and its stack goes. */
static void withdraw_locked(AppendCall *call) REQUIRES(call->engine->lock)
{
    for (size_t b = 0; b < ARRAY_LEN(call->engine->batches); b++) {
        for (Waiter **link = &call->engine->batches[b].waiters; *link != NULL;) {
            if (*link == &call->waiters[0] || *link == &call->waiters[1]) {
                *link = (*link)->next;
            } else {
                link = &(*link)->next;
            }
        }
    }
}

static bool wait_locked(AppendCall *call, Err *err) REQUIRES(call->engine->lock)
{
    for (size_t i = 0; i < ARRAY_LEN(call->waiters); i++) {
        Waiter *waiter = &call->waiters[i];
        if (waiter->err == NULL) {
            continue;
        }
        while (!waiter->is_done) {
            cond_wait(&call->engine->done_cond, &call->engine->lock);
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(call->waiters); i++) {
        if (call->waiters[i].err != NULL && !call->waiters[i].is_ok) {
            *err = call->errors[i];
            return false;
        }
    }
    return true;
}

static Arena *take_arena_locked(Engine *engine) REQUIRES(engine->lock)
{
    return engine->n_idle_arenas > 0 ? engine->idle_arenas[--engine->n_idle_arenas]
                                     : arena_create(APPEND_ARENA_BYTES);
}

static void give_arena_locked(Engine *engine, Arena *arena) REQUIRES(engine->lock)
{
    bool is_small = arena != NULL && arena_used(arena) <= SCRATCH_KEEP_BYTES;

    if (is_small && engine->n_idle_arenas < MAX_IDLE_ARENAS) {
        arena_reset(arena);
        engine->idle_arenas[engine->n_idle_arenas++] = arena;
    } else {
        arena_destroy(arena);
    }
}

bool rocks_append(Store *store, const StoreProfile *profiles, size_t n_profiles, Err *err)
{
    Engine *engine = engine_of(store);
    AppendCall call = { .engine = engine, .n_profiles = n_profiles };

    mutex_lock(&engine->lock);
    bool ok = engine_can_write_locked(engine, err);
    call.epoch = engine->epoch;
    call.arena = ok ? take_arena_locked(engine) : NULL;
    mutex_unlock(&engine->lock);
    if (!ok || !engine_acquire(engine, &call.db, err)) {
        mutex_lock(&engine->lock);
        give_arena_locked(engine, call.arena);
        mutex_unlock(&engine->lock);
        return false;
    }
    ok = append_prepare(&call, profiles, err);
    mutex_lock(&call.engine->lock);
    if (ok) {
        ok = enqueue_locked(&call, err);
    }
    engine_release(engine); /* not held while waiting: opening again needs all users gone */
    if (ok) {
        ok = wait_locked(&call, err);
    } else {
        withdraw_locked(&call);
    }
    give_arena_locked(call.engine, call.arena);
    mutex_unlock(&call.engine->lock);
    return ok;
}
