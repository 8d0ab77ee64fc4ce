/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Life of a request: target_seen() makes its Call; on_access() is called by libmicrohttpd first
 * with the headers, then with pieces of the body, then without data when it is complete. The
 * connection is then suspended, a worker runs the handler and resumes it, and on_access() queues
 * the response.
 */
#include "net/http_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <stdio.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "net/http_internal.h"

typedef struct Call {
    struct Call *next; /* in the queue of the workers */
    struct MHD_Connection *connection;
    HttpConn *conn;
    Arena *arena;
    HttpRequest request;
    HttpResponse response;
    Buf body;
    size_t charged;      /* bytes of the body counted in the budget */
    bool started;        /* headers were looked at */
    bool refused;        /* answered without reading the body */
    atomic_bool handled; /* the worker is done: what it wrote is visible to who reads true */
} Call;

struct HttpServer {
    HttpServerOptions options;
    HttpHandler handler;
    void *ctx;
    struct MHD_Daemon *daemon;
    uint16_t port;
    HttpGuard guard;
    Budget budget; /* of the memory of all requests */
    atomic_uint_fast64_t next_id;
    Mutex lock; /* of the queue and the counters below */
    Cond queue_changed;
    Cond calls_changed;
    Call *queue_first;
    Call *queue_last;
    size_t n_calls;       /* requests between their first byte and their end */
    bool stopping;        /* the workers end once the queue is empty */
    atomic_bool draining; /* what has begun is finished, nothing else is taken */
    pthread_t *workers;
    unsigned n_workers_started;
};

/* ---- workers ---- */

/*
 * Suspends the connection and hands the call to a worker; false when no worker will take it any
 * more. Both under the lock: a suspended connection that nobody resumes ends the program when
 * libmicrohttpd stops.
 */
static bool enqueue(HttpServer *server, Call *call)
{
    mutex_lock(&server->lock);
    if (server->stopping) {
        mutex_unlock(&server->lock);
        return false;
    }
    MHD_suspend_connection(call->connection);
    call->next = NULL;
    if (server->queue_last != NULL) {
        server->queue_last->next = call;
    } else {
        server->queue_first = call;
    }
    server->queue_last = call;
    cond_signal(&server->queue_changed);
    mutex_unlock(&server->lock);
    return true;
}

/* The next call, or NULL when the server stops. */
static Call *dequeue(HttpServer *server)
{
    mutex_lock(&server->lock);
    while (server->queue_first == NULL && !server->stopping) {
        cond_wait(&server->queue_changed, &server->lock);
    }
    Call *call = server->queue_first;
    if (call != NULL) {
        server->queue_first = call->next;
        if (server->queue_first == NULL) {
            server->queue_last = NULL;
        }
    }
    mutex_unlock(&server->lock);
    return call;
}

static void *worker_run(void *arg)
{
    HttpServer *server = arg;

    for (Call *call = dequeue(server); call != NULL; call = dequeue(server)) {
        call->request.body = buf_str(&call->body);
        server->handler(server->ctx, &call->request, &call->response);
        atomic_store(&call->handled, true);
        MHD_resume_connection(call->connection);
    }
    return NULL;
}

/* ---- one request ---- */

static HttpConn *conn_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info != NULL ? info->socket_context : NULL;
}

static void call_free(HttpServer *server, Call *call)
{
    if (call->conn != NULL) {
        call->conn->call = NULL;
    }
    budget_give(&server->budget, call->charged);
    buf_done(&call->body);
    buf_done(&call->response.body);
    arena_destroy(call->arena);
    free(call);
    mutex_lock(&server->lock);
    server->n_calls--;
    cond_broadcast(&server->calls_changed);
    mutex_unlock(&server->lock);
}

