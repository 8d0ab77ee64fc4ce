/* SPDX-License-Identifier: Apache-2.0 */
#include "api/stacktraces_service.h"

#include "querier/v1/querier.pb-c.h"
#include "query/stacktraces.h"

const Str *call_site_of(const Types__V1__StackTraceSelector *selector, Arena *arena, size_t *ret_n)
{
    size_t n = selector == NULL ? 0 : selector->n_call_site;
    Str *names = ARENA_NEW(arena, Str, n);

    for (size_t i = 0; names != NULL && i < n; i++) {
        names[i] = str_from(selector->call_site[i]->name);
    }
    *ret_n = n;
    return names;
}

bool check_max_nodes(const QueryLimits *limits, bool given, int64_t asked, int64_t *ret_max_nodes,
                     Err *err)
{
    *ret_max_nodes = given && asked != 0 ? asked : limits->default_nodes;
    if (limits->max_nodes > 0 && *ret_max_nodes > limits->max_nodes) {
        return err_set(err, ERR_INVALID_ARGUMENT,
                       "max flamegraph nodes limit %lld is greater than allowed %lld",
                       (long long)*ret_max_nodes, (long long)limits->max_nodes);
    }
    if (limits->max_nodes > 0 && *ret_max_nodes < 0) {
        return err_set(err, ERR_INVALID_ARGUMENT,
                       "max flamegraph nodes limit must be set (max allowed %lld)",
                       (long long)limits->max_nodes);
    }
    return true;
}

/* ---- answers ---- */

static bool flamegraph_message(const FlameGraph *graph, Arena *arena,
                               Querier__V1__FlameGraph **ret_message)
{
    Querier__V1__FlameGraph *out = ARENA_NEW(arena, Querier__V1__FlameGraph, 1);
    Querier__V1__Level *levels = ARENA_NEW(arena, Querier__V1__Level, graph->levels.len);

    if (out == NULL || levels == NULL) {
        return false;
    }
    *out = (Querier__V1__FlameGraph)QUERIER__V1__FLAME_GRAPH__INIT;
    out->total = graph->total;
    out->max_self = graph->max_self;
    out->names = ARENA_NEW(arena, char *, graph->names.len);
    out->levels = ARENA_NEW(arena, Querier__V1__Level *, graph->levels.len);
    if (out->names == NULL || out->levels == NULL) {
        return false;
    }
    out->n_names = graph->names.len;
    for (size_t i = 0; i < graph->names.len; i++) {
        out->names[i] = arena_text(arena, graph->names.items[i]);
        if (out->names[i] == NULL) {
            return false;
        }
    }
    out->n_levels = graph->levels.len;
    for (size_t i = 0; i < graph->levels.len; i++) {
        const FlameLevel *level = &graph->levels.items[i];
        levels[i] = (Querier__V1__Level)QUERIER__V1__LEVEL__INIT;
        levels[i].n_values = level->values.len;
        levels[i].values = ARENA_NEW(arena, int64_t, level->values.len);
        if (levels[i].values == NULL) {
            return false;
        }
        memcpy(levels[i].values, level->values.items, level->values.len * sizeof(int64_t));
        out->levels[i] = &levels[i];
    }
    *ret_message = out;
    return true;
}

static bool add_flamegraph(const Tree *tree, int64_t max_nodes, Arena *arena,
                           Querier__V1__FlameGraph **ret_message, Err *err)
{
    FlameGraph graph;

    if (!flamegraph_encode(tree, tree_min_value(tree, max_nodes), &graph, err)) {
        return false;
    }
    bool ok = flamegraph_message(&graph, arena, ret_message);
    flamegraph_done(&graph);
    return ok || err_set(err, ERR_RESOURCE_EXHAUSTED, "flame graph needs too much memory");
}

static bool add_tree(const Tree *tree, int64_t max_nodes, Arena *arena, ProtobufCBinaryData *bytes,
                     Err *err)
{
    Buf out = BUF_INIT(MiB(64));
    bool ok = tree_encode_bytes(tree, tree_min_value(tree, max_nodes), &out, err);

    if (ok) {
        Str copy = arena_str(arena, buf_str(&out));
        *bytes = (ProtobufCBinaryData){ copy.len, (uint8_t *)(uintptr_t)copy.ptr };
        ok = copy.ptr != NULL || err_no_memory(err);
    }
    buf_done(&out);
    return ok;
}

