/* SPDX-License-Identifier: Apache-2.0 */
/* querier.v1.QuerierService: metadata and time series. Merged stacks are in stacktraces_service.c.
 */
#include "api/message_text.h"
#include "api/stacktraces_service.h"
#include "base/clock.h"
#include "querier/v1/querier.pb-c.h"
#include "query/meta.h"
#include "query/series.h"

static MetaRequest meta_request(const ApiCall *call, char **matchers, size_t n, int64_t start,
                                int64_t end)
{
    return (MetaRequest){
        .tenants = call->tenants, .matchers = matchers, .n_matchers = n, .range = { start, end }
    };
}

/* ---- ProfileTypes ---- */

static bool profile_type_message(const char *id, Arena *arena, Types__V1__ProfileType *out)
{
    ProfileType type;
    Err ignored = ERR_INIT;

    *out = (Types__V1__ProfileType)TYPES__V1__PROFILE_TYPE__INIT;
    if (!profile_type_parse(str_from(id), &type, &ignored)) {
        return false;
    }
    out->id = arena_text(arena, type.id);
    out->name = arena_text(arena, type.name);
    out->sample_type = arena_text(arena, type.sample_type);
    out->sample_unit = arena_text(arena, type.sample_unit);
    out->period_type = arena_text(arena, type.period_type);
    out->period_unit = arena_text(arena, type.period_unit);
    return out->period_unit != NULL;
}

static bool profile_types(ApiCall *call, const ProtobufCMessage *message,
                          ProtobufCMessage *response_message, Err *err)
{
    const Querier__V1__ProfileTypesRequest *request =
        (const Querier__V1__ProfileTypesRequest *)message;
    Querier__V1__ProfileTypesResponse *response =
        (Querier__V1__ProfileTypesResponse *)response_message;
    Arena *arena = call->request->arena;
    MetaRequest meta = meta_request(call, NULL, 0, request->start, request->end);
    Query query = call_query(call);
    TextList ids;

    if (!meta_profile_types(&query, &meta, arena, &ids, err)) {
        return false;
    }
    Types__V1__ProfileType *types = ARENA_NEW(arena, Types__V1__ProfileType, ids.n);
    response->profile_types = ARENA_NEW(arena, Types__V1__ProfileType *, ids.n);
    if (types == NULL || response->profile_types == NULL) {
        return err_no_memory(err);
    }
    for (size_t i = 0; i < ids.n; i++) {
        if (profile_type_message(ids.items[i], arena, &types[i])) {
            response->profile_types[response->n_profile_types++] = &types[i];
        }
    }
    return true;
}

/* ---- labels ---- */

static bool label_names(ApiCall *call, const ProtobufCMessage *message,
                        ProtobufCMessage *response_message, Err *err)
{
    const Types__V1__LabelNamesRequest *request = (const Types__V1__LabelNamesRequest *)message;
    Types__V1__LabelNamesResponse *response = (Types__V1__LabelNamesResponse *)response_message;
    MetaRequest meta =
        meta_request(call, request->matchers, request->n_matchers, request->start, request->end);
    Query query = call_query(call);
    TextList names;

    if (!meta_label_names(&query, &meta, !call->utf8_label_names, call->request->arena, &names,
                          err)) {
        return false;
    }
    response->names = names.items;
    response->n_names = names.n;
    return true;
}

static bool label_values(ApiCall *call, const ProtobufCMessage *message,
                         ProtobufCMessage *response_message, Err *err)
{
    const Types__V1__LabelValuesRequest *request = (const Types__V1__LabelValuesRequest *)message;
    Types__V1__LabelValuesResponse *response = (Types__V1__LabelValuesResponse *)response_message;
    MetaRequest meta =
        meta_request(call, request->matchers, request->n_matchers, request->start, request->end);
    Query query = call_query(call);
    TextList values;

    if (!meta_label_values(&query, &meta, str_from(request->name), call->request->arena, &values,
                           err)) {
        return false;
    }
    response->names = values.items;
    response->n_names = values.n;
    return true;
}

