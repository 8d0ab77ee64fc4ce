/* SPDX-License-Identifier: Apache-2.0 */
/* POST /ingest; statuses and codes of ingest.md 3.7. */
#include "api/route.h"
#include "codec/gzip.h"
#include "ingest/ingest_form.h"

static IngestParams read_params(ApiCall *call)
{
    IngestParams params = { .content_type =
                                http_request_header(call->request, STR("content-type")) };
    HttpQueryIter iter = http_query_iter(call->request->query);
    Str name;
    Str value;

    while (http_query_next(&iter, call->request->arena, &name, &value)) {
        if (str_eq(name, STR("name"))) {
            params.name = value;
        } else if (str_eq(name, STR("from"))) {
            params.from = value;
        } else if (str_eq(name, STR("spyName"))) {
            params.spy_name = value;
        } else if (str_eq(name, STR("format"))) {
            params.format = value;
        }
    }
    return params;
}

static void respond_failure(ApiCall *call, IngestFailure failure, const Err *err)
{
    switch (failure) {
    case INGEST_BAD_PROFILE:
        if (err->code == ERR_UNAVAILABLE) { /* it is not the profile that is bad */
            respond_error(call, err);
        } else {
            respond_error_as(call, 422, "unknown", err->msg);
        }
        break;
    case INGEST_BAD_NAME:
    case INGEST_NOT_BUILT:
    case INGEST_STORE:
        respond_error(call, err);
        break;
    }
}

/* The body without Content-Encoding; false: answered already. */
static bool read_body(ApiCall *call, Buf *inflated, Str *ret_body)
{
    const HttpRequest *request = call->request;
    Err err = ERR_INIT;

    if (request->body_state == HTTP_BODY_TOO_LARGE) {
        (void)err_set(&err, ERR_INVALID_ARGUMENT, "request body too large: the limit is %zu bytes",
                      request->max_body_bytes);
        respond_error_as(call, 413, "invalid_argument", err.msg);
        return false;
    }
    if (request->body_state == HTTP_BODY_OVERLOADED) {
        respond_error_as(call, 503, "unavailable", "too many uploads at the same time, try again");
        return false;
    }
    *ret_body = request->body;
    bool gzipped =
        str_eq_ignore_case(http_request_header(request, STR("content-encoding")), STR("gzip"));
    if (!gzipped || request->body.len == 0) {
        return true;
    }
    if (!gzip_inflate(request->body, request->max_body_bytes, inflated, &err)) {
        bool large = err.code == ERR_RESOURCE_EXHAUSTED;
        if (err.code == ERR_UNAVAILABLE) {
            respond_error(call, &err);
            return false;
        }
        respond_error_as(call, large ? 413 : 422, large ? "invalid_argument" : "unknown", err.msg);
        return false;
    }
    *ret_body = buf_str(inflated);
    return true;
}

static void ingest_body(ApiCall *call, Str body)
{
    IngestParams params = read_params(call);
    IngestFailure failure;
    Str tenant;
    Err err = ERR_INIT;

    if (!call_set_tenants(call, &err) || !call_single_tenant(call, &tenant, &err)) {
        respond_error(call, &err);
        return;
    }
    if (!ingest_store(call->api->ingest, tenant, &params, body, call->request->arena, &failure,
                      &err)) {
        respond_failure(call, failure, &err);
        return;
    }
    call->response->status = 200;
}

void route_ingest(ApiCall *call)
{
    Buf inflated = BUF_INIT(call->request->max_body_bytes);
    Str body;

    inflated.budget = call->request->budget;

    if (!str_eq(call->request->method, STR("POST"))) {
        call->response->status = 405;
        return;
    }
    if (read_body(call, &inflated, &body)) {
        ingest_body(call, body);
    }
    buf_done(&inflated);
}
