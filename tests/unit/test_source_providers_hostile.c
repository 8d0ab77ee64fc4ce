/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All providers against hosts that refuse, limit, break off, lie or say nothing. Each case
 * runs against every host; one that has no such thing counts as skipped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/clock.h"
#include "support_source_hosts.h"

#define NOT_LOCAL .skip = HOST_BIT(HOST_LOCAL), .why = "nothing is asked over HTTP"

/* ---- moods ---- */

typedef struct MoodCase {
    FakeMood mood;
    SourceState state;
    int64_t deadline_ms; /* 0: plenty */
    bool only_json;      /* raw bytes of a file can be anything, so reading one may work */
} MoodCase;

static void survives_mood(HostSession *session)
{
    static const char *const names[] = { "resolve", "read", "tree", "commit", "access" };
    const MoodCase *c = host_case()->data;

    session->token = FAKE_TOKEN;
    for (int op = 0; op < N_SESSION_OPS; op++) {
        SourceFault fault;
        session->deadline_ms = c->deadline_ms > 0 ? c->deadline_ms : 10000;
        session->calls_left = 20;
        fake_host_set_mood(session->fake, c->mood);
        int64_t start_ns = clock_steady_ns();
        bool ok = session_run(session, (SessionOp)op, &fault);
        int64_t took_ms = (clock_steady_ns() - start_ns) / NS_PER_MS;
        assert_true(took_ms < session->deadline_ms + 1500);
        if (c->only_json && (op == SESSION_READ || op == SESSION_ACCESS)) {
            continue; /* that it ended is all that can be asked */
        }
        expect_state(session, names[op], ok ? SOURCE_OK : fault.state, c->state, &fault);
    }
    assert_int_equal(fake_host_leaks(session->fake), 0);
}

static const MoodCase bad_json = { FAKE_BAD_JSON, SOURCE_HOST_UNREACHABLE, 0, true };
static const MoodCase wrong_types = { FAKE_WRONG_TYPES, SOURCE_HOST_UNREACHABLE, 0, true };
static const MoodCase deep_json = { FAKE_DEEP_JSON, SOURCE_HOST_UNREACHABLE, 0, true };
static const MoodCase truncated = { FAKE_TRUNCATED, SOURCE_HOST_UNREACHABLE, 0, false };
static const MoodCase endless = { FAKE_ENDLESS, SOURCE_TOO_LARGE, 0, false };
static const MoodCase huge_headers = { FAKE_HUGE_HEADERS, SOURCE_HOST_UNREACHABLE, 0, false };
static const MoodCase reset = { FAKE_RESET, SOURCE_HOST_UNREACHABLE, 0, false };
static const MoodCase silent = { FAKE_SILENT, SOURCE_TIMEOUT, 120, false };
static const MoodCase drip = { FAKE_DRIP, SOURCE_TIMEOUT, 200, false };
static const MoodCase no_time = { FAKE_FINE, SOURCE_TIMEOUT, -1, false };
static const MoodCase error_500 = { FAKE_ERROR_500, SOURCE_HOST_UNREACHABLE, 0, false };
static const MoodCase error_502 = { FAKE_ERROR_502, SOURCE_HOST_UNREACHABLE, 0, false };
static const MoodCase error_503 = { FAKE_SERVER_ERROR, SOURCE_HOST_UNREACHABLE, 0, false };
static const MoodCase error_504 = { FAKE_ERROR_504, SOURCE_TIMEOUT, 0, false };
static const MoodCase error_401 = { FAKE_UNAUTHORIZED, SOURCE_SESSION_EXPIRED, 0, false };
static const MoodCase error_403 = { FAKE_FORBIDDEN, SOURCE_FORBIDDEN, 0, false };
static const MoodCase sso = { FAKE_SSO, SOURCE_FORBIDDEN, 0, false };
static const MoodCase redirect_host = { FAKE_REDIRECT_HOST, SOURCE_HOST_UNREACHABLE, 0, false };
static const MoodCase redirect_loop = { FAKE_REDIRECT_LOOP, SOURCE_HOST_UNREACHABLE, 0, false };

static const HostCase mood_cases[] = {
    { .name = "invalid JSON", .run = survives_mood, .data = &bad_json, NOT_LOCAL },
    { .name = "JSON of wrong types", .run = survives_mood, .data = &wrong_types, NOT_LOCAL },
    { .name = "deep JSON", .run = survives_mood, .data = &deep_json, NOT_LOCAL },
    { .name = "truncated body", .run = survives_mood, .data = &truncated, NOT_LOCAL },
    { .name = "endless body", .run = survives_mood, .data = &endless, NOT_LOCAL },
    { .name = "huge headers", .run = survives_mood, .data = &huge_headers, NOT_LOCAL },
    { .name = "connection reset", .run = survives_mood, .data = &reset, NOT_LOCAL },
    { .name = "no answer", .run = survives_mood, .data = &silent, NOT_LOCAL },
    { .name = "byte by byte", .run = survives_mood, .data = &drip, NOT_LOCAL },
    { .name = "500", .run = survives_mood, .data = &error_500, NOT_LOCAL },
    { .name = "502", .run = survives_mood, .data = &error_502, NOT_LOCAL },
    { .name = "503", .run = survives_mood, .data = &error_503, NOT_LOCAL },
    { .name = "504", .run = survives_mood, .data = &error_504, NOT_LOCAL },
    { .name = "401", .run = survives_mood, .data = &error_401, NOT_LOCAL },
    { .name = "403", .run = survives_mood, .data = &error_403, NOT_LOCAL },
    { .name = "403 for single sign-on",
      .run = survives_mood,
      .data = &sso,
      .skip = ONLY(HOST_GITHUB),
      .why = "a header of GitHub" },
    { .name = "redirect to another host", .run = survives_mood, .data = &redirect_host, NOT_LOCAL },
    { .name = "redirect in a circle", .run = survives_mood, .data = &redirect_loop, NOT_LOCAL },
};

