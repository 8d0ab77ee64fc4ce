/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/oauth_answer.h - what the token endpoint of a git host answers (RFC 6749 section 5), as
 * JSON or, as GitHub does unless asked otherwise, as a form.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

enum {
    OAUTH_MAX_TOKEN_BYTES = 8 * 1024,
    OAUTH_MAX_ANSWER_BYTES = 64 * 1024,
};

typedef struct OauthToken {
    Str access_token;              /* secret */
    Str refresh_token;             /* secret; "": none */
    Str token_type;                /* "bearer" when the host says nothing */
    int64_t expires_at_ms;         /* Unix time; 0: never, or not known */
    int64_t refresh_expires_at_ms; /* the same of the refresh token */
} OauthToken;

/*
 * Reads an answer; texts are copied to arena. The content type decides between JSON and form, and
 * the first character where it names neither. The status is not looked at: GitHub reports errors
 * with 200. Errors: UNAUTHENTICATED (member "error"; the message holds its code when it looks like
 * one), INTERNAL (unreadable, no usable access_token). Messages hold nothing else of the answer.
 */
bool oauth_answer_parse(Str content_type, Str body, int64_t now_ms, Arena *arena,
                        OauthToken *ret_token, Err *err) MUST_CHECK;

/* Overwrites the secrets, which must be copies of ours. */
void oauth_token_wipe(OauthToken *token);
