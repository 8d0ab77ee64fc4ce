/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/attime.h"

#define NS_PER_MINUTE (60 * NS_PER_S)
#define NS_PER_HOUR (60 * NS_PER_MINUTE)

enum { ATTIME_MAX = 64 };

static bool all_digits(Str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (!ascii_is_digit(s.ptr[i])) {
            return false;
        }
    }
    return s.len > 0;
}

static bool utc_to_ns(int year, int month, int day, int hour, int minute, int second,
                      int64_t *ret_ns)
{
    struct tm t = { .tm_year = year - 1900,
                    .tm_mon = month - 1,
                    .tm_mday = day,
                    .tm_hour = hour,
                    .tm_min = minute,
                    .tm_sec = second };
    bool plausible = year >= 1970 && year <= 2200 && month >= 1 && month <= 12 && day >= 1 &&
                     hour <= 23 && minute <= 59 && second <= 60;

    if (!plausible) {
        return false;
    }
    int64_t seconds = timegm(&t); /* puts 31 February into March */
    *ret_ns = seconds * NS_PER_S;
    return t.tm_mday == day || second == 60;
}

static int digits_at(Str s, size_t at, size_t n)
{
    int value = 0;

    for (size_t i = at; i < at + n; i++) {
        if (i >= s.len || !ascii_is_digit(s.ptr[i])) {
            return -1;
        }
        value = value * 10 + (s.ptr[i] - '0');
    }
    return value;
}

static bool parse_digits(Str s, int64_t *ret_ns)
{
    int64_t number;
    int64_t unit = NS_PER_S;

    if (s.len == 8 &&
        utc_to_ns(digits_at(s, 0, 4), digits_at(s, 4, 2), digits_at(s, 6, 2), 0, 0, 0, ret_ns)) {
        return true;
    }
    if (s.len == 13) {
        unit = NS_PER_MS;
    } else if (s.len == 16) {
        unit = 1000;
    } else if (s.len == 19) {
        unit = 1;
    }
    return str_to_i64(s, &number) && !CK_MUL(ret_ns, number, unit);
}

/* 2026-01-02T03:04:05[.fraction](Z|+hh:mm|-hh:mm) */
static bool parse_rfc3339(Str s, int64_t *ret_ns)
{
    int fields[] = { digits_at(s, 0, 4),  digits_at(s, 5, 2),  digits_at(s, 8, 2),
                     digits_at(s, 11, 2), digits_at(s, 14, 2), digits_at(s, 17, 2) };

    if (s.len < 20 || s.ptr[4] != '-' || s.ptr[7] != '-' ||
        (s.ptr[10] != 'T' && s.ptr[10] != 't')) {
        return false;
    }
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        if (fields[i] < 0) {
            return false;
        }
    }
    if (!utc_to_ns(fields[0], fields[1], fields[2], fields[3], fields[4], fields[5], ret_ns)) {
        return false;
    }
    size_t at = 19;
    if (s.ptr[at] == '.') {
        int64_t unit = NS_PER_S / 10;
        for (at++; at < s.len && ascii_is_digit(s.ptr[at]); at++) {
            *ret_ns += (s.ptr[at] - '0') * unit;
            unit /= 10;
        }
    }
    Str zone = str_skip(s, at);
    if (str_eq(zone, STR("Z")) || str_eq(zone, STR("z"))) {
        return true;
    }
    int hours = digits_at(zone, 1, 2);
    int minutes = digits_at(zone, 4, 2);
    if (zone.len != 6 || zone.ptr[3] != ':' || hours < 0 || minutes < 0) {
        return false;
    }
    int64_t offset = hours * NS_PER_HOUR + minutes * NS_PER_MINUTE;
    *ret_ns += zone.ptr[0] == '-' ? offset : -offset;
    return zone.ptr[0] == '-' || zone.ptr[0] == '+';
}

/* Units are told by their beginning: "m", "min" and "minutes" alike. 0: unknown. */
static int64_t unit_ns(Str unit)
{
    if (str_starts_with(unit, STR("mon")) || str_starts_with(unit, STR("M"))) {
        return 30 * NS_PER_DAY;
    }
    switch (unit.len > 0 ? unit.ptr[0] : '\0') {
    case 's':
        return NS_PER_S;
    case 'm':
        return NS_PER_MINUTE;
    case 'h':
        return NS_PER_HOUR;
    case 'd':
        return NS_PER_DAY;
    case 'w':
        return 7 * NS_PER_DAY;
    case 'y':
        return 365 * NS_PER_DAY;
    default:
        return 0;
    }
}

/* "1h", "3h30m": number and unit, repeated. */
static bool parse_offset(Str s, int64_t *ret_ns)
{
    int64_t sum = 0;

    if (s.len == 0) {
        return false;
    }
    while (s.len > 0) {
        size_t n = 0;
        while (n < s.len && ascii_is_digit(s.ptr[n])) {
            n++;
        }
        size_t end = n;
        while (end < s.len && ascii_is_alpha(s.ptr[end])) {
            end++;
        }
        int64_t number;
        int64_t part;
        if (!str_to_i64(str_first(s, n), &number) || end == n ||
            CK_MUL(&part, number, unit_ns((Str){ s.ptr + n, end - n })) ||
            CK_ADD(&sum, sum, part)) {
            return false;
        }
        s = str_skip(s, end);
    }
    *ret_ns = sum;
    return true;
}

bool attime_parse(Str text, int64_t now_ns, int64_t *ret_ns)
{
    char kept[ATTIME_MAX];
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '_' || c == ',' || c == ' ') {
            continue;
        }
        if (n == sizeof(kept)) {
            return false;
        }
        kept[n++] = c;
    }
    Str s = { kept, n };
    if (all_digits(s)) {
        return parse_digits(s, ret_ns);
    }
    if (parse_rfc3339(s, ret_ns)) {
        return true;
    }
    size_t sign = str_find_char(s, '+');
    if (sign == STR_NPOS) {
        sign = str_find_char(s, '-');
    }
    Str reference = str_first(s, MIN(sign, s.len));
    if (reference.len > 0 && !str_eq(reference, STR("now"))) {
        return false;
    }
    if (sign == STR_NPOS) {
        *ret_ns = now_ns;
        return reference.len > 0;
    }
    int64_t offset;
    if (!parse_offset(str_skip(s, sign + 1), &offset)) {
        return false;
    }
    return s.ptr[sign] == '+' ? !CK_ADD(ret_ns, now_ns, offset) : !CK_SUB(ret_ns, now_ns, offset);
}
