/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/oauth.h - connecting accounts: the OAuth 2 client of one git host (RFC 6749, PKCE by RFC
 * 7636).
 *
 * One client for each provider that has a client id. It is fixed after creation and shared by all
 * threads; calls block up to ten seconds and are worker threads' business. What a host sends is
 * bounded, redirects are not followed, and no message holds a code, token or secret.
 */
#pragma once

#include "source/config.h"
#include "source/oauth_answer.h"

struct HttpClient;

typedef struct OauthClient OauthClient;

/*
 * From a complete provider entry; reads client_secret_file. *ret_client is NULL for an entry
 * without a client id. Errors: NOT_FOUND, INVALID_ARGUMENT (file without a secret, callback_url),
 * RESOURCE_EXHAUSTED.
 */
bool oauth_client_create(const ProviderConfig *config, struct HttpClient *http,
                         OauthClient **ret_client, Err *err) MUST_CHECK;
void oauth_client_destroy(OauthClient *client); /* NULL is fine */

/* Borrowed from the client. */
Str oauth_client_id(const OauthClient *client);
Str oauth_callback_url(const OauthClient *client); /* "": not configured */
/* False for a client without the secret that the host demands: GithubApp may still name it. */
bool oauth_can_login(const OauthClient *client);
/* Page where people take the authorisation back; "" when there is none to name. */
Str oauth_revoke_url(const OauthClient *client);

/*
 * Address of the authorisation page. verifier: the PKCE secret whose digest goes along, where the
 * host knows PKCE. ptr NULL when out of memory.
 */
Str oauth_authorize_url(const OauthClient *client, Str redirect_uri, Str state, Str verifier,
                        Arena *arena);

/*
 * Exchanges a code. redirect_uri and verifier as in the authorisation; "" leaves them out.
 * ret_status: of the host's answer, 0 when there was none; set on failure too. Errors:
 * UNAUTHENTICATED (the host refused); UNAVAILABLE, DEADLINE_EXCEEDED (no answer, 5xx); INTERNAL
 * (unreadable).
 */
bool oauth_exchange(OauthClient *client, Str code, Str redirect_uri, Str verifier, Arena *arena,
                    OauthToken *ret_token, int *ret_status, Err *err) MUST_CHECK;

/* New tokens for a refresh token; ret_token has the old refresh token when the host sends none. */
bool oauth_refresh(OauthClient *client, Str refresh_token, Str redirect_uri, Arena *arena,
                   OauthToken *ret_token, int *ret_status, Err *err) MUST_CHECK;

/* Login name of the account, of at most 100 printable characters. Errors as above. */
bool oauth_account(OauthClient *client, Str access_token, Arena *arena, Str *ret_name,
                   Err *err) MUST_CHECK;

/* The code challenge of RFC 7636 4.2, S256. ptr NULL on failure. */
Str oauth_challenge(Str verifier, Arena *arena);
