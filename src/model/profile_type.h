/* SPDX-License-Identifier: Apache-2.0 */
/*
 * model/profile_type.h - profile type ids: process_cpu:cpu:nanoseconds:cpu:nanoseconds.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

typedef struct ProfileType {
    Str id; /* the five parts, as in the label __profile_type__ */
    Str name;
    Str sample_type;
    Str sample_unit;
    Str period_type;
    Str period_unit;
} ProfileType;

/* Reads an id of five parts, or six when it ends in one more (":delta"). Errors: INVALID_ARGUMENT.
 */
bool profile_type_parse(Str text, ProfileType *ret_type, Err *err) MUST_CHECK;

/* The unit as reports name it: ns, bytes, short, or the unit itself (query.md 5.2). */
Str profile_type_display_unit(const ProfileType *type);
