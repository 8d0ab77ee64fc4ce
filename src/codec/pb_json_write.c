/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/json.h"
#include "codec/pb_json.h"
#include "codec/pb_json_internal.h"

static bool is_default(const ProtobufCFieldDescriptor *field, const void *value)
{
    static const char zeros[8] = { 0 };
    const char *text;

    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
        text = *(char *const *)value;
        return text == NULL || *text == '\0';
    case PROTOBUF_C_TYPE_BYTES:
        return ((const ProtobufCBinaryData *)value)->len == 0;
    case PROTOBUF_C_TYPE_MESSAGE:
        return *(void *const *)value == NULL;
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_FLOAT:
    case PROTOBUF_C_TYPE_ENUM:
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_DOUBLE:
    case PROTOBUF_C_TYPE_BOOL:
        return memcmp(value, zeros, pb_type_size(field->type)) == 0;
    }
    return true;
}

static void encode_value(const ProtobufCFieldDescriptor *field, const void *value, Buf *out)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
        buf_add_i64(out, *(const int32_t *)value);
        break;
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        buf_add_u64(out, *(const uint32_t *)value);
        break;
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
        buf_add_char(out, '"');
        buf_add_i64(out, *(const int64_t *)value);
        buf_add_char(out, '"');
        break;
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        buf_add_char(out, '"');
        buf_add_u64(out, *(const uint64_t *)value);
        buf_add_char(out, '"');
        break;
    case PROTOBUF_C_TYPE_DOUBLE:
        json_add_double(out, *(const double *)value);
        break;
    case PROTOBUF_C_TYPE_FLOAT:
        json_add_double(out, (double)*(const float *)value);
        break;
    case PROTOBUF_C_TYPE_BOOL:
        buf_add(out, *(const protobuf_c_boolean *)value ? STR("true") : STR("false"));
        break;
    case PROTOBUF_C_TYPE_ENUM: {
        int number = *(const int *)value;
        const ProtobufCEnumValue *name =
            protobuf_c_enum_descriptor_get_value(field->descriptor, number);
        if (name != NULL) {
            json_add_string(out, str_from(name->name));
        } else {
            buf_add_i64(out, number);
        }
        break;
    }
    case PROTOBUF_C_TYPE_STRING:
        json_add_string(out, str_from(*(char *const *)value));
        break;
    case PROTOBUF_C_TYPE_BYTES: {
        const ProtobufCBinaryData *bytes = value;
        buf_add_char(out, '"');
        buf_add_base64(out, (Str){ (const char *)bytes->data, bytes->len });
        buf_add_char(out, '"');
        break;
    }
    case PROTOBUF_C_TYPE_MESSAGE:
        pb_json_encode(*(const ProtobufCMessage *const *)value, out);
        break;
    }
}

static void encode_name(const ProtobufCFieldDescriptor *field, bool *first, Buf *out)
{
    char name[128];

    if (!*first) {
        buf_add_char(out, ',');
    }
    *first = false;
    size_t n = pb_json_name(field->name, name, sizeof(name));
    buf_add_char(out, '"');
    buf_add(out, (Str){ name, n });
    buf_add(out, STR("\":"));
}

static void encode_list(const ProtobufCFieldDescriptor *field, const char *items, size_t n,
                        Buf *out)
{
    size_t item_size = pb_type_size(field->type);

    buf_add_char(out, '[');
    for (size_t i = 0; i < n; i++) {
        if (i > 0) {
            buf_add_char(out, ',');
        }
        encode_value(field, items + i * item_size, out);
    }
    buf_add_char(out, ']');
}

void pb_json_encode(const ProtobufCMessage *message, Buf *out)
{
    const char *base = (const char *)message;
    bool first = true;

    buf_add_char(out, '{');
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        const void *value = base + field->offset;
        const void *quantifier = base + field->quantifier_offset;
        if (field->label == PROTOBUF_C_LABEL_REPEATED) {
            size_t n = *(const size_t *)quantifier;
            if (n > 0) {
                encode_name(field, &first, out);
                encode_list(field, *(const char *const *)value, n, out);
            }
            continue;
        }
        bool oneof = (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
        bool present =
            oneof ? *(const uint32_t *)quantifier == field->id : !is_default(field, value);
        if (present) {
            encode_name(field, &first, out);
            encode_value(field, value, out);
        }
    }
    buf_add_char(out, '}');
}
