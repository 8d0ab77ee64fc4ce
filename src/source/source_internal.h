/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/source_internal.h - the struct behind Source, for the files of this folder.
 */
#pragma once

#include "source/lookup_cached.h"
#include "source/source.h"

struct HttpClient;

struct Source {
    Arena *arena; /* copies of the configuration; not used after source_create() */
    struct HttpClient *http;
    LookupShared shared;
    Str default_host;
    Str client_id;
    Str callback_url;
    bool client_secret_set;
    Str *secrets; /* of session cookies; wiped at the end */
    size_t n_secrets;
    int max_calls;
    int64_t deadline_ms;
};
