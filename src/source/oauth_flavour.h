/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/oauth_flavour.h - how git hosts differ as OAuth servers (section 7.5). Internal to
 * oauth*.c.
 */
#pragma once

#include "source/config.h"

typedef struct OauthFlavour {
    const char *web_url; /* of the public service, when there is one */
    const char *authorize_path;
    const char *token_path;
    const char *user_url;      /* "%api" and "%web" stand for the bases */
    const char *public_api;    /* base of the API of the public service; NULL: as api_suffix says */
    const char *api_suffix;    /* from the web address to the API */
    const char *revoke_suffix; /* "%id" stands for the client id; "": none */
    const char *scope;         /* the least that reading private repositories takes */
    const char *names[3];      /* members of the user that name the account, the best first */
    bool basic;                /* client credentials in the Authorization header */
    bool pkce;
    bool needs_secret; /* false: public clients are possible, protected by PKCE alone */
    bool plain_user;   /* the user endpoint answers the bare name */
} OauthFlavour;

/* NULL: nothing to connect to (local repositories). */
const OauthFlavour *oauth_flavour(ProviderType type);
