/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/engine.h - the table of functions that an engine implements; see store.h for their meaning.
 */
#pragma once

#include "store/store.h"

typedef struct StoreEngine {
    bool (*append)(Store *store, const StoreProfile *profiles, size_t n_profiles, Err *err);
    bool (*series)(Store *store, Str tenant, Matchers matchers, int64_t start_ns, int64_t end_ns,
                   StoreSeriesList *ret_list, Err *err);
    void (*series_done)(StoreSeriesList *list);
    bool (*merge)(Store *store, const StoreSeriesList *series, const uint32_t *group,
                  size_t n_groups, const StoreFilter *filter, StoreBlockFn on_block, void *ctx,
                  bool *ret_partial, Err *err);
    bool (*points)(Store *store, const StoreSeriesList *series, const StoreFilter *filter,
                   StorePointFn on_point, void *ctx, bool *ret_partial, Err *err);
    bool (*tenant_stats)(Store *store, Str tenant, StoreTenantStats *ret_stats, Err *err);
    bool (*value_put)(Store *store, Str tenant, Str space, Str key, Str value, Err *err);
    bool (*value_delete)(Store *store, Str tenant, Str space, Str key, Err *err);
    bool (*value_get)(Store *store, Str tenant, Str space, Str key, Buf *value, Err *err);
    bool (*value_each)(Store *store, Str tenant, Str space, StoreValueFn on_value, void *ctx,
                       Err *err);
    void (*status)(Store *store, StoreStatus *ret_status);
    bool (*backup)(Store *store, const char *dir, Err *err);
    void (*close)(Store *store);
} StoreEngine;

/* First member of every engine's own struct. */
struct Store {
    const StoreEngine *engine;
};