static bool series(ApiCall *call, const ProtobufCMessage *message,
                   ProtobufCMessage *response_message, Err *err)
{
    const Querier__V1__SeriesRequest *request = (const Querier__V1__SeriesRequest *)message;
    Querier__V1__SeriesResponse *response = (Querier__V1__SeriesResponse *)response_message;
    Arena *arena = call->request->arena;
    MetaRequest meta =
        meta_request(call, request->matchers, request->n_matchers, request->start, request->end);
    Query query = call_query(call);
    Labels *sets;
    size_t n;

    if (!meta_series(&query, &meta, request->label_names, request->n_label_names,
                     !call->utf8_label_names, arena, &sets, &n, err)) {
        return false;
    }
    Types__V1__Labels *items = ARENA_NEW(arena, Types__V1__Labels, n);
    response->labels_set = ARENA_NEW(arena, Types__V1__Labels *, n);
    if (items == NULL || response->labels_set == NULL) {
        return err_no_memory(err);
    }
    response->n_labels_set = n;
    for (size_t i = 0; i < n; i++) {
        items[i] = (Types__V1__Labels)TYPES__V1__LABELS__INIT;
        items[i].n_labels = sets[i].n;
        response->labels_set[i] = &items[i];
        if (!label_pairs(sets[i], arena, &items[i].labels)) {
            return err_no_memory(err);
        }
    }
    return true;
}

/* ---- SelectSeries ---- */

static char *uuid_text(const ProfileId *id, Arena *arena)
{
    Buf text = BUF_INIT(64);

    for (size_t i = 0; i < sizeof(id->bytes); i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            buf_add_char(&text, '-');
        }
        buf_add_hex(&text, (Str){ (const char *)&id->bytes[i], 1 });
    }
    char *copy = arena_text(arena, buf_str(&text));
    buf_done(&text);
    return copy;
}

static bool add_exemplar(const SeriesExemplar *in, Arena *arena, Types__V1__Point *point)
{
    Types__V1__Exemplar *exemplar = ARENA_NEW(arena, Types__V1__Exemplar, 1);

    point->exemplars = ARENA_NEW(arena, Types__V1__Exemplar *, 1);
    if (exemplar == NULL || point->exemplars == NULL) {
        return false;
    }
    *exemplar = (Types__V1__Exemplar)TYPES__V1__EXEMPLAR__INIT;
    exemplar->timestamp = in->time_ns / NS_PER_MS;
    exemplar->value = in->value;
    exemplar->profile_id = uuid_text(&in->profile_id, arena);
    exemplar->n_labels = in->labels.n;
    point->exemplars[0] = exemplar;
    point->n_exemplars = 1;
    return exemplar->profile_id != NULL && label_pairs(in->labels, arena, &exemplar->labels);
}

static bool series_message(const Series *in, bool average, Arena *arena, Types__V1__Series *out)
{
    Types__V1__Point *points = ARENA_NEW(arena, Types__V1__Point, in->n_points);

    *out = (Types__V1__Series)TYPES__V1__SERIES__INIT;
    out->points = ARENA_NEW(arena, Types__V1__Point *, in->n_points);
    out->n_labels = in->labels.n;
    if (points == NULL || out->points == NULL || !label_pairs(in->labels, arena, &out->labels)) {
        return false;
    }
    out->n_points = in->n_points;
    for (size_t i = 0; i < in->n_points; i++) {
        const SeriesPoint *point = &in->points[i];
        points[i] = (Types__V1__Point)TYPES__V1__POINT__INIT;
        points[i].timestamp = point->time_ms;
        points[i].value = (double)point->sum / (average ? point->n_profiles : 1U);
        out->points[i] = &points[i];
        if (point->has_exemplar && !add_exemplar(&point->exemplar, arena, &points[i])) {
            return false;
        }
    }
    return true;
}

static bool check_exemplars(Types__V1__ExemplarType type, Err *err)
{
    switch (type) {
    case TYPES__V1__EXEMPLAR_TYPE__EXEMPLAR_TYPE_UNSPECIFIED:
    case TYPES__V1__EXEMPLAR_TYPE__EXEMPLAR_TYPE_NONE:
    case TYPES__V1__EXEMPLAR_TYPE__EXEMPLAR_TYPE_INDIVIDUAL:
        return true;
    case TYPES__V1__EXEMPLAR_TYPE__EXEMPLAR_TYPE_SPAN:
        return err_set(err, ERR_UNIMPLEMENTED, "exemplar type span is not implemented");
    case _TYPES__V1__EXEMPLAR_TYPE_IS_INT_SIZE:
        break;
    }
    return err_set(err, ERR_INVALID_ARGUMENT, "unknown exemplar type %d", (int)type);
}

