/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/hosts.h - the configured git hosts, as accounts at them need to know.
 */
#pragma once

#include "source/oauth.h"
#include "source/source.h"

typedef struct SourceHost {
    Str provider; /* configured name; borrowed from source, as all texts here */
    ProviderType type;
    const char *label;  /* for people */
    Str web_url;        /* "": none */
    bool has_token;     /* a static token serves the tenant */
    bool anonymous;     /* may be read without an account; true for local ones */
    OauthClient *login; /* NULL: connecting is not possible */
} SourceHost;

size_t source_host_count(const Source *source);
SourceHost source_host_at(const Source *source, size_t i, Str tenant);
/* False when there is no such provider. */
bool source_host_find(const Source *source, Str provider, Str tenant, SourceHost *ret_host);

/* oauth_flights_refresh() for a host with login. */
bool source_host_refresh(Source *source, const SourceHost *host, Str refresh_token,
                         Str redirect_uri, Arena *arena, OauthToken *ret_token,
                         Err *err) MUST_CHECK;

/* Secrets of sessions, the first one seals; borrowed. */
const Str *source_session_secrets(const Source *source, size_t *ret_n);
