/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net/http_client.h - blocking HTTP requests to other servers, for worker threads.
 *
 * libcurl does the protocol; policy is here: a total deadline, a size limit, redirects that are
 * followed one by one under our own rules, no user info in URLs, and a veto on the resolved address
 * so that a name cannot lead into a private network. Thread-safe: a client holds a pool of handles
 * that share DNS answers and TLS sessions; connections stay with their handle, since libcurl does
 * not allow threads to share them. Nothing is logged.
 */
#pragma once

#include "base/buf.h"

struct sockaddr;

typedef struct HttpClient HttpClient;

typedef struct HttpClientOptions {
    const char *user_agent;
    const char *ca_file; /* NULL: of the system */
    size_t max_idle;     /* kept handles; 0: 16 */
} HttpClientOptions;

HttpClient *http_client_create(const HttpClientOptions *options, Err *err);
void http_client_destroy(HttpClient *client); /* NULL is fine; no call may be under way */

/* False refuses the connection. */
typedef bool HttpAddressCheck(const struct sockaddr *address, void *context);

/* False refuses to follow a redirect. url is absolute. */
typedef bool HttpRedirectCheck(Str url, void *context);

typedef struct HttpCall {
    Str method;         /* "": GET */
    Str url;            /* http or https, without user info */
    const Str *headers; /* "Name: value" each */
    size_t n_headers;
    Str authorization; /* secret value of the header; sent to the first host only */
    Str body;
    const char *ca_file;        /* NULL: of the client */
    const char *proxy;          /* http(s) address, may hold a secret; NULL: of the environment */
    int64_t deadline_ns;        /* steady clock, for everything including redirects */
    int64_t connect_timeout_ms; /* 0: 5000 */
    size_t max_bytes;           /* of the body; 0: 1 MiB */
    int max_redirects;          /* at most 5 */
    bool cut_body;     /* keep what fits into max_bytes instead of failing (bodies of errors) */
    bool deny_private; /* refuse addresses that are not public; a proxy is not used then */
    HttpAddressCheck *check_address; /* NULL: none; asked in addition to deny_private */
    HttpRedirectCheck *check_redirect;
    void *context; /* of both */
} HttpCall;

typedef struct HttpReply {
    int status;
    Buf body;
    Buf headers; /* of the last hop: "name: value" lines with lower-case names */
    Buf url;     /* of the last hop */
    int n_redirects;
    int64_t duration_ms;
} HttpReply;

void http_reply_done(HttpReply *reply);

/* First value of a header, lower-case name; "" when absent. */
Str http_reply_header(const HttpReply *reply, Str name);

/*
 * ret_reply: filled in on success whatever the status is; release with http_reply_done() in any
 * case. Errors: INVALID_ARGUMENT (URL); UNAVAILABLE (name, connection, TLS, broken answer);
 * DEADLINE_EXCEEDED; RESOURCE_EXHAUSTED (body too large); PERMISSION_DENIED (address or redirect
 * refused, too many redirects). Messages hold the host but no path, query or header.
 */
bool http_client_fetch(HttpClient *client, const HttpCall *call, HttpReply *ret_reply,
                       Err *err) MUST_CHECK;

/* Loopback, private, link-local, multicast, unique-local, unspecified and other special ranges. */
bool http_address_is_public(const struct sockaddr *address);
