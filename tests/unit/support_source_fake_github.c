/* SPDX-License-Identifier: Apache-2.0 */
#include "support_source_fake_github.h"

#include <microhttpd.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/thread.h"

enum {
    ONE_MB = 1024 * 1024,
    BASE64_LINE = 60, /* GitHub breaks content into lines */
};

struct FakeGithub {
    struct MHD_Daemon *daemon;
    struct MHD_Daemon *foreign; /* another "host": a redirect must not bring the token here */
    char url[64];
    uint16_t foreign_port;
    const FakeRepo *repos;
    size_t n_repos;
    atomic_int mood;
    atomic_size_t count;
    atomic_size_t leaks;
    Mutex lock;
    Cond opened;
    bool gate_open;
    bool stopping;
    Buf log;
};

typedef struct Answer {
    unsigned status;
    Buf body;
    const char *header_names[4];
    char header_values[4][128];
    size_t n_headers;
} Answer;

static void add_header(Answer *answer, const char *name, const char *value)
{
    answer->header_names[answer->n_headers] = name;
    (void)snprintf(answer->header_values[answer->n_headers++], 128, "%s", value);
}

static void say_error(Answer *answer, unsigned status, const char *message)
{
    answer->status = status;
    buf_clear(&answer->body);
    buf_addf(&answer->body, "{\"message\":\"%s\",\"documentation_url\":\"https://docs\"}", message);
}

static void *log_uri(void *context, const char *uri, struct MHD_Connection *connection)
{
    FakeGithub *fake = context;

    (void)connection;
    mutex_lock(&fake->lock);
    buf_addf(&fake->log, "%s\n", uri);
    mutex_unlock(&fake->lock);
    return NULL;
}

static void wait_for_gate(FakeGithub *fake)
{
    mutex_lock(&fake->lock);
    while (!fake->gate_open && !fake->stopping) {
        cond_wait(&fake->opened, &fake->lock);
    }
    mutex_unlock(&fake->lock);
}

static const TestFile *find_file(const FakeRepo *repo, Str path)
{
    for (size_t i = 0; i < repo->n_files; i++) {
        if (str_eq(str_from(repo->files[i].path), path)) {
            return &repo->files[i];
        }
    }
    return NULL;
}

static bool is_directory(const FakeRepo *repo, Str path)
{
    for (size_t i = 0; i < repo->n_files; i++) {
        Str file = str_from(repo->files[i].path);
        if (file.len > path.len && str_starts_with(file, path) && file.ptr[path.len] == '/') {
            return true;
        }
    }
    return path.len == 0;
}

static void say_commit(const FakeRepo *repo, Str ref, Answer *answer)
{
    static const char *const names[] = { "HEAD",      "main",         "heads/main",  "v1.0.0",
                                         "feature/x", "heads/shadow", "tags/shadow2" };
    bool known = str_starts_with(str_from(repo->sha), ref) && ref.len >= 7;

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        known = known || str_eq(ref, str_from(names[i]));
    }
    if (!known) {
        say_error(answer, 422, "No commit found for SHA");
        return;
    }
    buf_addf(&answer->body,
             "{\"sha\":\"%s\",\"commit\":{\"message\":\"fix totals\\n\\nbody\",\"author\":{"
             "\"name\":\"Ada Example\",\"date\":\"2026-01-01T00:00:00Z\"}},\"author\":%s}",
             repo->sha,
             repo->is_private
                 ? "null"
                 : "{\"login\":\"ada\",\"avatar_url\":\"https://avatars.example/ada\"}");
}

