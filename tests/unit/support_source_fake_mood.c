/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/unit/support_source_fake_mood.c - how a fake host misbehaves, whatever kind of host it is.
 */
#include <stdio.h>

#include "base/clock.h"
#include "support_source_fake_internal.h"

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

static ssize_t send_drip(void *context, uint64_t position, char *out, size_t max)
{
    FakeHost *fake = context;

    (void)position;
    (void)max;
    mutex_lock(&fake->lock);
    if (!fake->stopping) {
        (void)cond_wait_until(&fake->opened, &fake->lock, clock_steady_ns() + 50 * NS_PER_MS);
    }
    bool end = fake->stopping || atomic_load(&fake->mood) != FAKE_DRIP;
    mutex_unlock(&fake->lock);
    out[0] = ' ';
    return end ? MHD_CONTENT_READER_END_WITH_ERROR : 1;
}

static void say(FakeAnswer *answer, unsigned status, const char *body)
{
    answer->status = status;
    buf_clear(&answer->body);
    buf_add(&answer->body, str_from(body));
}

static void say_rate_limited(const FakeHost *fake, FakeAnswer *answer)
{
    if (fake->dialect->rate_limit != NULL) {
        fake->dialect->rate_limit(answer);
        return;
    }
    fake_error(fake, answer, 429, "Too many requests");
    fake_header(answer, "Retry-After", "30");
}

/* Answers with a status. */
static bool answer_with_status(const FakeHost *fake, FakeMood mood, FakeAnswer *answer)
{
    switch ((int)mood) {
    case FAKE_SERVER_ERROR:
        fake_error(fake, answer, 503, "Unavailable");
        return true;
    case FAKE_ERROR_500:
        say(answer, 500, "<html>Oops</html>");
        return true;
    case FAKE_ERROR_502:
        say(answer, 502, "");
        return true;
    case FAKE_ERROR_504:
        say(answer, 504, "");
        return true;
    case FAKE_RATE_LIMITED:
        say_rate_limited(fake, answer);
        return true;
    case FAKE_SECONDARY_LIMIT:
        fake_error(fake, answer, 403, "You have exceeded a secondary rate limit");
        fake_header(answer, "Retry-After", "30");
        return true;
    case FAKE_UNAUTHORIZED:
        fake_error(fake, answer, 401, "Bad credentials");
        return true;
    case FAKE_FORBIDDEN:
        fake_error(fake, answer, 403, "Not for you\n\x1b[31m");
        return true;
    case FAKE_SSO:
        fake_error(fake, answer, 403, "Resource protected by organization SAML enforcement");
        fake_header(answer, "X-GitHub-SSO", "required; url=https://github.com/orgs/acme/sso");
        return true;
    default:
        return false;
    }
}

static void redirect(const FakeHost *fake, bool foreign, FakeAnswer *answer)
{
    char target[128];

    (void)snprintf(target, sizeof(target), "http://127.0.0.1:%u/stolen", fake->foreign_port);
    fake_error(fake, answer, 302, "Found");
    fake_header(answer, "Location", foreign ? target : "/again");
}

/* Answers with status 200 and a body that is none; a response when the body is made on the way. */
static struct MHD_Response *spoilt_body(FakeHost *fake, FakeMood mood, FakeAnswer *answer)
{
    switch ((int)mood) {
    case FAKE_BAD_JSON:
        say(answer, 200, "{\"sha\": \"12");
        return NULL;
    case FAKE_WRONG_TYPES:
        say(answer, 200,
            "{\"sha\":5,\"tree\":{},\"type\":[],\"content\":1,\"commit\":7,\"values\":\"x\","
            "\"id\":[],\"hash\":{},\"target\":3,\"mainbranch\":[],\"attributes\":{},\"next\":{}}");
        return NULL;
    case FAKE_DEEP_JSON:
        say(answer, 200, "");
        buf_add_fill(&answer->body, '[', 100000);
        return NULL;
    case FAKE_TRUNCATED:
        answer->status = 200;
        return MHD_create_response_from_callback(1000, 64, send_truncated, NULL, NULL);
    case FAKE_ENDLESS:
        answer->status = 200;
        return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 65536, send_endless, NULL, NULL);
    case FAKE_DRIP:
        answer->status = 200;
        return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 64, send_drip, fake, NULL);
    default:
        return NULL;
    }
}

struct MHD_Response *fake_in_mood(FakeHost *fake, FakeMood mood, FakeAnswer *answer)
{
    if (mood == FAKE_SILENT) {
        fake_host_set_gate(fake, false);
        fake_wait_for_gate(fake);
    } else if (mood == FAKE_REDIRECT_HOST || mood == FAKE_REDIRECT_LOOP) {
        redirect(fake, mood == FAKE_REDIRECT_HOST, answer);
    } else if (!answer_with_status(fake, mood, answer)) {
        return spoilt_body(fake, mood, answer);
    }
    return NULL;
}
