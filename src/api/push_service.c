/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rpc.h"
#include "ingest/push.h"
#include "push/v1/push.pb-c.h"

static bool push_binary(ApiCall *call, Str body, ProtobufCMessage *response UNUSED, Err *err)
{
    PushSeries *series;
    size_t n;
    Str tenant;

    return push_decode(body, call->request->arena, &series, &n, err) &&
           call_single_tenant(call, &tenant, err) &&
           push_store(call->api->ingest, tenant, series, n, call->request->arena, err);
}

static bool from_message(const Push__V1__RawProfileSeries *in, Arena *arena, PushSeries *out)
{
    Str *profiles = ARENA_NEW(arena, Str, in->n_samples);

    out->labels = ARENA_NEW(arena, Label, in->n_labels + 2);
    if (profiles == NULL || out->labels == NULL) {
        return false;
    }
    for (size_t i = 0; i < in->n_labels; i++) {
        out->labels[i] = (Label){ str_from(in->labels[i]->name), str_from(in->labels[i]->value) };
    }
    for (size_t i = 0; i < in->n_samples; i++) {
        profiles[i] = (Str){ (const char *)in->samples[i]->raw_profile.data,
                             in->samples[i]->raw_profile.len };
    }
    out->n_labels = in->n_labels;
    out->profiles = profiles;
    out->n_profiles = in->n_samples;
    return true;
}

static bool push(ApiCall *call, const ProtobufCMessage *message, ProtobufCMessage *response UNUSED,
                 Err *err)
{
    const Push__V1__PushRequest *request = (const Push__V1__PushRequest *)message;
    Arena *arena = call->request->arena;
    PushSeries *series = ARENA_NEW(arena, PushSeries, request->n_series);
    Str tenant;

    if (series == NULL) {
        return err_no_memory(err);
    }
    for (size_t i = 0; i < request->n_series; i++) {
        if (!from_message(request->series[i], arena, &series[i])) {
            return err_no_memory(err);
        }
    }
    return call_single_tenant(call, &tenant, err) &&
           push_store(call->api->ingest, tenant, series, request->n_series, arena, err);
}

static const RpcMethod methods[] = {
    { .service = "push.v1.PusherService",
      .method = "Push",
      .handler = push,
      .binary_handler = push_binary,
      .never_compress = true },
};

const RpcTable push_methods = { methods, ARRAY_LEN(methods) };
