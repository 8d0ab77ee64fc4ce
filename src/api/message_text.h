/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/message_text.h - texts and label sets in messages. All copies are in the arena.
 */
#pragma once

#include "base/arena.h"
#include "model/labels.h"
#include "types/v1/types.pb-c.h"

/* Texts of a repeated string field as Str. NULL when the arena is used up. */
Str *texts_of(char *const *items, size_t n, Arena *arena);

/* Label pairs of a set; false when the arena is used up. */
bool label_pairs(Labels labels, Arena *arena, Types__V1__LabelPair ***ret_pairs);
