/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/json.h"

#include <math.h>
#include <stdio.h>

#include "base/utf8.h"

static void add_escaped(Buf *buf, unsigned char c)
{
    switch (c) {
    case '"':
        buf_add(buf, STR("\\\""));
        break;
    case '\\':
        buf_add(buf, STR("\\\\"));
        break;
    case '\n':
        buf_add(buf, STR("\\n"));
        break;
    case '\r':
        buf_add(buf, STR("\\r"));
        break;
    case '\t':
        buf_add(buf, STR("\\t"));
        break;
    default:
        buf_addf(buf, "\\u%04x", c);
        break;
    }
}

void json_add_string(Buf *buf, Str s)
{
    buf_add_char(buf, '"');
    while (s.len > 0) {
        size_t valid = utf8_valid_prefix(s.ptr, s.len);
        size_t start = 0;
        for (size_t i = 0; i < valid; i++) {
            unsigned char c = (unsigned char)s.ptr[i];
            if (c < 0x20 || c == '"' || c == '\\') {
                buf_add(buf, (Str){ s.ptr + start, i - start });
                add_escaped(buf, c);
                start = i + 1;
            }
        }
        buf_add(buf, (Str){ s.ptr + start, valid - start });
        s = str_skip(s, valid);
        if (s.len > 0) {
            buf_add(buf, STR("\xEF\xBF\xBD"));
            s = str_skip(s, 1);
        }
    }
    buf_add_char(buf, '"');
}

/* The fewest significant digits that read back as the same number. */
static int shortest(double value, char *text, size_t size)
{
    int n = 0;

    for (int precision = 0; precision <= 16; precision++) {
        n = snprintf(text, size, "%.*e", precision, value);
        double back;
        /* rounded up, the largest numbers are none any more */
        if (str_to_double((Str){ text, (size_t)n }, &back) &&
            memcmp(&back, &value, sizeof(back)) == 0) {
            break;
        }
    }
    return n;
}

void json_add_double(Buf *buf, double value)
{
    char text[40];

    if (isnan(value)) {
        buf_add(buf, STR("\"NaN\""));
        return;
    }
    if (isinf(value)) {
        buf_add(buf, value > 0 ? STR("\"Infinity\"") : STR("\"-Infinity\""));
        return;
    }
    if (!(fabs(value) > 0) && signbit(value)) {
        buf_add(buf, STR("-0.0")); /* "-0" is read as a whole number, which has no sign */
        return;
    }
    /* sums of profile values are whole numbers nearly always */
    if (fabs(value) < 9007199254740992.0 && !(fabs(value - trunc(value)) > 0)) {
        buf_add_i64(buf, (int64_t)value);
        return;
    }
    int n = shortest(value, text, sizeof(text));
    double magnitude = fabs(value);
    if (magnitude < 1e-6 || magnitude >= 1e21) {
        buf_add(buf, (Str){ text, (size_t)n });
        return;
    }
    /* "%.*f" with as many decimals as the shortest form has significant digits behind the point */
    const char *e = strchr(text, 'e');
    int exponent = atoi(e + 1);
    int digits = (int)(e - text) - (text[0] == '-') - 1;
    int decimals = MAX((digits > 0 ? digits - 1 : 0) - exponent, 0);
    if (magnitude >= 9223372036854775808.0) {
        decimals = 1; /* readers take a number without a point for an int64, which this is not */
    }
    buf_addf(buf, "%.*f", decimals, value);
}