static bool add_dot(const Tree *tree, const ProfileType *type, int64_t max_nodes, Arena *arena,
                    char **ret_text, Err *err)
{
    Buf out = BUF_INIT(MiB(64));
    bool ok = tree_add_dot(tree, type, max_nodes, &out, err);

    if (ok) {
        *ret_text = arena_text(arena, buf_str(&out));
        ok = *ret_text != NULL || err_no_memory(err);
    }
    buf_done(&out);
    return ok;
}

/* ---- SelectMergeStacktraces ---- */

typedef Querier__V1__SelectMergeStacktracesRequest MergeStacktraces;
typedef Querier__V1__SelectMergeStacktracesResponse MergeStacktracesAnswer;

static bool check_async(const MergeStacktraces *in, Err *err)
{
    bool asked = in->async != NULL &&
                 in->async->type == QUERIER__V1__ASYNC_QUERY_TYPE__ASYNC_QUERY_TYPE_FORCE;

    return !asked || err_set(err, ERR_UNIMPLEMENTED, "asynchronous queries are not supported");
}

static bool read_request(const ApiCall *call, const Query *query, const MergeStacktraces *in,
                         StacktracesRequest *out, int64_t *max_nodes, bool *ret_empty, Err *err)
{
    bool pprof = in->format == QUERIER__V1__PROFILE_FORMAT__PROFILE_FORMAT_PPROF;
    bool given =
        in->_max_nodes_case == QUERIER__V1__SELECT_MERGE_STACKTRACES_REQUEST___MAX_NODES_MAX_NODES;
    Arena *arena = call->request->arena;

    *out = (StacktracesRequest){
        .tenants = call->tenants,
        .selector = str_from(in->label_selector),
        .range = { in->start, in->end },
        .samples = { in->profile_id_selector, in->n_profile_id_selector, in->span_selector,
                     in->n_span_selector, in->trace_id_selector, in->n_trace_id_selector },
    };
    if (in->n_span_selector > 0 && in->n_trace_id_selector > 0) {
        return err_set(err, ERR_INVALID_ARGUMENT,
                       "span_selector and trace_id_selector cannot be combined");
    }
    if (!check_async(in, err) || !range_check(query, &out->range, false, ret_empty, err)) {
        return false;
    }
    *max_nodes = given ? in->max_nodes : 0;
    if (!pprof && !check_max_nodes(&query->limits, given, in->max_nodes, max_nodes, err)) {
        return false;
    }
    if (!profile_type_parse(str_from(in->profile_typeid), &out->type, err)) {
        return false;
    }
    out->call_site = call_site_of(in->stack_trace_selector, arena, &out->n_call_site);
    if (in->stack_trace_selector != NULL && in->stack_trace_selector->go_pgo != NULL) {
        out->go_pgo = true;
        out->keep_locations = in->stack_trace_selector->go_pgo->keep_locations;
        out->aggregate_callees = in->stack_trace_selector->go_pgo->aggregate_callees;
    }
    return out->call_site != NULL || err_no_memory(err);
}

static bool answer_pprof(const Query *query, const StacktracesRequest *request, int64_t max_nodes,
                         bool empty, Arena *arena, MergeStacktracesAnswer *response, Err *err)
{
    response->pprof = ARENA_NEW(arena, Querier__V1__PprofProfile, 1);
    if (response->pprof == NULL) {
        return err_no_memory(err);
    }
    *response->pprof = (Querier__V1__PprofProfile)QUERIER__V1__PPROF_PROFILE__INIT;
    if (!empty) {
        return query_profile(query, request, max_nodes, arena, &response->pprof->profile, err);
    }
    response->pprof->profile = ARENA_NEW(arena, Google__V1__Profile, 1);
    if (response->pprof->profile == NULL) {
        return err_no_memory(err);
    }
    *response->pprof->profile = (Google__V1__Profile)GOOGLE__V1__PROFILE__INIT;
    return true;
}

static bool answer_tree(const Tree *tree, const MergeStacktraces *in, const ProfileType *type,
                        int64_t max_nodes, Arena *arena, MergeStacktracesAnswer *response, Err *err)
{
    bool given =
        in->_max_nodes_case == QUERIER__V1__SELECT_MERGE_STACKTRACES_REQUEST___MAX_NODES_MAX_NODES;

    if (in->format == QUERIER__V1__PROFILE_FORMAT__PROFILE_FORMAT_TREE) {
        return add_tree(tree, max_nodes, arena, &response->tree, err);
    }
    if (in->format == QUERIER__V1__PROFILE_FORMAT__PROFILE_FORMAT_DOT) {
        return add_dot(tree, type, given ? in->max_nodes : 0, arena, &response->dot, err);
    }
    return add_flamegraph(tree, max_nodes, arena, &response->flamegraph, err);
}

