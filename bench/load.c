/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/load.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/thread.h"
#include "codec/pb/wire.h"

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static struct sockaddr_in address_of(uint16_t port)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

uint16_t load_free_port(void)
{
    struct sockaddr_in address = address_of(0);
    socklen_t len = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &len) != 0) {
        fail("free port");
    }
    (void)close(fd);
    return ntohs(address.sin_port);
}

static int open_connection(uint16_t port)
{
    struct sockaddr_in address = address_of(port);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int on = 1;

    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
        (void)close(fd);
        return -1;
    }
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    return fd;
}

static void send_all(int fd, Str bytes)
{
    while (bytes.len > 0) {
        ssize_t n = send(fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);
        if (n <= 0) {
            fail("send");
        }
        bytes = str_skip(bytes, (size_t)n);
    }
}

/* Reads one answer with a Content-Length; returns its status, *ret_size is the size of the body. */
static int read_answer(int fd, Buf *buf, size_t *ret_size)
{
    buf_clear(buf);
    for (;;) {
        if (!buf_reserve(buf, KiB(64))) {
            fail("answer too large");
        }
        ssize_t n = recv(fd, buf->ptr + buf->len, KiB(64), 0);
        if (n <= 0) {
            return -1;
        }
        buf->len += (size_t)n;
        size_t end = str_find(buf_str(buf), STR("\r\n\r\n"), 0);
        if (end == STR_NPOS) {
            continue;
        }
        Str head = str_first(buf_str(buf), end);
        size_t at = str_find(head, STR("Content-Length: "), 0);
        uint64_t length = 0;
        if (at != STR_NPOS) {
            Str digits = str_skip(head, at + 16);
            size_t stop = str_find_char(digits, '\r');
            if (!str_to_u64(str_first(digits, MIN(stop, digits.len)), &length)) {
                fail("Content-Length");
            }
        }
        if (buf->len >= end + 4 + length) {
            int status = 0;
            (void)sscanf(buf->ptr, "HTTP/1.1 %d", &status); /* 0 when it is something else */
            *ret_size = (size_t)length;
            return status;
        }
    }
}

bool load_is_ready(uint16_t port)
{
    int fd = open_connection(port);
    Buf answer = BUF_INIT(MiB(1));
    size_t size;

    if (fd < 0) {
        return false;
    }
    send_all(fd, STR("GET /ready HTTP/1.1\r\nHost: bench\r\n\r\n"));
    int status = read_answer(fd, &answer, &size);
    buf_done(&answer);
    (void)close(fd);
    return status == 200;
}

/* ---- pushing ---- */

typedef struct Pusher {
    const Stream *stream;
    uint16_t port;
    size_t n;
    const char *service;
    int64_t start_ns;
    int64_t step_ns;
    atomic_size_t next;
    float *latency_ms; /* [n] */
} Pusher;

static void make_request(Buf *request, Buf *body, Buf *series, Buf *part, const Pusher *pusher,
                         size_t at)
{
    const StreamProfile *profile = &pusher->stream->profiles[at % pusher->stream->n];
    char service[64];
    int n = snprintf(service, sizeof(service), "%s-%zu", pusher->service, profile->service);
    const Str labels[][2] = { { STR("__name__"), STR("process_cpu") },
                              { STR("service_name"), { service, (size_t)n } },
                              { STR("region"),
                                profile->service % 2 == 0 ? STR("eu") : STR("us") } };

    buf_clear(body);
    buf_clear(series);
    for (size_t i = 0; i < ARRAY_LEN(labels); i++) {
        buf_clear(part);
        pb_add_bytes_field(part, 1, labels[i][0]);
        pb_add_bytes_field(part, 2, labels[i][1]);
        pb_add_message_field(series, 1, buf_str(part));
    }
    buf_clear(part);
    stream_add_profile_at(part, profile, pusher->start_ns + (int64_t)at * pusher->step_ns);
    Buf sample = BUF_INIT(MiB(64));
    pb_add_message_field(&sample, 1, buf_str(part));
    pb_add_message_field(series, 2, buf_str(&sample));
    buf_done(&sample);
    pb_add_message_field(body, 1, buf_str(series));
    buf_clear(request);
    buf_addf(
        request,
        "POST /push.v1.PusherService/Push HTTP/1.1\r\nHost: bench\r\nContent-Type: application/proto\r\n"
        "Connect-Protocol-Version: 1\r\nContent-Length: %zu\r\n\r\n",
        body->len);
    buf_add(request, buf_str(body));
}