static bool read_series_request(const ApiCall *call, const Query *query,
                                const Querier__V1__SelectSeriesRequest *in, SeriesRequest *out,
                                bool *ret_empty, Err *err)
{
    Arena *arena = call->request->arena;

    *out = (SeriesRequest){ .tenants = call->tenants,
                            .selector = str_from(in->label_selector),
                            .range = { in->start, in->end } };
    if (!range_check(query, &out->range, false, ret_empty, err) ||
        !profile_type_parse(str_from(in->profile_typeid), &out->type, err)) {
        return false;
    }
    /* written so that NaN fails too */
    if (!(in->step >= 0.001) || in->step > 1e9) {
        return err_set(err, ERR_INVALID_ARGUMENT,
                       in->step > 1e9 ? "step is too large" : "step must be >= 1ms");
    }
    out->step_ms = (int64_t)(in->step * 1000);
    out->group_by = texts_of(in->group_by, in->n_group_by, arena);
    out->n_group_by = in->n_group_by;
    if (in->_limit_case == QUERIER__V1__SELECT_SERIES_REQUEST___LIMIT_LIMIT) {
        out->limit = in->limit;
    }
    out->average =
        in->_aggregation_case == QUERIER__V1__SELECT_SERIES_REQUEST___AGGREGATION_AGGREGATION &&
        in->aggregation ==
            TYPES__V1__TIME_SERIES_AGGREGATION_TYPE__TIME_SERIES_AGGREGATION_TYPE_AVERAGE;
    out->exemplars = in->exemplar_type == TYPES__V1__EXEMPLAR_TYPE__EXEMPLAR_TYPE_INDIVIDUAL;
    const Str *call_site = call_site_of(in->stack_trace_selector, arena, &out->n_call_site);
    out->call_site = call_site;
    if (out->group_by == NULL || call_site == NULL) {
        return err_no_memory(err);
    }
    return check_exemplars(in->exemplar_type, err);
}

static bool select_series(ApiCall *call, const ProtobufCMessage *message,
                          ProtobufCMessage *response_message, Err *err)
{
    const Querier__V1__SelectSeriesRequest *in = (const Querier__V1__SelectSeriesRequest *)message;
    Querier__V1__SelectSeriesResponse *response =
        (Querier__V1__SelectSeriesResponse *)response_message;
    Arena *arena = call->request->arena;
    Query query = call_query(call);
    SeriesRequest request;
    Series *found;
    size_t n;
    bool empty;

    if (!read_series_request(call, &query, in, &request, &empty, err)) {
        return false;
    }
    if (empty) {
        return true;
    }
    if (!query_series(&query, &request, arena, &found, &n, err)) {
        return false;
    }
    Types__V1__Series *items = ARENA_NEW(arena, Types__V1__Series, n);
    response->series = ARENA_NEW(arena, Types__V1__Series *, n);
    if (items == NULL || response->series == NULL) {
        return err_no_memory(err);
    }
    response->n_series = n;
    for (size_t i = 0; i < n; i++) {
        response->series[i] = &items[i];
        if (!series_message(&found[i], request.average, arena, &items[i])) {
            return err_no_memory(err);
        }
    }
    return true;
}

/* ---- GetProfileStats ---- */

static bool profile_stats(ApiCall *call, const ProtobufCMessage *message UNUSED,
                          ProtobufCMessage *response_message, Err *err)
{
    Types__V1__GetProfileStatsResponse *response =
        (Types__V1__GetProfileStatsResponse *)response_message;
    StoreTenantStats stats;
    Str tenant;

    if (!call_single_tenant(call, &tenant, err) ||
        !store_tenant_stats(call->api->store, tenant, &stats, err)) {
        return false;
    }
    response->data_ingested = stats.has_data;
    if (stats.has_data) {
        response->oldest_profile_time = stats.oldest_ns / NS_PER_MS;
        response->newest_profile_time = stats.newest_ns / NS_PER_MS;
    }
    return true;
}

#define QUERIER "querier.v1.QuerierService"

static const RpcMethod methods[] = {
    { .service = QUERIER, .method = "ProfileTypes", .handler = profile_types },
    { .service = QUERIER, .method = "LabelNames", .handler = label_names },
    { .service = QUERIER, .method = "LabelValues", .handler = label_values },
    { .service = QUERIER, .method = "Series", .handler = series },
    { .service = QUERIER, .method = "SelectSeries", .handler = select_series },
    { .service = QUERIER, .method = "GetProfileStats", .handler = profile_stats },
    { .service = QUERIER, .method = "SelectMergeStacktraces", .handler = select_merge_stacktraces },
    { .service = QUERIER,
      .method = "SelectMergeSpanProfile",
      .handler = select_merge_span_profile },
    { .service = QUERIER, .method = "SelectMergeProfile", .handler = select_merge_profile },
};

const RpcTable querier_methods = { methods, ARRAY_LEN(methods) };