bool select_merge_stacktraces(ApiCall *call, const ProtobufCMessage *message,
                              ProtobufCMessage *response_message, Err *err)
{
    const MergeStacktraces *in = (const MergeStacktraces *)message;
    MergeStacktracesAnswer *response = (MergeStacktracesAnswer *)response_message;
    Arena *arena = call->request->arena;
    Query query = call_query(call);
    StacktracesRequest request;
    int64_t max_nodes;
    bool empty;
    Intern names;
    Tree tree;

    if (!read_request(call, &query, in, &request, &max_nodes, &empty, err)) {
        return false;
    }
    if (in->format == QUERIER__V1__PROFILE_FORMAT__PROFILE_FORMAT_PPROF) {
        return answer_pprof(&query, &request, max_nodes, empty, arena, response, err);
    }
    if (empty) {
        request.tenants.n = 0; /* an empty tree has the right form already */
    }
    if (!query_tree(&query, &request, arena, &names, &tree, err)) {
        return false;
    }
    bool ok = answer_tree(&tree, in, &request.type, max_nodes, arena, response, err);
    tree_done(&tree);
    intern_done(&names);
    return ok;
}

/* ---- SelectMergeSpanProfile: the same with fewer fields ---- */

bool select_merge_span_profile(ApiCall *call, const ProtobufCMessage *message,
                               ProtobufCMessage *response_message, Err *err)
{
    const Querier__V1__SelectMergeSpanProfileRequest *in =
        (const Querier__V1__SelectMergeSpanProfileRequest *)message;
    Querier__V1__SelectMergeSpanProfileResponse *response =
        (Querier__V1__SelectMergeSpanProfileResponse *)response_message;
    MergeStacktraces same = QUERIER__V1__SELECT_MERGE_STACKTRACES_REQUEST__INIT;
    MergeStacktracesAnswer answer = QUERIER__V1__SELECT_MERGE_STACKTRACES_RESPONSE__INIT;

    same.profile_typeid = in->profile_typeid;
    same.label_selector = in->label_selector;
    same.start = in->start;
    same.end = in->end;
    same.span_selector = in->span_selector;
    same.n_span_selector = in->n_span_selector;
    if (in->_max_nodes_case ==
        QUERIER__V1__SELECT_MERGE_SPAN_PROFILE_REQUEST___MAX_NODES_MAX_NODES) {
        same._max_nodes_case = QUERIER__V1__SELECT_MERGE_STACKTRACES_REQUEST___MAX_NODES_MAX_NODES;
        same.max_nodes = in->max_nodes;
    }
    if (in->format == QUERIER__V1__PROFILE_FORMAT__PROFILE_FORMAT_TREE) {
        same.format = in->format;
    }
    if (!select_merge_stacktraces(call, &same.base, &answer.base, err)) {
        return false;
    }
    response->flamegraph = answer.flamegraph;
    response->tree = answer.tree;
    return true;
}

/* ---- SelectMergeProfile: the answer is the profile itself ---- */

bool select_merge_profile(ApiCall *call, const ProtobufCMessage *message,
                          ProtobufCMessage *response_message, Err *err)
{
    const Querier__V1__SelectMergeProfileRequest *in =
        (const Querier__V1__SelectMergeProfileRequest *)message;
    MergeStacktraces same = QUERIER__V1__SELECT_MERGE_STACKTRACES_REQUEST__INIT;
    MergeStacktracesAnswer answer = QUERIER__V1__SELECT_MERGE_STACKTRACES_RESPONSE__INIT;

    same.profile_typeid = in->profile_typeid;
    same.label_selector = in->label_selector;
    same.start = in->start;
    same.end = in->end;
    same.stack_trace_selector = in->stack_trace_selector;
    same.profile_id_selector = in->profile_id_selector;
    same.n_profile_id_selector = in->n_profile_id_selector;
    same.trace_id_selector = in->trace_id_selector;
    same.n_trace_id_selector = in->n_trace_id_selector;
    same.format = QUERIER__V1__PROFILE_FORMAT__PROFILE_FORMAT_PPROF;
    if (in->_max_nodes_case == QUERIER__V1__SELECT_MERGE_PROFILE_REQUEST___MAX_NODES_MAX_NODES) {
        same._max_nodes_case = QUERIER__V1__SELECT_MERGE_STACKTRACES_REQUEST___MAX_NODES_MAX_NODES;
        same.max_nodes = in->max_nodes;
    }
    if (!select_merge_stacktraces(call, &same.base, &answer.base, err)) {
        return false;
    }
    memcpy(response_message, answer.pprof->profile, sizeof(*answer.pprof->profile));
    return true;
}