static void *target_seen(void *arg, const char *target, struct MHD_Connection *connection)
{
    HttpServer *server = arg;
    Call *call = calloc(1, sizeof(*call));

    if (call == NULL) {
        return NULL;
    }
    call->conn = conn_of(connection);
    call->arena = arena_create_shared(server->options.arena_bytes, &server->budget);
    if (call->arena == NULL || !http_split_target(str_from(target), call->arena,
                                                  &call->request.path, &call->request.query)) {
        arena_destroy(call->arena);
        free(call);
        return NULL;
    }
    if (call->conn != NULL) {
        if (call->conn->call != NULL) {
            call_free(server, call->conn->call); /* it was never completed */
        }
        call->conn->call = call;
        http_guard_set(&server->guard, call->conn, server->options.request_timeout_s);
    }
    mutex_lock(&server->lock);
    server->n_calls++;
    mutex_unlock(&server->lock);
    return call;
}

typedef struct HeaderList {
    Arena *arena;
    HttpHeader *items;
    size_t n;
    size_t cap;
    unsigned n_content_length;
    unsigned n_transfer_encoding;
    bool is_chunked; /* by the last of them */
    bool failed;
} HeaderList;

static enum MHD_Result add_header(void *arg, enum MHD_ValueKind kind UNUSED, const char *key,
                                  size_t key_len, const char *value, size_t value_len)
{
    HeaderList *list = arg;
    HttpHeader header = { { key, key_len }, { value != NULL ? value : "", value_len } };

    if (list->n == list->cap) {
        list->failed = true;
        return MHD_NO;
    }
    /* RFC 9112 5.1: a blank before the colon hides the header from somebody */
    list->failed |= key_len == 0 || key[key_len - 1] == ' ' || key[key_len - 1] == '\t';
    list->n_content_length += str_eq_ignore_case(header.name, STR("content-length"));
    if (str_eq_ignore_case(header.name, STR("transfer-encoding"))) {
        list->n_transfer_encoding++;
        list->is_chunked = str_eq_ignore_case(header.value, STR("chunked"));
    }
    list->items[list->n++] = header;
    return MHD_YES;
}

static Str remote_address(struct MHD_Connection *connection, Arena *arena)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    char text[INET6_ADDRSTRLEN] = "";

    if (info != NULL && info->client_addr->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, info->client_addr, sizeof(v4));
        (void)inet_ntop(AF_INET, &v4.sin_addr, text, sizeof(text)); /* buffer is large enough */
    } else if (info != NULL && info->client_addr->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, info->client_addr, sizeof(v6));
        (void)inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof(text)); /* as above */
    }
    return arena_str(arena, str_from(text));
}

/* Takes the headers; false: the request is malformed in a way that could smuggle a second one. */
static bool begin(HttpServer *server, Call *call, const char *method)
{
    int n = MHD_get_connection_values(call->connection, MHD_HEADER_KIND, NULL, NULL);
    HeaderList list = { .arena = call->arena, .cap = n < 0 ? 0 : (size_t)n };

    list.items = ARENA_NEW(call->arena, HttpHeader, list.cap);
    if (list.items == NULL) {
        return false;
    }
    (void)MHD_get_connection_values_n(call->connection, MHD_HEADER_KIND, add_header, &list);
    /* RFC 9112 6.3; libmicrohttpd accepts all of them even in strict mode */
    bool smuggling = list.n_content_length + list.n_transfer_encoding > 1 ||
                     (list.n_transfer_encoding > 0 && !list.is_chunked);
    call->request.method = arena_str(call->arena, str_from(method));
    call->request.headers = list.items;
    call->request.n_headers = list.n;
    call->request.max_body_bytes = server->options.max_body_bytes;
    call->request.arena = call->arena;
    call->request.budget = &server->budget;
    call->request.remote_address = remote_address(call->connection, call->arena);
    call->request.id = str_from(arena_printf(
        call->arena, "%016llx", (unsigned long long)atomic_fetch_add(&server->next_id, 1)));
    call->body = BUF_INIT(server->options.max_body_bytes);
    call->response = (HttpResponse){ .status = 500, .body = BUF_INIT(SIZE_MAX / 2) };
    return !list.failed && !smuggling;
}

/* Counts n more bytes against the budget of all requests; false when it is used up. */
static bool charge(HttpServer *server, Call *call, size_t n)
{
    if (!budget_take(&server->budget, n)) {
        return false;
    }
    call->charged += n;
    return true;
}

