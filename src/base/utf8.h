/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/utf8.h - checks and repairs of UTF-8 text (RFC 3629: no surrogates, at most U+10FFFF).
 */
#pragma once

#include "base/macros.h"

/* Length of the longest valid prefix of text[len]; equal to len when all of it is valid. */
size_t utf8_valid_prefix(const char *text, size_t len);

static inline bool utf8_valid(const char *text, size_t len)
{
    return utf8_valid_prefix(text, len) == len;
}

/* The largest position <= pos at which a character starts, so that text[0..floor) is not cut inside
 * one. */
size_t utf8_floor(const char *text, size_t pos);

/* Writes code point cp into out[4] and returns the number of bytes. */
size_t utf8_encode(uint32_t cp, char *out);