static void say_tree(const FakeRepo *repo, Str sha, Answer *answer)
{
    if (!str_eq(sha, str_from(repo->sha))) {
        say_error(answer, 404, "Not Found");
        return;
    }
    buf_add(&answer->body, STR("{\"tree\":[{\"path\":\"../evil.go\",\"mode\":\"100644\",\"type\":"
                               "\"blob\",\"sha\":\"0\"}"));
    for (size_t i = 0; i < repo->n_files; i++) {
        bool is_link = strncmp(repo->files[i].content, "-> ", 3) == 0;
        buf_addf(&answer->body,
                 ",{\"path\":\"%s\",\"mode\":\"%s\",\"type\":\"blob\",\"sha\":\"0\"}",
                 repo->files[i].path, is_link ? "120000" : "100644");
    }
    buf_add(&answer->body, STR("],\"truncated\":false}"));
}

static void add_broken_base64(Buf *out, Str bytes)
{
    Buf text = BUF_INIT(8 * (size_t)ONE_MB);

    buf_add_base64(&text, bytes);
    for (size_t i = 0; i < text.len; i += BASE64_LINE) {
        buf_add(out, str_first(str_skip(buf_str(&text), i), BASE64_LINE));
        buf_add(out, STR("\\n"));
    }
    buf_done(&text);
}

static void say_contents(const FakeRepo *repo, Str path, bool raw, Answer *answer)
{
    const TestFile *file = find_file(repo, path);

    if (file == NULL && is_directory(repo, path)) {
        buf_add(&answer->body, STR("[{\"type\":\"file\",\"name\":\"x\"}]"));
        return;
    }
    if (file != NULL && strncmp(file->content, "-> ", 3) == 0) {
        const char *target = file->content + 3;
        const TestFile *linked = find_file(repo, str_from(target));
        if (linked == NULL) {
            buf_addf(&answer->body, "{\"type\":\"symlink\",\"target\":\"%s\"}", target);
            return;
        }
        file = linked;
    }
    if (file == NULL) {
        say_error(answer, 404, "Not Found");
        return;
    }
    Str bytes = { file->content, file->len > 0 ? file->len : strlen(file->content) };
    if (raw) {
        buf_add(&answer->body, bytes);
        return;
    }
    buf_addf(&answer->body, "{\"type\":\"file\",\"size\":%zu,\"encoding\":\"%s\",\"content\":\"",
             bytes.len, bytes.len > ONE_MB ? "none" : "base64");
    if (bytes.len <= ONE_MB) {
        add_broken_base64(&answer->body, bytes);
    }
    buf_add(&answer->body, STR("\"}"));
}

static const FakeRepo *find_repo(const FakeGithub *fake, Str path, Str *ret_rest)
{
    for (size_t i = 0; i < fake->n_repos; i++) {
        char prefix[128];
        for (size_t f = 0; f < 2; f++) {
            (void)snprintf(prefix, sizeof(prefix), f == 0 ? "/repos/%s" : "/repositories/%s",
                           fake->repos[i].name);
            Str head = str_from(prefix);
            if (path.len >= head.len && str_eq_ignore_case(str_first(path, head.len), head) &&
                (path.len == head.len || path.ptr[head.len] == '/')) {
                *ret_rest = str_skip(path, head.len);
                return &fake->repos[i];
            }
        }
    }
    return NULL;
}

static bool redirects(const FakeGithub *fake, Str path, Str query, Answer *answer)
{
    for (size_t i = 0; i < fake->n_repos; i++) {
        char prefix[128];
        if (fake->repos[i].old_name == NULL) {
            continue;
        }
        (void)snprintf(prefix, sizeof(prefix), "/repos/%s/", fake->repos[i].old_name);
        if (str_starts_with(path, str_from(prefix))) {
            char target[128];
            (void)snprintf(target, sizeof(target), "/repositories/%s/%.*s%.*s", fake->repos[i].name,
                           STR_ARG(str_skip(path, strlen(prefix))), STR_ARG(query));
            say_error(answer, 301, "Moved Permanently");
            add_header(answer, "Location", target);
            return true;
        }
    }
    return false;
}