static void take_body(HttpServer *server, Call *call, Str piece)
{
    if (call->request.body_state != HTTP_BODY_OK) {
        return; /* the rest is read and dropped; the watchdog bounds for how long */
    }
    if (piece.len > server->options.max_body_bytes - call->body.len) {
        call->request.body_state = HTTP_BODY_TOO_LARGE;
    } else if (!charge(server, call, piece.len)) {
        call->request.body_state = HTTP_BODY_OVERLOADED;
    } else {
        buf_add(&call->body, piece);
        if (!buf_ok(&call->body)) {
            call->request.body_state = HTTP_BODY_OVERLOADED;
        }
    }
    if (call->request.body_state != HTTP_BODY_OK) {
        buf_done(&call->body);
        budget_give(&server->budget, call->charged);
        call->charged = 0;
    }
}

/* A declared length that will not be taken is answered at once, without reading it. */
static void check_declared_length(HttpServer *server, Call *call)
{
    uint64_t length;

    if (str_to_u64(http_request_header(&call->request, STR("content-length")), &length) &&
        length > server->options.max_body_bytes) {
        call->request.body_state = HTTP_BODY_TOO_LARGE;
        call->refused = true;
    }
}

/* On the heap: the arena may be used up, which is what the answer says. */
static void add_headers(struct MHD_Response *raw, const HttpResponse *response)
{
    Buf text = BUF_INIT(KiB(64));

    for (size_t i = 0; i < response->n_headers; i++) {
        const HttpHeader *header = &response->headers[i];
        buf_clear(&text);
        buf_add(&text, header->name);
        buf_add_char(&text, '\0');
        buf_add(&text, header->value);
        buf_add_char(&text, '\0');
        if (!buf_ok(&text) ||
            MHD_add_response_header(raw, text.ptr, text.ptr + header->name.len + 1) != MHD_YES) {
            log_warn("response header dropped", FIELD_STR("name", header->name));
        }
    }
    buf_done(&text);
}

static enum MHD_Result queue_response(HttpServer *server, Call *call)
{
    HttpResponse *response = &call->response;
    size_t n = buf_ok(&response->body) ? response->body.len : 0;
    void *content = TAKE(response->body.ptr);

    buf_done(&response->body);
    struct MHD_Response *raw = MHD_create_response_from_buffer(
        n, content, content != NULL ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_PERSISTENT);
    if (raw == NULL) {
        free(content);
        return MHD_NO;
    }
    add_headers(raw, response);
    if (atomic_load(&server->draining) &&
        MHD_add_response_header(raw, "Connection", "close") != MHD_YES) {
        log_debug("a connection is left open while the server stops");
    }
    if (call->conn != NULL) {
        http_guard_set(&server->guard, call->conn, server->options.request_timeout_s);
    }
    enum MHD_Result result = MHD_queue_response(call->connection, (unsigned)response->status, raw);
    MHD_destroy_response(raw);
    return result;
}

/* Answers without a handler and closes the connection. */
static enum MHD_Result refuse(HttpServer *server, Call *call, int status, const char *reason)
{
    call->response.status = status;
    buf_add(&call->response.body, str_from(reason));
    buf_add_char(&call->response.body, '\n');
    http_response_add_header(&call->response, STR("Connection"), STR("close"));
    return queue_response(server, call);
}

static enum MHD_Result refuse_stopping(HttpServer *server, Call *call)
{
    return refuse(server, call, 503, "the server is stopping");
}

static enum MHD_Result on_access(void *arg, struct MHD_Connection *connection,
                                 const char *target UNUSED, const char *method,
                                 const char *version UNUSED, const char *data, size_t *data_len,
                                 void **state)
{
    HttpServer *server = arg;
    Call *call = *state;

    if (call == NULL) {
        return MHD_NO;
    }
    if (!call->started) {
        call->started = true;
        call->connection = connection;
        if (!begin(server, call, method)) {
            return refuse(server, call, 400, "malformed request headers");
        }
        if (atomic_load(&server->draining)) {
            return refuse_stopping(server, call);
        }
        check_declared_length(server, call);
        if (!call->refused) {
            return MHD_YES;
        }
    } else if (*data_len > 0) {
        take_body(server, call, (Str){ data, *data_len });
        *data_len = 0;
        return MHD_YES;
    }
    if (atomic_load(&call->handled)) {
        return queue_response(server, call);
    }
    if (call->conn != NULL) {
        http_guard_set(&server->guard, call->conn, 0);
    }
    return enqueue(server, call) ? MHD_YES : refuse_stopping(server, call);
}

