/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"

static struct tm utc(int64_t unix_ns, int *ret_ms)
{
    int64_t seconds = unix_ns / NS_PER_S;
    int64_t rest = unix_ns % NS_PER_S;

    if (rest < 0) { /* division rounds towards zero; times before 1970 must round down */
        rest += NS_PER_S;
        seconds--;
    }
    time_t t = (time_t)seconds;
    struct tm parts = { 0 };
    (void)gmtime_r(&t, &parts); /* every int64 of nanoseconds is a year that fits */
    *ret_ms = (int)(rest / NS_PER_MS);
    return parts;
}

void clock_add_utc(Buf *buf, int64_t unix_ns)
{
    int ms;
    struct tm t = utc(unix_ns, &ms);

    buf_addf(buf, "%04d-%02d-%02d %02d:%02d:%02d.%03d +0000 UTC", t.tm_year + 1900, t.tm_mon + 1,
             t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec, ms);
}

void clock_add_rfc3339(Buf *buf, int64_t unix_ns, bool with_ms)
{
    int ms;
    struct tm t = utc(unix_ns, &ms);

    buf_addf(buf, "%04d-%02d-%02dT%02d:%02d:%02d", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday,
             t.tm_hour, t.tm_min, t.tm_sec);
    if (with_ms) {
        buf_addf(buf, ".%03d", ms);
    }
    buf_add_char(buf, 'Z');
}
