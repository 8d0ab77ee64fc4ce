/* SPDX-License-Identifier: Apache-2.0 */
/*
 * account/cookie.h - cookies of our own: reading a Cookie header, writing Set-Cookie (RFC 6265).
 */
#pragma once

#include "base/arena.h"

#define ACCOUNT_COOKIE "flameline_session"
#define ATTEMPT_COOKIE "flameline_login_" /* and the attempt's id */

/* Longer headers are not looked at. */
#define COOKIE_MAX_HEADER_BYTES KiB(64)

/* Value of the first cookie of that name, borrowed from the header; "" when there is none. */
Str cookie_find(Str header, Str name);

/*
 * Text of a Set-Cookie header with HttpOnly and SameSite=Lax, in arena; ptr NULL when out of
 * memory. path: without a slash at the end, "" for the root. max_age_s 0 deletes the cookie.
 */
Str cookie_text(Arena *arena, Str name, Str value, Str path, int64_t max_age_s, bool secure);
