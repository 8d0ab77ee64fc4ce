/* SPDX-License-Identifier: Apache-2.0 */
#include "net/http_client.h"

#include <curl/curl.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/thread.h"
#include "base/vec.h"

enum {
    DEFAULT_MAX_IDLE = 16,
    DEFAULT_CONNECT_MS = 5000,
    MAX_REDIRECTS = 5,
    MAX_HEADER_BYTES = 64 * 1024,
    MAX_URL_BYTES = 8192,
};

struct HttpClient {
    Mutex lock;
    VEC(CURL *) idle;
    size_t max_idle;
    CURLSH *share;
    Mutex share_locks[CURL_LOCK_DATA_LAST];
    char *user_agent;
    char *ca_file;
};

/* One hop of one call. */
typedef struct Transfer {
    const HttpCall *call;
    HttpReply *reply;
    bool too_large;
    bool address_refused;
} Transfer;

static pthread_once_t curl_once = PTHREAD_ONCE_INIT;

static void init_curl(void)
{
    (void)curl_global_init(CURL_GLOBAL_DEFAULT); /* a failure shows when a handle is made */
}

static void lock_share(CURL *handle, curl_lock_data data, curl_lock_access access,
                       void *context) NO_LOCK_ANALYSIS
{
    HttpClient *client = context;

    (void)handle;
    (void)access;
    mutex_lock(&client->share_locks[data]);
}

static void unlock_share(CURL *handle, curl_lock_data data, void *context) NO_LOCK_ANALYSIS
{
    HttpClient *client = context;

    (void)handle;
    mutex_unlock(&client->share_locks[data]);
}

static bool init_share(HttpClient *client)
{
    client->share = curl_share_init();
    if (client->share == NULL) {
        return false;
    }
    return curl_share_setopt(client->share, CURLSHOPT_LOCKFUNC, lock_share) == CURLSHE_OK &&
           curl_share_setopt(client->share, CURLSHOPT_UNLOCKFUNC, unlock_share) == CURLSHE_OK &&
           curl_share_setopt(client->share, CURLSHOPT_USERDATA, client) == CURLSHE_OK &&
           curl_share_setopt(client->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS) == CURLSHE_OK &&
           curl_share_setopt(client->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION) ==
               CURLSHE_OK;
}

HttpClient *http_client_create(const HttpClientOptions *options, Err *err)
{
    (void)pthread_once(&curl_once, init_curl); /* cannot fail with a valid function */
    HttpClient *client = calloc(1, sizeof(*client));
    if (client == NULL) {
        (void)err_no_memory(err); /* NULL says it failed */
        return NULL;
    }
    mutex_init(&client->lock);
    for (size_t i = 0; i < ARRAY_LEN(client->share_locks); i++) {
        mutex_init(&client->share_locks[i]);
    }
    client->max_idle = options->max_idle > 0 ? options->max_idle : DEFAULT_MAX_IDLE;
    client->user_agent = str_dup(str_from(options->user_agent));
    client->ca_file = options->ca_file != NULL ? str_dup(str_from(options->ca_file)) : NULL;
    if (client->user_agent == NULL || (options->ca_file != NULL && client->ca_file == NULL) ||
        !init_share(client)) {
        http_client_destroy(client);
        (void)err_no_memory(err); /* NULL says it failed */
        return NULL;
    }
    return client;
}

void http_client_destroy(HttpClient *client)
{
    if (client == NULL) {
        return;
    }
    for (size_t i = 0; i < client->idle.len; i++) {
        curl_easy_cleanup(client->idle.items[i]);
    }
    VEC_DONE(&client->idle);
    if (client->share != NULL) {
        (void)curl_share_cleanup(client->share); /* fails only while handles use it */
    }
    for (size_t i = 0; i < ARRAY_LEN(client->share_locks); i++) {
        mutex_done(&client->share_locks[i]);
    }
    mutex_done(&client->lock);
    free(client->user_agent);
    free(client->ca_file);
    free(client);
}

static CURL *take_handle(HttpClient *client)
{
    CURL *handle = NULL;

    mutex_lock(&client->lock);
    if (client->idle.len > 0) {
        handle = client->idle.items[--client->idle.len]; /* the warmest connection */
    }
    mutex_unlock(&client->lock);
    return handle != NULL ? handle : curl_easy_init();
}

