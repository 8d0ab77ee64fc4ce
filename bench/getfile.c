/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/getfile.h"

#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "bench/floor.h"
#include "bench/load.h"
#include "bench/process.h"
#include "net/http_server.h"
#include "source/session_cookie.h"

enum {
    FILE_LINES = 1200, /* about 48 KB: a large file of a program */
    TREE_FILES = 20000,
    CALLS = 4000,
    CONNECTIONS = 4,
};

#define COMMIT "0123456789012345678901234567890123456789"

/* A git host that knows one repository. */
typedef struct Host {
    HttpServer *server;
    Buf file;
    Buf content; /* answer for the file */
    Buf tree;    /* answer for the listing */
    atomic_uint n_calls;
} Host;

static void answer(void *ctx, const HttpRequest *request, HttpResponse *response)
{
    Host *host = ctx;

    (void)atomic_fetch_add(&host->n_calls, 1); /* old count unused */
    bool is_file = str_ends_with(request->path, STR("/contents/src/pricer.py"));
    bool is_tree = str_find(request->path, STR("/git/trees/"), 0) != STR_NPOS;
    response->status = is_file || is_tree ? 200 : 404;
    buf_add(&response->body, is_file   ? buf_str(&host->content)
                             : is_tree ? buf_str(&host->tree)
                                       : STR("{\"message\":\"Not Found\"}"));
}

static void start_host(Host *host)
{
    HttpServerOptions options = HTTP_SERVER_OPTIONS_INIT;
    Err err = ERR_INIT;

    *host =
        (Host){ .file = BUF_INIT(MiB(1)), .content = BUF_INIT(MiB(2)), .tree = BUF_INIT(MiB(8)) };
    for (int i = 0; i < FILE_LINES; i++) {
        buf_addf(&host->file, "    total = total * %d + tax_of(row)\n", i);
    }
    buf_add(&host->content, STR("{\"type\":\"file\",\"encoding\":\"base64\",\"content\":\""));
    buf_add_base64(&host->content, buf_str(&host->file));
    buf_addf(&host->content, "\",\"size\":%zu}", host->file.len);
    buf_add(&host->tree, STR("{\"truncated\":false,\"tree\":["));
    for (int i = 0; i < TREE_FILES; i++) {
        buf_addf(
            &host->tree,
            "{\"path\":\"module%d/package%d/file%d.py\",\"mode\":\"100644\",\"type\":\"blob\"},",
            i % 40, i % 400, i);
    }
    buf_add(&host->tree,
            STR("{\"path\":\"src/pricer.py\",\"mode\":\"100644\",\"type\":\"blob\"}]}"));
    CHECK(buf_ok(&host->content) && buf_ok(&host->tree));
    options.listen = STR("127.0.0.1:0");
    CHECK(http_server_start(&options, answer, host, &host->server, &err));
}

static void stop_host(Host *host)
{
    http_server_stop(host->server, 1);
    buf_done(&host->file);
    buf_done(&host->content);
    buf_done(&host->tree);
}

/* The cookie that Grafana's app would send. */
static void make_cookie(char *header, size_t size)
{
    CLEANUP(arena_destroyp) Arena *arena = arena_create(MiB(1));
    SessionToken token = { .access_token = STR("bench-token"),
                           .token_type = STR("bearer"),
                           .refresh_token = STR_EMPTY };
    Str sealed;
    Err err = ERR_INIT;

    CHECK(session_token_seal(arena, STR("bench-session-secret"), STR("anonymous"), &token, NULL,
                             &sealed, &err));
    Str value = session_cookie_value(arena, sealed, 0, 0);
    (void)snprintf(header, size, "Cookie: " SESSION_COOKIE_NAME "=%.*s\r\n", STR_ARG(value));
}

/* Encoding the file and moving it through a socket: what any answer costs at least. */
static double floor_ns(Str file)
{
    int fds[2];
    Buf text = BUF_INIT(MiB(1));
    char sink[65536];

    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
    int64_t start = cpu_now_ns();
    for (int i = 0; i < CALLS; i++) {
        buf_clear(&text);
        buf_add_base64(&text, file);
        for (size_t at = 0; at < text.len;) {
            ssize_t n = send(fds[0], text.ptr + at, MIN(text.len - at, sizeof(sink)), 0);
            CHECK(n > 0);
            at += (size_t)n;
            for (ssize_t left = n; left > 0;) {
                ssize_t got = recv(fds[1], sink, sizeof(sink), 0);
                CHECK(got > 0);
                left -= got;
            }
        }
    }
    double ns = (double)(cpu_now_ns() - start) / CALLS;
    buf_done(&text);
    (void)close(fds[0]);
    (void)close(fds[1]);
    return ns;
}

void bench_getfile(const char *program, GetFileFigures *ret_figures)
{
    static const char json[] =
        "{\"repositoryURL\":\"https://github.com/acme/shop\",\"ref\":\"" COMMIT
        "\",\"localPath\":\"/srv/app/src/pricer.py\",\"functionName\":\"total\"}";
    static const char method[] = "vcs.v1.VCSService/GetFile";
    char cookie[2048];
    char url[64];
    Host host;
    ServerProcess server;

    start_host(&host);
    make_cookie(cookie, sizeof(cookie));
    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%u", http_server_port(host.server));
    CHECK(setenv("GITHUB_API_URL", url, 1) == 0 && setenv("GITHUB_CLIENT_ID", "bench", 1) == 0 &&
          setenv("GITHUB_CLIENT_SECRET", "bench-client-secret", 1) == 0 &&
          setenv("GITHUB_SESSION_SECRET", "bench-session-secret", 1) == 0);
    server_process_start(program, &server);
    (void)load_calls(server.port, method, json, cookie, 1, 1);
    ret_figures->cold_calls = atomic_load(&host.n_calls);
    server_wait_idle(&server);
    int64_t before = server_cpu_ns(&server);
    LoadResult load = load_calls(server.port, method, json, cookie, CALLS, CONNECTIONS);
    server_wait_idle(&server);
    ret_figures->cpu_us = (double)(server_cpu_ns(&server) - before) / CALLS / 1e3;
    ret_figures->warm_calls = atomic_load(&host.n_calls) - ret_figures->cold_calls;
    ret_figures->floor_us = floor_ns(buf_str(&host.file)) / 1e3;
    ret_figures->per_second = CALLS / load.wall_s;
    ret_figures->p50_ms = load.p50_ms;
    ret_figures->p99_ms = load.p99_ms;
    server_process_stop(&server);
    server_process_remove(&server);
    stop_host(&host);
}
