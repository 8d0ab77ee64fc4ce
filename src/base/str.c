/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

#include <errno.h>
#include <locale.h>

size_t str_find_char(Str s, char c)
{
    const char *hit = s.len == 0 ? NULL : memchr(s.ptr, c, s.len);

    return hit == NULL ? STR_NPOS : (size_t)(hit - s.ptr);
}

size_t str_rfind_char(Str s, char c)
{
    const char *hit = s.len == 0 ? NULL : memrchr(s.ptr, c, s.len);

    return hit == NULL ? STR_NPOS : (size_t)(hit - s.ptr);
}

size_t str_find(Str s, Str needle, size_t from)
{
    if (from > s.len) {
        return STR_NPOS;
    }
    if (needle.len == 0) {
        return from;
    }
    if (s.len - from < needle.len) { /* also keeps a NULL pointer away from memmem */
        return STR_NPOS;
    }
    const char *hit = memmem(s.ptr + from, s.len - from, needle.ptr, needle.len);
    return hit == NULL ? STR_NPOS : (size_t)(hit - s.ptr);
}

size_t str_rfind(Str s, Str needle)
{
    if (needle.len > s.len) {
        return STR_NPOS;
    }
    for (size_t i = s.len - needle.len + 1; i > 0; i--) {
        if (memcmp(s.ptr + i - 1, needle.ptr, needle.len) == 0) {
            return i - 1;
        }
    }
    return STR_NPOS;
}

bool str_cut(Str s, char c, Str *ret_before, Str *ret_after)
{
    size_t at = str_find_char(s, c);

    if (at == STR_NPOS) {
        return false;
    }
    *ret_before = str_first(s, at);
    *ret_after = str_skip(s, at + 1);
    return true;
}

bool str_next(Str *rest, char sep, Str *ret_item)
{
    if (rest->ptr == NULL) {
        return false;
    }
    Str whole = *rest;
    if (!str_cut(whole, sep, ret_item, rest)) {
        *ret_item = whole;
        *rest = (Str){ NULL, 0 };
    }
    return true;
}

Str str_trim(Str s)
{
    while (s.len > 0 && ascii_is_space(s.ptr[0])) {
        s = str_skip(s, 1);
    }
    while (s.len > 0 && ascii_is_space(s.ptr[s.len - 1])) {
        s.len--;
    }
    return s;
}

Str str_trim_char_left(Str s, char c)
{
    while (s.len > 0 && s.ptr[0] == c) {
        s = str_skip(s, 1);
    }
    return s;
}

Str str_trim_char(Str s, char c)
{
    s = str_trim_char_left(s, c);
    while (s.len > 0 && s.ptr[s.len - 1] == c) {
        s.len--;
    }
    return s;
}

bool str_eq_ignore_case(Str a, Str b)
{
    if (a.len != b.len) {
        return false;
    }
    for (size_t i = 0; i < a.len; i++) {
        if (ascii_lower(a.ptr[i]) != ascii_lower(b.ptr[i])) {
            return false;
        }
    }
    return true;
}

bool str_to_u64(Str s, uint64_t *ret_value)
{
    uint64_t value = 0;

    if (s.len == 0) {
        return false;
    }
    for (size_t i = 0; i < s.len; i++) {
        if (!ascii_is_digit(s.ptr[i]) || CK_MUL(&value, value, 10U) ||
            CK_ADD(&value, value, (uint64_t)(s.ptr[i] - '0'))) {
            return false;
        }
    }
    *ret_value = value;
    return true;
}

bool str_to_i64(Str s, int64_t *ret_value)
{
    bool negative = s.len > 0 && s.ptr[0] == '-';
    uint64_t magnitude;

    if (!str_to_u64(negative ? str_skip(s, 1) : s, &magnitude)) {
        return false;
    }
    if (magnitude > (uint64_t)INT64_MAX + (negative ? 1U : 0U)) {
        return false;
    }
    /* the negation of 2^63 is the only value that does not fit before it */
    *ret_value = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
    return true;
}

bool str_to_double(Str s, double *ret_value)
{
    char text[64];
    char *end;

    if (s.len == 0 || s.len >= sizeof(text) || ascii_is_space(s.ptr[0])) {
        return false;
    }
    memcpy(text, s.ptr, s.len);
    text[s.len] = '\0';
    errno = 0;
    double value =
        strtod(text, &end); /* the program never calls setlocale(): '.' is the decimal sign */
    if (*end != '\0' || errno == ERANGE) {
        return false;
    }
    *ret_value = value;
    return true;
}

char *str_dup(Str s)
{
    char *copy = malloc(s.len + 1);

    if (copy != NULL) {
        if (s.len > 0) {
            memcpy(copy, s.ptr, s.len);
        }
        copy[s.len] = '\0';
    }
    return copy;
}

int str_cmp_qsort(const void *a, const void *b)
{
    return str_cmp(*(const Str *)a, *(const Str *)b);
}
