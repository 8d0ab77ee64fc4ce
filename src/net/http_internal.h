/* SPDX-License-Identifier: Apache-2.0 */
/* net/http_internal.h - what the files of the HTTP server share. */
#pragma once

#include <stdatomic.h>

#include "base/thread.h"
#include "net/http_server.h"

/* Percent-decodes into the arena; ptr is NULL when the arena is used up. */
Str http_url_decode(Str text, bool plus_is_blank, Arena *arena);

/* Splits a request target into decoded path and raw query. False when the arena is used up. */
bool http_split_target(Str target, Arena *arena, Str *ret_path, Str *ret_query) MUST_CHECK;

/* Splits "host:port"; host may come out empty (all addresses). */
bool http_parse_listen(Str listen, char *host, size_t host_size, char *port,
                       size_t port_size) MUST_CHECK;

/* ---- connection guard: deadlines that no client can stretch ---- */

typedef struct HttpConn {
    struct HttpConn *prev;
    struct HttpConn *next;
    int fd;
    void *call;                 /* the request that has begun; NULL between requests */
    int64_t deadline_steady_ns; /* 0: none, the request is being worked on */
} HttpConn;

typedef struct HttpGuard {
    Mutex lock;
    Cond stop_asked;
    bool stopping;
    HttpConn list; /* head of a ring */
    unsigned n_connections;
    uint64_t timed_out;
    pthread_t thread;
} HttpGuard;

bool http_guard_start(HttpGuard *guard, Err *err) MUST_CHECK;
void http_guard_stop(HttpGuard *guard);

/* A connection of the socket fd begins; NULL when out of memory. */
HttpConn *http_guard_add(HttpGuard *guard, int fd, unsigned timeout_s);
void http_guard_remove(HttpGuard *guard, HttpConn *conn);

/* Until when the connection must have made its next step; timeout_s 0 takes the deadline away. */
void http_guard_set(HttpGuard *guard, HttpConn *conn, unsigned timeout_s);