static void answer_request(FakeGithub *fake, Str path, Str authorization, Str accept, Str ref,
                           Answer *answer)
{
    Str rest = STR_EMPTY;
    const FakeRepo *repo = find_repo(fake, path, &rest);
    bool known = str_eq(authorization, STR("Bearer good")) ||
                 str_eq(authorization, STR("Bearer other-good"));

    if (authorization.len > 0 && !known && !str_eq(authorization, STR("Bearer stranger"))) {
        say_error(answer, 401, "Bad credentials");
    } else if (repo == NULL || (repo->is_private && !known)) {
        say_error(answer, 404, "Not Found");
    } else if (rest.len == 0) {
        buf_addf(&answer->body, "{\"private\":%s}", repo->is_private ? "true" : "false");
    } else if (str_starts_with(rest, STR("/commits/"))) {
        say_commit(repo, str_skip(rest, 9), answer);
    } else if (str_starts_with(rest, STR("/git/trees/")) &&
               atomic_load(&fake->mood) != FAKE_NO_TREES) {
        say_tree(repo, str_skip(rest, 11), answer);
    } else if (str_starts_with(rest, STR("/contents/")) && str_eq(ref, str_from(repo->sha))) {
        say_contents(repo, str_skip(rest, 10), str_find(accept, STR("raw"), 0) != STR_NPOS, answer);
    } else {
        say_error(answer, 404, "Not Found");
    }
}

static ssize_t send_endless(void *context, uint64_t position, char *out, size_t max)
{
    (void)context;
    (void)position;
    memset(out, ' ', max);
    return (ssize_t)max;
}

