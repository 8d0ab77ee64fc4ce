/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query/query.h - what a query selects: tenants, series, time range, samples.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "model/matcher.h"
#include "model/profile_type.h"
#include "store/store.h"

typedef struct QueryLimits {
    int64_t max_lookback_ns; /* 0: no limit */
    int64_t max_length_ns;   /* 0: no limit */
    int64_t default_nodes;   /* of a flame graph */
    int64_t max_nodes;
    int64_t timeout_ns; /* 0: none */
    size_t max_bytes;   /* memory for one query's sums */
} QueryLimits;

#define QUERY_LIMITS_INIT                                                                          \
    ((QueryLimits){ .default_nodes = 8192,                                                         \
                    .max_nodes = 1048576,                                                          \
                    .timeout_ns = 120 * INT64_C(1000000000),                                       \
                    .max_bytes = MiB(256) })

typedef struct Query {
    Store *store;
    QueryLimits limits;
    int64_t (*now_ns)(void);
} Query;

/* Who asks: one tenant, or several of which the answer is the union. */
typedef struct Tenants {
    const Str *ids; /* [n], sorted, unique */
    size_t n;
} Tenants;

/* A range as asked, in ms, both ends included; checked by range_check(). */
typedef struct QueryRange {
    int64_t start_ms;
    int64_t end_ms;
} QueryRange;

/*
 * Checks a range and limits it (query.md 1.4), at least to the times that ns can tell. *ret_empty:
 * it lies before everything that may be asked, so the answer is an empty one. allow_none: both ends
 * 0 means all times. Errors: INVALID_ARGUMENT.
 */
bool range_check(const Query *query, QueryRange *range, bool allow_none, bool *ret_empty,
                 Err *err) MUST_CHECK;

/* Which samples of the selected series. Texts are hexadecimal ids and UUIDs as sent. */
typedef struct SampleFilter {
    char *const *profile_ids;
    size_t n_profile_ids;
    char *const *span_ids;
    size_t n_span_ids;
    char *const *trace_ids;
    size_t n_trace_ids;
} SampleFilter;

/* Series of every tenant, with a group for each. */
typedef struct Selection {
    StoreSeriesList *lists; /* [n_lists], one a tenant */
    size_t n_lists;
    uint32_t **groups; /* [n_lists][lists[i].n] */
    uint32_t n_groups;
    StoreFilter filter;
    bool partial; /* damaged data had to be left out */
} Selection;

/* Parses a selector; a metric name that is a profile type id counts as the type (query.md 6.1). */
bool query_selector_parse(Str text, Arena *arena, Matchers *ret_matchers, Err *err) MUST_CHECK;

/*
 * Finds the series of a profile type (unless type is NULL) that match. All are in group 0.
 * ret_selection: release with selection_done(). Errors: INVALID_ARGUMENT, RESOURCE_EXHAUSTED, those
 * of the store.
 */
bool selection_open(const Query *query, Tenants tenants, const ProfileType *type, Str selector,
                    QueryRange range, const SampleFilter *samples, Arena *arena,
                    Selection *ret_selection, Err *err) MUST_CHECK;
void selection_done(Selection *selection);

/*
 * Groups the series by version and returns the versions, [selection->n_groups]. The texts belong to
 * the selection.
 */
bool selection_group_by_version(Selection *selection, Arena *arena, Version **ret_versions,
                                Err *err) MUST_CHECK;

/* Puts every series into a group of its own; ret_versions as above. */
bool selection_group_each(Selection *selection, Arena *arena, Version **ret_versions,
                          Err *err) MUST_CHECK;

/* Groups by the values of these labels; ret_labels[n_groups] in the order of first occurrence. */
bool selection_group_by_labels(Selection *selection, const Str *names, size_t n_names, Arena *arena,
                               Labels **ret_labels, Err *err) MUST_CHECK;

/* store_merge() and store_points() over all tenants. */
bool selection_merge(Selection *selection, StoreBlockFn on_block, void *ctx, Err *err) MUST_CHECK;
typedef bool (*SelectionPointFn)(void *ctx, const StorePoint *point, uint32_t group, Labels labels,
                                 Err *err);
bool selection_points(Selection *selection, SelectionPointFn on_point, void *ctx,
                      Err *err) MUST_CHECK;
