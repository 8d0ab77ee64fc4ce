/* SPDX-License-Identifier: Apache-2.0 */
#include "api/metrics.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/thread.h"
#include "codec/json.h"

enum {
    METRICS_MAX_ROWS = 400, /* beyond it requests are counted under "other" */
    METRICS_MAX_NAME = 96,
};

/* Upper bounds of the histogram, in ms. */
static const int64_t bounds_ms[] = { 1,   2,   5,    10,   25,   50,    100,
                                     250, 500, 1000, 2500, 5000, 10000, 50000 };

typedef struct Row {
    char method[16];
    char route[METRICS_MAX_NAME];
    int status;
    uint64_t buckets[ARRAY_LEN(bounds_ms)]; /* not cumulated */
    uint64_t count;
    int64_t sum_ns;
} Row;

struct Metrics {
    Mutex lock;
    Row rows[METRICS_MAX_ROWS];
    size_t n;
};

Metrics *metrics_create(void)
{
    Metrics *metrics = calloc(1, sizeof(*metrics));

    if (metrics != NULL) {
        mutex_init(&metrics->lock);
    }
    return metrics;
}

void metrics_destroy(Metrics *metrics)
{
    if (metrics != NULL) {
        mutex_done(&metrics->lock);
        free(metrics);
    }
}

/* "/querier.v1.QuerierService/Series" becomes "querier_v1_querierservice_series": dashboards match
 * that. */
static void route_label(Str path, char *out, size_t size)
{
    size_t n = 0;

    for (size_t i = 0; i < path.len && n + 1 < size; i++) {
        char c = ascii_lower(path.ptr[i]);
        if (ascii_is_alpha(c) || ascii_is_digit(c)) {
            out[n++] = c;
        } else if (n > 0 && out[n - 1] != '_') {
            out[n++] = '_';
        }
    }
    while (n > 0 && out[n - 1] == '_') {
        n--;
    }
    out[n] = '\0';
    if (n == 0) {
        (void)snprintf(out, size, "root");
    }
}

static bool is_row(const Row *row, const char *method, const char *route, int status)
{
    return row->status == status && strcmp(row->method, method) == 0 &&
           strcmp(row->route, route) == 0;
}

static Row *find_row_locked(Metrics *metrics, const char *method, const char *route, int status)
    REQUIRES(metrics->lock);

static Row *find_row_locked(Metrics *metrics, const char *method, const char *route, int status)
{
    for (size_t i = 0; i < metrics->n; i++) {
        if (is_row(&metrics->rows[i], method, route, status)) {
            return &metrics->rows[i];
        }
    }
    if (metrics->n == METRICS_MAX_ROWS) {
        return &metrics->rows[METRICS_MAX_ROWS - 1];
    }
    Row *row = &metrics->rows[metrics->n++];
    bool last = metrics->n == METRICS_MAX_ROWS;
    (void)snprintf(row->method, sizeof(row->method), "%s", last ? "other" : method);
    (void)snprintf(row->route, sizeof(row->route), "%s", last ? "other" : route);
    row->status = last ? 0 : status;
    return row;
}

static bool is_known_method(Str method)
{
    static const Str known[] = { STR_CONST("GET"), STR_CONST("POST"),   STR_CONST("HEAD"),
                                 STR_CONST("PUT"), STR_CONST("DELETE"), STR_CONST("OPTIONS") };

    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (str_eq(method, known[i])) {
            return true;
        }
    }
    return false;
}

void metrics_request(Metrics *metrics, Str method, Str route, int status, int64_t duration_ns)
{
    char method_text[16];
    char route_text[METRICS_MAX_NAME];

    (void)snprintf(method_text, sizeof(method_text), "%.*s",
                   STR_ARG(is_known_method(method) ? method : STR("other")));
    route_label(route, route_text, sizeof(route_text));
    mutex_lock(&metrics->lock);
    Row *row = find_row_locked(metrics, method_text, route_text, status);
    for (size_t i = 0; i < ARRAY_LEN(bounds_ms); i++) {
        if (duration_ns <= bounds_ms[i] * NS_PER_MS) {
            row->buckets[i]++;
            break;
        }
    }
    row->count++;
    row->sum_ns += duration_ns;
    mutex_unlock(&metrics->lock);
}

static void add_labels(Buf *out, const Row *row)
{
    buf_addf(out, "method=\"%s\",route=\"%s\",status_code=\"%d\",ws=\"false\"", row->method,
             row->route, row->status);
}

#define DURATION "pyroscope_request_duration_seconds"

static void add_row(Buf *out, const Row *row)
{
    uint64_t cumulated = 0;

    for (size_t i = 0; i < ARRAY_LEN(bounds_ms); i++) {
        cumulated += row->buckets[i];
        buf_add(out, STR(DURATION "_bucket{"));
        add_labels(out, row);
        buf_add(out, STR(",le=\""));
        json_add_double(out, (double)bounds_ms[i] / 1000);
        buf_addf(out, "\"} %llu\n", (unsigned long long)cumulated);
    }
    buf_add(out, STR(DURATION "_bucket{"));
    add_labels(out, row);
    buf_addf(out, ",le=\"+Inf\"} %llu\n", (unsigned long long)row->count);
    buf_add(out, STR(DURATION "_sum{"));
    add_labels(out, row);
    buf_add(out, STR("} "));
    json_add_double(out, (double)row->sum_ns / 1e9);
    buf_add(out, STR("\n" DURATION "_count{"));
    add_labels(out, row);
    buf_addf(out, "} %llu\n", (unsigned long long)row->count);
}

void metrics_add_requests(Metrics *metrics, Buf *out)
{
    buf_add(out, STR("# HELP " DURATION " Time from the complete request to the answer.\n"
                     "# TYPE " DURATION " histogram\n"));
    mutex_lock(&metrics->lock);
    for (size_t i = 0; i < metrics->n; i++) {
        add_row(out, &metrics->rows[i]);
    }
    mutex_unlock(&metrics->lock);
}

void metrics_add(Buf *out, const char *name, const char *type, const char *help, double value)
{
    buf_addf(out, "# HELP %s %s\n# TYPE %s %s\n%s ", name, help, name, type, name);
    json_add_double(out, value);
    buf_add_char(out, '\n');
}
