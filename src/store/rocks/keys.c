/* SPDX-License-Identifier: Apache-2.0 */
#include "store/rocks/keys.h"

#include <stdio.h>
#include <xxhash.h>

#include "store/rocks/wire.h"

void key_row(uint8_t out[KEY_ROW_BYTES], const RowKey *key)
{
    uint8_t *at = put_u32be(out, key->tenant);

    *at++ = KIND_ROW;
    at = put_u32be(at, key->service);
    at = put_u32be(at, key->type);
    at = put_u32be(at, key->series);
    at = put_u64be(at, key->time_ns);
    (void)put_u16be(at, key->seq); /* the end of the key */
}

bool key_row_parse(Str bytes, RowKey *ret_key)
{
    const uint8_t *at = (const uint8_t *)bytes.ptr;

    if (bytes.len != KEY_ROW_BYTES || at[4] != KIND_ROW) {
        return false;
    }
    *ret_key = (RowKey){
        .tenant = get_u32be(at),
        .service = get_u32be(at + 5),
        .type = get_u32be(at + 9),
        .series = get_u32be(at + 13),
        .time_ns = get_u64be(at + 17),
        .seq = get_u16be(at + 25),
    };
    return true;
}

void key_symbol(uint8_t out[KEY_SYMBOL_BYTES], uint32_t tenant, DayKind kind, uint32_t service,
                uint32_t first_id)
{
    uint8_t *at = put_u32be(out, tenant);

    *at++ = (uint8_t)kind;
    at = put_u32be(at, service);
    (void)put_u32be(at, first_id); /* the end of the key */
}

void key_mark(uint8_t out[KEY_MARK_BYTES], uint32_t tenant, uint32_t series)
{
    uint8_t *at = put_u32be(out, tenant);

    *at++ = KIND_MARK;
    (void)put_u32be(at, series); /* the end of the key */
}

size_t key_meta(uint8_t out[KEY_META_MAX_BYTES], MetaKind kind)
{
    out[0] = (uint8_t)kind;
    return 1;
}

size_t key_meta1(uint8_t out[KEY_META_MAX_BYTES], MetaKind kind, uint32_t a)
{
    out[0] = (uint8_t)kind;
    return (size_t)(put_u32be(out + 1, a) - out);
}

size_t key_meta2(uint8_t out[KEY_META_MAX_BYTES], MetaKind kind, uint32_t a, uint32_t b)
{
    out[0] = (uint8_t)kind;
    return (size_t)(put_u32be(put_u32be(out + 1, a), b) - out);
}

static void add_counted(Buf *out, Str text)
{
    uint8_t len[4];

    (void)put_u32be(len, (uint32_t)text.len); /* the end of the array */
    buf_add(out, (Str){ (const char *)len, sizeof(len) });
    buf_add(out, text);
}

void key_value(Buf *out, Str tenant, Str space, Str key)
{
    buf_add_char(out, (char)META_VALUE);
    add_counted(out, tenant);
    add_counted(out, space);
    buf_add(out, key);
}

ProfileId profile_id_of(const RowKey *key)
{
    uint8_t bytes[KEY_ROW_BYTES];
    XXH128_canonical_t canonical;
    ProfileId id;

    key_row(bytes, key);
    XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes, sizeof(bytes)));
    memcpy(id.bytes, canonical.digest, sizeof(id.bytes));
    id.bytes[6] = (uint8_t)((id.bytes[6] & 0x0F) | 0x80); /* RFC 9562 4.2: version 8 */
    id.bytes[8] = (uint8_t)((id.bytes[8] & 0x3F) | 0x80); /* RFC 9562 4.1: variant */
    return id;
}

/* Conversions between days and dates of the Gregorian calendar, with years that start in March. */
void day_name(int32_t day, char out[DAY_NAME_BYTES])
{
    int32_t shifted = day + 719468; /* days from 0000-03-01 to 1970-01-01 */
    int32_t era = shifted / 146097;
    int32_t day_of_era = shifted % 146097;
    int32_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int32_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int32_t march_month = (5 * day_of_year + 2) / 153;
    int32_t month = march_month < 10 ? march_month + 3 : march_month - 9;
    int32_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);

    (void)snprintf(out, DAY_NAME_BYTES, "d%04d%02d%02d", year, month,
                   day_of_year - (153 * march_month + 2) / 5 + 1);
}

static int32_t day_from_date(int32_t year, int32_t month, int32_t day_of_month)
{
    int32_t march_year = month <= 2 ? year - 1 : year;
    int32_t era = march_year / 400;
    int32_t year_of_era = march_year % 400;
    int32_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day_of_month - 1;

    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
           719468;
}

bool day_parse(const char *name, int32_t *ret_day)
{
    char again[DAY_NAME_BYTES];
    uint64_t date;

    if (name[0] != 'd' || strlen(name) != 9 || !str_to_u64(str_from(name + 1), &date)) {
        return false;
    }
    int32_t day =
        day_from_date((int32_t)(date / 10000), (int32_t)(date / 100 % 100), (int32_t)(date % 100));
    if (day < 0) {
        return false;
    }
    day_name(day, again); /* refuses the 31st of February */
    if (strcmp(again, name) != 0) {
        return false;
    }
    *ret_day = day;
    return true;
}
