/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/pb/wire.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "fixed-size fields are read as they stand");

enum { PB_MAX_GROUP_DEPTH = 100 };

bool pb_read_varint_slow(PbReader *reader, uint64_t *ret_value)
{
    uint64_t value = 0;
    const uint8_t *at = reader->at;

    for (unsigned shift = 0; shift < 70; shift += 7) {
        if (at == reader->end) {
            return false;
        }
        uint8_t byte = *at++;
        if (shift == 63 && byte > 1) {
            return false; /* the tenth byte holds one bit */
        }
        value |= (uint64_t)(byte & 0x7FU) << shift;
        if (byte < 0x80) {
            *ret_value = value;
            reader->at = at;
            return true;
        }
    }
    return false;
}

bool pb_skip_group(PbReader *reader, uint32_t number)
{
    uint32_t open[PB_MAX_GROUP_DEPTH];
    size_t depth = 1;

    open[0] = number;
    while (depth > 0) {
        uint64_t tag;
        uint64_t value;
        if (!pb_read_varint(reader, &tag) || tag >> 3 == 0 || tag >> 3 > 0x1FFFFFFF) {
            return false;
        }
        size_t skip = 0;
        switch (tag & 7U) {
        case PB_VARINT:
            if (!pb_read_varint(reader, &value)) {
                return false;
            }
            break;
        case PB_FIXED64:
            skip = 8;
            break;
        case PB_FIXED32:
            skip = 4;
            break;
        case PB_BYTES:
            if (!pb_read_varint(reader, &value) || value > (uint64_t)(reader->end - reader->at)) {
                return false;
            }
            skip = (size_t)value;
            break;
        case PB_GROUP_START:
            if (depth == PB_MAX_GROUP_DEPTH) {
                return false;
            }
            open[depth++] = (uint32_t)(tag >> 3);
            break;
        case PB_GROUP_END:
            if (open[--depth] != tag >> 3) {
                return false;
            }
            break;
        default:
            return false;
        }
        if (skip > (size_t)(reader->end - reader->at)) {
            return false;
        }
        reader->at += skip;
    }
    return true;
}

void pb_add_varint(Buf *buf, uint64_t value)
{
    if (!buf_reserve(buf, 10)) {
        return;
    }
    while (value >= 0x80) {
        buf->ptr[buf->len++] = (char)(value | 0x80);
        value >>= 7;
    }
    buf->ptr[buf->len++] = (char)value;
}

void pb_add_u64_field(Buf *buf, uint32_t number, uint64_t value)
{
    if (value != 0) {
        pb_add_varint(buf, (uint64_t)number << 3 | PB_VARINT);
        pb_add_varint(buf, value);
    }
}

void pb_add_message_field(Buf *buf, uint32_t number, Str bytes)
{
    pb_add_varint(buf, (uint64_t)number << 3 | PB_BYTES);
    pb_add_varint(buf, bytes.len);
    buf_add(buf, bytes);
}

void pb_add_bytes_field(Buf *buf, uint32_t number, Str bytes)
{
    if (bytes.len > 0) {
        pb_add_message_field(buf, number, bytes);
    }
}
