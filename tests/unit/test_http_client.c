/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP client's policy against servers on loopback. */
#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "net/http_client.h"

typedef struct Server {
    struct MHD_Daemon *daemon;
    unsigned port;
    const struct Server *other;
    atomic_int n_requests;
    atomic_int n_authorized;
} Server;

typedef struct World {
    Server first;
    Server second;
    HttpClient *client;
} World;

static enum MHD_Result reply(struct MHD_Connection *connection, unsigned status, const char *body,
                             const char *location)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(
        strlen(body), (void *)(uintptr_t)body, MHD_RESPMEM_MUST_COPY);

    (void)MHD_add_response_header(response, "X-Kind", "test");
    if (location != NULL) {
        (void)MHD_add_response_header(response, "Location", location);
    }
    enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **state)
{
    Server *server = context;
    char target[128];

    (void)version;
    (void)upload;
    if (*state == NULL) {
        *state = server; /* the first call of a request has no body yet */
        return MHD_YES;
    }
    if (*upload_size > 0) {
        *upload_size = 0;
        return MHD_YES;
    }
    (void)atomic_fetch_add(&server->n_requests, 1);
    if (MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Authorization") != NULL) {
        (void)atomic_fetch_add(&server->n_authorized, 1);
    }
    if (strcmp(url, "/loop") == 0) {
        return reply(connection, 302, "", "/loop");
    }
    if (strcmp(url, "/same") == 0) {
        return reply(connection, 301, "", "/hello");
    }
    if (strcmp(url, "/other") == 0) {
        (void)snprintf(target, sizeof(target), "http://127.0.0.1:%u/hello", server->other->port);
        return reply(connection, 307, "", target);
    }
    if (strcmp(url, "/user") == 0) {
        (void)snprintf(target, sizeof(target), "http://me:pw@127.0.0.1:%u/hello", server->port);
        return reply(connection, 302, "", target);
    }
    if (strcmp(url, "/file") == 0) {
        return reply(connection, 302, "", "file:///etc/passwd");
    }
    if (strcmp(url, "/method") == 0) {
        return reply(connection, 200, method, NULL);
    }
    return reply(connection, strcmp(url, "/missing") == 0 ? 404 : 200, "hello, world", NULL);
}

static void start(Server *server, const Server *other)
{
    struct sockaddr_in loopback = { .sin_family = AF_INET,
                                    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

    server->other = other;
    server->daemon =
        MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL, on_request, server,
                         MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&loopback, MHD_OPTION_END);
    assert_non_null(server->daemon);
    server->port = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
}

static int setup(void **state)
{
    World *w = calloc(1, sizeof(*w));
    Err err = ERR_INIT;

    start(&w->first, &w->second);
    start(&w->second, &w->first);
    w->client = http_client_create(&(HttpClientOptions){ .user_agent = "flameline-test" }, &err);
    assert_non_null(w->client);
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    World *w = *state;

    http_client_destroy(w->client);
    MHD_stop_daemon(w->first.daemon);
    MHD_stop_daemon(w->second.daemon);
    free(w);
    return 0;
}

typedef struct Outcome {
    bool ok;
    int status;
    int n_redirects;
    char body[64];
    Err err;
} Outcome;

static Outcome fetch(World *w, const char *path, HttpCall call)
{
    char url[128];
    HttpReply answer;
    Outcome outcome = { .err = ERR_INIT };

    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%u%s", w->first.port, path);
    if (call.url.len == 0) {
        call.url = str_from(url);
    }
    if (call.deadline_ns == 0) {
        call.deadline_ns = clock_steady_ns() + 10 * NS_PER_S;
    }
    outcome.ok = http_client_fetch(w->client, &call, &answer, &outcome.err);
    outcome.status = answer.status;
    outcome.n_redirects = answer.n_redirects;
    (void)snprintf(outcome.body, sizeof(outcome.body), "%.*s", STR_ARG(buf_str(&answer.body)));
    if (outcome.ok && answer.status == 200) {
        assert_true(str_eq(http_reply_header(&answer, STR("x-kind")), STR("test")));
    }
    assert_true(answer.duration_ms >= 0);
    http_reply_done(&answer);
    return outcome;
}

