/* SPDX-License-Identifier: Apache-2.0 */
/* The front door: from a path to its route. */
#include "api/metrics.h"
#include "api/route.h"
#include "base/clock.h"
#include "base/log.h"

typedef struct Route {
    Str path;
    void (*handle)(ApiCall *call);
} Route;

static const Route routes[] = {
    { STR_CONST("/ingest"), route_ingest },
    { STR_CONST("/pyroscope/ingest"), route_ingest },
    { STR_CONST("/pyroscope/render"), route_render },
    { STR_CONST("/login/callback"), route_login_callback },
    { STR_CONST("/ready"), route_ready },
    { STR_CONST("/metrics"), route_metrics },
    { STR_CONST("/api/v1/status/buildinfo"), route_buildinfo },
};

/* Routes of the reference that later versions answer (query.md 6.5). */
static const Str not_built[] = {
    STR_CONST("/pyroscope/render-diff"),
    STR_CONST("/pyroscope/label-values"),
    STR_CONST("/v1development/profiles"),
};

static bool strip_base(ApiCall *call)
{
    Str base = call->api->options.base_path;
    Str path = call->request->path;

    if (!str_starts_with(path, base)) {
        return false;
    }
    path = str_skip(path, base.len);
    call->path = path.len == 0 ? STR("/") : path;
    return call->path.ptr[0] == '/';
}

static void dispatch(ApiCall *call)
{
    if (!strip_base(call)) {
        respond_not_found(call);
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(routes); i++) {
        if (str_eq(call->path, routes[i].path)) {
            routes[i].handle(call);
            return;
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(not_built); i++) {
        if (str_eq(call->path, not_built[i])) {
            respond_error_as(call, 501, "unimplemented", "this route is not supported yet");
            return;
        }
    }
    if (!route_rpc(call)) {
        route_ui(call);
    }
}

/* One line a request for what failed on our side; what clients do wrong is counted, and shown with
 * debug. */
static void log_request(const ApiCall *call, int64_t duration_ns)
{
    const HttpRequest *request = call->request;
    int status = call->response->status;
    /* probes ask /ready every few seconds; its state is in the metrics, and its cause was logged */
    bool ours = status >= 500 && status != 501 && !str_eq(request->path, STR("/ready"));
    LogLevel level = ours ? LOG_WARN : LOG_DEBUG;
    const LogField fields[] = {
        FIELD_STR("id", request->id),
        FIELD_STR("method", request->method),
        FIELD_STR("path", request->path),
        FIELD_I64("status", status),
        FIELD_I64("duration_us", duration_ns / 1000),
        FIELD_STR("answer",
                  status >= 400 ? str_first(buf_str(&call->response->body), 300) : STR_EMPTY),
    };

    log_write(level, "request", fields, ARRAY_LEN(fields));
}

void api_handle(void *ctx, const HttpRequest *request, HttpResponse *response)
{
    ApiCall call = { .api = ctx, .request = request, .response = response };
    int64_t start_ns = clock_steady_ns();

    response->status = 200;
    http_response_add_header(response, STR("X-Request-Id"), request->id);
    dispatch(&call);
    int64_t duration_ns = clock_steady_ns() - start_ns;
    bool known = response->status != 404 && call.path.ptr != NULL;
    metrics_request(call.api->metrics, request->method, known ? call.path : STR("/other"),
                    response->status, duration_ns);
    log_request(&call, duration_ns);
}
