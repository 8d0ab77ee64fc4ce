/* SPDX-License-Identifier: Apache-2.0 */
#include "source/vcs/rest.h"

#include <stdio.h>

#include "base/clock.h"
#include "source/vcs/rest_error.h"

static void set_transport_fault(const Err *err, SourceFault *fault)
{
    SourceState state = SOURCE_HOST_UNREACHABLE;

    if (err->code == ERR_DEADLINE_EXCEEDED) {
        state = SOURCE_TIMEOUT;
    } else if (err->code == ERR_RESOURCE_EXHAUSTED) {
        state = SOURCE_TOO_LARGE;
    } else if (err->code == ERR_INVALID_ARGUMENT) {
        state = SOURCE_INVALID_REQUEST;
    }
    (void)source_fault_set(fault, state, "%s", err->msg); /* the caller returns false */
}

static bool take_call(const VcsCall *call, SourceFault *fault)
{
    if (call->calls_left == NULL) {
        return true;
    }
    if (*call->calls_left <= 0) {
        return source_fault_set(fault, SOURCE_TIMEOUT,
                                "the calls that one request may make are used up");
    }
    (*call->calls_left)--;
    return true;
}

/* Renamed repositories redirect within the API; nothing else is worth following (7.2). */
static bool stays_at_api(Str url, void *context)
{
    const RestProvider *rest = context;
    Str base = str_from(rest->api_url);
    size_t scheme = str_find(base, STR("://"), 0) + 3;
    size_t slash = str_find_char(str_skip(base, scheme), '/');
    Str origin = slash == STR_NPOS ? base : str_first(base, scheme + slash);

    return str_starts_with(url, origin) && (url.len == origin.len || url.ptr[origin.len] == '/');
}

static void add_authorization(const RestProvider *rest, const VcsCall *call, Str token, Buf *out)
{
    bool is_static = call->token.len == 0;

    if (token.len == 0) {
        return;
    }
    if (is_static && rest->dialect->basic && str_find_char(token, ':') != STR_NPOS) {
        buf_add(out, STR("Basic "));
        buf_add_base64(out, token); /* RFC 7617: user ":" password */
        return;
    }
    buf_add(out, is_static ? str_from(rest->dialect->scheme) : STR("Bearer"));
    buf_add_char(out, ' ');
    buf_add(out, token);
}

/* What an answer without success says about this caller. */
static void classify(const RestProvider *rest, const VcsCall *call, const RestCall *what,
                     const HttpReply *reply, bool has_token, SourceFault *fault)
{
    int64_t now_ms = clock_unix_ns() / NS_PER_MS;

    if (rest->dialect->classify != NULL) {
        rest->dialect->classify(reply, what->not_found, what->what, now_ms, fault);
    } else {
        rest_classify(rest->dialect->title, reply, what->not_found, what->what, now_ms, fault);
    }
    if (fault->state != SOURCE_SESSION_EXPIRED || call->token.len > 0) {
        return;
    }
    if (has_token) {
        fault->state = SOURCE_FORBIDDEN; /* the static token: nobody's session */
    } else {
        (void)source_fault_set(fault,
                               rest->base.has_login ? SOURCE_NOT_CONNECTED : SOURCE_FORBIDDEN,
                               "%s wants credentials for this repository, or it does not exist",
                               rest->dialect->title); /* the state is the result */
    }
}

