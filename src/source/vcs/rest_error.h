/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/vcs/rest_error.h - what an answer that is no success means (7.2 to 7.4).
 */
#pragma once

#include "net/http_client.h"
#include "source/state.h"

enum {
    REST_ERROR_TEXT = 256,
    REST_DEFAULT_WAIT_MS = 60000, /* when a host asks to slow down and names no time */
};

/*
 * Sets fault from status, headers and body. title: the host's, what: "repository", "file", ... for
 * texts. not_found: the state of a plain 404. now_ms: Unix time, for relative waits.
 */
void rest_classify(const char *title, const HttpReply *reply, SourceState not_found,
                   const char *what, int64_t now_ms, SourceFault *fault);

/*
 * The host's own words, cut and without control characters; "" when there are none. They are
 * looked for where the known hosts put them: "message", "error", "error.message",
 * "errors[0].message".
 */
void rest_error_message(const HttpReply *reply, char message[REST_ERROR_TEXT]);

/* Text of one member of a JSON object in the body, treated the same way. */
void rest_error_member(const HttpReply *reply, const char *name, char text[REST_ERROR_TEXT]);

/* Unix ms of the end of a rate limit, 0 when no header tells. */
int64_t rest_retry_time(const HttpReply *reply, int64_t now_ms);

/* A header says that no call is left. */
bool rest_none_left(const HttpReply *reply);
