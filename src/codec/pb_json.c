/* SPDX-License-Identifier: Apache-2.0 */
/* What reading and writing share, and the binary form. */
#include "codec/pb_json.h"

#include "codec/pb_json_internal.h"

size_t pb_type_size(ProtobufCType type)
{
    switch (type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_FLOAT:
        return 4;
    case PROTOBUF_C_TYPE_ENUM:
        return sizeof(int);
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_DOUBLE:
        return 8;
    case PROTOBUF_C_TYPE_BOOL:
        return sizeof(protobuf_c_boolean);
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE:
        return sizeof(void *);
    case PROTOBUF_C_TYPE_BYTES:
        return sizeof(ProtobufCBinaryData);
    }
    return 0;
}

size_t pb_json_name(const char *proto_name, char *out, size_t size)
{
    size_t n = 0;
    bool upper = false;

    for (const char *c = proto_name; *c != '\0' && n + 1 < size; c++) {
        if (*c == '_') {
            upper = true;
            continue;
        }
        out[n++] = upper && *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;
        upper = false;
    }
    out[n] = '\0';
    return n;
}

ProtobufCMessage *pb_new(const ProtobufCMessageDescriptor *type, Arena *arena)
{
    ProtobufCMessage *message = arena_alloc(arena, type->sizeof_message);

    if (message != NULL) {
        type->message_init(message);
    }
    return message;
}

static void *allocate(void *arena, size_t size)
{
    return arena_alloc(arena, size);
}

static void release(void *arena UNUSED, void *memory UNUSED)
{
    /* the arena releases everything at once */
}

bool pb_decode(const ProtobufCMessageDescriptor *type, Str bytes, Arena *arena,
               ProtobufCMessage **ret_message, Err *err)
{
    ProtobufCAllocator allocator = { .alloc = allocate, .free = release, .allocator_data = arena };
    ProtobufCMessage *message =
        protobuf_c_message_unpack(type, &allocator, bytes.len, (const uint8_t *)bytes.ptr);

    if (message == NULL) {
        return err_set(err, ERR_INVALID_ARGUMENT, "not a valid %s message", type->name);
    }
    *ret_message = message;
    return true;
}

void pb_encode(const ProtobufCMessage *message, Buf *out)
{
    size_t n = protobuf_c_message_get_packed_size(message);

    if (n > 0 && buf_reserve(out, n)) {
        out->len += protobuf_c_message_pack(message, (uint8_t *)out->ptr + out->len);
    }
}
