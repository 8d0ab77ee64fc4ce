/* SPDX-License-Identifier: Apache-2.0 */
#include "source/vcs/rest_error.h"

#include <jansson.h>

enum {
    MAX_WAIT_S = 24 * 3600,
    MAX_ERROR_BYTES = 64 * 1024, /* 7.1 */
    /* A reset time below this is a number of seconds to wait, not a moment: the draft of the HTTP
     * working group and the hosts disagree. */
    FIRST_MOMENT_S = 1000 * 1000 * 1000,
};

static json_t *load_body(const HttpReply *reply)
{
    Str body = str_first(buf_str(&reply->body), MAX_ERROR_BYTES);

    return json_loadb(body.ptr, body.len, JSON_REJECT_DUPLICATES, NULL);
}

static void copy_text(const char *text, char out[REST_ERROR_TEXT])
{
    size_t n = 0;

    for (; text != NULL && text[n] != '\0' && n + 1 < REST_ERROR_TEXT; n++) {
        unsigned char c = (unsigned char)text[n];
        out[n] = text[n];
        if (c < 0x20 || c == 0x7f) {
            out[n] = ' ';
        }
    }
    out[n] = '\0';
}

void rest_error_member(const HttpReply *reply, const char *name, char text[REST_ERROR_TEXT])
{
    json_t *root = load_body(reply);

    copy_text(json_string_value(json_object_get(root, name)), text);
    json_decref(root);
}

void rest_error_message(const HttpReply *reply, char message[REST_ERROR_TEXT])
{
    json_t *root = load_body(reply);
    const json_t *error = json_object_get(root, "error");
    const json_t *first = json_array_get(json_object_get(root, "errors"), 0);
    const json_t *places[] = { json_object_get(root, "message"), json_object_get(error, "message"),
                               json_object_get(first, "message"), error };

    message[0] = '\0';
    for (size_t i = 0; i < ARRAY_LEN(places) && message[0] == '\0'; i++) {
        copy_text(json_string_value(places[i]), message);
    }
    json_decref(root);
}

/* Value of "x-ratelimit-NAME" (GitHub, Bitbucket) or "ratelimit-NAME" (GitLab, the draft). */
static Str limit_header(const HttpReply *reply, Str with_x, Str without)
{
    Str value = http_reply_header(reply, with_x);

    return value.len > 0 ? value : http_reply_header(reply, without);
}

bool rest_none_left(const HttpReply *reply)
{
    return str_eq(limit_header(reply, STR("x-ratelimit-remaining"), STR("ratelimit-remaining")),
                  STR("0"));
}

int64_t rest_retry_time(const HttpReply *reply, int64_t now_ms)
{
    uint64_t seconds;

    if (str_to_u64(http_reply_header(reply, STR("retry-after")), &seconds)) {
        return now_ms + (int64_t)MIN(seconds, (uint64_t)MAX_WAIT_S) * 1000;
    }
    Str reset = limit_header(reply, STR("x-ratelimit-reset"), STR("ratelimit-reset"));
    if (!rest_none_left(reply) || !str_to_u64(reset, &seconds) ||
        seconds >= (uint64_t)INT64_MAX / 1000) {
        return 0;
    }
    int64_t at_ms = (int64_t)seconds * 1000 + (seconds < FIRST_MOMENT_S ? now_ms : 0);
    return MIN(at_ms, now_ms + (int64_t)MAX_WAIT_S * 1000);
}

static void set_rate_limited(const char *title, const HttpReply *reply, int64_t now_ms,
                             SourceFault *fault)
{
    int64_t retry_ms = rest_retry_time(reply, now_ms);

    /* the time goes into retry_at_ms alone: people are shown it in their own zone */
    fault->retry_at_ms = retry_ms > 0 ? retry_ms : now_ms + REST_DEFAULT_WAIT_MS;
    (void)source_fault_set(fault, SOURCE_RATE_LIMITED, "the rate limit of %s is used up",
                           title); /* the state is the result */
}

static bool says_not_found(int status)
{
    return status == 404 || status == 410 || status == 409 || status == 422;
}

void rest_classify(const char *title, const HttpReply *reply, SourceState not_found,
                   const char *what, int64_t now_ms, SourceFault *fault)
{
    int status = reply->status;
    char message[REST_ERROR_TEXT];

    rest_error_message(reply, message);
    const char *colon = message[0] != '\0' ? ": " : "";
    fault->status = status;
    /* the results are cast away because the state set here is the result */
    if (status == 401) {
        (void)source_fault_set(fault, SOURCE_SESSION_EXPIRED,
                               "%s does not accept the session any more%s%s", title, colon,
                               message);
    } else if (status == 429) {
        set_rate_limited(title, reply, now_ms, fault);
    } else if (status == 403 || status == 451) {
        (void)source_fault_set(fault, SOURCE_FORBIDDEN, "%s refuses access: %s", title,
                               message[0] != '\0' ? message : "no reason given");
    } else if (says_not_found(status)) {
        (void)source_fault_set(fault, not_found, "%s has no such %s%s%s", title, what, colon,
                               message);
    } else if (status == 504 || status == 408) {
        (void)source_fault_set(fault, SOURCE_TIMEOUT, "%s answered %d", title, status);
    } else {
        (void)source_fault_set(fault, SOURCE_HOST_UNREACHABLE, "%s answered %d%s%s", title, status,
                               colon, message);
    }
}