static void give_handle(HttpClient *client, CURL *handle)
{
    bool kept = false;

    curl_easy_reset(handle); /* forgets options and secrets, keeps connections */
    mutex_lock(&client->lock);
    if (client->idle.len < client->max_idle) {
        kept = VEC_PUSH(&client->idle, handle);
    }
    mutex_unlock(&client->lock);
    if (!kept) {
        curl_easy_cleanup(handle);
    }
}

void http_reply_done(HttpReply *reply)
{
    buf_done(&reply->body);
    buf_done(&reply->headers);
    buf_done(&reply->url);
}

Str http_reply_header(const HttpReply *reply, Str name)
{
    Str rest = buf_str(&reply->headers);
    Str line;

    while (str_next(&rest, '\n', &line)) {
        if (line.len > name.len && line.ptr[name.len] == ':' && str_starts_with(line, name)) {
            return str_trim(str_skip(line, name.len + 1));
        }
    }
    return STR_EMPTY;
}

static size_t on_body(char *data, size_t size, size_t n, void *context)
{
    Transfer *transfer = context;
    size_t len = size * n; /* size is always 1 */
    Buf *body = &transfer->reply->body;

    if (len > body->limit - body->len) {
        if (!transfer->call->cut_body) {
            transfer->too_large = true;
            return 0;
        }
        buf_add(body, (Str){ data, body->limit - body->len });
        return len;
    }
    buf_add(body, (Str){ data, len });
    return buf_ok(body) ? len : 0;
}

static size_t on_header(char *data, size_t size, size_t n, void *context)
{
    Transfer *transfer = context;
    Str line = str_trim((Str){ data, size * n });
    Buf *headers = &transfer->reply->headers;
    size_t colon = str_find_char(line, ':');

    if (str_starts_with(line, STR("HTTP/"))) {
        buf_clear(headers); /* of an interim answer */
    } else if (colon != STR_NPOS) {
        for (size_t i = 0; i < colon; i++) {
            buf_add_char(headers, ascii_lower(line.ptr[i]));
        }
        buf_add(headers, str_skip(line, colon));
        buf_add_char(headers, '\n');
    }
    return buf_ok(headers) ? size * n : 0;
}

static curl_socket_t on_open_socket(void *context, curlsocktype purpose,
                                    struct curl_sockaddr *address)
{
    Transfer *transfer = context;
    const HttpCall *call = transfer->call;

