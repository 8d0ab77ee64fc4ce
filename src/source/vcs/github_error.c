/* SPDX-License-Identifier: Apache-2.0 */
#include "source/vcs/github_error.h"

#include "source/vcs/rest_error.h"

static bool is_secondary(const char *message, const char *documentation)
{
    return strstr(message, "secondary rate limit") != NULL ||
           strstr(message, "abuse detection") != NULL ||
           strstr(documentation, "secondary-rate-limits") != NULL ||
           strstr(documentation, "abuse-rate-limits") != NULL;
}

static bool is_rate_limit(const HttpReply *reply, const char *message, bool secondary)
{
    if (reply->status == 429) {
        return true;
    }
    return reply->status == 403 &&
           (secondary || http_reply_header(reply, STR("retry-after")).len > 0 ||
            rest_none_left(reply) || strstr(message, "rate limit") != NULL);
}

/* The time goes into retry_at_ms alone: people are shown it in their own zone. */
static void set_rate_limited(const HttpReply *reply, bool secondary, int64_t now_ms,
                             SourceFault *fault)
{
    fault->retry_at_ms = rest_retry_time(reply, now_ms);
    if (fault->retry_at_ms == 0 && secondary) {
        fault->retry_at_ms = now_ms + REST_DEFAULT_WAIT_MS; /* "at least one minute" */
    }
    (void)source_fault_set(
        fault, SOURCE_RATE_LIMITED,
        secondary ? "GitHub asks to slow down (secondary rate limit)"
                  : "the rate limit of GitHub is used up"); /* the state is the result */
}

void github_classify(const HttpReply *reply, SourceState not_found, const char *what,
                     int64_t now_ms, SourceFault *fault)
{
    char message[REST_ERROR_TEXT];
    char documentation[REST_ERROR_TEXT];

    rest_error_member(reply, "message", message);
    rest_error_member(reply, "documentation_url", documentation);
    bool secondary = is_secondary(message, documentation);
    fault->status = reply->status;
    if (is_rate_limit(reply, message, secondary)) {
        set_rate_limited(reply, secondary, now_ms, fault);
    } else if (reply->status == 403 && strstr(message, "too large") != NULL) {
        (void)source_fault_set(fault, SOURCE_TOO_LARGE, "GitHub does not hand out the file: %s",
                               message); /* the state is the result */
    } else if (reply->status == 403 && http_reply_header(reply, STR("x-github-sso")).len > 0) {
        (void)source_fault_set(fault, SOURCE_FORBIDDEN,
                               "GitHub refuses access: %s (single sign-on is required for this "
                               "organisation)",
                               message[0] != '\0' ? message : "no reason given"); /* as above */
    } else {
        rest_classify("GitHub", reply, not_found, what, now_ms, fault);
    }
}
