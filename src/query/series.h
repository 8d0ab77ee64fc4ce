/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query/series.h - totals over time (query.md 5.1).
 */
#pragma once

#include "query/query.h"

typedef struct SeriesRequest {
    Tenants tenants;
    ProfileType type;
    Str selector;
    QueryRange range;    /* already checked */
    int64_t step_ms;     /* >= 1 */
    const Str *group_by; /* [n_group_by] */
    size_t n_group_by;
    int64_t limit;        /* < 1: all */
    bool average;         /* of the profiles of a bucket, instead of their sum */
    bool exemplars;       /* the profile of the largest value of each bucket */
    const Str *call_site; /* [n_call_site], root first: only the cost below it */
    size_t n_call_site;
} SeriesRequest;

typedef struct SeriesExemplar {
    int64_t time_ns;
    int64_t value;
    ProfileId profile_id;
    Labels labels; /* those of the series that are not grouped by */
} SeriesExemplar;

typedef struct SeriesPoint {
    int64_t time_ms;
    int64_t sum;
    uint32_t n_profiles;
    bool has_exemplar;
    SeriesExemplar exemplar;
} SeriesPoint;

typedef struct Series {
    Labels labels;
    SeriesPoint *points; /* [n_points], ascending; empty buckets have none */
    size_t n_points;
    int64_t sum;
} Series;

/* Ordered by sum, descending, then by labels. Everything is in the arena. */
bool query_series(const Query *query, const SeriesRequest *request, Arena *arena,
                  Series **ret_series, size_t *ret_n, Err *err) MUST_CHECK;
