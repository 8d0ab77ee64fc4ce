/* SPDX-License-Identifier: Apache-2.0 */
/* Hands each call to the engine that the store was opened with. */
#include "store/store.h"

#include "store/engine.h"

bool store_append(Store *store, const StoreProfile *profiles, size_t n_profiles, Err *err)
{
    return store->engine->append(store, profiles, n_profiles, err);
}

bool store_series(Store *store, Str tenant, Matchers matchers, int64_t start_ns, int64_t end_ns,
                  StoreSeriesList *ret_list, Err *err)
{
    return store->engine->series(store, tenant, matchers, start_ns, end_ns, ret_list, err);
}

void store_series_done(StoreSeriesList *list)
{
    if (list->store != NULL) {
        list->store->engine->series_done(list);
    }
    *list = (StoreSeriesList){ 0 };
}

bool store_merge(Store *store, const StoreSeriesList *series, const uint32_t *group,
                 size_t n_groups, const StoreFilter *filter, StoreBlockFn on_block, void *ctx,
                 bool *ret_partial, Err *err)
{
    return store->engine->merge(store, series, group, n_groups, filter, on_block, ctx, ret_partial,
                                err);
}

bool store_points(Store *store, const StoreSeriesList *series, const StoreFilter *filter,
                  StorePointFn on_point, void *ctx, bool *ret_partial, Err *err)
{
    return store->engine->points(store, series, filter, on_point, ctx, ret_partial, err);
}

bool store_tenant_stats(Store *store, Str tenant, StoreTenantStats *ret_stats, Err *err)
{
    return store->engine->tenant_stats(store, tenant, ret_stats, err);
}

bool store_value_put(Store *store, Str tenant, Str space, Str key, Str value, Err *err)
{
    return store->engine->value_put(store, tenant, space, key, value, err);
}

bool store_value_delete(Store *store, Str tenant, Str space, Str key, Err *err)
{
    return store->engine->value_delete(store, tenant, space, key, err);
}

bool store_value_get(Store *store, Str tenant, Str space, Str key, Buf *value, Err *err)
{
    return store->engine->value_get(store, tenant, space, key, value, err);
}

bool store_value_each(Store *store, Str tenant, Str space, StoreValueFn on_value, void *ctx,
                      Err *err)
{
    return store->engine->value_each(store, tenant, space, on_value, ctx, err);
}

void store_status(Store *store, StoreStatus *ret_status)
{
    store->engine->status(store, ret_status);
}

bool store_backup(Store *store, const char *dir, Err *err)
{
    return store->engine->backup(store, dir, err);
}

void store_close(Store *store)
{
    if (store != NULL) {
        store->engine->close(store);
    }
}
