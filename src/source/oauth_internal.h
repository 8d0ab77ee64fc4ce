/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/oauth_internal.h - the struct behind OauthClient, for oauth.c and oauth_client.c.
 */
#pragma once

#include "source/oauth.h"
#include "source/oauth_flavour.h"

struct OauthClient {
    const OauthFlavour *flavour;
    struct HttpClient *http;
    Arena *arena; /* texts below; not used after creation */
    Str name;
    Str client_id;
    Str client_secret; /* wiped at the end; "": a public client */
    Str scope;
    Str callback_url;
    Str revoke_url;
    const char *authorize_url;
    const char *token_url;
    const char *user_url;
    const char *ca_file; /* NULL: of the system */
};
