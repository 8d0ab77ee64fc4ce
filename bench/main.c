/* SPDX-License-Identifier: Apache-2.0 */
/* flameline_bench PROGRAM: measures the server beside its floors; see README.md. */
#include <stdio.h>

#include "base/clock.h"
#include "bench/floor.h"
#include "bench/getfile.h"
#include "bench/load.h"
#include "bench/process.h"

enum {
    CONNECTIONS = 4,
    QUERY_ROWS = 10000,
    QUERY_REPEAT = 20,
};

#define CPU_TYPE "process_cpu:cpu:nanoseconds:cpu:nanoseconds"

static void print_row(const char *what, double value, const char *unit, double floor_value,
                      double limit)
{
    (void)printf("  %-44s %9.1f %s", what, value, unit);
    if (floor_value > 0) {
        (void)printf("   floor %8.1f   ratio %.2f", floor_value, value / floor_value);
    }
    if (limit > 0) {
        (void)printf("   (limit %g)", limit);
    }
    (void)putchar('\n');
}

static void bench_ingest(const char *program)
{
    StreamOptions options = {
        .n_services = 60, .per_service = 20, .n_samples = 600, .new_percent = 10, .seed = 1
    };
    Stream stream;
    ServerProcess server;

    stream_make(&options, &stream);
    double n = (double)stream.n;
    (void)printf(
        "mixed stream: %zu services, %zu profiles, %.1f kB gzip, %.1f kB raw, %.0f samples each\n",
        options.n_services, stream.n, (double)stream.packed_bytes / n / 1e3,
        (double)stream.raw_bytes / n / 1e3, (double)stream.n_samples / n);
    (void)floor_ingest_ns(&stream); /* warms caches and allocator */
    double floor_us = floor_ingest_ns(&stream) / 1e3;

    server_process_start(program, &server);
    server_wait_idle(&server);
    int64_t before = server_cpu_ns(&server);
    LoadResult load = load_push(server.port, &stream, stream.n, CONNECTIONS, "bench",
                                clock_unix_ns() - 1800 * NS_PER_S, NS_PER_S / 100);
    server_wait_idle(&server);
    double cpu_us = (double)(server_cpu_ns(&server) - before) / n / 1e3;
    print_row("ready", server.ready_ms, "ms", 0, 1000);
    print_row("CPU per profile, whole server", cpu_us, "us", floor_us, 3);
    print_row("acknowledged, median of 4 connections", load.p50_ms, "ms", 0, 10);
    print_row("acknowledged, 99th percentile", load.p99_ms, "ms", 0, 0);
    print_row("profiles per second", n / load.wall_s, "/s", 0, 0);
    print_row("resident memory, peak", (double)server_peak_bytes(&server) / 1e6, "MB", 0, 300);

    /* the same stacks again: what a service costs once it is known */
    before = server_cpu_ns(&server);
    (void)load_push(server.port, &stream, stream.n, CONNECTIONS, "bench",
                    clock_unix_ns() - 900 * NS_PER_S, NS_PER_S / 100);
    server_wait_idle(&server);
    print_row("CPU per profile, all stacks known",
              (double)(server_cpu_ns(&server) - before) / n / 1e3, "us", floor_us, 3);
    server_process_stop(&server);
    double disk = (double)server_disk_bytes(&server);
    print_row("disk, share of the gzip received", disk / (2 * (double)stream.packed_bytes) * 100,
              "%", 0, 15);
    server_process_restart(program, &server);
    print_row("ready with this data", server.ready_ms, "ms", 0, 1000);
    server_process_stop(&server);
    server_process_remove(&server);
    stream_done(&stream);
}

/* CPU of the server for one request, the mean of several. */
static double request_cpu_us(const ServerProcess *server, const char *method, const char *json)
{
    (void)load_rpc(server->port, method, json); /* fills the caches */
    server_wait_idle(server);
    int64_t before = server_cpu_ns(server);
    for (int i = 0; i < QUERY_REPEAT; i++) {
        (void)load_rpc(server->port, method, json);
    }
    server_wait_idle(server);
    return (double)(server_cpu_ns(server) - before) / QUERY_REPEAT / 1e3;
}

