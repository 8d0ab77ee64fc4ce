/* SPDX-License-Identifier: Apache-2.0 */
/* What /metrics says about git hosts: every question is counted once, labels are bounded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "api/metrics.h"
#include "source/request_stats.h"
#include "support_source_hosts.h"

static int setup(void **state)
{
    (void)state;
    hosts_start();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    hosts_stop();
    return 0;
}

static SourceState resolve(HostSession *session, Source *source, const char *ref, const char *token)
{
    SourceRequest request = { .repository = str_from(session_address(session, "acme/shop")),
                              .ref = str_from(ref),
                              .root = STR_EMPTY,
                              .file = STR("src/cart/pricer.go"),
                              .function = STR_EMPTY };
    SourceCredential credential = { .provider = session->config.name, .token = str_from(token) };
    SourceCaller caller = { .tenant = STR("anonymous"),
                            .credentials = &credential,
                            .n_credentials = 1 };
    SourceResult result;
    Err err = ERR_INIT;

    assert_true(source_resolve(source, &caller, &request, session->arena, &result, &err));
    return result.state;
}

static const char *metrics_text(HostSession *session, Source *source)
{
    Buf out = BUF_INIT(MiB(1));

    metrics_add_source(&out, source);
    const char *text = arena_text(session->arena, buf_str(&out));
    buf_done(&out);
    return text;
}

static void expect_line(const char *text, const char *line)
{
    if (strstr(text, line) == NULL) {
        fail_msg("no \"%s\" in\n%s", line, text);
    }
}

static Source *open_source(HostSession *session)
{
    Err err = ERR_INIT;
    Source *source = source_create(&(SourceConfig){ .providers = &session->config,
                                                    .n_providers = 1,
                                                    .no_builtin_hosts = true },
                                   &err);

    assert_non_null(source);
    return source;
}

static void counts_questions_by_outcome(void **state)
{
    HostSession session;

    (void)state;
    session_open(&session, HOST_GITHUB, &(HostOptions){ 0 });
    Source *source = open_source(&session);
    assert_null(strstr(metrics_text(&session, source), "provider=")); /* nothing asked yet */
    assert_int_equal(resolve(&session, source, "main", ""), SOURCE_OK);
    assert_int_equal(resolve(&session, source, "main", ""), SOURCE_OK);
    assert_int_equal(resolve(&session, source, "gone", ""), SOURCE_REF_NOT_FOUND);
    fake_host_set_mood(session.fake, FAKE_RATE_LIMITED);
    assert_int_equal(resolve(&session, source, "v1.0.0", FAKE_TOKEN), SOURCE_RATE_LIMITED);
    const char *text = metrics_text(&session, source);
    expect_line(text, "# TYPE flameline_source_requests_total counter\n");
    expect_line(text, "flameline_source_requests_total{provider=\"corp\",operation=\"ref\","
                      "outcome=\"ok\"} 1\n");
    expect_line(text, "operation=\"ref\",outcome=\"ref_not_found\"} 1\n");
    expect_line(text, "operation=\"ref\",outcome=\"rate_limited\"} 1\n");
    expect_line(text, "operation=\"file\",outcome=\"ok\"} 1\n");
    expect_line(text, "flameline_source_request_duration_seconds_count{provider=\"corp\","
                      "operation=\"ref\"} 3\n");
    expect_line(text, "operation=\"ref\",le=\"0.1\"} ");
    expect_line(text, "operation=\"ref\",le=\"12.8\"} 3\n");
    expect_line(text, "operation=\"ref\",le=\"+Inf\"} 3\n");
    expect_line(text, "flameline_source_request_cache_hits_total{provider=\"corp\","
                      "operation=\"ref\"} 1\n");
    assert_null(strstr(text, "tok-"));
    assert_null(strstr(text, "gone"));
    source_destroy(source);
    session_close(&session);
}

static void names_are_escaped(void **state)
{
    HostSession session;

    (void)state;
    session_open(&session, HOST_GITLAB, &(HostOptions){ 0 });
    session.config.name = STR("a\"b\\c");
    Source *source = open_source(&session);
    assert_int_equal(resolve(&session, source, "main", ""), SOURCE_OK);
    expect_line(metrics_text(&session, source), "{provider=\"a\\\"b\\\\c\",operation=\"ref\"");
    source_destroy(source);
    session_close(&session);
}

static void durations_fall_into_doubling_buckets(void **state)
{
    static const int64_t ms[] = { 0, 100, 101, 200, 12800, 12801, 60000 };
    RequestStats *stats = request_stats_create(2);
    SourceRequestStats row;

    (void)state;
    assert_non_null(stats);
    for (size_t i = 0; i < ARRAY_LEN(ms); i++) {
        request_stats_add(stats, 1, SOURCE_OP_TREE, SOURCE_OK, ms[i] * 1000000);
    }
    request_stats_add_hit(stats, 1, SOURCE_OP_TREE);
    request_stats_read(stats, 1, SOURCE_OP_TREE, &row);
    assert_int_equal(row.count, ARRAY_LEN(ms));
    assert_int_equal(row.buckets[0], 2);
    assert_int_equal(row.buckets[1], 2);
    assert_int_equal(row.buckets[7], 1);
    assert_int_equal(row.cache_hits, 1);
    request_stats_read(stats, 0, SOURCE_OP_TREE, &row);
    assert_int_equal(row.count, 0);
    request_stats_destroy(stats);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_questions_by_outcome),
        cmocka_unit_test(names_are_escaped),
        cmocka_unit_test(durations_fall_into_doubling_buckets),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