static void *push_some(void *arg)
{
    Pusher *pusher = arg;
    int fd = open_connection(pusher->port);
    Buf bufs[5] = { BUF_INIT(MiB(64)), BUF_INIT(MiB(64)), BUF_INIT(MiB(64)), BUF_INIT(MiB(64)),
                    BUF_INIT(MiB(64)) };
    size_t size;

    for (size_t at = atomic_fetch_add(&pusher->next, 1); at < pusher->n;
         at = atomic_fetch_add(&pusher->next, 1)) {
        make_request(&bufs[0], &bufs[1], &bufs[2], &bufs[3], pusher, at);
        int64_t start = clock_steady_ns();
        send_all(fd, buf_str(&bufs[0]));
        if (read_answer(fd, &bufs[4], &size) != 200) {
            (void)fprintf(stderr, "push refused: %.*s\n", STR_ARG(buf_str(&bufs[4])));
            exit(1);
        }
        pusher->latency_ms[at] = (float)((double)(clock_steady_ns() - start) / 1e6);
    }
    for (size_t i = 0; i < ARRAY_LEN(bufs); i++) {
        buf_done(&bufs[i]);
    }
    (void)close(fd);
    return NULL;
}

static int compare_floats(const void *a, const void *b)
{
    float x = *(const float *)a;
    float y = *(const float *)b;

    return (x > y) - (x < y);
}

/* Runs work(arg) on n_connections threads and sums up latency_ms[n], which is freed. */
static LoadResult run(void *(*work)(void *), void *arg, size_t n_connections, float *latency_ms,
                      size_t n)
{
    pthread_t threads[64];
    int64_t start = clock_steady_ns();

    CHECK(n_connections <= ARRAY_LEN(threads) && latency_ms != NULL);
    for (size_t i = 0; i < n_connections; i++) {
        CHECK(thread_start(&threads[i], "load", work, arg));
    }
    for (size_t i = 0; i < n_connections; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    LoadResult result = { .wall_s = (double)(clock_steady_ns() - start) / 1e9, .n = n };
    qsort(latency_ms, n, sizeof(float), compare_floats);
    result.p50_ms = (double)latency_ms[n / 2];
    result.p99_ms = (double)latency_ms[n * 99 / 100];
    free(latency_ms);
    return result;
}

LoadResult load_push(uint16_t port, const Stream *stream, size_t n, size_t n_connections,
                     const char *service, int64_t start_ns, int64_t step_ns)
{
    Pusher pusher = { .stream = stream,
                      .port = port,
                      .n = n,
                      .service = service,
                      .start_ns = start_ns,
                      .step_ns = step_ns,
                      .latency_ms = calloc(n, sizeof(float)) };

    return run(push_some, &pusher, n_connections, pusher.latency_ms, n);
}

/* ---- calls ---- */

static void add_call(Buf *request, const char *method, const char *json, const char *headers)
{
    buf_addf(request,
             "POST /%s HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n%s"
             "Content-Length: %zu\r\n\r\n%s",
             method, headers, strlen(json), json);
}

typedef struct Caller {
    Str request;
    uint16_t port;
    size_t n;
    atomic_size_t next;
    float *latency_ms; /* [n] */
} Caller;

static void *call_some(void *arg)
{
    Caller *caller = arg;
    int fd = open_connection(caller->port);
    Buf answer = BUF_INIT(MiB(64));
    size_t size;

    for (size_t at = atomic_fetch_add(&caller->next, 1); at < caller->n;
         at = atomic_fetch_add(&caller->next, 1)) {
        int64_t start = clock_steady_ns();
        send_all(fd, caller->request);
        if (read_answer(fd, &answer, &size) != 200) {
            (void)fprintf(stderr, "call refused: %.*s\n",
                          STR_ARG(str_first(buf_str(&answer), 600)));
            exit(1);
        }
        caller->latency_ms[at] = (float)((double)(clock_steady_ns() - start) / 1e6);
    }
    buf_done(&answer);
    (void)close(fd);
    return NULL;
}

LoadResult load_calls(uint16_t port, const char *method, const char *json, const char *headers,
                      size_t n, size_t n_connections)
{
    Buf request = BUF_INIT(MiB(1));

    add_call(&request, method, json, headers);
    Caller caller = {
        .request = buf_str(&request), .port = port, .n = n, .latency_ms = calloc(n, sizeof(float))
    };
    LoadResult result = run(call_some, &caller, n_connections, caller.latency_ms, n);
    buf_done(&request);
    return result;
}

size_t load_rpc(uint16_t port, const char *method, const char *json)
{
    int fd = open_connection(port);
    Buf request = BUF_INIT(MiB(1));
    Buf answer = BUF_INIT(MiB(512));
    size_t size = 0;

    add_call(&request, method, json, "");
    send_all(fd, buf_str(&request));
    if (read_answer(fd, &answer, &size) != 200) {
        (void)fprintf(stderr, "%s refused: %.*s\n", method,
                      STR_ARG(str_first(buf_str(&answer), 600)));
        exit(1);
    }
    buf_done(&request);
    buf_done(&answer);
    (void)close(fd);
    return size;
}
