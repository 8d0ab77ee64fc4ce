/* SPDX-License-Identifier: Apache-2.0 */
/* store/rocks/prepare.c - what an append does without lock: checks and hashes, most of its work. */
#include "store/rocks/append_internal.h"

enum { LABELS_MAX = 1024 };

#define LABELS_MAX_BYTES MiB(1)

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

bool append_prepare(AppendCall *call, const StoreProfile *profiles, Err *err)
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
