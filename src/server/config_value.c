/* SPDX-License-Identifier: Apache-2.0 */
#include "server/config_value.h"

#include "base/clock.h"

static bool unusable(Err *err, Str text, const char *expected)
{
    return err_set(err, ERR_INVALID_ARGUMENT, "\"%.*s\" is not %s", STR_ARG(str_first(text, 100)),
                   expected);
}

bool value_to_switch(Str text, bool *ret_value, Err *err)
{
    if (text.len == 0 || str_eq(text, STR("true"))) {
        *ret_value = true;
        return true;
    }
    *ret_value = false;
    return str_eq(text, STR("false")) || unusable(err, text, "true or false");
}

bool value_to_count(Str text, int64_t *ret_value, Err *err)
{
    return (str_to_i64(text, ret_value) && *ret_value >= 0) || unusable(err, text, "a number");
}

typedef struct Unit {
    Str name;
    int64_t factor;
} Unit;

/* A number of digits at the start of *rest, then a unit. */
static bool take_amount(Str *rest, const Unit *units, size_t n_units, int64_t *ret_amount)
{
    size_t n_digits = 0;
    int64_t number;

    while (n_digits < rest->len && ascii_is_digit(rest->ptr[n_digits])) {
        n_digits++;
    }
    size_t end = n_digits;
    while (end < rest->len && ascii_is_alpha(rest->ptr[end])) {
        end++;
    }
    if (!str_to_i64(str_first(*rest, n_digits), &number)) {
        return false;
    }
    Str unit = { rest->ptr + n_digits, end - n_digits };
    for (size_t i = 0; i < n_units; i++) {
        if (str_eq_ignore_case(unit, units[i].name)) {
            *rest = str_skip(*rest, end);
            return !CK_MUL(ret_amount, number, units[i].factor);
        }
    }
    return false;
}

bool value_to_bytes(Str text, int64_t *ret_bytes, Err *err)
{
    static const Unit units[] = {
        { STR_CONST(""), 1 },
        { STR_CONST("B"), 1 },
        { STR_CONST("kB"), 1000 },
        { STR_CONST("MB"), 1000 * 1000 },
        { STR_CONST("GB"), 1000 * 1000 * 1000 },
        { STR_CONST("TB"), INT64_C(1000000000000) },
        { STR_CONST("KiB"), 1024 },
        { STR_CONST("MiB"), 1024 * 1024 },
        { STR_CONST("GiB"), 1024 * 1024 * 1024 },
        { STR_CONST("TiB"), INT64_C(1) << 40 },
    };
    Str rest = text;

    return (take_amount(&rest, units, ARRAY_LEN(units), ret_bytes) && rest.len == 0) ||
           unusable(err, text, "a size such as 512MiB");
}

bool value_to_duration(Str text, int64_t *ret_ns, Err *err)
{
    static const Unit units[] = {
        { STR_CONST("ms"), NS_PER_MS },       { STR_CONST("s"), NS_PER_S },
        { STR_CONST("m"), 60 * NS_PER_S },    { STR_CONST("h"), 3600 * NS_PER_S },
        { STR_CONST("d"), NS_PER_DAY },       { STR_CONST("w"), 7 * NS_PER_DAY },
        { STR_CONST("y"), 365 * NS_PER_DAY },
    };
    Str rest = text;
    int64_t sum = 0;

    if (str_eq(text, STR("0"))) {
        *ret_ns = 0;
        return true;
    }
    do {
        int64_t part;
        if (!take_amount(&rest, units, ARRAY_LEN(units), &part) || CK_ADD(&sum, sum, part)) {
            return unusable(err, text, "a duration such as 1h30m or 31d");
        }
    } while (rest.len > 0);
    *ret_ns = sum;
    return true;
}

size_t value_edit_distance(Str a, Str b)
{
    size_t row[65];

    a = str_first(a, ARRAY_LEN(row) - 1);
    b = str_first(b, ARRAY_LEN(row) - 1);
    for (size_t j = 0; j <= b.len; j++) {
        row[j] = j;
    }
    for (size_t i = 1; i <= a.len; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t replaced = diagonal + (a.ptr[i - 1] != b.ptr[j - 1]);
            diagonal = row[j];
            row[j] = MIN(MIN(row[j], row[j - 1]) + 1, replaced);
        }
    }
    return row[b.len];
}
