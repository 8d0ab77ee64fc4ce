/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/verify.h - does a fetched file look like the one that was compiled (4.7), and is it text.
 */
#pragma once

#include "source/declarations.h"

typedef enum VerifyResult {
    VERIFY_AT_LINE,   /* the function stands at its start line, or somewhere if that is unknown */
    VERIFY_ELSEWHERE, /* it is in the file but not near its line */
    VERIFY_ABSENT,
    VERIFY_UNKNOWN, /* the name cannot be looked for: closures without name, no function */
} VerifyResult;

/* start_line 0: not known. */
VerifyResult verify_function(const TextLines *lines, RuleLanguage language, Str function,
                             int32_t start_line);

/* A JVM language declares that class, interface, object, trait, record or enum. */
bool verify_declares_type(const TextLines *lines, Str type);

bool verify_is_binary(Str bytes);      /* NUL in the first 8 KiB (section 9) */
bool verify_is_lfs_pointer(Str bytes); /* section 7.2 */

/* bytes itself when valid UTF-8, else a copy with U+FFFD for what is not. ptr NULL: no memory. */
Str verify_repair_utf8(Arena *arena, Str bytes, bool *ret_repaired);
