/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli/source_profile.h - the functions of a profile file with their costs, as "source coverage" and
 * "source suggest" look at them.
 */
#pragma once

#include "cli/annotate.h"

/* One (name, file) of the profile. */
typedef struct ProfileFunction {
    Str name;
    Str file;
    int32_t start_line;
    int64_t self;
    int64_t total; /* each sample once */
} ProfileFunction;

typedef struct ProfileFunctions {
    ProfileFunction *items; /* by self, then total, descending */
    size_t n;
    int64_t total; /* of the profile: self of all functions, and of samples without one */
    Str unit;
    Version version; /* of the first mapping that names one; texts "" otherwise */
} ProfileFunctions;

/* Texts belong to the file and the arena. */
bool profile_functions_read(const ProfileFile *file, Arena *arena, ProfileFunctions *ret_functions,
                            Err *err) MUST_CHECK;

/* Name and file contain the text. */
bool profile_function_has(const ProfileFunction *function, Str text);
