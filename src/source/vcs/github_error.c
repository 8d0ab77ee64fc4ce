/* SPDX-License-Identifier: Apache-2.0 */
#include "source/vcs/github_error.h"

#include <jansson.h>

enum {
    SECONDARY_WAIT_MS = 60000, /* "at least one minute" when no header says more */
    MAX_WAIT_S = 24 * 3600,
};

/* Text of a member of the JSON body, cut to fit. */
static void body_member(const HttpReply *reply, const char *name, char *out, size_t size)
{
    Str body = buf_str(&reply->body);
    json_t *root = json_loadb(body.ptr, body.len, JSON_REJECT_DUPLICATES, NULL);
    const char *text = json_string_value(json_object_get(root, name));
    size_t n = 0;

    for (; text != NULL && text[n] != '\0' && n + 1 < size; n++) {
        out[n] = (unsigned char)text[n] < 0x20 ? ' ' : text[n];
    }
    out[n] = '\0';
    json_decref(root);
}

/* Unix ms of the end of a rate limit, 0 when nothing tells. */
static int64_t retry_time(const HttpReply *reply, bool secondary, int64_t now_ms)
{
    uint64_t seconds;

    if (str_to_u64(http_reply_header(reply, STR("retry-after")), &seconds)) {
        return now_ms + (int64_t)MIN(seconds, (uint64_t)MAX_WAIT_S) * 1000;
    }
    if (str_eq(http_reply_header(reply, STR("x-ratelimit-remaining")), STR("0")) &&
        str_to_u64(http_reply_header(reply, STR("x-ratelimit-reset")), &seconds) &&
        seconds < (uint64_t)INT64_MAX / 1000) {
        return MIN((int64_t)seconds * 1000, now_ms + (int64_t)MAX_WAIT_S * 1000);
    }
    return secondary ? now_ms + SECONDARY_WAIT_MS : 0;
}

static bool is_rate_limit(const HttpReply *reply, const char *message, const char *documentation,
                          bool *ret_secondary)
{
    *ret_secondary = strstr(message, "secondary rate limit") != NULL ||
                     strstr(message, "abuse detection") != NULL ||
                     strstr(documentation, "secondary-rate-limits") != NULL ||
                     strstr(documentation, "abuse-rate-limits") != NULL;
    if (reply->status == 429) {
        return true;
    }
    return reply->status == 403 &&
           (*ret_secondary || http_reply_header(reply, STR("retry-after")).len > 0 ||
            str_eq(http_reply_header(reply, STR("x-ratelimit-remaining")), STR("0")) ||
            strstr(message, "rate limit") != NULL);
}

/* The time goes into retry_at_ms alone: people are shown it in their own zone. */
static void set_rate_limited(const HttpReply *reply, bool secondary, int64_t now_ms,
                             SourceFault *fault)
{
    fault->retry_at_ms = retry_time(reply, secondary, now_ms);
    (void)source_fault_set(
        fault, SOURCE_RATE_LIMITED,
        secondary ? "GitHub asks to slow down (secondary rate limit)"
                  : "the rate limit of GitHub is used up"); /* the state is the result */
}

static void set_forbidden(const HttpReply *reply, const char *message, SourceFault *fault)
{
    Str sso = http_reply_header(reply, STR("x-github-sso"));

    (void)source_fault_set(fault, SOURCE_FORBIDDEN, "GitHub refuses access: %s%s",
                           message[0] != '\0' ? message : "no reason given",
                           sso.len > 0 ? " (single sign-on is required for this organisation)"
                                       : "");
}

void github_classify(const HttpReply *reply, SourceState not_found, const char *what,
                     int64_t now_ms, SourceFault *fault)
{
    char message[256];
    char documentation[256];
    bool secondary;

    body_member(reply, "message", message, sizeof(message));
    body_member(reply, "documentation_url", documentation, sizeof(documentation));
    fault->status = reply->status;
    if (reply->status == 401) {
        (void)source_fault_set(fault, SOURCE_SESSION_EXPIRED,
                               "GitHub does not accept the session any more: %s", message);
    } else if (is_rate_limit(reply, message, documentation, &secondary)) {
        set_rate_limited(reply, secondary, now_ms, fault);
    } else if (reply->status == 403 && strstr(message, "too large") != NULL) {
        (void)source_fault_set(fault, SOURCE_TOO_LARGE, "GitHub does not hand out the file: %s",
                               message);
    } else if (reply->status == 403 || reply->status == 451) {
        set_forbidden(reply, message, fault);
    } else if (reply->status == 404 || reply->status == 422 || reply->status == 409 ||
               reply->status == 410) {
        (void)source_fault_set(fault, not_found, "GitHub has no such %s%s%s", what,
                               message[0] != '\0' ? ": " : "", message);
    } else if (reply->status == 504 || reply->status == 408) {
        (void)source_fault_set(fault, SOURCE_TIMEOUT, "GitHub answered %d", reply->status);
    } else {
        (void)source_fault_set(fault, SOURCE_HOST_UNREACHABLE, "GitHub answered %d%s%s",
                               reply->status, message[0] != '\0' ? ": " : "", message);
    }
}
