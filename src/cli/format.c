/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/format.h"

#include <math.h>

typedef struct Scale {
    double up_to; /* exclusive */
    double divisor;
    const char *suffix;
    const char *plural; /* when the value is over 1; NULL: the same */
} Scale;

static const Scale ns_scales[] = {
    { 1e3, 1, " ns", NULL },
    { 1e6, 1e3, " \xC2\xB5s", NULL },
    { 1e9, 1e6, " ms", NULL },
    { 6e10, 1e9, " s", NULL },
    { 3.6e12, 6e10, " min", " mins" },
    { 8.64e13, 3.6e12, " hour", " hours" },
    { INFINITY, 8.64e13, " day", " days" },
};

static const Scale byte_scales[] = {
    { 1024, 1, " B", NULL },
    { 1048576, 1024, " KiB", NULL },
    { 1073741824, 1048576, " MiB", NULL },
    { 1099511627776, 1073741824, " GiB", NULL },
    { 1125899906842624, 1099511627776, " TiB", NULL },
    { INFINITY, 1125899906842624, " PiB", NULL },
};

static const Scale short_scales[] = {
    { 1e3, 1, "", NULL },
    { 1e6, 1e3, " K", NULL },
    { 1e9, 1e6, " Mil", NULL },
    { 1e12, 1e9, " Bil", NULL },
    { 1e15, 1e12, " Tri", NULL },
    { 1e18, 1e15, " Quadr", NULL },
    { INFINITY, 1e18, " Quint", NULL },
};

/* Three significant digits; the integer part is never cut. */
static int decimals_of(double v)
{
    double magnitude = fabs(v);

    if (!(magnitude > 0) || !(fabs(v - trunc(v)) > 0)) {
        return 0;
    }
    return (int)fmax(0, 2 - floor(log10(magnitude)));
}

static void add_scaled(Buf *buf, int64_t value, const Scale *scales)
{
    double magnitude = fabs((double)value);
    const Scale *scale = scales;

    while (magnitude >= scale->up_to) {
        scale++;
    }
    double v = magnitude / scale->divisor;
    int decimals = decimals_of(v);
    double factor = pow(10, decimals);
    double rounded = floor(v * factor + 0.5) / factor;
    buf_addf(buf, "%s%.*f%s", value < 0 ? "-" : "", decimals, rounded,
             scale->plural != NULL && v > 1 ? scale->plural : scale->suffix);
}

void format_add_value(Buf *buf, int64_t value, Str unit)
{
    if (str_eq(unit, STR("ns"))) {
        add_scaled(buf, value, ns_scales);
    } else if (str_eq(unit, STR("bytes"))) {
        add_scaled(buf, value, byte_scales);
    } else {
        add_scaled(buf, value, short_scales);
        if (!str_eq(unit, STR("short"))) {
            buf_add_char(buf, ' ');
            buf_add(buf, unit);
        }
    }
}

void format_add_percent(Buf *buf, int64_t part, int64_t whole)
{
    if (part == 0 || whole == 0) {
        return;
    }
    double percent = floor((double)part / (double)whole * 10000 + 0.5) / 100;
    if (fabs(percent) < 0.01) {
        buf_add(buf, STR("<0.01%"));
        return;
    }
    size_t start = buf->len;
    buf_addf(buf, "%.2f", percent);
    while (buf->len > start && buf->ptr[buf->len - 1] == '0') {
        buf->len--;
    }
    if (buf->len > start && buf->ptr[buf->len - 1] == '.') {
        buf->len--;
    }
    buf_add_char(buf, '%');
}
