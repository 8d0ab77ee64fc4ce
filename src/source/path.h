/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/path.h - repository paths: slashes only, relative, without "." and "..".
 *
 * Recorded paths come from profiles, so from anybody. Whatever reaches a provider has gone through
 * path_clean() or path_join(): no empty, dot or dot-dot segment and no control character.
 */
#pragma once

#include "base/arena.h"

/* A zeroed Str has no pointer; code that searches in texts needs one. */
static inline Str text_or_empty(Str text)
{
    return text.ptr != NULL ? text : STR_EMPTY;
}

/*
 * Cleans text to a repository path: backslashes become slashes, leading slashes go, "." and ".."
 * are applied. "" is the repository root. False when ".." leaves the root, on a control character
 * or out of memory; ret_path is untouched then.
 */
bool path_clean(Arena *arena, Str text, Str *ret_path) MUST_CHECK;

/* Joins with a slash, then cleans; ".." of rest may climb out of dir but not out of the root. */
bool path_join(Arena *arena, Str dir, Str rest, Str *ret_path) MUST_CHECK;

/* Copy with "/" for every "\". ptr is NULL when out of memory. */
Str path_slashes(Arena *arena, Str text);

bool path_has_control(Str text);

Str path_base(Str path);      /* behind the last slash */
Str path_parent(Str path);    /* before the last slash; "" without one */
Str path_extension(Str path); /* ".go"; "" without one */

/* Whether path is dir or lies below it; "" is above everything. */
bool path_is_under(Str path, Str dir);

/* Whether path ends with suffix at a segment border: "a/b/c.go" ends with "b/c.go". */
bool path_has_suffix(Str path, Str suffix);

/* Number of segments; 0 for "". */
size_t path_depth(Str path);
