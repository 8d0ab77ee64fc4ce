/* SPDX-License-Identifier: Apache-2.0 */
/*
 * codec/attime.h - times as people write them in "from" and "until" (query.md 2.3, ingest.md 3.3).
 */
#pragma once

#include "base/clock.h"

/*
 * Digits: YYYYMMDD, or Unix time in s, ms (13 digits), us (16) or ns (19). "now-1h", "now-3h30m",
 * "-15min"; also RFC 3339. '_', ',' and blanks are ignored.
 * ret_ns: Unix nanoseconds. False when the text is none of these; then the caller decides.
 */
bool attime_parse(Str text, int64_t now_ns, int64_t *ret_ns) MUST_CHECK;
