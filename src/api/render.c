/* SPDX-License-Identifier: Apache-2.0 */
/* GET /pyroscope/render (query.md 1.9): flame graph and timeline as one JSON document. */
#include "api/route.h"
#include "api/stacktraces_service.h"
#include "codec/attime.h"
#include "codec/json.h"
#include "query/series.h"
#include "query/stacktraces.h"

enum { RENDER_MAX_GROUP_BY = 16 };

typedef struct RenderRequest {
    StacktracesRequest stacks;
    int64_t max_nodes; /* 0: not given */
    bool dot;
    Str group_by[RENDER_MAX_GROUP_BY];
    size_t n_group_by;
    bool average;
} RenderRequest;

/* ---- parameters ---- */

/* Splits "type{matchers}" or "{__name__=\"type\",...}" into the type and the rest of the selector.
 */
static bool read_query(Str text, Arena *arena, ProfileType *ret_type, Err *err)
{
    Matchers matchers = { 0 };
    Str id = STR_EMPTY;

    if (!selector_parse(text, arena, &matchers, err)) {
        return err_wrap(err, "failed to parse \"query\"");
    }
    for (size_t i = 0; i < matchers.n; i++) {
        const Matcher *matcher = matchers.items[i];
        bool names_type = str_eq(matcher_name(matcher), LABEL_NAME) ||
                          str_eq(matcher_name(matcher), LABEL_PROFILE_TYPE);
        if (names_type && matcher_op(matcher) == MATCH_EQ) {
            id = matcher_value(matcher); /* lives in the arena */
        }
    }
    matchers_done(&matchers);
    if (id.len == 0) {
        return err_set(err, ERR_INVALID_ARGUMENT,
                       "\"query\" must contain a profile-type selection");
    }
    return profile_type_parse(id, ret_type, err);
}

static bool read_time(const char *name, Str text, int64_t now_ns, int64_t *ret_ms, Err *err)
{
    int64_t ns = now_ns;

    if (text.len > 0 && !attime_parse(text, now_ns, &ns)) {
        return err_set(err, ERR_INVALID_ARGUMENT,
                       "\"%s\" is no time: use Unix seconds, RFC 3339 or now-1h", name);
    }
    *ret_ms = ns / NS_PER_MS;
    return true;
}

typedef struct RenderParams {
    Str query;
    Str from;
    Str until;
    Str max_nodes;
    Str max_nodes_old;
} RenderParams;

static void read_params(const HttpRequest *http, RenderParams *params, RenderRequest *request)
{
    HttpQueryIter iter = http_query_iter(http->query);
    Str name;
    Str value;

    while (http_query_next(&iter, http->arena, &name, &value)) {
        if (str_eq(name, STR("query"))) {
            params->query = value;
        } else if (str_eq(name, STR("from"))) {
            params->from = value;
        } else if (str_eq(name, STR("until"))) {
            params->until = value;
        } else if (str_eq(name, STR("maxNodes"))) {
            params->max_nodes = value;
        } else if (str_eq(name, STR("max-nodes"))) {
            params->max_nodes_old = value;
        } else if (str_eq(name, STR("format"))) {
            request->dot = str_eq(value, STR("dot"));
        } else if (str_eq(name, STR("aggregation"))) {
            request->average = str_eq(value, STR("avg"));
        } else if (str_eq(name, STR("groupBy")) && request->n_group_by < RENDER_MAX_GROUP_BY) {
            request->group_by[request->n_group_by++] = value;
        }
    }
}

static bool read_request(ApiCall *call, const Query *query, RenderRequest *request, bool *ret_empty,
                         Err *err)
{
    StacktracesRequest *stacks = &request->stacks;
    RenderParams params = { 0 };
    int64_t now_ns = query->now_ns();

    *request = (RenderRequest){ .stacks = { .tenants = call->tenants } };
    read_params(call->request, &params, request);
    if (params.query.len == 0) {
        return err_set(err, ERR_INVALID_ARGUMENT, "\"query\" is required");
    }
    stacks->selector = params.query;
    if (!read_query(params.query, call->request->arena, &stacks->type, err) ||
        !read_time("from", params.from, now_ns, &stacks->range.start_ms, err) ||
        !read_time("until", params.until, now_ns, &stacks->range.end_ms, err) ||
        !range_check(query, &stacks->range, false, ret_empty, err)) {
        return false;
    }
    Str max_nodes = params.max_nodes.len > 0 ? params.max_nodes : params.max_nodes_old;
    if (!str_to_i64(max_nodes, &request->max_nodes)) {
        request->max_nodes = 0; /* no number: the default */
    }
    return true;
}

