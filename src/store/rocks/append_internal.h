/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/rocks/append_internal.h - one call of store_append() on its way through prepare.c, plan.c
 * and append.c.
 */
#pragma once

#include "store/rocks/internal.h"

#define NO_STACK UINT32_MAX

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

/*
 * Without lock: checks the profiles, hashes their symbols and contents. Fills call->profiles.
 * Errors: INVALID_ARGUMENT, RESOURCE_EXHAUSTED.
 */
bool append_prepare(AppendCall *call, const StoreProfile *profiles, Err *err) MUST_CHECK;

/*
 * Finds series, duplicates, sequence numbers and id maps, and reserves all memory, so that writing
 * cannot fail. On failure nothing has changed that others can see, once append_undo_plan_locked()
 * was called.
 */
bool append_plan_locked(AppendCall *call, Err *err) MUST_CHECK REQUIRES(call->engine->lock);
void append_undo_plan_locked(AppendCall *call) REQUIRES(call->engine->lock);

/* Adds the call to those who wait for the batch with this ticket, when it is not durable yet. */
void append_wait_for_locked(AppendCall *call, uint64_t ticket) REQUIRES(call->engine->lock);
