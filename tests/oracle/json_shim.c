/* SPDX-License-Identifier: Apache-2.0 */
#include "json_shim.h"

#include <stdio.h>

#include "base/macros.h"
#include "codec/pb_json.h"
#include "flameline/v1/lines.pb-c.h"
#include "flameline/v1/source.pb-c.h"
#include "google/v1/profile.pb-c.h"
#include "push/v1/push.pb-c.h"
#include "querier/v1/querier.pb-c.h"
#include "vcs/v1/vcs.pb-c.h"

const char *const json_shim_types[] = {
    "google.v1.Profile",
    "push.v1.PushRequest",
    "querier.v1.SelectMergeStacktracesRequest",
    "querier.v1.SelectMergeStacktracesResponse",
    "querier.v1.SelectSeriesRequest",
    "querier.v1.SelectSeriesResponse",
    "vcs.v1.GetCommitsResponse",
    "flameline.v1.FunctionResponse",
    "flameline.v1.ResolveResponse",
    NULL,
};

static const ProtobufCMessageDescriptor *const descriptors[] = {
    &google__v1__profile__descriptor,
    &push__v1__push_request__descriptor,
    &querier__v1__select_merge_stacktraces_request__descriptor,
    &querier__v1__select_merge_stacktraces_response__descriptor,
    &querier__v1__select_series_request__descriptor,
    &querier__v1__select_series_response__descriptor,
    &vcs__v1__get_commits_response__descriptor,
    &flameline__v1__function_response__descriptor,
    &flameline__v1__resolve_response__descriptor,
};
_Static_assert(ARRAY_LEN(json_shim_types) == ARRAY_LEN(descriptors) + 1, "a name per descriptor");

char *json_shim_translate(size_t type, const char *bytes, size_t n, JsonShimForm from,
                          JsonShimForm to, size_t *ret_n, char *error, size_t size)
{
    CLEANUP(arena_destroyp) Arena *arena = arena_create(MiB(64));
    Str text = { bytes, n };
    ProtobufCMessage *message = NULL;
    Buf out = BUF_INIT(MiB(64));
    Err err = ERR_INIT;
    char *result = NULL;

    bool ok = from == SHIM_JSON ? pb_json_decode(descriptors[type], text, arena, &message, &err)
                                : pb_decode(descriptors[type], text, arena, &message, &err);
    if (!ok) {
        (void)snprintf(error, size, "%s", err.msg);
        return NULL;
    }
    if (to == SHIM_JSON) {
        pb_json_encode(message, &out);
    } else {
        pb_encode(message, &out);
    }
    result = malloc(out.len + 1);
    if (buf_ok(&out) && result != NULL) {
        if (out.len > 0) {
            memcpy(result, out.ptr, out.len);
        }
        *ret_n = out.len;
    }
    buf_done(&out);
    return result;
}
