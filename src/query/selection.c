/* SPDX-License-Identifier: Apache-2.0 */
#include "query/query.h"

#include "base/clock.h"
#include "base/log.h"
#include "model/intern.h"

/* ---- range ---- */

bool range_check(const Query *query, QueryRange *range, bool allow_none, bool *ret_empty, Err *err)
{
    const QueryLimits *limits = &query->limits;
    int64_t now_ms = query->now_ns() / NS_PER_MS;

    *ret_empty = false;
    if (allow_none && range->start_ms == 0 && range->end_ms == 0) {
        return true;
    }
    if (range->start_ms == 0 || range->end_ms == 0) {
        return err_set(err, ERR_INVALID_ARGUMENT, "missing time range in the query");
    }
    if (range->start_ms > range->end_ms) {
        return err_set(err, ERR_INVALID_ARGUMENT, "query start time is after end time");
    }
    /* profiles have positive times; from here on ms become ns without an overflow */
    range->start_ms = MIN(MAX(range->start_ms, INT64_C(1)), INT64_MAX / NS_PER_MS);
    range->end_ms = MIN(MAX(range->end_ms, INT64_C(1)), INT64_MAX / NS_PER_MS);
    if (limits->max_lookback_ns > 0) {
        int64_t oldest_ms = now_ms - limits->max_lookback_ns / NS_PER_MS;
        *ret_empty = range->end_ms < oldest_ms;
        range->start_ms = MAX(range->start_ms, oldest_ms);
    }
    int64_t max_ms = limits->max_length_ns / NS_PER_MS;
    int64_t length_ms = range->end_ms - range->start_ms;
    if (!*ret_empty && max_ms > 0 && length_ms > max_ms) {
        return err_set(err, ERR_INVALID_ARGUMENT,
                       "the query time range exceeds the limit (max_query_length, actual: %lld s, "
                       "limit: %lld s)",
                       (long long)(length_ms / 1000), (long long)(max_ms / 1000));
    }
    return true;
}

/* ---- ids of samples ---- */

static bool parse_hex_id(Str text, uint8_t *out, size_t n)
{
    if (text.len != 2 * n) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        int high = ascii_hex_value(text.ptr[2 * i]);
        int low = ascii_hex_value(text.ptr[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        out[i] = (uint8_t)(high * 16 + low);
    }
    return true;
}

static bool parse_uuid(Str text, uint8_t *out)
{
    char digits[32];
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++) {
        bool dash_place = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash_place != (text.ptr[i] == '-')) {
            return false;
        }
        if (!dash_place) {
            if (n == sizeof(digits)) {
                return false;
            }
            digits[n++] = text.ptr[i];
        }
    }
    return parse_hex_id((Str){ digits, n }, out, 16);
}

static bool bad_id(Err *err, const char *what, const char *text)
{
    return err_set(err, ERR_INVALID_ARGUMENT, "invalid %s: \"%.64s\"", what, text);
}

static bool parse_samples(const SampleFilter *samples, Arena *arena, StoreFilter *filter, Err *err)
{
    ProfileId *profiles = ARENA_NEW(arena, ProfileId, samples->n_profile_ids);
    SpanId *spans = ARENA_NEW(arena, SpanId, samples->n_span_ids);
    TraceId *traces = ARENA_NEW(arena, TraceId, samples->n_trace_ids);

    if (profiles == NULL || spans == NULL || traces == NULL) {
        return err_no_memory(err);
    }
    for (size_t i = 0; i < samples->n_profile_ids; i++) {
        if (!parse_uuid(str_from(samples->profile_ids[i]), profiles[i].bytes)) {
            return bad_id(err, "profile id (a UUID is needed)", samples->profile_ids[i]);
        }
    }
    for (size_t i = 0; i < samples->n_span_ids; i++) {
        if (!parse_hex_id(str_from(samples->span_ids[i]), spans[i].bytes, sizeof(spans[i].bytes))) {
            return bad_id(err, "span id (16 hexadecimal digits are needed)", samples->span_ids[i]);
        }
    }
    for (size_t i = 0; i < samples->n_trace_ids; i++) {
        if (!parse_hex_id(str_from(samples->trace_ids[i]), traces[i].bytes,
                          sizeof(traces[i].bytes))) {
            return bad_id(err, "trace id (32 hexadecimal digits are needed)",
                          samples->trace_ids[i]);
        }
    }
    filter->profile_ids = profiles;
    filter->n_profile_ids = samples->n_profile_ids;
    filter->span_ids = spans;
    filter->n_span_ids = samples->n_span_ids;
    filter->trace_ids = traces;
    filter->n_trace_ids = samples->n_trace_ids;
    return true;
}

/* ---- selectors ---- */

static size_t count_colons(Str s)
{
    size_t n = 0;

    for (size_t i = 0; i < s.len; i++) {
        n += s.ptr[i] == ':';
    }
    return n;
}

