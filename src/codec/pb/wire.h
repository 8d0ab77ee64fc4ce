/* SPDX-License-Identifier: Apache-2.0 */
/*
 * codec/pb/wire.h - the protobuf wire format: a walker over fields and a writer.
 *
 * For the hot paths (pprof, Push); everything else goes through the generated messages of api/.
 * Encoding: https://protobuf.dev/programming-guides/encoding/. The walker never reads behind the
 * end, skips unknown fields and balanced groups, and refuses field number 0 and varints over ten
 * bytes.
 */
#pragma once

#include "base/buf.h"

enum {
    PB_VARINT = 0,
    PB_FIXED64 = 1,
    PB_BYTES = 2,
    PB_GROUP_START = 3,
    PB_GROUP_END = 4,
    PB_FIXED32 = 5,
};

typedef struct PbReader {
    const uint8_t *at;
    const uint8_t *end;
} PbReader;

typedef struct PbField {
    uint32_t number;
    uint8_t wire;
    uint64_t value; /* PB_VARINT, PB_FIXED64, PB_FIXED32 */
    Str bytes;      /* PB_BYTES: points into the input */
} PbField;

typedef enum PbResult {
    PB_END,
    PB_FIELD,
    PB_BAD,
} PbResult;

static inline PbReader pb_reader(Str bytes)
{
    const uint8_t *at = (const uint8_t *)bytes.ptr;

    return (PbReader){ at, at + bytes.len };
}

/* Reads a varint of at most ten bytes; false (nothing moved) when it is longer or cut. */
bool pb_read_varint_slow(PbReader *reader, uint64_t *ret_value);

static inline bool pb_read_varint(PbReader *reader, uint64_t *ret_value)
{
    const uint8_t *at = reader->at;

    /* most numbers of a profile fit two bytes */
    if (reader->end - at >= 2) {
        if (at[0] < 0x80) {
            *ret_value = at[0];
            reader->at = at + 1;
            return true;
        }
        if (at[1] < 0x80) {
            *ret_value = (uint64_t)(at[0] & 0x7FU) | (uint64_t)at[1] << 7;
            reader->at = at + 2;
            return true;
        }
    }
    return pb_read_varint_slow(reader, ret_value);
}

/* Skips the rest of a group whose start tag was read; false when it is not closed. */
bool pb_skip_group(PbReader *reader, uint32_t number);

/* The next field; groups are skipped. *field is only meaningful for PB_FIELD. */
static inline PbResult pb_next(PbReader *reader, PbField *field)
{
    uint64_t tag;

    for (;;) {
        if (reader->at == reader->end) {
            return PB_END;
        }
        if (!pb_read_varint(reader, &tag) || tag >> 3 == 0 || tag >> 3 > 0x1FFFFFFF) {
            return PB_BAD;
        }
        field->number = (uint32_t)(tag >> 3);
        field->wire = (uint8_t)(tag & 7U);
        size_t left = (size_t)(reader->end - reader->at);
        switch (field->wire) {
        case PB_VARINT:
            return pb_read_varint(reader, &field->value) ? PB_FIELD : PB_BAD;
        case PB_BYTES: {
            uint64_t len;
            if (!pb_read_varint(reader, &len) || len > (uint64_t)(reader->end - reader->at)) {
                return PB_BAD;
            }
            field->bytes = (Str){ (const char *)reader->at, (size_t)len };
            reader->at += len;
            return PB_FIELD;
        }
        case PB_FIXED64:
            if (left < 8) {
                return PB_BAD;
            }
            memcpy(&field->value, reader->at, 8); /* little-endian hosts only, see wire.c */
            reader->at += 8;
            return PB_FIELD;
        case PB_FIXED32: {
            uint32_t value;
            if (left < 4) {
                return PB_BAD;
            }
            memcpy(&value, reader->at, 4);
            field->value = value;
            reader->at += 4;
            return PB_FIELD;
        }
        case PB_GROUP_START:
            if (!pb_skip_group(reader, field->number)) {
                return PB_BAD;
            }
            continue;
        default:
            return PB_BAD;
        }
    }
}

void pb_add_varint(Buf *buf, uint64_t value);
/* Fields equal to their default (0, "") are left out, as proto3 does. */
void pb_add_u64_field(Buf *buf, uint32_t number, uint64_t value);
void pb_add_bytes_field(Buf *buf, uint32_t number, Str bytes);
/* Also when bytes is empty: list items and present messages. */
void pb_add_message_field(Buf *buf, uint32_t number, Str bytes);

static inline void pb_add_i64_field(Buf *buf, uint32_t number, int64_t value)
{
    pb_add_u64_field(buf, number, (uint64_t)value);
}

/* Bytes that pb_add_varint() would write. */
static inline size_t pb_varint_size(uint64_t value)
{
    return (size_t)(70 - __builtin_clzll(value | 1)) / 7;
}
