/* SPDX-License-Identifier: Apache-2.0 */
/*
 * model/label_text.h - label sets as people read them: {a="b", c="d"}.
 */
#pragma once

#include "base/buf.h"
#include "model/labels.h"

/* Appends the set with quotes and backslashes escaped and control characters as \xHH. */
void labels_add_text(Buf *buf, Labels labels);

/* The same as a NUL-terminated text in the arena, cut after 512 bytes, for messages; never NULL. */
const char *labels_text(Labels labels, Arena *arena);