static bool send_call(RestProvider *rest, const VcsCall *call, const RestCall *what, Str token,
                      HttpReply *ret_reply, SourceFault *fault)
{
    Str headers[4];
    char accept[96];
    Buf url = BUF_INIT(KiB(16));
    Buf authorization = BUF_INIT(KiB(32));
    Err err = ERR_INIT;
    size_t n = 0;

    (void)snprintf(accept, sizeof(accept), "Accept: %s", /* our own constants: they fit */
                   what->accept != NULL ? what->accept : "application/json");
    headers[n++] = str_from(accept);
    for (size_t i = 0; i < rest->dialect->n_headers && n < ARRAY_LEN(headers); i++) {
        headers[n++] = rest->dialect->headers[i];
    }
    buf_add(&url, str_from(rest->api_url));
    buf_add(&url, str_from(what->path));
    add_authorization(rest, call, token, &authorization);
    HttpCall http = { .url = buf_str(&url),
                      .headers = headers,
                      .n_headers = n,
                      .authorization = buf_str(&authorization),
                      .ca_file = rest->ca_file,
                      .proxy = rest->proxy,
                      .deadline_ns = call->deadline_ns,
                      .max_bytes = what->max_bytes,
                      .max_redirects = 5,
                      .check_redirect = stays_at_api,
                      .context = rest };
    bool ok = buf_ok(&url) && buf_ok(&authorization)
                  ? http_client_fetch(rest->http, &http, ret_reply, &err)
                  : err_no_memory(&err);
    fault->status = ret_reply->status;
    if (!ok) {
        set_transport_fault(&err, fault);
    } else if (ret_reply->status != 200) {
        classify(rest, call, what, ret_reply, token.len > 0, fault);
        ok = false;
    }
    if (authorization.ptr != NULL) {
        explicit_bzero(authorization.ptr, authorization.cap);
    }
    buf_done(&authorization);
    buf_done(&url);
    return ok;
}

bool rest_ask(RestProvider *rest, const VcsCall *call, const RestCall *what, HttpReply *ret_reply,
              SourceFault *fault)
{
    Str token = call->token.len > 0 ? call->token : str_from(rest->token);
    uint64_t credential = host_limits_credential(token);

    *ret_reply = (HttpReply){ 0 };
    if (what->path == NULL) {
        return source_fault_no_memory(fault);
    }
    if (!take_call(call, fault) ||
        !host_limits_enter(&rest->limits, credential, call->deadline_ns, fault)) {
        return false;
    }
    SourceFault outcome = SOURCE_FAULT_INIT; /* an earlier limit must not count again */
    bool ok = send_call(rest, call, what, token, ret_reply, &outcome);
    host_limits_leave(&rest->limits, credential, &outcome);
    if (ok) {
        fault->status = outcome.status;
    } else {
        *fault = outcome;
    }
    return ok;
}

bool rest_ask_json(RestProvider *rest, const VcsCall *call, const RestCall *what, json_t **ret_root,
                   SourceFault *fault)
{
    HttpReply reply;
    bool ok = rest_ask(rest, call, what, &reply, fault);

    if (ok) {
        Str body = buf_str(&reply.body);
        Str prefix = str_from(rest->dialect->json_prefix);
        json_error_t error;
        body = str_starts_with(body, prefix) ? str_skip(body, prefix.len) : body;
        *ret_root = json_loadb(body.ptr, body.len, 0, &error);
        if (*ret_root == NULL) {
            ok = source_fault_set(fault, SOURCE_HOST_UNREACHABLE,
                                  "the answer of %s is not valid JSON: %s", rest->dialect->title,
                                  error.text);
        }
    }
    http_reply_done(&reply);
    return ok;
}

bool rest_ask_bytes(RestProvider *rest, const VcsCall *call, const RestCall *what, Buf *ret_bytes,
                    SourceFault *fault)
{
    RestCall limited = *what;
    HttpReply reply;

    limited.max_bytes = MAX(ret_bytes->limit, (size_t)1); /* 0 would mean the default */
    bool ok = rest_ask(rest, call, &limited, &reply, fault);
    if (ok) {
        buf_add(ret_bytes, buf_str(&reply.body));
        ok = buf_ok(ret_bytes) ? true : source_fault_no_memory(fault);
    }
    http_reply_done(&reply);
    return ok;
}

bool rest_not_well_formed(const RestProvider *rest, SourceFault *fault, const char *what)
{
    return source_fault_set(fault, SOURCE_HOST_UNREACHABLE, "the answer of %s has no valid %s",
                            rest->dialect->title, what);
}
