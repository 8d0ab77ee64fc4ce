/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/session_cookie.h - the cookie "pyroscope_git_session" (section 1.5): a git host's token,
 * sealed with AES-256-GCM under SHA-256(secret ":" tenant).
 *
 * Both layouts of the cookie are read; several secrets may open, the first one seals. The script of
 * the Grafana app builds the current layout from the sealed token itself, so both parts are here.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

#define SESSION_COOKIE_NAME "pyroscope_git_session"

enum {
    SESSION_COOKIE_MAX_BYTES = 16 * 1024,
    SESSION_NONCE_BYTES = 12,
};

typedef struct SessionToken {
    Str access_token; /* secret */
    Str token_type;
    Str refresh_token;     /* secret; "": none */
    int64_t expires_at_ms; /* Unix time; 0: never */
} SessionToken;

/* Value of the first cookie of that name in a Cookie header. False when there is none. */
bool session_cookie_find(Str cookie_header, Str *ret_value) MUST_CHECK;

/*
 * Opens a cookie value with one of the secrets. The token's texts live in arena. Errors:
 * UNAUTHENTICATED with "invalid token", whatever was wrong.
 */
bool session_cookie_open(Arena *arena, const Str *secrets, size_t n_secrets, Str tenant, Str value,
                         SessionToken *ret_token, Err *err) MUST_CHECK;

/*
 * Seals a token; nonce[SESSION_NONCE_BYTES], NULL: random. ret_sealed: base64 text in arena.
 * Errors: INTERNAL (empty secret or tenant, no random numbers); RESOURCE_EXHAUSTED.
 */
bool session_token_seal(Arena *arena, Str secret, Str tenant, const SessionToken *token,
                        const unsigned char *nonce, Str *ret_sealed, Err *err) MUST_CHECK;

/*
 * Cookie values around a sealed token: current and deprecated layout. expires_at_ms 0: never. ptr
 * NULL: no memory.
 */
Str session_cookie_value(Arena *arena, Str sealed, int64_t expires_at_ms,
                         int64_t refresh_expires_at_ms);
Str session_cookie_value_deprecated(Arena *arena, Str sealed, int64_t expires_at_ms);

/* RFC 3339 with offset and up to nine fractional digits; Unix ms. */
bool session_parse_time(Str text, int64_t *ret_unix_ms) MUST_CHECK;
