/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net/http_server.h - HTTP/1.1 server: whole requests in, whole responses out.
 *
 * Event-loop threads (libmicrohttpd) own the connections and never block; a complete request goes
 * to a pool of workers, where the handler may wait for disk or for other servers. Guards:
 * foundations.md section 4 (limits on connections, per address and on buffered bytes; a watchdog
 * for requests that drip).
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

typedef struct HttpHeader {
    Str name;
    Str value;
} HttpHeader;

/* Why the body of a request is not there. */
typedef enum HttpBodyState {
    HTTP_BODY_OK,
    HTTP_BODY_TOO_LARGE,  /* above max_body_bytes */
    HTTP_BODY_OVERLOADED, /* all requests together hold max_request_bytes */
} HttpBodyState;

/* Valid during the call of the handler. */
typedef struct HttpRequest {
    Str method;
    Str path;  /* percent-decoded, runs of '/' collapsed, always starting with '/' */
    Str query; /* as sent, without '?' */
    const HttpHeader *headers; /* [n_headers], in order */
    size_t n_headers;
    Str body;
    HttpBodyState body_state;
    size_t max_body_bytes; /* the limit, for messages */
    Str remote_address;
    Str id;         /* 16 hexadecimal digits, unique in this process */
    Arena *arena;   /* of this request */
    Budget *budget; /* of the memory of all requests; also that of the arena */
} HttpRequest;

enum { HTTP_MAX_RESPONSE_HEADERS = 24 };

typedef struct HttpResponse {
    int status;
    Buf body;
    HttpHeader
        headers[HTTP_MAX_RESPONSE_HEADERS]; /* texts live in the arena of the request or longer */
    size_t n_headers;
} HttpResponse;

/* Fills the response; called by several workers at once. */
typedef void (*HttpHandler)(void *ctx, const HttpRequest *request, HttpResponse *response);

typedef struct HttpServerOptions {
    Str listen;               /* "host:port", "[v6]:port" or ":port"; port 0 takes a free one */
    size_t max_body_bytes;    /* of one request */
    size_t max_request_bytes; /* bodies, arenas and decoded forms of all requests together */
    unsigned max_connections;
    unsigned max_connections_per_address;
    unsigned n_loops; /* event-loop threads */
    unsigned n_workers;
    unsigned request_timeout_s; /* for a request to arrive and for an answer to be taken */
    unsigned idle_timeout_s;    /* between requests */
    size_t arena_bytes;         /* budget of a request's arena */
} HttpServerOptions;

#define HTTP_SERVER_OPTIONS_INIT                                                                   \
    ((HttpServerOptions){ .listen = STR("127.0.0.1:4040"),                                         \
                          .max_body_bytes = MiB(256),                                              \
                          .max_request_bytes = MiB(256),                                           \
                          .max_connections = 1000,                                                 \
                          .max_connections_per_address = 0,                                        \
                          .n_loops = 1,                                                            \
                          .n_workers = 16,                                                         \
                          .request_timeout_s = 30,                                                 \
                          .idle_timeout_s = 120,                                                   \
                          .arena_bytes = MiB(128) })

typedef struct HttpServer HttpServer;

/* Errors: INVALID_ARGUMENT (address), UNAVAILABLE (address in use: the text says which), INTERNAL.
 */
bool http_server_start(const HttpServerOptions *options, HttpHandler handler, void *ctx,
                       HttpServer **ret_server, Err *err) MUST_CHECK;

/* The port that is listened on. */
uint16_t http_server_port(const HttpServer *server);

/* Refuses new connections, lets running requests finish (at most grace_s), then releases. NULL is
 * fine. */
void http_server_stop(HttpServer *server, unsigned grace_s);

typedef struct HttpServerStatus {
    unsigned n_connections;
    size_t request_bytes; /* held by all requests together */
    uint64_t timed_out;   /* connections that the watchdog ended */
} HttpServerStatus;

void http_server_status(HttpServer *server, HttpServerStatus *ret_status);

/* First header of that name (any case), empty when absent. */
Str http_request_header(const HttpRequest *request, Str name);

/* Adds a response header; the texts are not copied. */
void http_response_add_header(HttpResponse *response, Str name, Str value);

/*
 * Decodes the first parameter of that name in a query string ("+" and "%20" are blanks).
 * False when absent; ret_value is in the arena.
 */
bool http_query_get(Str query, Str name, Arena *arena, Str *ret_value);

/* Calls for every parameter of the query, decoded. */
typedef struct HttpQueryIter {
    Str rest;
} HttpQueryIter;

static inline HttpQueryIter http_query_iter(Str query)
{
    return (HttpQueryIter){ query.len > 0 ? query : (Str){ NULL, 0 } };
}

bool http_query_next(HttpQueryIter *iter, Arena *arena, Str *ret_name, Str *ret_value);
