/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/metrics.h - request counters, and the text of /metrics (Prometheus text format 0.0.4).
 */
#pragma once

#include "base/buf.h"

typedef struct Metrics Metrics;

Metrics *metrics_create(void);          /* NULL when out of memory */
void metrics_destroy(Metrics *metrics); /* NULL is fine */

/* Counts a finished request. route: the path; only a bounded number of different ones is kept. */
void metrics_request(Metrics *metrics, Str method, Str route, int status, int64_t duration_ns);

/* Appends pyroscope_request_duration_seconds. */
void metrics_add_requests(Metrics *metrics, Buf *out);

/* Appends one sample with its HELP and TYPE lines. type: "counter" or "gauge". */
void metrics_add(Buf *out, const char *name, const char *type, const char *help, double value);

struct Source;

/* Requests to git hosts by provider, operation and outcome; their durations; answers of the cache.
 */
void metrics_add_source(Buf *out, struct Source *source);
