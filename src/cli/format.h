/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli/format.h - values with units as the UI shows them: the same number has the same text
 * (ui.md 2.11).
 */
#pragma once

#include "base/buf.h"

/* Appends a value: unit is ns, bytes, short, or any other name, which is put behind the number. */
void format_add_value(Buf *buf, int64_t value, Str unit);

/* Appends "33.33%"; "<0.01%" for smaller ones, nothing for 0. */
void format_add_percent(Buf *buf, int64_t part, int64_t whole);
