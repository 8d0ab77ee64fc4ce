/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settings.v1.SettingsService: opaque texts of a tenant, kept in the store (space "setting").
 *
 * Stored form: time of the change in ms (8 bytes, big endian), then the value.
 */
#include "api/rpc.h"
#include "base/clock.h"
#include "base/thread.h"
#include "settings/v1/setting.pb-c.h"

enum {
    TIME_BYTES = 8,
    MAX_NAME_BYTES = 1024,
    MAX_SETTINGS = 100, /* of a tenant */
};

/* small beside a shard of the block cache, which must hold a value to read it */
#define MAX_VALUE_BYTES KiB(64)

static const Str space = STR_CONST("setting");

/* Orders comparing and writing; leaf, held while the store is asked. */
static Mutex lock = { PTHREAD_MUTEX_INITIALIZER };

static int64_t stored_time(Str bytes)
{
    uint64_t ms = 0;

    for (size_t i = 0; i < TIME_BYTES && i < bytes.len; i++) {
        ms = ms << 8 | (unsigned char)bytes.ptr[i];
    }
    return (int64_t)ms;
}

typedef struct Listing {
    Arena *arena;
    Settings__V1__Setting *items[MAX_SETTINGS];
    size_t n;
} Listing;

static bool add_setting(void *ctx, Str key, Str value, Err *err)
{
    Listing *list = ctx;
    Settings__V1__Setting *item = ARENA_NEW(list->arena, Settings__V1__Setting, 1);

    if (list->n == MAX_SETTINGS) {
        return true;
    }
    if (item == NULL) {
        return err_no_memory(err);
    }
    *item = (Settings__V1__Setting)SETTINGS__V1__SETTING__INIT;
    item->name = arena_text(list->arena, key);
    item->value = arena_text(list->arena, str_skip(value, TIME_BYTES));
    item->modified_at = stored_time(value);
    list->items[list->n++] = item;
    return (item->name != NULL && item->value != NULL) || err_no_memory(err);
}

static bool list_settings(const ApiCall *call, Listing *list, Err *err)
{
    Str tenant;

    list->arena = call->request->arena;
    list->n = 0;
    return call_single_tenant(call, &tenant, err) &&
           store_value_each(call->api->store, tenant, space, add_setting, list, err);
}

static bool get(ApiCall *call, const ProtobufCMessage *message UNUSED,
                ProtobufCMessage *response_message, Err *err)
{
    Settings__V1__GetSettingsResponse *response =
        (Settings__V1__GetSettingsResponse *)response_message;
    Listing *list = ARENA_NEW(call->request->arena, Listing, 1);

    if (list == NULL) {
        return err_no_memory(err);
    }
    if (!list_settings(call, list, err)) {
        return false;
    }
    response->settings = list->items;
    response->n_settings = list->n;
    return true;
}

static bool check_setting(const Settings__V1__Setting *setting, Err *err)
{
    if (setting == NULL) {
        return err_set(err, ERR_INVALID_ARGUMENT, "no setting values provided");
    }
    if (setting->name[0] == '\0') {
        return err_set(err, ERR_INVALID_ARGUMENT, "no setting name provided");
    }
    if (strlen(setting->name) > MAX_NAME_BYTES) {
        return err_set(err, ERR_INVALID_ARGUMENT, "the name is longer than %d bytes",
                       MAX_NAME_BYTES);
    }
    return strlen(setting->value) <= MAX_VALUE_BYTES ||
           err_set(err, ERR_INVALID_ARGUMENT, "the value is longer than %zu bytes",
                   MAX_VALUE_BYTES);
}

static bool count_setting(void *ctx, Str key UNUSED, Str value UNUSED, Err *err UNUSED)
{
    (*(size_t *)ctx)++;
    return true;
}

/* A tenant's store is not a place for any number of texts. */
static bool check_room(Store *store, Str tenant, Err *err)
{
    size_t n = 0;

    return store_value_each(store, tenant, space, count_setting, &n, err) &&
           (n < MAX_SETTINGS ||
            err_set(err, ERR_RESOURCE_EXHAUSTED, "there are %d settings already", MAX_SETTINGS));
}

static bool put_locked(Store *store, Str tenant, const Settings__V1__Setting *setting,
                       int64_t modified_ms, Err *err) REQUIRES(lock);

static bool put_locked(Store *store, Str tenant, const Settings__V1__Setting *setting,
                       int64_t modified_ms, Err *err)
{
    Buf value CLEANUP(buf_done) = BUF_INIT(MAX_VALUE_BYTES + TIME_BYTES);
    Str name = str_from(setting->name);

    if (store_value_get(store, tenant, space, name, &value, err)) {
        if (stored_time(buf_str(&value)) > modified_ms) {
            return err_set(err, ERR_ALREADY_EXISTS,
                           "failed to update %s: newer update already written", setting->name);
        }
    } else if (err->code != ERR_NOT_FOUND) {
        return false;
    } else {
        err_clear(err);
        if (!check_room(store, tenant, err)) {
            return false;
        }
    }
    buf_clear(&value);
    for (int shift = 56; shift >= 0; shift -= 8) {
        buf_add_char(&value, (char)((uint64_t)modified_ms >> shift));
    }
    buf_add(&value, str_from(setting->value));
    return buf_ok(&value) ? store_value_put(store, tenant, space, name, buf_str(&value), err)
                          : err_no_memory(err);
}

static bool set(ApiCall *call, const ProtobufCMessage *message, ProtobufCMessage *response_message,
                Err *err)
{
    const Settings__V1__SetSettingsRequest *in = (const Settings__V1__SetSettingsRequest *)message;
    Settings__V1__SetSettingsResponse *response =
        (Settings__V1__SetSettingsResponse *)response_message;
    Settings__V1__Setting *out = ARENA_NEW(call->request->arena, Settings__V1__Setting, 1);
    Str tenant;

    if (out == NULL) {
        return err_no_memory(err);
    }
    if (!check_setting(in->setting, err) || !call_single_tenant(call, &tenant, err)) {
        return false;
    }
    *out = (Settings__V1__Setting)SETTINGS__V1__SETTING__INIT;
    out->name = in->setting->name;
    out->value = in->setting->value;
    out->modified_at =
        in->setting->modified_at > 0 ? in->setting->modified_at : clock_unix_ns() / NS_PER_MS;
    mutex_lock(&lock);
    bool ok = put_locked(call->api->store, tenant, out, out->modified_at, err);
    mutex_unlock(&lock);
    response->setting = out;
    return ok;
}

static bool delete (ApiCall *call, const ProtobufCMessage *message,
                    ProtobufCMessage *response_message UNUSED, Err *err)
{
    const Settings__V1__DeleteSettingsRequest *in =
        (const Settings__V1__DeleteSettingsRequest *)message;
    Str tenant;

    if (in->name[0] == '\0') {
        return err_set(err, ERR_INVALID_ARGUMENT, "no setting name provided");
    }
    return call_single_tenant(call, &tenant, err) &&
           store_value_delete(call->api->store, tenant, space, str_from(in->name), err);
}

#define SETTINGS "settings.v1.SettingsService"

static const RpcMethod methods[] = {
    { .service = SETTINGS, .method = "Get", .handler = get },
    { .service = SETTINGS, .method = "Set", .handler = set },
    { .service = SETTINGS, .method = "Delete", .handler = delete },
};

const RpcTable settings_methods = { methods, ARRAY_LEN(methods) };
