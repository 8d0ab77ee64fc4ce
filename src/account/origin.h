/* SPDX-License-Identifier: Apache-2.0 */
/*
 * account/origin.h - addresses that come from requests and decide where browsers go: pure checks.
 */
#pragma once

#include "base/arena.h"

/* Where the browser sees this server. */
typedef struct OriginRequest {
    Str public_url; /* setting; "": from the request */
    Str host;       /* of the request: header Host */
    Str proto;      /* of the request: header X-Forwarded-Proto */
} OriginRequest;

/* Whether the browser came by https: then cookies are Secure. */
bool origin_is_https(const OriginRequest *request);

/* "https://host:port" in arena; ptr NULL when the request names no usable host. */
Str origin_of(const OriginRequest *request, Arena *arena);

/* Whether an Origin header may change something here: absent, or our own. */
bool origin_allowed(const OriginRequest *request, Str origin_header, Arena *arena);

/* "https://host:port" of an address; "" when it is none. */
Str origin_of_url(Str url);

/*
 * A path on our own origin: begins with one slash; no second one, no backslash, nothing but
 * printable ASCII, at most 2048 bytes.
 */
bool return_path_valid(Str path);
