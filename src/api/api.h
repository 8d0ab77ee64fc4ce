/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/api.h - everything the server answers over HTTP: RPCs, uploads, legacy routes, operations,
 * the UI.
 */
#pragma once

#include "account/account.h"
#include "ingest/upload.h"
#include "net/http_server.h"
#include "query/query.h"
#include "source/source.h"

typedef struct Metrics Metrics;

typedef struct ApiOptions {
    Str base_path;       /* in front of every path, without a slash at the end; empty: none */
    bool multitenancy;   /* X-Scope-OrgID is demanded; otherwise everybody is "anonymous" */
    Str frame_ancestors; /* Content-Security-Policy of the UI; empty: 'none' */
    Str public_url;      /* origin at which browsers see this server; empty: that of the request */
} ApiOptions;

typedef struct Api {
    ApiOptions options;
    Store *store;
    Ingest *ingest;
    Query query;
    Source *source;   /* NULL: no source integration */
    Account *account; /* NULL: no accounts at git hosts */
    Metrics *metrics;
    HttpServer *_Atomic http; /* for the metrics page; set after start */
    _Atomic bool stopping;    /* /ready says so */
} Api;

/* The HttpHandler; ctx is an Api. */
void api_handle(void *ctx, const HttpRequest *request, HttpResponse *response);