/* ---- deadlines and budgets ---- */

static void has_no_time_left(HostSession *session)
{
    SourceFault fault;

    session->deadline_ms = -1;
    fake_host_reset_count(session->fake);
    for (int op = 0; op < N_SESSION_OPS; op++) {
        assert_false(session_run(session, (SessionOp)op, &fault));
        expect_state(session, "no time", fault.state, no_time.state, &fault);
    }
    assert_int_equal(fake_host_count(session->fake), 0);
}

static void has_no_calls_left(HostSession *session)
{
    SourceFault fault;

    fake_host_reset_count(session->fake);
    session->calls_left = 0;
    for (int op = 0; op < N_SESSION_OPS; op++) {
        assert_false(session_run(session, (SessionOp)op, &fault));
        expect_state(session, "no calls", fault.state, SOURCE_TIMEOUT, &fault);
    }
    assert_int_equal(fake_host_count(session->fake), 0);
}

/* The whole way, as a request goes it: within the deadline, with the reason. */
static void a_request_ends_in_time(HostSession *session)
{
    static const FakeMood moods[] = { FAKE_SILENT, FAKE_DRIP };
    Err err = ERR_INIT;
    SourceRequest request = { .repository = str_from(session_address(session, "acme/shop")),
                              .ref = STR("main"),
                              .root = STR_EMPTY,
                              .file = STR("main.go"),
                              .function = STR_EMPTY };
    SourceCaller caller = { .tenant = STR("anonymous") };

    for (size_t i = 0; i < ARRAY_LEN(moods); i++) {
        SourceResult result;
        CLEANUP(source_destroyp)
        Source *source = source_create(&(SourceConfig){ .providers = &session->config,
                                                        .n_providers = 1,
                                                        .no_builtin_hosts = true,
                                                        .deadline_ms = 300 },
                                       &err);
        assert_non_null(source);
        fake_host_set_mood(session->fake, moods[i]);
        int64_t start_ns = clock_steady_ns();
        assert_true(source_resolve(source, &caller, &request, session->arena, &result, &err));
        assert_true(clock_steady_ns() - start_ns < 2 * NS_PER_S);
        assert_int_equal(result.state, SOURCE_TIMEOUT);
    }
}

/* A budget of calls is enough for a file of a branch, and then some. */
static void few_calls_are_enough(HostSession *session)
{
    Str bytes;
    SourceFault fault;

    session->calls_left = 3;
    assert_true(session_read(session, "acme/shop", "main", "main.go", MiB(1), &bytes, &fault));
}

/* ---- limits ---- */

static void remembers_rate_limits(HostSession *session)
{
    int64_t now_ms = clock_unix_ns() / NS_PER_MS;
    SourceFault fault;

    session->token = FAKE_TOKEN;
    fake_host_set_mood(session->fake, FAKE_RATE_LIMITED);
    assert_false(session_run(session, SESSION_READ, &fault));
    expect_state(session, "limited", fault.state, SOURCE_RATE_LIMITED, &fault);
    assert_true(fault.retry_at_ms > now_ms + 20000);
    assert_true(fault.retry_at_ms <= now_ms + 3700000);
    int64_t retry_at_ms = fault.retry_at_ms;
    fake_host_set_mood(session->fake, FAKE_FINE);
    fake_host_reset_count(session->fake);
    for (int op = 0; op < N_SESSION_OPS; op++) {
        assert_false(session_run(session, (SessionOp)op, &fault));
        expect_state(session, "still limited", fault.state, SOURCE_RATE_LIMITED, &fault);
        assert_int_equal(fault.retry_at_ms, retry_at_ms);
    }
    assert_int_equal(fake_host_count(session->fake), 0); /* not asked before its time */
    session->token = FAKE_OTHER_TOKEN;
    assert_true(session_run(session, SESSION_RESOLVE, &fault));
}

static void slows_down_when_asked(HostSession *session)
{
    SourceFault fault;

    fake_host_set_mood(session->fake, FAKE_SECONDARY_LIMIT);
    assert_false(session_run(session, SESSION_RESOLVE, &fault));
    expect_state(session, "secondary", fault.state, SOURCE_RATE_LIMITED, &fault);
    assert_true(fault.retry_at_ms > clock_unix_ns() / NS_PER_MS + 20000);
}

static const HostCase limit_cases[] = {
    { .name = "no time left", .run = has_no_time_left, NOT_LOCAL },
    { .name = "no calls left", .run = has_no_calls_left, NOT_LOCAL },
    { .name = "a request ends in time", .run = a_request_ends_in_time, NOT_LOCAL },
    { .name = "three calls are enough for a file", .run = few_calls_are_enough },
    { .name = "rate limit", .run = remembers_rate_limits, NOT_LOCAL },
    { .name = "secondary rate limit",
      .run = slows_down_when_asked,
      .skip = ONLY(HOST_GITHUB),
      .why = "GitHub alone has two limits" },
};

int main(void)
{
    const HostCase *const tables[] = { mood_cases, limit_cases };
    const size_t n[] = { ARRAY_LEN(mood_cases), ARRAY_LEN(limit_cases) };

    return hosts_run(tables, n, ARRAY_LEN(tables));
}
