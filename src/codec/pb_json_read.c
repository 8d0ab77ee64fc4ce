/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/pb_json.h"

#include <jansson.h>
#include <malloc.h>
#include <math.h>

#include "codec/json.h"
#include "codec/pb_json_internal.h"

enum { PB_JSON_MAX_DEPTH = 100 };

/*
 * A byte of JSON becomes up to 40 bytes in memory ("[[],[],..."), so what jansson holds for a
 * message is taken from the budget of the requests. Each thread decodes one message at a time.
 */
typedef struct JsonMemory {
    bool counts; /* a message is being decoded */
    bool failed;
    Budget *budget;
    size_t used;
} JsonMemory;

static _Thread_local JsonMemory json_memory;

static void *json_allocate(size_t size)
{
    void *memory = malloc(size);
    size_t n = malloc_usable_size(memory);

    if (memory == NULL || !json_memory.counts) {
        return memory;
    }
    if (!budget_take(json_memory.budget, n)) {
        json_memory.failed = true;
        free(memory);
        return NULL;
    }
    json_memory.used += n;
    return memory;
}

static void json_release(void *memory)
{
    if (memory != NULL && json_memory.counts) {
        size_t n = malloc_usable_size(memory);
        budget_give(json_memory.budget, n);
        json_memory.used -= n;
    }
    free(memory);
}

/* Before main: the functions must not change while a thread uses them. */
__attribute__((constructor)) static void json_set_memory(void)
{
    json_set_alloc_funcs(json_allocate, json_release);
}

typedef struct Decoder {
    Arena *arena;
    Err *err;
} Decoder;

static bool decode_message(Decoder *decoder, const ProtobufCMessageDescriptor *type, json_t *json,
                           int depth, ProtobufCMessage **ret_message);

static const ProtobufCFieldDescriptor *find_field(const ProtobufCMessageDescriptor *type,
                                                  const char *key)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(type, key);

    for (unsigned i = 0; field == NULL && i < type->n_fields; i++) {
        char name[128];
        (void)pb_json_name(type->fields[i].name, name, sizeof(name)); /* names are short */
        if (strcmp(name, key) == 0) {
            field = &type->fields[i];
        }
    }
    return field;
}

static bool bad(Decoder *decoder, const ProtobufCFieldDescriptor *field, const char *reason)
{
    return err_set(decoder->err, ERR_INVALID_ARGUMENT, "field \"%s\": %s", field->name, reason);
}

/* "1e3" and "1.0" are whole numbers too; jansson gives them as reals. */
static bool real_to_i64(double real, int64_t *ret_value)
{
    if (!(real >= -9223372036854775808.0 && real < 9223372036854775808.0) ||
        fabs(real - trunc(real)) > 0) {
        return false;
    }
    *ret_value = (int64_t)real;
    return true;
}

static bool text_to_i64(Str text, int64_t *ret_value)
{
    double real;

    if (str_to_i64(text, ret_value)) {
        return true;
    }
    /* exponents and ".0": only where a double is exact */
    return str_find_char(text, 'x') == STR_NPOS && str_to_double(text, &real) &&
           fabs(real) <= 9007199254740992.0 && real_to_i64(real, ret_value);
}

static bool to_i64(json_t *json, int64_t *ret_value)
{
    if (json_is_integer(json)) {
        *ret_value = json_integer_value(json);
        return true;
    }
    if (json_is_real(json)) {
        return real_to_i64(json_real_value(json), ret_value);
    }
    return json_is_string(json) &&
           text_to_i64((Str){ json_string_value(json), json_string_length(json) }, ret_value);
}

static bool to_u64(json_t *json, uint64_t *ret_value)
{
    int64_t value;

    if (json_is_string(json) &&
        str_to_u64((Str){ json_string_value(json), json_string_length(json) }, ret_value)) {
        return true;
    }
    if (!to_i64(json, &value) || value < 0) {
        return false;
    }
    *ret_value = (uint64_t)value;
    return true;
}