static void bench_queries(const char *program)
{
    StreamOptions options = {
        .n_services = 1, .per_service = 200, .n_samples = 600, .new_percent = 5, .seed = 2
    };
    Stream stream;
    ServerProcess server;
    char json[1024];
    int64_t end_ns = clock_unix_ns();
    int64_t start_ns = end_ns - QUERY_ROWS * NS_PER_S / 10 - NS_PER_S;

    stream_make(&options, &stream);
    server_process_start(program, &server);
    (void)load_push(server.port, &stream, QUERY_ROWS, CONNECTIONS, "query", start_ns,
                    NS_PER_S / 10);
    server_wait_idle(&server);
    double floor_us = floor_query_ns(&stream, QUERY_ROWS, 5) / 1e3;
    (void)printf("one service, %d profiles\n", QUERY_ROWS);
    const char *fields =
        "\"profile_typeID\":\"" CPU_TYPE "\",\"label_selector\":\"{service_name=\\\"query-0\\\"}\"";
    (void)snprintf(json, sizeof(json), "{%s,\"start\":%lld,\"end\":%lld}", fields,
                   (long long)(start_ns / NS_PER_MS - 1000), (long long)(end_ns / NS_PER_MS));
    print_row("CPU per flame graph",
              request_cpu_us(&server, "querier.v1.QuerierService/SelectMergeStacktraces", json),
              "us", floor_us, 3);
    print_row("CPU per merged profile",
              request_cpu_us(&server, "querier.v1.QuerierService/SelectMergeProfile", json), "us",
              floor_us, 0);
    (void)snprintf(json, sizeof(json), "{%s,\"start\":%lld,\"end\":%lld,\"step\":15}", fields,
                   (long long)(start_ns / NS_PER_MS - 1000), (long long)(end_ns / NS_PER_MS));
    print_row("CPU per time series",
              request_cpu_us(&server, "querier.v1.QuerierService/SelectSeries", json), "us",
              floor_us, 0);
    (void)snprintf(json, sizeof(json), "{\"selection\":{%s,\"start\":%lld,\"end\":%lld}}", fields,
                   (long long)(start_ns / NS_PER_MS - 1000), (long long)(end_ns / NS_PER_MS));
    print_row("CPU per report of hot lines",
              request_cpu_us(&server, "flameline.v1.LinesService/HotLines", json), "us", floor_us,
              0);
    (void)snprintf(json, sizeof(json),
                   "{\"selection\":{%s,\"start\":%lld,\"end\":%lld},\"function\":"
                   "\"git.example/team0/module3/package3.(*Type3).Method3\"}",
                   fields, (long long)(start_ns / NS_PER_MS - 1000),
                   (long long)(end_ns / NS_PER_MS));
    print_row("CPU per report of one function",
              request_cpu_us(&server, "flameline.v1.LinesService/Function", json), "us", floor_us,
              0);
    print_row("resident memory, peak", (double)server_peak_bytes(&server) / 1e6, "MB", 0, 300);
    server_process_stop(&server);
    server_process_remove(&server);
    stream_done(&stream);
}

static void bench_sources(const char *program)
{
    GetFileFigures figures;

    bench_getfile(program, &figures);
    (void)printf("source of one file, 48 KB, of a repository with 20,000\n");
    print_row("calls to the git host, first time", figures.cold_calls, "", 0, 4);
    print_row("calls to the git host, all others", figures.warm_calls, "", 0, 0);
    print_row("CPU per GetFile, warm", figures.cpu_us, "us", figures.floor_us, 0);
    print_row("GetFile per second, 4 connections", figures.per_second, "/s", 0, 0);
    print_row("GetFile, median", figures.p50_ms, "ms", 0, 0);
    print_row("GetFile, 99th percentile", figures.p99_ms, "ms", 0, 0);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        (void)fprintf(stderr, "usage: flameline_bench PROGRAM\n");
        return 2;
    }
    bench_ingest(argv[1]);
    if (getenv("BENCH_INGEST_ONLY") == NULL) {
        bench_queries(argv[1]);
        bench_sources(argv[1]);
    }
    return 0;
}
