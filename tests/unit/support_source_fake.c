/* SPDX-License-Identifier: Apache-2.0 */
#include "support_source_fake_internal.h"

#include <microhttpd.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- for the dialects ---- */

void fake_header(FakeAnswer *answer, const char *name, const char *value)
{
    assert_true(answer->n_headers < ARRAY_LEN(answer->header_names));
    answer->header_names[answer->n_headers] = name;
    (void)snprintf(answer->header_values[answer->n_headers++], sizeof(answer->header_values[0]),
                   "%s", value);
}

void fake_json(FakeAnswer *answer, json_t *root)
{
    char *text = json_dumps(root, JSON_COMPACT);

    assert_non_null(text);
    buf_clear(&answer->body);
    buf_add(&answer->body, str_from(text));
    free(text);
    json_decref(root);
}

json_t *fake_json_text(Str text)
{
    json_t *value = json_stringn(text.ptr, text.len);

    assert_non_null(value);
    return value;
}

void fake_error(const FakeHost *fake, FakeAnswer *answer, unsigned status, const char *message)
{
    fake->dialect->error(answer, status, message);
}

Str fake_decode(Arena *arena, Str text, bool plus_is_blank)
{
    char *out = arena_text(arena, text);
    size_t n = 0;

    assert_non_null(out);
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '%' && i + 2 < text.len) {
            c = (char)(ascii_hex_value(text.ptr[i + 1]) * 16 + ascii_hex_value(text.ptr[i + 2]));
            i += 2;
        } else if (c == '+' && plus_is_blank) {
            c = ' ';
        }
        out[n++] = c;
    }
    return (Str){ out, n };
}

Str fake_parameter(const FakeRequest *request, const char *name)
{
    Str rest = request->query;
    Str pair;

    while (str_next(&rest, '&', &pair)) {
        Str key = pair;
        Str value = STR_EMPTY;
        (void)str_cut(pair, '=', &key, &value); /* a parameter without a value is "" */
        if (str_eq(key, str_from(name))) {
            return fake_decode(request->arena, value, true);
        }
    }
    return STR_EMPTY;
}

size_t fake_number(const FakeRequest *request, const char *name, size_t missing, size_t max)
{
    uint64_t value;

    return str_to_u64(fake_parameter(request, name), &value) ? MIN((size_t)value, max) : missing;
}

bool fake_segment(Str *path, Str *ret_segment)
{
    *path = str_trim_char_left(*path, '/');
    return path->len > 0 && str_next(path, '/', ret_segment);
}

const ModelRepo *fake_find_repo(const FakeHost *fake, const FakeRequest *request, Str name,
                                bool *ret_moved)
{
    for (size_t i = 0; i < fake->n_repos; i++) {
        const ModelRepo *repo = fake->repos[i];
        bool is_old = repo->old_name != NULL && str_eq_ignore_case(name, str_from(repo->old_name));
        if (!is_old && !str_eq_ignore_case(name, str_from(repo->name))) {
            continue;
        }
        *ret_moved = is_old;
        return !repo->is_private || request->access == FAKE_MEMBER ? repo : NULL;
    }
    return NULL;
}

/* ---- the server ---- */

static void *log_uri(void *context, const char *uri, struct MHD_Connection *connection)
{
    FakeHost *fake = context;

    (void)connection;
    mutex_lock(&fake->lock);
    buf_addf(&fake->log, "%s\n", uri);
    mutex_unlock(&fake->lock);
    return strdup(uri); /* the raw target: what MHD hands on is decoded */
}

static void on_completed(void *context, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code)
{
    (void)context;
    (void)connection;
    (void)code;
    free(*state);
    *state = NULL;
}

void fake_wait_for_gate(FakeHost *fake)
{
    mutex_lock(&fake->lock);
    while (!fake->gate_open && !fake->stopping) {
        cond_wait(&fake->opened, &fake->lock);
    }
    mutex_unlock(&fake->lock);
}