static void on_completed(void *arg, struct MHD_Connection *connection UNUSED, void **state,
                         enum MHD_RequestTerminationCode code UNUSED)
{
    HttpServer *server = arg;
    Call *call = *state;

    if (call == NULL) {
        return;
    }
    if (call->conn != NULL) {
        http_guard_set(&server->guard, call->conn, server->options.idle_timeout_s);
    }
    call_free(server, call);
    *state = NULL;
}

static void on_connection(void *arg, struct MHD_Connection *connection, void **socket_context,
                          enum MHD_ConnectionNotificationCode code)
{
    HttpServer *server = arg;

    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        *socket_context = info == NULL ? NULL
                                       : http_guard_add(&server->guard, info->connect_fd,
                                                        server->options.request_timeout_s);
    } else if (*socket_context != NULL) {
        HttpConn *conn = *socket_context;
        if (conn->call != NULL) { /* libmicrohttpd refused the rest of its head by itself */
            call_free(server, conn->call);
        }
        http_guard_remove(&server->guard, *socket_context);
        *socket_context = NULL;
    }
}

/* ---- start and stop ---- */

static bool open_socket(Str listen_text, int *ret_fd, uint16_t *ret_port, Err *err)
{
    char host[256];
    char port[8];
    struct addrinfo hints = { .ai_family = AF_UNSPEC,
                              .ai_socktype = SOCK_STREAM,
                              .ai_flags = AI_PASSIVE };
    struct addrinfo *found = NULL;

    if (!http_parse_listen(listen_text, host, sizeof(host), port, sizeof(port))) {
        return err_set(err, ERR_INVALID_ARGUMENT,
                       "listen address \"%.*s\" is not of the form host:port",
                       STR_ARG(listen_text));
    }
    int failed = getaddrinfo(host[0] != '\0' ? host : NULL, port, &hints, &found);
    if (failed != 0) {
        return err_set(err, ERR_INVALID_ARGUMENT, "cannot listen on \"%.*s\": %s",
                       STR_ARG(listen_text), gai_strerror(failed));
    }
    int fd = socket(found->ai_family, found->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int on = 1;
    bool ok = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
              bind(fd, found->ai_addr, found->ai_addrlen) == 0 && listen(fd, 1024) == 0;
    int cause = errno;
    freeaddrinfo(found);
    struct sockaddr_storage bound = { 0 };
    socklen_t bound_len = sizeof(bound);
    if (!ok || getsockname(fd, (struct sockaddr *)&bound, &bound_len) != 0) {
        if (fd >= 0) {
            (void)close(fd); /* nothing was written to it */
        }
        return err_set_errno(err, ERR_UNAVAILABLE, cause, "could not listen on \"%.*s\"",
                             STR_ARG(listen_text));
    }
    in_port_t raw_port;
    /* sin_port and sin6_port are at the same place (RFC 3493 3.3) */
    memcpy(&raw_port, (const char *)&bound + offsetof(struct sockaddr_in, sin_port),
           sizeof(raw_port));
    *ret_port = ntohs(raw_port);
    *ret_fd = fd;
    return true;
}

static void silence(void *arg UNUSED, const char *fmt UNUSED, va_list args UNUSED)
{
    /* libmicrohttpd reports what clients do wrong; that is counted, not logged */
}

static bool start_daemon(HttpServer *server, Err *err)
{
    const HttpServerOptions *options = &server->options;
    int fd;

    if (!open_socket(options->listen, &fd, &server->port, err)) {
        return false;
    }
    server->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL,
        on_access, server, MHD_OPTION_EXTERNAL_LOGGER, silence, NULL, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_THREAD_POOL_SIZE, options->n_loops > 1 ? options->n_loops : 0,
        MHD_OPTION_CONNECTION_LIMIT, options->max_connections, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        options->max_connections_per_address, MHD_OPTION_CONNECTION_TIMEOUT,
        options->idle_timeout_s, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)KiB(64),
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_URI_LOG_CALLBACK, target_seen, server,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, server, MHD_OPTION_NOTIFY_CONNECTION,
        on_connection, server, MHD_OPTION_END);
    if (server->daemon == NULL) {
        (void)close(fd); /* nothing was written to it */
        return err_set(err, ERR_INTERNAL, "could not start the HTTP server");
    }
    return true;
}