    (void)purpose;
    if ((call->deny_private && !http_address_is_public(&address->addr)) ||
        (call->check_address != NULL && !call->check_address(&address->addr, call->context))) {
        transfer->address_refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* "host:port" of a URL; false when it is no http(s) URL or carries user info. */
static bool url_authority(Str url, Str *ret_authority)
{
    Str rest;

    if (url.len > 8 && str_eq_ignore_case(str_first(url, 8), STR("https://"))) {
        rest = str_skip(url, 8);
    } else if (url.len > 7 && str_eq_ignore_case(str_first(url, 7), STR("http://"))) {
        rest = str_skip(url, 7);
    } else {
        return false;
    }
    size_t end = 0;
    while (end < rest.len && strchr("/?#", rest.ptr[end]) == NULL) {
        end++;
    }
    *ret_authority = str_first(rest, end);
    for (size_t i = 0; i < url.len; i++) {
        if ((unsigned char)url.ptr[i] <= 0x20 || url.ptr[i] == 0x7f || url.ptr[i] == '\\') {
            return false;
        }
    }
    return end > 0 && str_find_char(*ret_authority, '@') == STR_NPOS;
}

static bool add_headers(const HttpCall *call, bool with_authorization, struct curl_slist **list)
{
    Buf line = BUF_INIT(KiB(64));
    bool ok = true;

    for (size_t i = 0; i < call->n_headers + 1 && ok; i++) {
        buf_clear(&line);
        if (i < call->n_headers) {
            buf_add(&line, call->headers[i]);
        } else if (with_authorization && call->authorization.len > 0) {
            buf_add(&line, STR("Authorization: "));
            buf_add(&line, call->authorization);
        } else {
            break;
        }
        buf_add_char(&line, '\0');
        struct curl_slist *longer = buf_ok(&line) ? curl_slist_append(*list, line.ptr) : NULL;
        ok = longer != NULL;
        *list = ok ? longer : *list;
    }
    if (line.ptr != NULL) {
        explicit_bzero(line.ptr, line.cap);
    }
    buf_done(&line);
    return ok;
}

#define SET(option, value) (ok = ok && curl_easy_setopt(handle, (option), (value)) == CURLE_OK)

static bool set_options(HttpClient *client, CURL *handle, Transfer *transfer, const char *url,
                        struct curl_slist *headers, int64_t left_ms)
{
    const HttpCall *call = transfer->call;
    const char *ca_file = call->ca_file != NULL ? call->ca_file : client->ca_file;
    int64_t connect_ms =
        call->connect_timeout_ms > 0 ? call->connect_timeout_ms : DEFAULT_CONNECT_MS;
    bool ok = true;

    SET(CURLOPT_URL, url);
    SET(CURLOPT_SHARE, client->share);
    SET(CURLOPT_NOSIGNAL, 1L); /* threads */
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_USERAGENT, client->user_agent);
    SET(CURLOPT_HTTPHEADER, headers);
    SET(CURLOPT_ACCEPT_ENCODING, "gzip");
    SET(CURLOPT_TIMEOUT_MS, (long)left_ms);
    SET(CURLOPT_CONNECTTIMEOUT_MS, (long)MIN(connect_ms, left_ms));
    SET(CURLOPT_WRITEFUNCTION, on_body);
    SET(CURLOPT_WRITEDATA, transfer);
    SET(CURLOPT_HEADERFUNCTION, on_header);
    SET(CURLOPT_HEADERDATA, transfer);
    SET(CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
    SET(CURLOPT_OPENSOCKETDATA, transfer);
    if (call->deny_private || call->check_address != NULL) {
        /* the veto must see the host's own address; a kept connection was vetted for another call
         */
        SET(CURLOPT_PROXY, "");
        SET(CURLOPT_FRESH_CONNECT, 1L);
    } else if (call->proxy != NULL) {
        SET(CURLOPT_PROXY, call->proxy);
    }
    if (ca_file != NULL) {
        SET(CURLOPT_CAINFO, ca_file);
    }
    return ok;
}

static bool set_method(CURL *handle, const HttpCall *call, const char *method)
{
    bool ok = true;

    if (call->body.len > 0) {
        SET(CURLOPT_POST, 1L);
        SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.len);
        SET(CURLOPT_POSTFIELDS, call->body.ptr);
    }
    if (strcmp(method, "GET") != 0) {
        SET(CURLOPT_CUSTOMREQUEST, method);
    }
    return ok;
}

#undef SET

static bool fail_transfer(const Transfer *transfer, CURLcode code, Str host, Err *err)
{
    if (transfer->address_refused) {
        return err_set(err, ERR_PERMISSION_DENIED,
                       "the host \"%.*s\" has an address that must not be asked", STR_ARG(host));
    }
    if (transfer->too_large) {
        return err_set(err, ERR_RESOURCE_EXHAUSTED,
                       "the answer of \"%.*s\" is larger than %zu bytes", STR_ARG(host),
                       transfer->reply->body.limit);
    }
    if (code == CURLE_OPERATION_TIMEDOUT) {
        return err_set(err, ERR_DEADLINE_EXCEEDED, "\"%.*s\" did not answer in time",
                       STR_ARG(host));
    }
    if (code == CURLE_URL_MALFORMAT) {
        return err_set(err, ERR_INVALID_ARGUMENT, "the URL is not valid");
    }
    return err_set(err, ERR_UNAVAILABLE, "could not ask \"%.*s\": %s", STR_ARG(host),
                   curl_easy_strerror(code));
}

/* One request without redirects. ret_location: absolute target of a redirect, or "". */
static bool fetch_once(HttpClient *client, const HttpCall *call, Str url, Str host,
                       bool with_authorization, HttpReply *reply, Buf *ret_location, Err *err)
{
    Transfer transfer = { .call = call, .reply = reply };
    struct curl_slist *headers = NULL;
    int64_t left_ms = (call->deadline_ns - clock_steady_ns()) / NS_PER_MS;
    char *c_url = str_dup(url);
    char *method = str_dup(call->method.len > 0 ? call->method : STR("GET"));
    CURL *handle = NULL;
    bool ok = false;

    if (left_ms <= 0) {
        (void)err_set(err, ERR_DEADLINE_EXCEEDED, "no time is left to ask \"%.*s\"", STR_ARG(host));
    } else if (c_url == NULL || method == NULL ||
               !add_headers(call, with_authorization, &headers) ||
               (handle = take_handle(client)) == NULL ||
               !set_options(client, handle, &transfer, c_url, headers, left_ms) ||
               !set_method(handle, call, method)) {
        (void)err_no_memory(err); /* ok stays false */
    } else {
        CURLcode code = curl_easy_perform(handle);
        long status = 0;
        const char *location = NULL;
        ok = code == CURLE_OK ? true : fail_transfer(&transfer, code, host, err);
        (void)curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);  /* else 0 */
        (void)curl_easy_getinfo(handle, CURLINFO_REDIRECT_URL, &location); /* else NULL */
        reply->status = (int)status;
        buf_add(ret_location, str_from(location));
    }
    if (handle != NULL) {
        give_handle(client, handle);
    }
    for (struct curl_slist *item = headers; item != NULL; item = item->next) {
        explicit_bzero(item->data, strlen(item->data));
    }
    curl_slist_free_all(headers);
    free(c_url);
    free(method);
    return ok;
}