/* ---- timeline ---- */

/* Steps that people can read, by the upper end of what is rounded to them; in seconds. */
static int64_t timeline_step_s(int64_t range_ms)
{
    static const struct {
        double up_to;
        int64_t step;
    } steps[] = {
        { 17.5, 15 },        { 25, 20 },           { 45, 30 },       { 90, 60 },
        { 210, 120 },        { 450, 300 },         { 750, 600 },     { 1050, 900 },
        { 1500, 1200 },      { 2700, 1800 },       { 5400, 3600 },   { 9000, 7200 },
        { 16200, 10800 },    { 32400, 21600 },     { 86400, 43200 }, { 604800, 86400 },
        { 1814400, 604800 }, { 3628799, 2592000 },
    };

    double wanted = MAX((double)range_ms / 1000 / 1500, 15.0);

    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        if (wanted <= steps[i].up_to) {
            return steps[i].step;
        }
    }
    return 31536000;
}

/* points: NULL for a timeline of zeros. */
static void add_timeline(Buf *out, const QueryRange *range, int64_t step_s, const Series *points)
{
    int64_t start = range->start_ms / 1000 / step_s * step_s;
    int64_t end = range->end_ms / 1000 / step_s * step_s;
    size_t at = 0;

    buf_addf(out, "{\"startTime\":%lld,\"samples\":[", (long long)start);
    for (int64_t t = start; t < end; t += step_s) {
        int64_t value = 0;
        while (points != NULL && at < points->n_points &&
               points->points[at].time_ms < (t + step_s) * 1000) {
            if (points->points[at].time_ms >= t * 1000) {
                value = points->points[at].sum;
            }
            at++;
        }
        if (t > start) {
            buf_add_char(out, ',');
        }
        buf_add_i64(out, value);
    }
    buf_addf(out, "],\"durationDelta\":%lld,\"watermarks\":null}", (long long)step_s);
}

static void add_groups(Buf *out, const RenderRequest *request, int64_t step_s, const Series *series,
                       size_t n)
{
    if (request->n_group_by == 0) {
        buf_add(out, STR("null"));
        return;
    }
    buf_add_char(out, '{');
    for (size_t i = 0; i < n; i++) {
        Str value = STR("*");
        for (size_t j = 0; j < series[i].labels.n; j++) {
            if (str_eq(series[i].labels.items[j].name, request->group_by[0])) {
                value = series[i].labels.items[j].value;
            }
        }
        if (i > 0) {
            buf_add_char(out, ',');
        }
        json_add_string(out, value);
        buf_add_char(out, ':');
        add_timeline(out, &request->stacks.range, step_s, &series[i]);
    }
    buf_add_char(out, '}');
}

/* ---- the document ---- */

static void add_flamebearer(Buf *out, const FlameGraph *graph)
{
    buf_add(out, STR("{\"names\":["));
    for (size_t i = 0; i < graph->names.len; i++) {
        if (i > 0) {
            buf_add_char(out, ',');
        }
        json_add_string(out, graph->names.items[i]);
    }
    buf_add(out, STR("],\"levels\":["));
    for (size_t i = 0; i < graph->levels.len; i++) {
        const FlameLevel *level = &graph->levels.items[i];
        buf_add(out, i > 0 ? STR(",[") : STR("["));
        for (size_t j = 0; j < level->values.len; j++) {
            if (j > 0) {
                buf_add_char(out, ',');
            }
            buf_add_i64(out, level->values.items[j]);
        }
        buf_add_char(out, ']');
    }
    buf_addf(out, "],\"numTicks\":%lld,\"maxSelf\":%lld}", (long long)graph->total,
             (long long)graph->max_self);
}

static bool is_one_of(Str s, const Str *items, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (str_eq(s, items[i])) {
            return true;
        }
    }
    return false;
}

