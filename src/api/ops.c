/* SPDX-License-Identifier: Apache-2.0 */
/* What operators and their tools ask: /ready, /metrics, /api/v1/status/buildinfo (query.md section
 * 8). */
#include <stdatomic.h>
#include <sys/resource.h>

#include "api/metrics.h"
#include "api/route.h"
#include "base/version.h"
#include "codec/json.h"

void route_ready(ApiCall *call)
{
    StoreStatus status;
    Buf text = BUF_INIT(KiB(1));

    store_status(call->api->store, &status);
    bool ready = status.state == STORE_READY || status.state == STORE_DEGRADED;
    if (atomic_load(&call->api->stopping)) {
        buf_add(&text, STR("stopping"));
    } else if (!ready) {
        buf_addf(&text, "store: %s", status.reason);
    } else {
        buf_add(&text, STR("ready"));
    }
    int code = ready && !atomic_load(&call->api->stopping) ? 200 : 503;
    respond_text(call, code, STR("text/plain"), buf_str(&text));
    buf_done(&text);
}

void route_buildinfo(ApiCall *call)
{
    Buf *out = &call->response->body;

    buf_add(out, STR("{\"status\":\"success\",\"data\":{\"version\":"));
    json_add_string(out, str_from(FLAMELINE_VERSION));
    buf_add(out, STR(",\"revision\":"));
    json_add_string(out, str_from(flameline_revision()));
    buf_add(out,
            STR(",\"branch\":\"\",\"buildUser\":\"\",\"buildDate\":\"\",\"goVersion\":\"\"}}\n"));
    respond_text(call, 200, STR("application/json"), STR_EMPTY);
}

static void add_store(Buf *out, Store *store)
{
    StoreStatus s;

    store_status(store, &s);
    metrics_add(out, "flameline_store_state", "gauge",
                "0 ready, 1 reopening after a failed write, 2 full, 3 degraded by corruption.",
                s.state);
    metrics_add(out, "flameline_store_series", "gauge", "Series in the index.", (double)s.n_series);
    metrics_add(out, "flameline_store_services", "gauge", "Services in the index.",
                (double)s.n_services);
    metrics_add(out, "flameline_store_days", "gauge", "Days that are kept.", (double)s.n_days);
    metrics_add(out, "flameline_store_disk_bytes", "gauge", "Size of the data directory.",
                (double)s.disk_bytes);
    metrics_add(out, "flameline_store_free_bytes", "gauge", "Free space of its file system.",
                (double)s.free_bytes);
    metrics_add(out, "flameline_memory_symbols_bytes", "gauge", "Id maps and symbol tables.",
                (double)s.symbol_bytes);
    metrics_add(out, "flameline_memory_block_cache_bytes", "gauge", "Blocks read from disk.",
                (double)s.block_cache_bytes);
    metrics_add(out, "flameline_memory_write_buffer_bytes", "gauge", "Rows not yet in a file.",
                (double)s.write_buffer_bytes);
    metrics_add(out, "flameline_store_rows_total", "counter", "Rows stored since start.",
                (double)s.profiles_appended);
    metrics_add(out, "flameline_store_deduplicated_total", "counter", "Resent rows left out.",
                (double)s.profiles_deduplicated);
    metrics_add(out, "flameline_store_commits_total", "counter", "Synced writes.",
                (double)s.commits);
    metrics_add(out, "flameline_store_commit_failures_total", "counter", "Failed writes.",
                (double)s.commit_failures);
    metrics_add(out, "flameline_store_background_errors", "gauge",
                "Errors of flushes and compactions.", (double)s.background_errors);
    metrics_add(out, "flameline_store_write_stopped", "gauge", "1: the engine refuses writes.",
                s.write_stopped ? 1 : 0);
}

static void add_ingest(Buf *out, Ingest *ingest)
{
    metrics_add(out, "flameline_ingest_profiles_total", "counter", "Profiles decoded.",
                (double)atomic_load(&ingest->received_profiles));
    metrics_add(out, "flameline_ingest_bytes_total", "counter", "Their decompressed size.",
                (double)atomic_load(&ingest->received_bytes));
    metrics_add(out, "pyroscope_distributor_received_samples_sum", "counter",
                "Samples of these profiles.", (double)atomic_load(&ingest->received_samples));
    metrics_add(out, "pyroscope_discarded_samples_total", "counter", "Profiles refused.",
                (double)atomic_load(&ingest->rejected_profiles));
}

static void add_source(Buf *out, Source *source)
{
    SourceStats s;

    source_stats(source, &s);
    metrics_add(out, "flameline_memory_source_cache_bytes", "gauge", "Cached files of git hosts.",
                (double)s.cache_bytes);
    metrics_add(out, "flameline_source_cache_hits_total", "counter",
                "Lookups answered by the cache.", (double)s.cache_hits);
    metrics_add(out, "flameline_source_cache_misses_total", "counter", "Lookups that were not.",
                (double)s.cache_misses);
    metrics_add(out, "flameline_source_upstream_calls_total", "counter", "Requests to git hosts.",
                (double)s.upstream_calls);
    metrics_add(out, "flameline_source_upstream_failures_total", "counter", "Those that failed.",
                (double)s.upstream_failures);
    metrics_add_source(out, source);
}

static void add_process(Buf *out, const Api *api)
{
    struct rusage usage = { 0 };
    HttpServerStatus http = { 0 };

    (void)getrusage(RUSAGE_SELF, &usage); /* cannot fail with these arguments */
    double cpu_s = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                   (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    metrics_add(out, "process_cpu_seconds_total", "counter", "CPU time of the process.", cpu_s);
    metrics_add(out, "process_max_resident_memory_bytes", "gauge", "Largest resident size so far.",
                (double)usage.ru_maxrss * 1024);
    if (api->http != NULL) {
        http_server_status(api->http, &http);
    }
    metrics_add(out, "flameline_http_connections", "gauge", "Open connections.",
                http.n_connections);
    metrics_add(out, "flameline_memory_request_bodies_bytes", "gauge",
                "Bodies being received or handled, and what they were decoded to.",
                (double)http.request_bytes);
    metrics_add(out, "flameline_http_timed_out_total", "counter",
                "Connections ended for being too slow.", (double)http.timed_out);
}

void route_metrics(ApiCall *call)
{
    Buf *out = &call->response->body;
    Api *api = call->api;

    buf_addf(out,
             "# HELP pyroscope_build_info What is running.\n# TYPE pyroscope_build_info gauge\n"
             "pyroscope_build_info{version=\"%s\",revision=\"%s\"} 1\n",
             FLAMELINE_VERSION, flameline_revision());
    metrics_add_requests(api->metrics, out);
    add_store(out, api->store);
    add_ingest(out, api->ingest);
    if (api->source != NULL) {
        add_source(out, api->source);
    }
    add_process(out, api);
    respond_text(call, 200, STR("text/plain; version=0.0.4; charset=utf-8"), STR_EMPTY);
    if (accepts_gzip_weighted(call->request)) {
        respond_gzip(call);
    }
}
