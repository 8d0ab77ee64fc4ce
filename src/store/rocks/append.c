/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/rocks/append.c - from profiles to an open batch.
 *
 * A call has three parts:
 *   prepare  without lock: check, hash symbols and contents (most of the work);
 *   plan     under Engine.lock: find series, duplicates, sequence numbers and id maps, and reserve
 *            all memory. May fail: nothing has been changed that others can see;
 *   write    under the same lock: allot ids and put rows into the open batch. Cannot fail.
 * Then it waits for the commit.
 */
#include "base/clock.h"
#include "store/rocks/internal.h"
#include "store/rocks/wire.h"

#define APPEND_ARENA_BYTES MiB(1024)
#define QUEUE_MAX_BYTES MiB(32)
#define SCRATCH_KEEP_BYTES MiB(8)
#define NO_STACK UINT32_MAX

enum { PREFETCH_DISTANCE = 8, LABELS_MAX = 1024 };

#define LABELS_MAX_BYTES MiB(1)

/* Symbols of an upload under a tenant's secret; shared by the profiles that share them. */
typedef struct UploadSymbols {
    const Symbols *symbols;
    uint32_t tenant;
    SymHasher hasher;
    uint32_t *ids; /* [n_stacks]: ids in the scope written last, NO_STACK: not asked yet */
} UploadSymbols;

typedef struct RowPlan {
    const StoreRow *row;
    Hash128 content;
    StoreSpan *spans;  /* distinct ones */
    uint32_t *span_of; /* [n_pairs]: index + 1; NULL: no spans */
    size_t n_spans;
    Series *series;
    Scope *scope;
    Day *day;
    bool is_duplicate;
    bool needs_mark;
    uint16_t seq;
} RowPlan;

typedef struct ProfilePlan {
    const StoreProfile *profile;
    Tenant *tenant;
    UploadSymbols *upload;
    RowPlan *rows;
} ProfilePlan;

typedef struct AppendCall {
    Engine *engine;
    Db *db;
    Arena *arena;
    ProfilePlan *profiles;
    size_t n_profiles;
    size_t n_rows;
    uint64_t epoch;
    Waiter waiters[2]; /* of the own batch or a duplicate's in the open one; in the one before */
    Err errors[2];
} AppendCall;

/* ---- prepare ---- */

static bool check_row(const StoreProfile *profile, const StoreRow *row, Err *err)
{
    size_t label_bytes = 0;

    if (labels_get(row->labels, LABEL_SERVICE_NAME).len == 0 ||
        labels_get(row->labels, LABEL_PROFILE_TYPE).len == 0) {
        return err_set(err, ERR_INVALID_ARGUMENT,
                       "cannot store a profile without service_name or __profile_type__");
    }
    for (size_t i = 0; i < row->labels.n; i++) {
        label_bytes += row->labels.items[i].name.len + row->labels.items[i].value.len;
    }
    if (row->labels.n > LABELS_MAX || label_bytes > LABELS_MAX_BYTES) {
        return err_set(err, ERR_INVALID_ARGUMENT, "cannot store %zu labels of %zu bytes",
                       row->labels.n, label_bytes);
    }
    for (size_t i = 0; i < row->n_pairs; i++) {
        if (row->pairs[i].stack >= profile->symbols->n_stacks) {
            return err_set(err, ERR_INVALID_ARGUMENT, "sample refers to stack %u of %u",
                           row->pairs[i].stack, profile->symbols->n_stacks);
        }
    }
    return true;
}

static bool span_is_none(const StoreSpan *span)
{
    static const StoreSpan none = { 0 };

    return memcmp(span, &none, sizeof(none)) == 0;
}

/* Numbers the distinct spans of a row. */
static bool plan_spans(AppendCall *call, const uint8_t *secret, RowPlan *plan, Err *err)
{
    size_t n = plan->row->n_pairs;
    size_t n_slots = 16;

    if (plan->row->spans == NULL) {
        return true;
    }
    while (n_slots / 2 < n) {
        n_slots *= 2;
    }
    uint32_t *slots = ARENA_NEW(call->arena, uint32_t, n_slots);
    plan->spans = ARENA_NEW(call->arena, StoreSpan, n + 1);
    plan->span_of = ARENA_NEW(call->arena, uint32_t, n + 1);
    if (slots == NULL || plan->spans == NULL || plan->span_of == NULL) {
        return err_no_memory(err);
    }
    for (size_t i = 0; i < n; i++) {
        const StoreSpan *span = &plan->row->spans[i];
        if (span_is_none(span)) {
            continue;
        }
        size_t at = hash_bytes(secret, span, sizeof(*span)).lo & (n_slots - 1);
        while (slots[at] != 0 && memcmp(&plan->spans[slots[at] - 1], span, sizeof(*span)) != 0) {
            at = (at + 1) & (n_slots - 1);
        }
        if (slots[at] == 0) {
            plan->spans[plan->n_spans++] = *span;
            slots[at] = (uint32_t)plan->n_spans;
        }
        plan->span_of[i] = slots[at];
    }
    return true;
}

