/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/clock.h - the two clocks: calendar time (Unix) and a steady one for durations.
 */
#pragma once

#include <stdint.h>
#include <time.h>

#include "base/buf.h"

#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S INT64_C(1000000000)
#define NS_PER_DAY (INT64_C(86400) * NS_PER_S)

static inline int64_t clock_read_ns(clockid_t id)
{
    struct timespec now;

    (void)clock_gettime(id, &now); /* cannot fail for the clocks used here */
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

static inline int64_t clock_unix_ns(void)
{
    return clock_read_ns(CLOCK_REALTIME);
}

static inline int64_t clock_steady_ns(void)
{
    return clock_read_ns(CLOCK_MONOTONIC);
}

/* Appends a Unix time as "2026-01-02 03:04:05.678 +0000 UTC". */
void clock_add_utc(Buf *buf, int64_t unix_ns);

/* Appends a Unix time as RFC 3339 in UTC: "2026-01-02T03:04:05Z" (seconds) or with .mmm when
 * with_ms. */
void clock_add_rfc3339(Buf *buf, int64_t unix_ns, bool with_ms);