static bool to_double(json_t *json, double *ret_value)
{
    if (json_is_number(json)) {
        *ret_value = json_number_value(json);
        return true;
    }
    if (!json_is_string(json)) {
        return false;
    }
    Str text = { json_string_value(json), json_string_length(json) };
    if (str_eq(text, STR("NaN"))) {
        *ret_value = (double)NAN;
    } else if (str_eq(text, STR("Infinity"))) {
        *ret_value = (double)INFINITY;
    } else if (str_eq(text, STR("-Infinity"))) {
        *ret_value = -(double)INFINITY;
    } else {
        return text.len > 0 && (ascii_is_digit(text.ptr[0]) || text.ptr[0] == '-') &&
               str_find_char(text, 'x') == STR_NPOS && str_to_double(text, ret_value);
    }
    return true;
}

static bool decode_string(Decoder *decoder, const ProtobufCFieldDescriptor *field, json_t *json,
                          char **out)
{
    if (!json_is_string(json)) {
        return bad(decoder, field, "expected a string");
    }
    Str text = { json_string_value(json), json_string_length(json) };
    if (str_find_char(text, '\0') != STR_NPOS) {
        return bad(decoder, field, "a NUL character is not allowed");
    }
    *out = arena_text(decoder->arena, text);
    return *out != NULL || err_no_memory(decoder->err);
}

static bool decode_bytes(Decoder *decoder, const ProtobufCFieldDescriptor *field, json_t *json,
                         ProtobufCBinaryData *out)
{
    if (!json_is_string(json)) {
        return bad(decoder, field, "expected base64 text");
    }
    Str text = { json_string_value(json), json_string_length(json) };
    Buf bytes = BUF_INIT(text.len + 4);
    bool ok = buf_add_base64_decoded(&bytes, text, false);
    if (!ok) {
        (void)bad(decoder, field, "bad base64");
    } else {
        Str copy = arena_str(decoder->arena, buf_str(&bytes));
        *out = (ProtobufCBinaryData){ copy.len, (uint8_t *)(uintptr_t)copy.ptr };
        ok = copy.ptr != NULL || err_no_memory(decoder->err);
    }
    buf_done(&bytes);
    return ok;
}

static bool decode_enum(Decoder *decoder, const ProtobufCFieldDescriptor *field, json_t *json,
                        int *out)
{
    if (json_is_string(json)) {
        const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value_by_name(
            field->descriptor, json_string_value(json));
        if (value != NULL) {
            *out = value->value;
        }
        return true; /* an unknown name counts as absent, so that newer clients are served */
    }
    int64_t number;
    if (!to_i64(json, &number) || number < INT32_MIN || number > INT32_MAX) {
        return bad(decoder, field, "expected the name or number of an enum value");
    }
    *out = (int)number;
    return true;
}

/* Reads one value into out, which has the size of the field's type. */
static bool decode_value(Decoder *decoder, const ProtobufCFieldDescriptor *field, json_t *json,
                         int depth, void *out)
{
    int64_t i64;
    uint64_t u64;
    double real;

    switch (field->type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
        if (!to_i64(json, &i64) || i64 < INT32_MIN || i64 > INT32_MAX) {
            return bad(decoder, field, "expected a 32-bit integer");
        }
        *(int32_t *)out = (int32_t)i64;
        return true;
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        if (!to_u64(json, &u64) || u64 > UINT32_MAX) {
            return bad(decoder, field, "expected an unsigned 32-bit integer");
        }
        *(uint32_t *)out = (uint32_t)u64;
        return true;
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
        return to_i64(json, (int64_t *)out) || bad(decoder, field, "expected a 64-bit integer");
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        return to_u64(json, (uint64_t *)out) ||
               bad(decoder, field, "expected an unsigned 64-bit integer");
    case PROTOBUF_C_TYPE_DOUBLE:
        return to_double(json, (double *)out) || bad(decoder, field, "expected a number");
    case PROTOBUF_C_TYPE_FLOAT:
        if (!to_double(json, &real)) {
            return bad(decoder, field, "expected a number");
        }
        *(float *)out = (float)real;
        return true;
    case PROTOBUF_C_TYPE_BOOL:
        if (!json_is_boolean(json)) {
            return bad(decoder, field, "expected true or false");
        }
        *(protobuf_c_boolean *)out = json_is_true(json);
        return true;
    case PROTOBUF_C_TYPE_ENUM:
        return decode_enum(decoder, field, json, (int *)out);
    case PROTOBUF_C_TYPE_STRING:
        return decode_string(decoder, field, json, (char **)out);
    case PROTOBUF_C_TYPE_BYTES:
        return decode_bytes(decoder, field, json, (ProtobufCBinaryData *)out);
    case PROTOBUF_C_TYPE_MESSAGE:
        return decode_message(decoder, field->descriptor, json, depth + 1,
                              (ProtobufCMessage **)out);
    }
    return false;
}

