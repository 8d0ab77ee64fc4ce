/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server/config_value.h - texts of settings to values, and back to people.
 */
#pragma once

#include "base/err.h"
#include "base/str.h"

/* All of them: INVALID_ARGUMENT with what is expected. Negative numbers are refused. */
bool value_to_switch(Str text, bool *ret_value,
                     Err *err) MUST_CHECK; /* true, false, empty (a bare flag) */
bool value_to_count(Str text, int64_t *ret_value, Err *err) MUST_CHECK;
bool value_to_bytes(Str text, int64_t *ret_bytes, Err *err) MUST_CHECK; /* 512MiB, 1GB, 1024 */
bool value_to_duration(Str text, int64_t *ret_ns, Err *err) MUST_CHECK; /* 31d, 1h30m, 500ms, 0 */

/* How many single-character changes lead from a to b; for "did you mean". */
size_t value_edit_distance(Str a, Str b);
