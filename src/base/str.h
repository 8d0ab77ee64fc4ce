/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/str.h - borrowed text: pointer and length, passed by value, not NUL-terminated.
 */
#pragma once

#include <string.h>

#include "base/macros.h"

typedef struct Str {
    const char *ptr;
    size_t len;
} Str;

#define STR(literal) ((Str){ ("" literal), sizeof(literal) - 1 })
/* The same for initialisers of static tables. */
#define STR_CONST(literal)                                                                         \
    {                                                                                              \
        ("" literal), sizeof(literal) - 1                                                          \
    }
#define STR_EMPTY ((Str){ "", 0 })

/* For printf's "%.*s"; text longer than INT_MAX is cut. */
#define STR_ARG(s) (int)MIN((s).len, (size_t)INT32_MAX), (s).ptr

static inline Str str_from(const char *c_text)
{
    return (Str){ c_text != NULL ? c_text : "", c_text != NULL ? strlen(c_text) : 0 };
}

static inline bool str_eq(Str a, Str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* Byte order; a prefix comes before the longer text. */
static inline int str_cmp(Str a, Str b)
{
    size_t n = MIN(a.len, b.len);
    int order = n == 0 ? 0 : memcmp(a.ptr, b.ptr, n);

    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static inline Str str_skip(Str s, size_t n)
{
    return (Str){ s.ptr + MIN(n, s.len), s.len - MIN(n, s.len) };
}

static inline Str str_first(Str s, size_t n)
{
    return (Str){ s.ptr, MIN(n, s.len) };
}

static inline bool str_starts_with(Str s, Str prefix)
{
    return s.len >= prefix.len && str_eq(str_first(s, prefix.len), prefix);
}

static inline bool str_ends_with(Str s, Str suffix)
{
    return s.len >= suffix.len && str_eq(str_skip(s, s.len - suffix.len), suffix);
}

#define STR_NPOS ((size_t)-1)

/* Position of the first/last byte c, or STR_NPOS. */
size_t str_find_char(Str s, char c);
size_t str_rfind_char(Str s, char c);

/* Position of the first needle at or after from, or STR_NPOS. */
size_t str_find(Str s, Str needle, size_t from);
size_t str_rfind(Str s, Str needle);

/* Cuts s at the first c: before and after it. False, and both untouched, when there is no c. */
bool str_cut(Str s, char c, Str *ret_before, Str *ret_after);

/* Takes the text up to the next sep (or the end) from *rest. False when *rest is used up. */
bool str_next(Str *rest, char sep, Str *ret_item);

/* Without blanks, tabs, CR and LF at both ends. */
Str str_trim(Str s);

/* Without any bytes c at the left/right/both ends. */
Str str_trim_char(Str s, char c);
Str str_trim_char_left(Str s, char c);

/* ASCII only; used for header names, host names and the like. */
bool str_eq_ignore_case(Str a, Str b);

/* The whole text as a decimal number: optional '-', digits, no blanks. False on anything else or
 * overflow. */
bool str_to_i64(Str s, int64_t *ret_value) MUST_CHECK;
bool str_to_u64(Str s, uint64_t *ret_value) MUST_CHECK;
bool str_to_double(Str s, double *ret_value) MUST_CHECK;

/* Heap copy, NUL-terminated; NULL when out of memory. */
char *str_dup(Str s);

/* Comparison for qsort() over Str items. */
int str_cmp_qsort(const void *a, const void *b);

static inline bool ascii_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool ascii_is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool ascii_is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static inline char ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Value of a hexadecimal digit, -1 for anything else. */
static inline int ascii_hex_value(char c)
{
    if (ascii_is_digit(c)) {
        return c - '0';
    }
    char l = ascii_lower(c);
    return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}
