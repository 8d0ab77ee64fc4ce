/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/oauth_flight.h - one refresh for each refresh token, whoever asks (section 1.7, "Do").
 *
 * Hosts accept a refresh token once: of several requests that meet an expired token at the same
 * moment, one asks and all get its answer, as do those that come within the next minute with the
 * token that is spent by then. Entries are found by a digest; results are kept in memory only and
 * wiped.
 */
#pragma once

#include "source/oauth.h"

typedef struct OauthFlights OauthFlights;

OauthFlights *oauth_flights_create(void);          /* NULL when out of memory */
void oauth_flights_destroy(OauthFlights *flights); /* NULL is fine; no call may be under way */

/* oauth_refresh(), shared. provider: tells hosts apart. Errors as there. */
bool oauth_flights_refresh(OauthFlights *flights, OauthClient *client, Str provider,
                           Str refresh_token, Str redirect_uri, Arena *arena, OauthToken *ret_token,
                           Err *err) MUST_CHECK;
