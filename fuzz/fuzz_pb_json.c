/* SPDX-License-Identifier: Apache-2.0 */
/* Protobuf-JSON in and out: what was read must be written in a form that reads back equal. */
#include "codec/pb_json.h"
#include "google/v1/profile.pb-c.h"
#include "push/v1/push.pb-c.h"
#include "querier/v1/querier.pb-c.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const ProtobufCMessageDescriptor *const types[] = {
    &querier__v1__select_merge_stacktraces_request__descriptor,
    &querier__v1__select_series_request__descriptor,
    &querier__v1__select_series_response__descriptor,
    &push__v1__push_request__descriptor,
    &google__v1__profile__descriptor,
};

static void round_trip(const ProtobufCMessage *message, Arena *arena)
{
    Buf json = BUF_INIT(MiB(16));
    Buf again = BUF_INIT(MiB(16));
    ProtobufCMessage *copy;
    Err err = ERR_INIT;

    pb_json_encode(message, &json);
    CHECK(buf_ok(&json));
    CHECK(pb_json_decode(message->descriptor, buf_str(&json), arena, &copy, &err));
    pb_json_encode(copy, &again);
    CHECK(str_eq(buf_str(&json), buf_str(&again)));
    buf_done(&json);
    buf_done(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ProtobufCMessage *message;
    Err err = ERR_INIT;
    Arena *arena = arena_create(MiB(64));

    if (size > 0) {
        /* the first byte chooses type and codec */
        const ProtobufCMessageDescriptor *type = types[(data[0] & 127U) % ARRAY_LEN(types)];
        Str text = { (const char *)data + 1, size - 1 };
        bool ok = data[0] < 128 ? pb_json_decode(type, text, arena, &message, &err)
                                : pb_decode(type, text, arena, &message, &err);
        if (ok && data[0] < 128) {
            round_trip(message, arena);
        }
    }
    arena_destroy(arena);
    return 0;
}
