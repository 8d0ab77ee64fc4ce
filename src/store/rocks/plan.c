/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/rocks/plan.c - decides what an append will write and reserves the memory for it, under
 * Engine.lock. The only part under the lock that may fail.
 */
#include "store/rocks/append_internal.h"
#include "store/rocks/wire.h"

/* NULL with err set when there is no room for a new series. */
static Series *add_series_locked(Engine *engine, Tenant *tenant, Labels labels, uint64_t hash,
                                 Err *err) REQUIRES(engine->index.lock)
{
    Index *index = &engine->index;
    Series *series = index_find_series(tenant, labels, hash);

    if (series != NULL) {
        return series;
    }
    if (engine->options.max_series > 0 && index->n_series >= engine->options.max_series) {
        (void)err_set(
            err, ERR_RESOURCE_EXHAUSTED,
            "cannot keep more than %llu series (limits.max_series): send fewer labels, or "
            "labels with fewer values",
            (unsigned long long)engine->options.max_series);
        return NULL;
    }
    uint32_t next_service = index->counters.service;
    const Name *service = index_add_name(&tenant->services, labels_get(labels, LABEL_SERVICE_NAME),
                                         &index->counters.service);
    const Name *type = index_add_name(&tenant->types, labels_get(labels, LABEL_PROFILE_TYPE),
                                      &index->counters.type);
    index->n_services += index->counters.service - next_service;
    if (service != NULL && type != NULL) {
        index->counters_changed = true;
        series = index_add_series_locked(&engine->index, tenant, labels, service->id, type->id,
                                         index->counters.series);
    }
    if (series == NULL) {
        (void)err_no_memory(err);
    }
    return series;
}

void append_wait_for_locked(AppendCall *call, uint64_t ticket)
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
    Series *series = add_series_locked(engine, plan->tenant, row->row->labels, hash, err);
    SeriesDay *series_day = series != NULL ? series_add_day(series, number) : NULL;
    mutex_unlock(&engine->index.lock);
    if (series == NULL) {
        return false;
    }
    if (series_day == NULL) {
        return err_no_memory(err);
    }
    if (recent_find(&engine->recent, recent_content_key(series->id, time_ns, row->content),
                    &ticket)) {
        row->is_duplicate = true;
        append_wait_for_locked(call, ticket);
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

bool append_plan_locked(AppendCall *call, Err *err)
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
void append_undo_plan_locked(AppendCall *call)
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
