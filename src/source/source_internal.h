/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/source_internal.h - the struct behind Source, for the files of this folder.
 */
#pragma once

#include "source/lookup_cached.h"
#include "source/oauth_flight.h"
#include "source/source.h"

struct HttpClient;

struct Source {
    Arena *arena; /* copies of the configuration; not used after source_create() */
    struct HttpClient *http;
    LookupShared shared;
    Str default_host;
    GoForge *forges; /* [n_forges] hosts of the providers */
    size_t n_forges;
    Str callback_url; /* of GithubApp: for Grafana's login, not for ours */
    OauthFlights *flights;
    SourceOverride *overrides; /* [n_overrides] */
    size_t n_overrides;
    Str *secrets; /* of session cookies; wiped at the end */
    size_t n_secrets;
    int max_calls;
    int64_t deadline_ms;
};

/* The OAuth client of a provider; NULL when connecting is not possible there. */
OauthClient *source_login_client(Source *source, Str provider);
