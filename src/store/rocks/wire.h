/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/rocks/wire.h - integers as they are in keys (big-endian) and values (varints).
 */
#pragma once

#include <string.h>

#include "base/macros.h"

enum { UVARINT_MAX_BYTES = 10, UVARINT32_MAX_BYTES = 5 };

static inline uint8_t *put_uvarint(uint8_t *at, uint64_t value)
{
    while (value >= 0x80) {
        *at++ = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    *at++ = (uint8_t)value;
    return at;
}

static inline uint64_t zigzag(int64_t value)
{
    return ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);
}

static inline int64_t unzigzag(uint64_t value)
{
    return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

static inline uint8_t *put_zigzag(uint8_t *at, int64_t value)
{
    return put_uvarint(at, zigzag(value));
}

static inline uint8_t *put_u16be(uint8_t *at, uint16_t value)
{
    value = __builtin_bswap16(value);
    memcpy(at, &value, sizeof(value));
    return at + sizeof(value);
}

static inline uint8_t *put_u32be(uint8_t *at, uint32_t value)
{
    value = __builtin_bswap32(value);
    memcpy(at, &value, sizeof(value));
    return at + sizeof(value);
}

static inline uint8_t *put_u64be(uint8_t *at, uint64_t value)
{
    value = __builtin_bswap64(value);
    memcpy(at, &value, sizeof(value));
    return at + sizeof(value);
}

static inline uint16_t get_u16be(const uint8_t *at)
{
    uint16_t value;

    memcpy(&value, at, sizeof(value));
    return __builtin_bswap16(value);
}

static inline uint32_t get_u32be(const uint8_t *at)
{
    uint32_t value;

    memcpy(&value, at, sizeof(value));
    return __builtin_bswap32(value);
}

static inline uint64_t get_u64be(const uint8_t *at)
{
    uint64_t value;

    memcpy(&value, at, sizeof(value));
    return __builtin_bswap64(value);
}

/* What is left to read of a value. The functions below move it only when they succeed. */
typedef struct Reader {
    const uint8_t *at;
    const uint8_t *end;
} Reader;

static inline size_t reader_left(const Reader *reader)
{
    return (size_t)(reader->end - reader->at);
}

static inline bool get_uvarint(Reader *reader, uint64_t *ret_value)
{
    const uint8_t *at = reader->at;
    uint64_t value = 0;

    if (at != reader->end && *at < 0x80) { /* most are one byte long */
        *ret_value = *at;
        reader->at = at + 1;
        return true;
    }
    for (unsigned shift = 0; shift < 64 && at != reader->end; shift += 7) {
        uint8_t byte = *at++;
        if (shift == 63 && byte > 1) {
            return false;
        }
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) {
            *ret_value = value;
            reader->at = at;
            return true;
        }
    }
    return false;
}

static inline bool get_uvarint32(Reader *reader, uint32_t *ret_value)
{
    uint64_t value;
    Reader ahead = *reader;

    if (!get_uvarint(&ahead, &value) || value > UINT32_MAX) {
        return false;
    }
    *reader = ahead;
    *ret_value = (uint32_t)value;
    return true;
}

static inline bool get_zigzag(Reader *reader, int64_t *ret_value)
{
    uint64_t value;

    if (!get_uvarint(reader, &value)) {
        return false;
    }
    *ret_value = unzigzag(value);
    return true;
}
