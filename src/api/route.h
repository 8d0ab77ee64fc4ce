/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/route.h - what the files of this folder share: one call, its tenants, and the ways to answer.
 */
#pragma once

#include "api/api.h"

typedef struct ApiCall {
    Api *api;
    const HttpRequest *request;
    HttpResponse *response;
    Str path; /* without the base path */
    Tenants tenants;
    bool utf8_label_names;      /* the client can handle any label name */
    int64_t deadline_steady_ns; /* of the client; 0: none */
} ApiCall;

/* Sets tenants from X-Scope-OrgID (ingest.md 7.1). Errors: UNAUTHENTICATED, INVALID_ARGUMENT. */
bool call_set_tenants(ApiCall *call, Err *err) MUST_CHECK;

/* The only tenant of a call that must have one. Errors: INVALID_ARGUMENT. */
bool call_single_tenant(const ApiCall *call, Str *ret_tenant, Err *err) MUST_CHECK;

/* The query engine with the deadline of this call. */
Query call_query(const ApiCall *call);

/* Where the browser sees this server, from the setting and the request. */
OriginRequest call_origin(const ApiCall *call);

/* A fresh value for each answer: only scripts and styles that carry it run. Empty on failure. */
Str make_nonce(Arena *arena);

void respond_text(ApiCall *call, int status, Str content_type, Str text);
void respond_not_found(ApiCall *call);
void respond_method_not_allowed(ApiCall *call, Str allow);

/* The JSON error of Connect; status is taken from the code. */
void respond_error(ApiCall *call, const Err *err);

/* The same with a status and name of its own (ingest.md 3.7). */
void respond_error_as(ApiCall *call, int status, const char *code, const char *message);

/* Compresses the body with gzip and says so; on failure the body stays as it is. */
void respond_gzip(ApiCall *call);

/* Whether Accept-Encoding contains exactly this token (query.md 1.1). */
bool accepts_encoding_token(const HttpRequest *request, Str token);

/* Whether Accept-Encoding allows gzip by the rules of HTTP, with weights (the legacy routes).
 */
bool accepts_gzip_weighted(const HttpRequest *request);

/* Connect name and HTTP status of a code. */
const char *connect_code_name(ErrCode code);
int connect_http_status(ErrCode code);

/* ---- the routes ---- */

bool route_rpc(ApiCall *call); /* false: the path is no RPC */
void route_login_callback(ApiCall *call);
void route_ingest(ApiCall *call);
void route_render(ApiCall *call);
void route_ready(ApiCall *call);
void route_metrics(ApiCall *call);
void route_buildinfo(ApiCall *call);
void route_ui(ApiCall *call);