/*
 * A sum over the samples: each (stack, span) has a hash under the tenant's secret that is weighted
 * with the value, so order does not matter and equal samples may come added up or apart.
 */
static Hash128 row_content(SymHasher *hasher, const RowPlan *plan)
{
    Hash128 sum = { 1, plan->row->n_pairs == 0 };

    for (size_t i = 0; i < plan->row->n_pairs; i++) {
        Hash128 hash = hasher_stack(hasher, plan->row->pairs[i].stack);
        uint64_t value = (uint64_t)plan->row->pairs[i].value;
        if (plan->span_of != NULL && plan->span_of[i] != 0) {
            Hash128 span =
                hash_bytes(hasher->secret, &plan->row->spans[i], sizeof(plan->row->spans[i]));
            hash.lo += span.lo;
            hash.hi ^= span.hi;
        }
        sum.lo += value * (hash.lo | 1);
        sum.hi += value * (hash.hi | 1);
    }
    return sum;
}

/* The upload's symbols, taken over from the profile before when it has the same. */
static bool plan_symbols(AppendCall *call, size_t i, const uint8_t *secret, Err *err)
{
    ProfilePlan *plan = &call->profiles[i];
    const Symbols *symbols = plan->profile->symbols;

    if (i > 0 && call->profiles[i - 1].upload->symbols == symbols &&
        call->profiles[i - 1].tenant == plan->tenant) {
        plan->upload = call->profiles[i - 1].upload;
        return true;
    }
    uint8_t *copy = arena_alloc_raw(call->arena, TENANT_SECRET_BYTES);
    plan->upload = ARENA_NEW(call->arena, UploadSymbols, 1);
    if (copy == NULL || plan->upload == NULL) {
        return err_no_memory(err);
    }
    memcpy(copy, secret, TENANT_SECRET_BYTES);
    plan->upload->symbols = symbols;
    plan->upload->ids = ARENA_NEW(call->arena, uint32_t, (size_t)symbols->n_stacks + 1);
    if (plan->upload->ids == NULL) {
        return err_no_memory(err);
    }
    return hasher_init(&plan->upload->hasher, symbols, copy, call->arena, err);
}

static bool prepare_profile(AppendCall *call, const StoreProfile *profile, size_t i, Err *err)
{
    Engine *engine = call->engine;
    ProfilePlan *plan = &call->profiles[i];
    uint8_t secret[TENANT_SECRET_BYTES];

    plan->profile = profile;
    plan->rows = ARENA_NEW(call->arena, RowPlan, profile->n_rows + 1);
    if (plan->rows == NULL) {
        return err_no_memory(err);
    }
    if (profile->time_ns <= 0) {
        return err_set(err, ERR_INVALID_ARGUMENT, "cannot store a profile without time");
    }
    mutex_lock(&engine->index.lock);
    plan->tenant = index_add_tenant_locked(&engine->index, profile->tenant);
    if (plan->tenant != NULL) {
        memcpy(secret, plan->tenant->secret, sizeof(secret));
    }
    mutex_unlock(&engine->index.lock);
    if (plan->tenant == NULL) {
        return err_no_memory(err);
    }
    if (!plan_symbols(call, i, secret, err)) {
        return false;
    }
    for (size_t r = 0; r < profile->n_rows; r++) {
        RowPlan *row = &plan->rows[r];
        row->row = &profile->rows[r];
        if (!check_row(profile, row->row, err) || !plan_spans(call, secret, row, err)) {
            return false;
        }
        row->content = row_content(&plan->upload->hasher, row);
    }
    call->n_rows += profile->n_rows;
    return true;
}

/* ---- plan ---- */

static Series *add_series_locked(Engine *engine, Tenant *tenant, Labels labels, uint64_t hash)
    REQUIRES(engine->index.lock)
{
    Index *index = &engine->index;
    Series *series = index_find_series(tenant, labels, hash);

    if (series != NULL) {
        return series;
    }
    uint32_t next_service = index->counters.service;
    const Name *service = index_add_name(&tenant->services, labels_get(labels, LABEL_SERVICE_NAME),
                                         &index->counters.service);
    const Name *type = index_add_name(&tenant->types, labels_get(labels, LABEL_PROFILE_TYPE),
                                      &index->counters.type);
    index->n_services += index->counters.service - next_service;
    if (service == NULL || type == NULL) {
        return NULL;
    }
    index->counters_changed = true;
    return index_add_series_locked(&engine->index, tenant, labels, service->id, type->id,
                                   index->counters.series);
}