static bool is_type_as_name(const Matcher *matcher)
{
    return matcher_op(matcher) == MATCH_EQ && str_eq(matcher_name(matcher), LABEL_NAME) &&
           count_colons(matcher_value(matcher)) >= 4;
}

bool query_selector_parse(Str text, Arena *arena, Matchers *ret_matchers, Err *err)
{
    Matchers parsed = { 0 };
    Matchers result = { 0 };

    if (!selector_parse(text, arena, &parsed, err)) {
        return false;
    }
    bool ok = true;
    bool as_it_is = true;
    for (size_t i = 0; i < parsed.n; i++) {
        as_it_is &= !is_type_as_name(parsed.items[i]);
    }
    if (as_it_is) { /* nearly always; regular expressions are not compiled twice */
        *ret_matchers = parsed;
        return true;
    }
    for (size_t i = 0; ok && i < parsed.n; i++) {
        const Matcher *matcher = parsed.items[i];
        if (is_type_as_name(matcher)) {
            ProfileType type;
            ok = profile_type_parse(matcher_value(matcher), &type, err) &&
                 matchers_add(&result, LABEL_PROFILE_TYPE, MATCH_EQ, type.id, arena, err);
        } else {
            ok = matchers_add(&result, matcher_name(matcher), matcher_op(matcher),
                              matcher_value(matcher), arena, err);
        }
    }
    matchers_done(&parsed);
    if (!ok) {
        matchers_done(&result);
        return false;
    }
    *ret_matchers = result;
    return true;
}

/* ---- series ---- */

static bool open_lists(const Query *query, Tenants tenants, Matchers matchers, Arena *arena,
                       Selection *selection, Err *err)
{
    selection->lists = ARENA_NEW(arena, StoreSeriesList, tenants.n);
    selection->groups = ARENA_NEW(arena, uint32_t *, tenants.n);
    if (selection->lists == NULL || selection->groups == NULL) {
        return err_no_memory(err);
    }
    for (size_t i = 0; i < tenants.n; i++) {
        if (!store_series(query->store, tenants.ids[i], matchers, selection->filter.start_ns,
                          selection->filter.end_ns, &selection->lists[i], err)) {
            return false;
        }
        selection->n_lists++;
        selection->groups[i] = ARENA_NEW(arena, uint32_t, selection->lists[i].n);
        if (selection->groups[i] == NULL) {
            return err_no_memory(err);
        }
    }
    return true;
}

bool selection_open(const Query *query, Tenants tenants, const ProfileType *type, Str selector,
                    QueryRange range, const SampleFilter *samples, Arena *arena,
                    Selection *ret_selection, Err *err)
{
    Matchers matchers = { 0 };
    Selection selection = { .n_groups = 1 };

    if (!query_selector_parse(selector, arena, &matchers, err)) {
        return false;
    }
    selection.filter.start_ns = range.start_ms * NS_PER_MS;
    selection.filter.end_ns = range.end_ms * NS_PER_MS;
    selection.filter.max_bytes = query->limits.max_bytes;
    if (query->limits.timeout_ns > 0) {
        selection.filter.deadline_steady_ns = clock_steady_ns() + query->limits.timeout_ns;
    }
    bool ok = samples == NULL || parse_samples(samples, arena, &selection.filter, err);
    ok = ok && (type == NULL ||
                matchers_add(&matchers, LABEL_PROFILE_TYPE, MATCH_EQ, type->id, arena, err));
    ok = ok && open_lists(query, tenants, matchers, arena, &selection, err);
    matchers_done(&matchers);
    if (!ok) {
        selection_done(&selection);
        return false;
    }
    *ret_selection = selection;
    return true;
}

void selection_done(Selection *selection)
{
    if (selection->partial) {
        log_warn("damaged data was left out of an answer");
    }
    for (size_t i = 0; i < selection->n_lists; i++) {
        store_series_done(&selection->lists[i]);
    }
    selection->n_lists = 0;
}

/* ---- groups ---- */

/* Unambiguous bytes of a list of texts. */
static void add_key_part(Buf *key, Str part)
{
    uint64_t len = part.len;

    buf_add(key, (Str){ (const char *)&len, sizeof(len) });
    buf_add(key, part);
}

/* Numbers the series by what make_key says about their labels. */
static bool group_series(Selection *selection, void (*make_key)(Buf *key, Labels labels, void *ctx),
                         void *ctx, Arena *arena, Labels **ret_first, Err *err)
{
    size_t n_series = 0;
    Intern keys;
    Buf key = BUF_INIT(MiB(1));

    for (size_t i = 0; i < selection->n_lists; i++) {
        n_series += selection->lists[i].n;
    }
    Labels *first =
        ARENA_NEW(arena, Labels, n_series + 1); /* a selection without series has a group */
    intern_init(&keys, arena);
    bool ok = first != NULL;
    for (size_t i = 0; i < selection->n_lists; i++) {
        for (size_t j = 0; ok && j < selection->lists[i].n; j++) {
            Labels labels = selection->lists[i].labels[j];
            buf_clear(&key);
            make_key(&key, labels, ctx);
            uint32_t before = keys.n;
            uint32_t group = buf_ok(&key) ? intern_add(&keys, buf_str(&key)) : INTERN_FAILED;
            ok = group != INTERN_FAILED;
            if (ok && keys.n > before) {
                first[group] = labels;
            }
            selection->groups[i][j] = group;
        }
    }
    selection->n_groups = MAX(keys.n, 1U);
    intern_done(&keys);
    buf_done(&key);
    *ret_first = first;
    return ok || err_no_memory(err);
}