static void returns_any_status(void **state)
{
    Outcome outcome = fetch(*state, "/hello", (HttpCall){ 0 });

    assert_true(outcome.ok);
    assert_int_equal(outcome.status, 200);
    assert_string_equal(outcome.body, "hello, world");
    outcome = fetch(*state, "/missing", (HttpCall){ 0 });
    assert_true(outcome.ok);
    assert_int_equal(outcome.status, 404);
    outcome = fetch(*state, "/method", (HttpCall){ .body = STR("a=b") });
    assert_string_equal(outcome.body, "POST");
    outcome = fetch(*state, "/method", (HttpCall){ .method = STR("DELETE") });
    assert_string_equal(outcome.body, "DELETE");
}

static void follows_redirects_only_when_told(void **state)
{
    World *w = *state;
    Outcome outcome = fetch(w, "/same", (HttpCall){ 0 });

    assert_int_equal(outcome.status, 301);
    outcome = fetch(w, "/same", (HttpCall){ .max_redirects = 5 });
    assert_int_equal(outcome.status, 200);
    assert_int_equal(outcome.n_redirects, 1);
    int before = atomic_load(&w->first.n_requests);
    outcome = fetch(w, "/loop", (HttpCall){ .max_redirects = 100 });
    assert_false(outcome.ok);
    assert_int_equal(outcome.err.code, ERR_PERMISSION_DENIED);
    assert_int_equal(atomic_load(&w->first.n_requests) - before, 6); /* 5 redirects, no more */
}

static void authorization_stays_with_its_host(void **state)
{
    World *w = *state;
    HttpCall call = { .max_redirects = 5, .authorization = STR("Bearer t0ken") };

    assert_true(fetch(w, "/same", call).ok);
    assert_int_equal(atomic_load(&w->first.n_authorized), 2);
    assert_true(fetch(w, "/other", call).ok);
    assert_int_equal(atomic_load(&w->second.n_requests), 1);
    assert_int_equal(atomic_load(&w->second.n_authorized), 0);
}

static bool refuse_all(Str url, void *context)
{
    (void)url;
    (*(int *)context)++;
    return false;
}

static void every_hop_can_be_vetoed(void **state)
{
    int n = 0;
    Outcome outcome =
        fetch(*state, "/same",
              (HttpCall){ .max_redirects = 5, .check_redirect = refuse_all, .context = &n });

    assert_false(outcome.ok);
    assert_int_equal(outcome.err.code, ERR_PERMISSION_DENIED);
    assert_int_equal(n, 1);
    assert_false(fetch(*state, "/user", (HttpCall){ .max_redirects = 5 }).ok);
    assert_false(fetch(*state, "/file", (HttpCall){ .max_redirects = 5 }).ok);
}

static void refuses_addresses_that_are_not_public(void **state)
{
    Outcome outcome = fetch(*state, "/hello", (HttpCall){ .deny_private = true });

    assert_false(outcome.ok);
    assert_int_equal(outcome.err.code, ERR_PERMISSION_DENIED);
    assert_true(fetch(*state, "/hello", (HttpCall){ 0 }).ok); /* the handle is as good as new */
}

static void refuses_urls_that_carry_more_than_an_address(void **state)
{
    static const char *const urls[] = { "http://me:pw@127.0.0.1/",
                                        "ftp://127.0.0.1/",
                                        "file:///etc",
                                        "http:///x",
                                        "http://a b/",
                                        "",
                                        "http://127.0.0.1/\r\nX: y" };

    for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
        Str url = strlen(urls[i]) > 0 ? str_from(urls[i]) : STR(" ");
        Outcome outcome = fetch(*state, "", (HttpCall){ .url = url });
        assert_false(outcome.ok);
        assert_int_equal(outcome.err.code, ERR_INVALID_ARGUMENT);
        assert_null(strstr(outcome.err.msg, "pw"));
    }
}