static FakeAccess access_of(Str authorization, Arena *arena)
{
    Str scheme = authorization;
    Str token = STR_EMPTY;

    if (authorization.len == 0) {
        return FAKE_ANONYMOUS;
    }
    (void)str_cut(authorization, ' ', &scheme, &token); /* no blank: no token */
    if (str_eq(scheme, STR("Basic"))) {
        Buf plain = BUF_INIT(KiB(4));
        Str user = STR_EMPTY;
        if (buf_add_base64_decoded(&plain, token, false)) {
            token = STR_EMPTY;
            (void)str_cut(arena_str(arena, buf_str(&plain)), ':', &user, &token); /* as above */
        }
        buf_done(&plain);
    }
    if (str_eq(token, STR(FAKE_TOKEN)) || str_eq(token, STR(FAKE_OTHER_TOKEN))) {
        return FAKE_MEMBER;
    }
    return str_eq(token, STR(FAKE_STRANGER_TOKEN)) ? FAKE_STRANGER : FAKE_REVOKED;
}

static void answer_request(FakeHost *fake, struct MHD_Connection *connection, Str target,
                           FakeMood mood, Arena *arena, FakeAnswer *answer)
{
    Str authorization =
        str_from(MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Authorization"));
    Str base = str_from(fake->dialect->base_path);
    FakeRequest request = {
        .path = target,
        .query = STR_EMPTY,
        .accept = str_from(MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Accept")),
        .access = access_of(authorization, arena),
        .mood = mood,
        .arena = arena,
    };

    mutex_lock(&fake->lock);
    (void)snprintf(fake->authorization, sizeof(fake->authorization), "%.*s",
                   STR_ARG(authorization));
    mutex_unlock(&fake->lock);
    (void)str_cut(target, '?', &request.path, &request.query); /* without a query: all of it */
    if (str_starts_with(request.path, STR("http://"))) {       /* we are the proxy of some host */
        size_t slash = str_find(request.path, STR("/"), 7);
        request.path = str_skip(request.path, slash);
    }
    if (!str_starts_with(request.path, base) && !fake->dialect->base_optional) {
        fake_error(fake, answer, 404, "Not Found");
        return;
    }
    if (str_starts_with(request.path, base)) {
        request.path = str_skip(request.path, base.len);
    }
    if (request.access == FAKE_REVOKED) {
        fake_error(fake, answer, 401, "Bad credentials");
    } else {
        fake->dialect->answer(fake, &request, answer);
    }
}

static void add_headers(struct MHD_Response *response, const FakeAnswer *answer, FakeMood mood)
{
    char value[1024];

    for (size_t i = 0; i < answer->n_headers; i++) {
        (void)MHD_add_response_header(response, answer->header_names[i], answer->header_values[i]);
    }
    memset(value, 'x', sizeof(value) - 1);
    value[sizeof(value) - 1] = '\0';
    for (int i = 0; i < 128 && mood == FAKE_HUGE_HEADERS; i++) {
        (void)MHD_add_response_header(response, "X-Filler", value);
    }
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **state)
{
    FakeHost *fake = context;
    FakeAnswer answer = { .status = 200, .body = BUF_INIT(MiB(32)) };
    CLEANUP(arena_destroyp) Arena *arena = arena_create(MiB(4));

    (void)url;
    (void)method;
    (void)version;
    (void)upload;
    (void)upload_size;
    (void)atomic_fetch_add(&fake->count, 1);
    fake_wait_for_gate(fake);
    FakeMood mood = (FakeMood)atomic_load(&fake->mood);
    if (mood == FAKE_RESET) {
        int fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
        struct linger now = { .l_onoff = 1, .l_linger = 0 };
        (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now)); /* closing resets then */
        return MHD_NO;
    }
    answer_request(fake, connection, str_from(*state), mood, arena, &answer);
    struct MHD_Response *response = fake_in_mood(fake, mood, &answer);
    if (response == NULL) {
        response = MHD_create_response_from_buffer(answer.body.len, answer.body.ptr,
                                                   MHD_RESPMEM_MUST_COPY);
    }
    add_headers(response, &answer, mood);
    enum MHD_Result result = MHD_queue_response(connection, answer.status, response);
    MHD_destroy_response(response);
    buf_done(&answer.body);
    return result;
}

static enum MHD_Result on_foreign(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **state)
{
    static char body[] = "{\"sha\":\"0123456789012345678901234567890123456789\"}";
    FakeHost *fake = context;

    (void)url;
    (void)method;
    (void)version;
    (void)upload;
    (void)upload_size;
    (void)state;
    (void)atomic_fetch_add(&fake->leaks, 1);
    struct MHD_Response *response =
        MHD_create_response_from_buffer(sizeof(body) - 1, body, MHD_RESPMEM_MUST_COPY);
    enum MHD_Result result = MHD_queue_response(connection, 200, response);
    MHD_destroy_response(response);
    return result;
}

static uint16_t port_of(struct MHD_Daemon *daemon)
{
    return MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
}

FakeHost *fake_host_start(const FakeDialect *dialect, const ModelRepo *const *repos, size_t n_repos)
{
    FakeHost *fake = calloc(1, sizeof(*fake));
    unsigned flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD;
    struct sockaddr_in loopback = { .sin_family = AF_INET,
                                    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

    assert_non_null(fake);
    fake->dialect = dialect;
    fake->repos = repos;
    fake->n_repos = n_repos;
    fake->gate_open = true;
    fake->log = BUF_INIT(MiB(4));
    mutex_init(&fake->lock);
    cond_init(&fake->opened);
    /* room for the headers of FAKE_HUGE_HEADERS */
    fake->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, fake, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&loopback,
        MHD_OPTION_URI_LOG_CALLBACK, log_uri, fake, MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)512 * 1024, MHD_OPTION_END);
    fake->foreign = MHD_start_daemon(flags, 0, NULL, NULL, on_foreign, fake, MHD_OPTION_SOCK_ADDR,
                                     (struct sockaddr *)&loopback, MHD_OPTION_END);
    assert_non_null(fake->daemon);
    assert_non_null(fake->foreign);
    fake->foreign_port = port_of(fake->foreign);
    (void)snprintf(fake->url, sizeof(fake->url), "http://127.0.0.1:%u", port_of(fake->daemon));
    return fake;
}