/* Adds the call to those who wait for the batch with this ticket, when it is not durable yet. */
static void wait_for_locked(AppendCall *call, uint64_t ticket) REQUIRES(call->engine->lock)
{
    Engine *engine = call->engine;
    bool is_open = ticket == engine->open->ticket;
    Batch *batch = is_open ? engine->open : engine->committing;
    Waiter *waiter = &call->waiters[is_open ? 0 : 1];

    if (ticket <= engine->committed_ticket || batch == NULL || batch->ticket != ticket ||
        waiter->err != NULL) {
        return;
    }
    *waiter = (Waiter){ .next = batch->waiters, .err = &call->errors[is_open ? 0 : 1] };
    batch->waiters = waiter;
}

/* The next free sequence number of a series and time. */
static bool next_seq_locked(AppendCall *call, Series *series, int64_t time_ns, const Day *day,
                            uint64_t *ret_seq, Err *err) REQUIRES(call->engine->lock)
{
    Engine *engine = call->engine;

    if (recent_find(&engine->recent, recent_time_key(series->id, time_ns), ret_seq)) {
        return true;
    }
    if (!series_load_bounds(engine, call->db, series, day->number, err)) {
        return false;
    }
    mutex_lock(&engine->index.lock);
    const SeriesDay *known = series_find_day(series, day->number);
    bool is_newest = time_ns > MAX(known->last_ns, known->queued_last_ns);
    mutex_unlock(&engine->index.lock);
    *ret_seq = 0;
    if (is_newest) { /* profiles mostly come in order of time */
        return true;
    }
    RowKey key = { .tenant = series->tenant,
                   .service = series->service,
                   .type = series->type,
                   .series = series->id,
                   .time_ns = (uint64_t)time_ns };
    RowKey found;
    uint8_t bytes[KEY_ROW_BYTES];
    Scan scan;
    key_row(bytes, &key);
    scan_init_kind(&scan, call->db, day, NULL, series->tenant, KIND_ROW);
    if (scan_seek_last(&scan, (Str){ (const char *)bytes, KEY_ROW_PREFIX_BYTES }, 8,
                       (uint64_t)time_ns)) {
        Str row_key;
        Str value;
        if (scan_get(&scan, &row_key, &value) && key_row_parse(row_key, &found) &&
            found.time_ns == (uint64_t)time_ns) {
            *ret_seq = (uint64_t)found.seq + 1;
        }
    } else if (scan.is_damaged) {
        *ret_seq = (uint64_t)UINT16_MAX / 2; /* the numbers in use cannot be read: keep away */
    }
    bool ok = scan_ok(&scan, err);
    scan_done(&scan);
    return ok;
}

static bool plan_seq_locked(AppendCall *call, RowPlan *row, int64_t time_ns, Err *err)
    REQUIRES(call->engine->lock)
{
    Engine *engine = call->engine;
    uint64_t ticket = engine->open->ticket;
    uint64_t seq;

    if (!next_seq_locked(call, row->series, time_ns, row->day, &seq, err)) {
        return false;
    }
    if (seq > UINT16_MAX) {
        return err_set(err, ERR_RESOURCE_EXHAUSTED,
                       "cannot store more than 65536 different profiles of one series and time");
    }
    row->seq = (uint16_t)seq;
    recent_put(&engine->recent, recent_time_key(row->series->id, time_ns), seq + 1, ticket);
    recent_put(&engine->recent, recent_content_key(row->series->id, time_ns, row->content), ticket,
               ticket);
    return true;
}

static bool plan_row_locked(AppendCall *call, ProfilePlan *plan, RowPlan *row, Err *err)
    REQUIRES(call->engine->lock)
{
    Engine *engine = call->engine;
    int64_t time_ns = plan->profile->time_ns;
    int32_t number = day_of(time_ns);
    uint64_t hash = labels_hash(row->row->labels);
    uint64_t ticket;

    mutex_lock(&engine->index.lock);
    Series *series = add_series_locked(engine, plan->tenant, row->row->labels, hash);
    SeriesDay *series_day = series != NULL ? series_add_day(series, number) : NULL;
    mutex_unlock(&engine->index.lock);
    if (series_day == NULL) {
        return err_no_memory(err);
    }
    if (recent_find(&engine->recent, recent_content_key(series->id, time_ns, row->content),
                    &ticket)) {
        row->is_duplicate = true;
        wait_for_locked(call, ticket);
        return true;
    }
    if (!days_get_locked(call->engine, call->db, number, &row->day, err)) {
        return false;
    }
    row->series = series; /* from here on the row is one to undo when the call fails */
    if (!plan_seq_locked(call, row, time_ns, err) ||
        !scope_get_locked(call->engine, call->db, row->day, plan->tenant, series->service,
                          &row->scope, err)) {
        return false;
    }
    row->scope->is_in_call = true;
    return true;
}

