/* SPDX-License-Identifier: Apache-2.0 */
/*
 * codec/json.h - JSON text writing. Reading is jansson's job.
 */
#pragma once

#include "base/buf.h"

/* Appends a quoted JSON string. Bytes that are no UTF-8 become U+FFFD, so the output is always
 * valid. */
void json_add_string(Buf *buf, Str s);

/*
 * Appends a number as protobuf JSON does: shortest text that reads back equal, plain notation for
 * 1e-6 <= |v| < 1e21; NaN and infinities as quoted words.
 */
void json_add_double(Buf *buf, double value);