static bool start_workers(HttpServer *server, Err *err)
{
    server->workers = calloc(server->options.n_workers, sizeof(*server->workers));
    if (server->workers == NULL) {
        return err_no_memory(err);
    }
    while (server->n_workers_started < server->options.n_workers) {
        if (!thread_start(&server->workers[server->n_workers_started], "http-worker", worker_run,
                          server)) {
            return err_set(err, ERR_INTERNAL, "could not start a thread");
        }
        server->n_workers_started++;
    }
    return true;
}

bool http_server_start(const HttpServerOptions *options, HttpHandler handler, void *ctx,
                       HttpServer **ret_server, Err *err)
{
    HttpServer *server = calloc(1, sizeof(*server));
    uint64_t first_id = 0;

    if (server == NULL) {
        return err_no_memory(err);
    }
    server->options = *options;
    server->handler = handler;
    server->ctx = ctx;
    mutex_init(&server->lock);
    cond_init(&server->queue_changed);
    cond_init(&server->calls_changed);
    /* a random start: ids of two runs of the server do not collide in a log */
    if (getrandom(&first_id, sizeof(first_id), 0) < 0) {
        first_id = (uint64_t)clock_unix_ns();
    }
    atomic_init(&server->next_id, first_id);
    server->budget.limit = options->max_request_bytes;
    if (!http_guard_start(&server->guard, err)) {
        free(server);
        return false;
    }
    if (!start_workers(server, err) || !start_daemon(server, err)) {
        http_server_stop(server, 0);
        return false;
    }
    *ret_server = server;
    return true;
}

uint16_t http_server_port(const HttpServer *server)
{
    return server->port;
}

void http_server_status(HttpServer *server, HttpServerStatus *ret_status)
{
    mutex_lock(&server->guard.lock);
    ret_status->n_connections = server->guard.n_connections;
    ret_status->timed_out = server->guard.timed_out;
    mutex_unlock(&server->guard.lock);
    ret_status->request_bytes = atomic_load(&server->budget.used);
}

/* Lets requests finish that have begun: they may hold profiles that nobody else has. */
static void wait_for_calls(HttpServer *server, unsigned grace_s)
{
    int64_t until = clock_steady_ns() + grace_s * NS_PER_S;

    mutex_lock(&server->lock);
    while (server->n_calls > 0 && cond_wait_until(&server->calls_changed, &server->lock, until)) {
    }
    mutex_unlock(&server->lock);
}

void http_server_stop(HttpServer *server, unsigned grace_s)
{
    if (server == NULL) {
        return;
    }
    int fd = -1;
    if (server->daemon != NULL) {
        fd = MHD_quiesce_daemon(server->daemon);
        atomic_store(&server->draining, true);
        wait_for_calls(server, grace_s);
    }
    mutex_lock(&server->lock);
    server->stopping = true;
    cond_broadcast(&server->queue_changed);
    mutex_unlock(&server->lock);
    for (unsigned i = 0; i < server->n_workers_started; i++) {
        (void)pthread_join(server->workers[i], NULL); /* cannot fail for our own thread */
    }
    if (server->daemon != NULL) {
        MHD_stop_daemon(server->daemon);
    }
    if (fd >= 0) {
        (void)close(fd); /* a listening socket has no data to lose */
    }
    http_guard_stop(&server->guard);
    cond_done(&server->queue_changed);
    cond_done(&server->calls_changed);
    mutex_done(&server->lock);
    free(server->workers);
    free(server);
}