static void bounds_the_body(void **state)
{
    Outcome outcome = fetch(*state, "/hello", (HttpCall){ .max_bytes = 5 });

    assert_false(outcome.ok);
    assert_int_equal(outcome.err.code, ERR_RESOURCE_EXHAUSTED);
    outcome = fetch(*state, "/hello", (HttpCall){ .max_bytes = 5, .cut_body = true });
    assert_true(outcome.ok);
    assert_string_equal(outcome.body, "hello");
}

static void ends_with_the_deadline(void **state)
{
    struct sockaddr_in loopback = { .sin_family = AF_INET,
                                    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof(loopback);
    char url[64];
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); /* listens, never answers */

    assert_int_equal(bind(fd, (struct sockaddr *)&loopback, len), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&loopback, &len), 0);
    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/", ntohs(loopback.sin_port));
    Outcome outcome = fetch(
        *state, "",
        (HttpCall){ .url = str_from(url), .deadline_ns = clock_steady_ns() + 50 * NS_PER_MS });
    assert_false(outcome.ok);
    assert_int_equal(outcome.err.code, ERR_DEADLINE_EXCEEDED);
    (void)close(fd);
    outcome = fetch(*state, "", (HttpCall){ .url = str_from(url) });
    assert_int_equal(outcome.err.code, ERR_UNAVAILABLE); /* nobody listens any more */
    outcome = fetch(*state, "/hello", (HttpCall){ .deadline_ns = 1 });
    assert_int_equal(outcome.err.code, ERR_DEADLINE_EXCEEDED);
}

static void knows_public_addresses(void **state)
{
    static const struct {
        const char *text;
        bool is_public;
    } cases[] = {
        { "8.8.8.8", true },        { "140.82.112.3", true },
        { "127.0.0.1", false },     { "10.1.2.3", false },
        { "172.16.0.1", false },    { "172.32.0.1", true },
        { "192.168.1.1", false },   { "169.254.169.254", false },
        { "100.64.0.1", false },    { "0.0.0.0", false },
        { "224.0.0.1", false },     { "255.255.255.255", false },
        { "198.18.0.1", false },    { "2606:50c0::1", true },
        { "::1", false },           { "::", false },
        { "fe80::1", false },       { "fc00::1", false },
        { "ff02::1", false },       { "::ffff:127.0.0.1", false },
        { "::ffff:8.8.8.8", true }, { "64:ff9b::a00:1", false },
        { "2002:a00:1::", false },  { "2001:db8::1", false },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct sockaddr_storage address = { 0 };
        struct sockaddr_in *v4 = (struct sockaddr_in *)&address;
        struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&address;
        if (inet_pton(AF_INET, cases[i].text, &v4->sin_addr) == 1) {
            address.ss_family = AF_INET;
        } else {
            assert_int_equal(inet_pton(AF_INET6, cases[i].text, &v6->sin6_addr), 1);
            address.ss_family = AF_INET6;
        }
        if (http_address_is_public((struct sockaddr *)&address) != cases[i].is_public) {
            fail_msg("%s", cases[i].text);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(returns_any_status, setup, teardown),
        cmocka_unit_test_setup_teardown(follows_redirects_only_when_told, setup, teardown),
        cmocka_unit_test_setup_teardown(authorization_stays_with_its_host, setup, teardown),
        cmocka_unit_test_setup_teardown(every_hop_can_be_vetoed, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_addresses_that_are_not_public, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_urls_that_carry_more_than_an_address, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(bounds_the_body, setup, teardown),
        cmocka_unit_test_setup_teardown(ends_with_the_deadline, setup, teardown),
        cmocka_unit_test(knows_public_addresses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
