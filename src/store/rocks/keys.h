/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/rocks/keys.h - keys of the column families and the names of the day families.
 *
 * Byte layout: docs/dev/store.md. Pure functions.
 */
#pragma once

#include "base/str.h"
#include "store/store.h"

/* Second part of a key in a day family, behind the tenant. */
typedef enum DayKind {
    KIND_MARK = 0,
    KIND_ROW = 1,
    KIND_STACK = 2,
    KIND_LOCATION = 3,
    KIND_FUNCTION = 4,
    KIND_STRING = 5,
    KIND_MAPPING = 6,
} DayKind;

/* First byte of a key in the family "meta". */
typedef enum MetaKind {
    META_FORMAT = 0,
    META_COUNTERS = 1,
    META_TENANT = 2,
    META_SERVICE = 3,
    META_TYPE = 4,
    META_SERIES = 5,
    META_VALUE = 6,
    META_CLOSED_DAY = 7,
} MetaKind;

enum {
    KEY_MARK_BYTES = 9,
    KEY_SYMBOL_BYTES = 13,
    KEY_ROW_BYTES = 27,
    KEY_ROW_PREFIX_BYTES = 17, /* up to and with the series */
    KEY_META_MAX_BYTES = 9,
    DAY_NAME_BYTES = 16,
};

typedef struct RowKey {
    uint32_t tenant;
    uint32_t service;
    uint32_t type;
    uint32_t series;
    uint64_t time_ns;
    uint16_t seq;
} RowKey;

void key_row(uint8_t out[KEY_ROW_BYTES], const RowKey *key);
bool key_row_parse(Str bytes, RowKey *ret_key);
void key_symbol(uint8_t out[KEY_SYMBOL_BYTES], uint32_t tenant, DayKind kind, uint32_t service,
                uint32_t first_id);
void key_mark(uint8_t out[KEY_MARK_BYTES], uint32_t tenant, uint32_t series);

/* Keys of "meta" with no, one or two numbers; return the length. */
size_t key_meta(uint8_t out[KEY_META_MAX_BYTES], MetaKind kind);
size_t key_meta1(uint8_t out[KEY_META_MAX_BYTES], MetaKind kind, uint32_t a);
size_t key_meta2(uint8_t out[KEY_META_MAX_BYTES], MetaKind kind, uint32_t a, uint32_t b);

/* Key of a small value; with an empty key it is the prefix of all in the space. */
void key_value(Buf *out, Str tenant, Str space, Str key);

/* The profile's identifier, in the shape of a version 8 UUID (RFC 9562 5.8). */
ProfileId profile_id_of(const RowKey *key);

/* Days since 1970-01-01 of a time. */
static inline int32_t day_of(int64_t time_ns)
{
    return (int32_t)(time_ns / (INT64_C(86400) * 1000000000));
}

static inline int64_t day_start_ns(int32_t day)
{
    return (int64_t)day * (INT64_C(86400) * 1000000000);
}

/* "d20261231" and back; false when the name is not that of a day. */
void day_name(int32_t day, char out[DAY_NAME_BYTES]);
bool day_parse(const char *name, int32_t *ret_day);
