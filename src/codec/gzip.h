/* SPDX-License-Identifier: Apache-2.0 */
/*
 * codec/gzip.h - gzip both ways, through libdeflate. Thread-safe: each thread has contexts of its
 * own.
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"

/* Whether the bytes start like a gzip member with deflate inside (RFC 1952). */
static inline bool gzip_has_magic(Str bytes)
{
    return bytes.len >= 3 && memcmp(bytes.ptr, "\x1f\x8b\x08", 3) == 0;
}

/*
 * Appends the decompressed content of all members to out.
 * max_bytes: the most that may be appended; beyond it RESOURCE_EXHAUSTED with the limit in the
 * text. Errors: INVALID_ARGUMENT (not gzip, cut, wrong checksum, bytes behind the last member);
 * UNAVAILABLE (no memory, or none left in the budget of out).
 */
bool gzip_inflate(Str in, size_t max_bytes, Buf *out, Err *err) MUST_CHECK;

/* Appends one gzip member; level 1 (fast) to 12. */
bool gzip_deflate(Str in, int level, Buf *out, Err *err) MUST_CHECK;