static bool decode_list(Decoder *decoder, const ProtobufCFieldDescriptor *field, json_t *json,
                        int depth, char *message)
{
    if (!json_is_array(json)) {
        return bad(decoder, field, "expected a list");
    }
    size_t n = json_array_size(json);
    size_t item_size = pb_type_size(field->type);
    if (n == 0) {
        return true;
    }
    char *items = arena_alloc_array(decoder->arena, n, item_size);
    if (items == NULL) {
        return err_no_memory(decoder->err);
    }
    for (size_t i = 0; i < n; i++) {
        json_t *item = json_array_get(json, i);
        if (json_is_null(item)) {
            return bad(decoder, field, "null inside a list");
        }
        if (!decode_value(decoder, field, item, depth, items + i * item_size)) {
            return false;
        }
    }
    *(size_t *)(void *)(message + field->quantifier_offset) = n;
    *(void **)(void *)(message + field->offset) = items;
    return true;
}

static bool decode_field(Decoder *decoder, const ProtobufCFieldDescriptor *field, json_t *json,
                         int depth, char *message)
{
    if (json_is_null(json)) {
        return true;
    }
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        return decode_list(decoder, field, json, depth, message);
    }
    if (!decode_value(decoder, field, json, depth, message + field->offset)) {
        return false;
    }
    if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0) {
        *(uint32_t *)(void *)(message + field->quantifier_offset) = field->id;
    }
    return true;
}

static bool decode_message(Decoder *decoder, const ProtobufCMessageDescriptor *type, json_t *json,
                           int depth, ProtobufCMessage **ret_message)
{
    if (!json_is_object(json)) {
        return err_set(decoder->err, ERR_INVALID_ARGUMENT, "expected an object for %s",
                       type->short_name);
    }
    if (depth > PB_JSON_MAX_DEPTH) {
        return err_set(decoder->err, ERR_INVALID_ARGUMENT, "nested deeper than %d levels",
                       PB_JSON_MAX_DEPTH);
    }
    ProtobufCMessage *message = pb_new(type, decoder->arena);
    bool *seen = ARENA_NEW(decoder->arena, bool, type->n_fields);
    if (message == NULL || seen == NULL) {
        return err_no_memory(decoder->err);
    }
    const char *key;
    json_t *value;
    json_object_foreach(json, key, value)
    {
        const ProtobufCFieldDescriptor *field = find_field(type, key);
        if (field == NULL) {
            continue;
        }
        size_t at = (size_t)(field - type->fields);
        if (seen[at]) {
            return bad(decoder, field, "given twice");
        }
        seen[at] = true;
        if (!decode_field(decoder, field, value, depth, (char *)message)) {
            return false;
        }
    }
    *ret_message = message;
    return true;
}

static bool decode_text(const ProtobufCMessageDescriptor *type, Str text, Arena *arena,
                        ProtobufCMessage **ret_message, Err *err)
{
    json_error_t where;
    json_t *json = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &where);
    if (json == NULL && json_memory.failed) {
        return err_set(err, ERR_UNAVAILABLE, "no memory for the message, try again");
    }
    if (json == NULL) {
        return err_set(err, ERR_INVALID_ARGUMENT, "line %d, column %d: %s", where.line,
                       where.column, where.text);
    }
    Decoder decoder = { arena, err };
    bool ok = decode_message(&decoder, type, json, 0, ret_message);
    json_decref(json);
    return ok;
}

bool pb_json_decode(const ProtobufCMessageDescriptor *type, Str text, Arena *arena,
                    ProtobufCMessage **ret_message, Err *err)
{
    if (text.len == 0) {
        return err_set(err, ERR_INVALID_ARGUMENT, "zero-length payload is not a valid JSON object");
    }
    json_memory = (JsonMemory){ .counts = true, .budget = arena_shared(arena) };
    bool ok = decode_text(type, text, arena, ret_message, err);
    budget_give(json_memory.budget, json_memory.used);
    json_memory = (JsonMemory){ 0 };
    return ok;
}