static void add_metadata(Buf *out, const ProfileType *type)
{
    static const Str objects[] = { STR_CONST("inuse_objects"), STR_CONST("alloc_objects"),
                                   STR_CONST("goroutine"), STR_CONST("samples") };
    Str units = type->sample_unit;
    int64_t rate = 100;

    if (is_one_of(type->sample_type, objects, ARRAY_LEN(objects))) {
        units = STR("objects");
    } else if (str_eq(type->sample_type, STR("cpu"))) {
        units = STR("samples");
        rate = 1000000000;
    }
    buf_addf(out, "{\"format\":\"single\",\"spyName\":\"\",\"sampleRate\":%lld,\"units\":",
             (long long)rate);
    json_add_string(out, units);
    buf_add(out, STR(",\"name\":"));
    json_add_string(out, type->sample_type);
    buf_add_char(out, '}');
}

static bool render_json(ApiCall *call, const Query *query, const RenderRequest *request,
                        const Tree *tree, int64_t max_nodes, Err *err)
{
    const StacktracesRequest *stacks = &request->stacks;
    int64_t step_s = timeline_step_s(stacks->range.end_ms - stacks->range.start_ms);
    SeriesRequest series_request = {
        .tenants = stacks->tenants,
        .type = stacks->type,
        .selector = stacks->selector,
        .range = stacks->range,
        .step_ms = step_s * 1000,
        .group_by = request->group_by,
        .n_group_by = request->n_group_by,
        .average = request->average,
    };
    Buf *out = &call->response->body;
    Series *series;
    size_t n;
    FlameGraph graph;

    if (!query_series(query, &series_request, call->request->arena, &series, &n, err) ||
        !flamegraph_encode(tree, tree_min_value(tree, max_nodes), &graph, err)) {
        return false;
    }
    buf_add(out, STR("{\"version\":1,\"flamebearer\":"));
    add_flamebearer(out, &graph);
    buf_add(out, STR(",\"metadata\":"));
    add_metadata(out, &stacks->type);
    buf_add(out, STR(",\"timeline\":"));
    add_timeline(out, &stacks->range, step_s, n == 1 ? &series[0] : NULL);
    buf_add(out, STR(",\"groups\":"));
    add_groups(out, request, step_s, series, n);
    buf_add(out, STR(",\"heatmap\":null}\n"));
    flamegraph_done(&graph);
    http_response_add_header(call->response, STR("Content-Type"), STR("application/json"));
    return true;
}

static bool render_dot(ApiCall *call, const RenderRequest *request, const Tree *tree, Err *err)
{
    if (!tree_add_dot(tree, &request->stacks.type, request->max_nodes, &call->response->body,
                      err)) {
        return false;
    }
    bool empty = call->response->body.len == 0;
    http_response_add_header(call->response, STR("Content-Type"),
                             empty ? STR("text/plain") : STR("text/vnd.graphviz; charset=utf-8"));
    return true;
}

static bool render(ApiCall *call, Err *err)
{
    Query query = call_query(call);
    RenderRequest request;
    int64_t max_nodes;
    bool empty;
    Intern names;
    Tree tree;

    if (!call_set_tenants(call, err) || !read_request(call, &query, &request, &empty, err) ||
        !check_max_nodes(&query.limits, request.max_nodes != 0, request.max_nodes, &max_nodes,
                         err)) {
        return false;
    }
    if (empty) {
        request.stacks.tenants.n = 0;
    }
    if (!query_tree(&query, &request.stacks, call->request->arena, &names, &tree, err)) {
        return false;
    }
    bool ok = request.dot ? render_dot(call, &request, &tree, err)
                          : render_json(call, &query, &request, &tree, max_nodes, err);
    tree_done(&tree);
    intern_done(&names);
    return ok;
}

void route_render(ApiCall *call)
{
    Err err = ERR_INIT;

    if (!str_eq(call->request->method, STR("GET"))) {
        call->response->status = 405;
        return;
    }
    http_response_add_header(call->response, STR("Vary"), STR("Accept-Encoding"));
    call->response->status = 200;
    if (!render(call, &err)) {
        respond_error(call, &err);
    } else if (accepts_gzip_weighted(call->request) && call->response->body.len > 0) {
        respond_gzip(call);
    }
}