static bool is_redirect(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* Checks the target of a redirect; *ret_host is the host behind it. */
static bool check_redirect(const HttpCall *call, const HttpReply *reply, Str from_host, Str url,
                           Str *ret_host, Err *err)
{
    if (reply->n_redirects >= MIN(call->max_redirects, (int)MAX_REDIRECTS)) {
        return err_set(err, ERR_PERMISSION_DENIED, "\"%.*s\" redirects too often",
                       STR_ARG(from_host));
    }
    if (url.len > MAX_URL_BYTES || !url_authority(url, ret_host)) {
        return err_set(err, ERR_PERMISSION_DENIED,
                       "\"%.*s\" redirects to an address that is not allowed", STR_ARG(from_host));
    }
    if (str_starts_with(call->url, STR("https:")) && !str_starts_with(url, STR("https:"))) {
        return err_set(err, ERR_PERMISSION_DENIED, "\"%.*s\" redirects to plain HTTP",
                       STR_ARG(from_host));
    }
    if (call->check_redirect != NULL && !call->check_redirect(url, call->context)) {
        return err_set(err, ERR_PERMISSION_DENIED,
                       "the redirect from \"%.*s\" to \"%.*s\" is "
                       "not followed",
                       STR_ARG(from_host), STR_ARG(*ret_host));
    }
    return true;
}

static bool fetch_hops(HttpClient *client, const HttpCall *call, HttpReply *reply, Err *err)
{
    Buf location = BUF_INIT(2 * (size_t)MAX_URL_BYTES);
    Str first_host;
    Str host;
    bool ok = false;

    if (call->url.len > MAX_URL_BYTES || !url_authority(call->url, &first_host)) {
        return err_set(err, ERR_INVALID_ARGUMENT, "the URL is not valid");
    }
    buf_add(&reply->url, call->url);
    host = first_host;
    for (;;) {
        buf_clear(&reply->body);
        buf_clear(&reply->headers);
        buf_clear(&location);
        /* the same host and port only: a forge may redirect to a storage service (7.2) */
        bool same_host = str_eq_ignore_case(host, first_host);
        ok = fetch_once(client, call, buf_str(&reply->url), host, same_host, reply, &location, err);
        if (!ok || !is_redirect(reply->status) || location.len == 0 || call->max_redirects == 0) {
            break;
        }
        ok = check_redirect(call, reply, host, buf_str(&location), &host, err);
        if (!ok) {
            break;
        }
        reply->n_redirects++;
        buf_clear(&reply->url);
        buf_add(&reply->url, buf_str(&location));
        ok = buf_ok(&reply->url) && url_authority(buf_str(&reply->url), &host);
        if (!ok) {
            (void)err_no_memory(err); /* ok is false */
            break;
        }
    }
    buf_done(&location);
    return ok;
}

bool http_client_fetch(HttpClient *client, const HttpCall *call, HttpReply *ret_reply, Err *err)
{
    int64_t start_ns = clock_steady_ns();

    *ret_reply = (HttpReply){
        .body = BUF_INIT(call->max_bytes > 0 ? call->max_bytes : MiB(1)),
        .headers = BUF_INIT(MAX_HEADER_BYTES),
        .url = BUF_INIT(2 * (size_t)MAX_URL_BYTES),
    };
    bool ok = fetch_hops(client, call, ret_reply, err);
    ret_reply->duration_ms = (clock_steady_ns() - start_ns) / NS_PER_MS;
    return ok;
}