static ssize_t send_truncated(void *context, uint64_t position, char *out, size_t max)
{
    (void)context;
    if (position > 0 || max == 0) {
        return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    out[0] = '{';
    return 1;
}

/* A response in a bad mood; NULL in a good one. */
static struct MHD_Response *moody_response(FakeGithub *fake, Answer *answer)
{
    switch ((FakeMood)atomic_load(&fake->mood)) {
    case FAKE_FINE:
    case FAKE_NO_TREES: /* seen where trees are answered */
        return NULL;
    case FAKE_BAD_JSON:
        answer->status = 200;
        buf_clear(&answer->body);
        buf_add(&answer->body, STR("{\"sha\": \"12"));
        return NULL;
    case FAKE_WRONG_TYPES:
        answer->status = 200;
        buf_clear(&answer->body);
        buf_add(&answer->body,
                STR("{\"sha\":5,\"tree\":{},\"type\":[],\"content\":1,\"commit\":7}"));
        return NULL;
    case FAKE_TRUNCATED:
        answer->status = 200;
        return MHD_create_response_from_callback(1000, 64, send_truncated, NULL, NULL);
    case FAKE_ENDLESS:
        answer->status = 200;
        return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 65536, send_endless, NULL, NULL);
    case FAKE_SILENT:
        fake_github_set_gate(fake, false);
        wait_for_gate(fake);
        return NULL;
    case FAKE_SERVER_ERROR:
        say_error(answer, 503, "Unavailable");
        return NULL;
    case FAKE_RATE_LIMITED: {
        char reset[32];
        (void)snprintf(reset, sizeof(reset), "%lld", (long long)time(NULL) + 3600);
        say_error(answer, 403, "API rate limit exceeded");
        add_header(answer, "X-RateLimit-Remaining", "0");
        add_header(answer, "X-RateLimit-Reset", reset);
        return NULL;
    }
    case FAKE_SECONDARY_LIMIT:
        say_error(answer, 403, "You have exceeded a secondary rate limit");
        add_header(answer, "Retry-After", "30");
        return NULL;
    case FAKE_UNAUTHORIZED:
        say_error(answer, 401, "Bad credentials");
        return NULL;
    case FAKE_SSO:
        say_error(answer, 403, "Resource protected by organization SAML enforcement");
        add_header(answer, "X-GitHub-SSO", "required; url=https://github.com/orgs/acme/sso");
        return NULL;
    case FAKE_REDIRECT_HOST: {
        char target[128];
        (void)snprintf(target, sizeof(target), "http://127.0.0.1:%u/stolen", fake->foreign_port);
        say_error(answer, 302, "Found");
        add_header(answer, "Location", target);
        return NULL;
    }
    }
    return NULL;
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **state)
{
    FakeGithub *fake = context;
    Answer answer = { .status = 200, .body = BUF_INIT(32 * (size_t)ONE_MB) };
    Str ref = str_from(MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "ref"));
    char query[96] = "";

    (void)method;
    (void)version;
    (void)upload;
    (void)upload_size;
    (void)state;
    (void)atomic_fetch_add(&fake->count, 1);
    if (ref.len > 0) {
        (void)snprintf(query, sizeof(query), "?ref=%.*s", STR_ARG(ref));
    }
    wait_for_gate(fake);
    if (!redirects(fake, str_from(url), str_from(query), &answer)) {
        answer_request(
            fake, str_from(url),
            str_from(MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Authorization")),
            str_from(MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Accept")), ref,
            &answer);
    }
    struct MHD_Response *response = moody_response(fake, &answer);
    if (response == NULL) {
        response = MHD_create_response_from_buffer(answer.body.len, answer.body.ptr,
                                                   MHD_RESPMEM_MUST_COPY);
    }
    for (size_t i = 0; i < answer.n_headers; i++) {
        (void)MHD_add_response_header(response, answer.header_names[i], answer.header_values[i]);
    }
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
    FakeGithub *fake = context;

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

FakeGithub *fake_github_start(const FakeRepo *repos, size_t n_repos)
{
    FakeGithub *fake = calloc(1, sizeof(*fake));
    unsigned flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD;
    struct sockaddr_in loopback = { .sin_family = AF_INET,
                                    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

    assert_non_null(fake);
    fake->repos = repos;
    fake->n_repos = n_repos;
    fake->gate_open = true;
    fake->log = BUF_INIT(4 * (size_t)ONE_MB);
    mutex_init(&fake->lock);
    cond_init(&fake->opened);
    fake->daemon = MHD_start_daemon(flags, 0, NULL, NULL, on_request, fake, MHD_OPTION_SOCK_ADDR,
                                    (struct sockaddr *)&loopback, MHD_OPTION_URI_LOG_CALLBACK,
                                    log_uri, fake, MHD_OPTION_END);
    fake->foreign = MHD_start_daemon(flags, 0, NULL, NULL, on_foreign, fake, MHD_OPTION_SOCK_ADDR,
                                     (struct sockaddr *)&loopback, MHD_OPTION_END);
    assert_non_null(fake->daemon);
    assert_non_null(fake->foreign);
    fake->foreign_port = port_of(fake->foreign);
    (void)snprintf(fake->url, sizeof(fake->url), "http://127.0.0.1:%u", port_of(fake->daemon));
    return fake;
}

void fake_github_stop(FakeGithub *fake)
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

Str fake_github_url(const FakeGithub *fake)
{
    return str_from(fake->url);
}

void fake_github_set_mood(FakeGithub *fake, FakeMood mood)
{
    atomic_store(&fake->mood, (int)mood);
    fake_github_set_gate(fake, true);
}

void fake_github_set_gate(FakeGithub *fake, bool open)
{
    mutex_lock(&fake->lock);
    fake->gate_open = open;
    cond_broadcast(&fake->opened);
    mutex_unlock(&fake->lock);
}

size_t fake_github_count(FakeGithub *fake)
{
    return atomic_load(&fake->count);
}

void fake_github_reset_count(FakeGithub *fake)
{
    atomic_store(&fake->count, 0);
}

const char *fake_github_log(FakeGithub *fake)
{
    mutex_lock(&fake->lock);
    (void)buf_reserve(&fake->log, 1);
    if (fake->log.ptr != NULL) {
        fake->log.ptr[fake->log.len] = '\0';
    }
    mutex_unlock(&fake->lock);
    return fake->log.ptr != NULL ? fake->log.ptr : "";
}

size_t fake_github_leaks(FakeGithub *fake)
{
    return atomic_load(&fake->leaks);
}