void fake_host_stop(FakeHost *fake)
{
    mutex_lock(&fake->lock);
    fake->stopping = true;
    cond_broadcast(&fake->opened);
    mutex_unlock(&fake->lock);
    MHD_stop_daemon(fake->daemon);
    MHD_stop_daemon(fake->foreign);
    buf_done(&fake->log);
    cond_done(&fake->opened);
    mutex_done(&fake->lock);
    free(fake);
}

Str fake_host_url(const FakeHost *fake)
{
    return str_from(fake->url);
}

void fake_host_set_mood(FakeHost *fake, FakeMood mood)
{
    atomic_store(&fake->mood, (int)mood);
    fake_host_set_gate(fake, true);
}

void fake_host_set_gate(FakeHost *fake, bool open)
{
    mutex_lock(&fake->lock);
    fake->gate_open = open;
    cond_broadcast(&fake->opened);
    mutex_unlock(&fake->lock);
}

size_t fake_host_count(FakeHost *fake)
{
    return atomic_load(&fake->count);
}

void fake_host_reset_count(FakeHost *fake)
{
    atomic_store(&fake->count, 0);
}

const char *fake_host_log(FakeHost *fake)
{
    mutex_lock(&fake->lock);
    (void)buf_reserve(&fake->log, 1);
    if (fake->log.ptr != NULL) {
        fake->log.ptr[fake->log.len] = '\0';
    }
    mutex_unlock(&fake->lock);
    return fake->log.ptr != NULL ? fake->log.ptr : "";
}

void fake_host_reset_log(FakeHost *fake)
{
    mutex_lock(&fake->lock);
    buf_clear(&fake->log);
    mutex_unlock(&fake->lock);
}

Str fake_host_last_authorization(FakeHost *fake, Arena *arena)
{
    mutex_lock(&fake->lock);
    Str text = arena_str(arena, str_from(fake->authorization));
    mutex_unlock(&fake->lock);
    return text;
}

size_t fake_host_leaks(FakeHost *fake)
{
    return atomic_load(&fake->leaks);
}
