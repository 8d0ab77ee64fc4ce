/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/secret.h - small tools for tokens, codes and keys: making, hashing, wiping.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"

struct json_t;

enum {
    SECRET_BYTES = 32,      /* of a random secret, and of a digest */
    SECRET_TEXT_CHARS = 43, /* the same in base64 for URLs, without padding */
};

/* False when the system gives no random bytes. */
bool secret_random(unsigned char *out, size_t n) MUST_CHECK;

/* n <= 32 random bytes as base64 for URLs (RFC 4648 section 5) in arena; ptr NULL on failure. */
Str secret_random_text(Arena *arena, size_t n);

/* Base64 for URLs without padding, in arena; ptr NULL when out of memory. n <= 32. */
Str secret_url_text(Arena *arena, const unsigned char *bytes, size_t n);

/*
 * SHA-256 over the parts, a zero byte behind each but the last, so that their borders count.
 * False only when the library fails.
 */
bool secret_digest(const Str *parts, size_t n_parts,
                   unsigned char ret_digest[SECRET_BYTES]) MUST_CHECK;

/* Whether the text could be a random text of ours: characters and length. */
bool secret_text_valid(Str text, size_t n_chars);

/* Equal bytes, in a time that does not depend on where they differ. */
bool secret_equal(const unsigned char *a, const unsigned char *b, size_t n);

/* Overwrites text that is our own copy, whatever the type says. */
void secret_wipe(Str text);

/* Overwrites and frees the bytes of a buffer. */
void secret_buf_done(Buf *buf);

/* Overwrites all texts in a JSON value, then drops the reference. NULL is fine. */
void secret_json_done(struct json_t *root);
