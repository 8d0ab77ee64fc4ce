/* SPDX-License-Identifier: Apache-2.0 */
/*
 * account/seal.h - what makes a stored session unreadable without the browser's cookie.
 *
 * The cookie's 32 random bytes are stored nowhere. A digest of them names the session in the store;
 * they, the server's session secret and the tenant give the AES-256-GCM key (HKDF with SHA-256, RFC
 * 5869). So neither a copy of the data directory nor the server's secret alone opens anything.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "source/secret.h"

enum {
    SEAL_ID_CHARS = 64, /* hexadecimal */
    SEAL_OVERHEAD_BYTES = 12 + 16,
};

typedef struct SealContext {
    const unsigned char *cookie_secret; /* [SECRET_BYTES] */
    Str tenant;
    const Str *server_secrets; /* [n_server_secrets]: the first seals, all open; none: the cookie
                                  alone counts */
    size_t n_server_secrets;
} SealContext;

/* Key of the session in the store. False only when the library fails. */
bool seal_id(const unsigned char cookie_secret[SECRET_BYTES], Str tenant,
             char ret_id[SEAL_ID_CHARS]) MUST_CHECK;

/* Appends nonce, ciphertext and tag of plain; bound goes into the tag. Errors: INTERNAL. */
bool seal_close(const SealContext *context, Str bound, Str plain, Buf *out, Err *err) MUST_CHECK;

/* ret_plain in arena. False: not sealed with this cookie, tenant and one of the secrets, or
 * changed since. */
bool seal_open(const SealContext *context, Str bound, Str sealed, Arena *arena,
               Str *ret_plain) MUST_CHECK;
