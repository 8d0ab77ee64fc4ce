/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/metrics_source.c - the metrics of git hosts. Labels are names from the configuration, five
 * operations and the outcomes of source/state.h: nothing that a request could make up.
 */
#include "api/metrics.h"
#include "codec/json.h"
#include "source/source.h"

#define REQUESTS "flameline_source_requests_total"
#define DURATION "flameline_source_request_duration_seconds"
#define HITS "flameline_source_request_cache_hits_total"

/* The text format escapes three characters. */
static void add_escaped(Buf *out, Str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '\n') {
            buf_add(out, STR("\\n"));
            continue;
        }
        if (c == '\\' || c == '"') {
            buf_add_char(out, '\\');
        }
        buf_add_char(out, c);
    }
}

static void add_labels(Buf *out, const SourceRequestStats *row)
{
    buf_add(out, STR("provider=\""));
    add_escaped(out, row->provider);
    buf_addf(out, "\",operation=\"%s\"", row->operation);
}

static void add_outcomes(const SourceRequestStats *row, void *context)
{
    Buf *out = context;

    for (size_t i = 0; i < SOURCE_N_STATES; i++) {
        if (row->outcomes[i] > 0) {
            buf_add(out, STR(REQUESTS "{"));
            add_labels(out, row);
            buf_addf(out, ",outcome=\"%s\"} %llu\n", source_state_name((SourceState)i),
                     (unsigned long long)row->outcomes[i]);
        }
    }
}

static void add_durations(const SourceRequestStats *row, void *context)
{
    Buf *out = context;
    uint64_t cumulated = 0;

    if (row->count == 0) {
        return;
    }
    for (size_t i = 0; i < SOURCE_N_BUCKETS; i++) {
        cumulated += row->buckets[i];
        buf_add(out, STR(DURATION "_bucket{"));
        add_labels(out, row);
        buf_add(out, STR(",le=\""));
        json_add_double(out, (double)(1U << i) / 10);
        buf_addf(out, "\"} %llu\n", (unsigned long long)cumulated);
    }
    buf_add(out, STR(DURATION "_bucket{"));
    add_labels(out, row);
    buf_addf(out, ",le=\"+Inf\"} %llu\n" DURATION "_sum{", (unsigned long long)row->count);
    add_labels(out, row);
    buf_add(out, STR("} "));
    json_add_double(out, (double)row->sum_ns / 1e9);
    buf_add(out, STR("\n" DURATION "_count{"));
    add_labels(out, row);
    buf_addf(out, "} %llu\n", (unsigned long long)row->count);
}

static void add_hits(const SourceRequestStats *row, void *context)
{
    Buf *out = context;

    buf_add(out, STR(HITS "{"));
    add_labels(out, row);
    buf_addf(out, "} %llu\n", (unsigned long long)row->cache_hits);
}

void metrics_add_source(Buf *out, struct Source *source)
{
    buf_add(out, STR("# HELP " REQUESTS " Questions to git hosts and local repositories.\n"
                     "# TYPE " REQUESTS " counter\n"));
    source_visit_requests(source, add_outcomes, out);
    buf_add(out, STR("# HELP " DURATION " Time of one question, which may be several calls.\n"
                     "# TYPE " DURATION " histogram\n"));
    source_visit_requests(source, add_durations, out);
    buf_add(out, STR("# HELP " HITS " Questions that the cache or a running one answered.\n"
                     "# TYPE " HITS " counter\n"));
    source_visit_requests(source, add_hits, out);
}
