/* SPDX-License-Identifier: Apache-2.0 */
/*
 * regex/regex.h - RE2 behind a C interface: linear time, Go's syntax, bounded memory.
 */
#pragma once

#include "base/err.h"
#include "base/str.h"

typedef struct Regex Regex;

/*
 * Compiles a pattern; '.' matches a line feed too (Go's (?s)).
 * ret_regex: release with regex_free(). Errors: INVALID_ARGUMENT with RE2's text;
 * RESOURCE_EXHAUSTED.
 */
bool regex_compile(Str pattern, Regex **ret_regex, Err *err) MUST_CHECK;
void regex_free(Regex *regex); /* NULL is fine */
DEFINE_CLEANUP(Regex *, regex_free);

/* Whether the pattern matches the whole text. Safe to call from several threads. */
bool regex_full_match(const Regex *regex, Str text);