/* Memory for everything that the write part does with one profile. */
static bool reserve_profile_locked(AppendCall *call, const ProfilePlan *plan, Err *err)
    REQUIRES(call->engine->lock)
{
    Engine *engine = call->engine;
    const Symbols *symbols = plan->profile->symbols;
    const size_t n_symbols[SYM_KINDS] = {
        [SYM_STACK] = symbols->n_stacks,
        [SYM_LOCATION] = symbols->n_locations,
        [SYM_FUNCTION] = symbols->n_functions,
        [SYM_STRING] = (size_t)symbols->n_strings + 1, /* "" always exists */
        [SYM_MAPPING] = symbols->n_mappings,
    };
    bool has_new = false;

    for (size_t r = 0; r < plan->profile->n_rows; r++) {
        const RowPlan *row = &plan->rows[r];
        if (row->is_duplicate) {
            continue;
        }
        buf_clear(&engine->row_buf);
        if (!buf_reserve(&engine->row_buf, row_max_bytes(row->row->n_pairs, row->n_spans))) {
            return err_no_memory(err);
        }
        if (row->scope->last_upload == plan->upload) {
            continue; /* the same symbols again add nothing */
        }
        row->scope->last_upload = plan->upload;
        has_new = true;
        for (size_t kind = 0; kind < SYM_KINDS; kind++) {
            row->scope->extra[kind] += n_symbols[kind];
        }
        if (!idmap_reserve(&row->scope->map, row->scope->extra, err)) {
            return false;
        }
    }
    return !has_new || delta_reserve(&engine->delta, symbols, err);
}

static bool plan_locked(AppendCall *call, Err *err) REQUIRES(call->engine->lock)
{
    Engine *engine = call->engine;

    if (!recent_reserve(&engine->recent, 2 * call->n_rows, err)) {
        return false;
    }
    if (!VEC_RESERVE(&engine->open->rows, call->n_rows)) {
        return err_no_memory(err);
    }
    for (size_t i = 0; i < call->n_profiles; i++) {
        ProfilePlan *plan = &call->profiles[i];
        for (size_t r = 0; r < plan->profile->n_rows; r++) {
            if (!plan_row_locked(call, plan, &plan->rows[r], err)) {
                return false;
            }
        }
    }
    for (size_t i = 0; i < call->n_profiles; i++) {
        if (!reserve_profile_locked(call, &call->profiles[i], err)) {
            return false;
        }
    }
    return true;
}

/* The call fails: its rows were not stored, so they are no duplicates of later ones. */
static void undo_plan_locked(AppendCall *call) REQUIRES(call->engine->lock)
{
    for (size_t i = 0; i < call->n_profiles; i++) {
        ProfilePlan *plan = &call->profiles[i];
        for (size_t r = 0; plan->profile != NULL && r < plan->profile->n_rows; r++) {
            RowPlan *row = &plan->rows[r];
            if (row->series != NULL) {
                recent_forget(
                    &call->engine->recent,
                    recent_content_key(row->series->id, plan->profile->time_ns, row->content));
            }
        }
    }
}

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

    while (engine->open->bytes > QUEUE_MAX_BYTES && call->epoch == engine->epoch) {
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
    bool ok = plan_locked(call, err);
    if (ok) {
        bool was_empty = engine->open->n_profiles == 0;
        size_t n_rows = write_locked(call, entries, n_entries);
        if (n_rows > 0) {
            wait_for_locked(call, engine->open->ticket);
            if (was_empty) {
                engine->open->opened_ns = clock_steady_ns();
            }
            engine->open->n_profiles += call->n_profiles;
            engine->n_appended += n_rows;
            cond_signal(&engine->queue_cond);
        }
    } else {
        undo_plan_locked(call);
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

static bool prepare(AppendCall *call, const StoreProfile *profiles, Err *err)
{
    call->profiles = ARENA_NEW(call->arena, ProfilePlan, call->n_profiles + 1);
    if (call->profiles == NULL) {
        return err_no_memory(err);
    }
    for (size_t i = 0; i < call->n_profiles; i++) {
        if (!prepare_profile(call, &profiles[i], i, err)) {
            return false;
        }
    }
    return true;
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
    ok = prepare(&call, profiles, err);
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