static void version_key(Buf *key, Labels labels, void *ctx UNUSED)
{
    Version version = labels_version(labels);

    add_key_part(key, version.repository);
    add_key_part(key, version.git_ref);
    add_key_part(key, version.root_path);
}

bool selection_group_by_version(Selection *selection, Arena *arena, Version **ret_versions,
                                Err *err)
{
    Labels *first;

    if (!group_series(selection, version_key, NULL, arena, &first, err)) {
        return false;
    }
    Version *versions = ARENA_NEW(arena, Version, selection->n_groups);
    if (versions == NULL) {
        return err_no_memory(err);
    }
    bool any = false;
    for (size_t i = 0; i < selection->n_lists; i++) {
        any = any || selection->lists[i].n > 0;
    }
    for (uint32_t i = 0; i < selection->n_groups; i++) {
        versions[i] = labels_version(any ? first[i] : (Labels){ 0 });
    }
    *ret_versions = versions;
    return true;
}

bool selection_group_each(Selection *selection, Arena *arena, Version **ret_versions, Err *err)
{
    size_t n = 0;

    for (size_t i = 0; i < selection->n_lists; i++) {
        n += selection->lists[i].n;
    }
    Version *versions = ARENA_NEW(arena, Version, n + 1);
    if (versions == NULL || n > UINT32_MAX) {
        return err_no_memory(err);
    }
    uint32_t group = 0;
    for (size_t i = 0; i < selection->n_lists; i++) {
        for (size_t j = 0; j < selection->lists[i].n; j++) {
            versions[group] = labels_version(selection->lists[i].labels[j]);
            selection->groups[i][j] = group++;
        }
    }
    selection->n_groups = MAX(group, 1U);
    *ret_versions = versions;
    return true;
}

typedef struct LabelNamesCtx {
    const Str *names;
    size_t n;
} LabelNamesCtx;

static void labels_key(Buf *key, Labels labels, void *arg)
{
    const LabelNamesCtx *ctx = arg;

    for (size_t i = 0; i < ctx->n; i++) {
        add_key_part(key, labels_get(labels, ctx->names[i]));
    }
}

bool selection_group_by_labels(Selection *selection, const Str *names, size_t n_names, Arena *arena,
                               Labels **ret_labels, Err *err)
{
    LabelNamesCtx ctx = { names, n_names };
    Labels *first;

    if (!group_series(selection, labels_key, &ctx, arena, &first, err)) {
        return false;
    }
    Labels *projected = ARENA_NEW(arena, Labels, selection->n_groups);
    if (projected == NULL) {
        return err_no_memory(err);
    }
    for (uint32_t i = 0; i < selection->n_groups; i++) {
        if (first[i].items != NULL &&
            !labels_project(first[i], names, n_names, arena, &projected[i], err)) {
            return false;
        }
    }
    *ret_labels = projected;
    return true;
}

/* ---- reading ---- */

bool selection_merge(Selection *selection, StoreBlockFn on_block, void *ctx, Err *err)
{
    for (size_t i = 0; i < selection->n_lists; i++) {
        StoreSeriesList *list = &selection->lists[i];
        bool partial = false;
        if (list->n > 0 &&
            !store_merge(list->store, list, selection->groups[i], selection->n_groups,
                         &selection->filter, on_block, ctx, &partial, err)) {
            return false;
        }
        selection->partial |= partial;
    }
    return true;
}

typedef struct PointCtx {
    const StoreSeriesList *list;
    const uint32_t *groups;
    SelectionPointFn on_point;
    void *ctx;
} PointCtx;

static bool forward_point(void *arg, const StorePoint *point, Err *err)
{
    PointCtx *ctx = arg;

    return ctx->on_point(ctx->ctx, point, ctx->groups[point->series],
                         ctx->list->labels[point->series], err);
}

bool selection_points(Selection *selection, SelectionPointFn on_point, void *ctx, Err *err)
{
    for (size_t i = 0; i < selection->n_lists; i++) {
        StoreSeriesList *list = &selection->lists[i];
        PointCtx forward = { list, selection->groups[i], on_point, ctx };
        bool partial = false;
        if (list->n > 0 && !store_points(list->store, list, &selection->filter, forward_point,
                                         &forward, &partial, err)) {
            return false;
        }
        selection->partial |= partial;
    }
    return true;
}
