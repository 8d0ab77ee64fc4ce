/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as the answer of a token endpoint (behind a first line that is its content type), as a
 * Cookie header, as state and as path to return to. */
#include "account/attempt.h"
#include "account/cookie.h"
#include "account/session_json.h"
#include "source/oauth_answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_header_text(Str text)
{
    for (size_t i = 0; i < text.len; i++) {
        CHECK(text.ptr[i] > ' ');
    }
}

static void try_answer(Arena *arena, Str type, Str body)
{
    OauthToken token;
    Err err = ERR_INIT;

    if (!oauth_answer_parse(type, body, 1, arena, &token, &err)) {
        CHECK(err.code == ERR_UNAUTHENTICATED || err.code == ERR_INTERNAL);
        return;
    }
    CHECK(token.access_token.len > 0 && token.access_token.len <= OAUTH_MAX_TOKEN_BYTES);
    CHECK(token.expires_at_ms >= 0 && token.refresh_expires_at_ms >= 0);
    check_header_text(token.access_token);
    check_header_text(token.refresh_token);
    check_header_text(token.token_type);
    oauth_token_wipe(&token);
}

static void try_request(Arena *arena, Str text)
{
    unsigned char secret[SECRET_BYTES];
    Str value = cookie_find(text, STR(ACCOUNT_COOKIE));

    CHECK(value.len <= text.len);
    (void)session_secret_from(value, arena, secret); /* must not crash */
    CHECK(attempt_id_of(text).len == 0 || attempt_id_of(text).len == ATTEMPT_ID_CHARS);
}

static void try_session(Arena *arena, Str json)
{
    Session session = { .n_accounts = 0 };
    Buf back = BUF_INIT(MiB(4));

    if (session_json_read(json, arena, &session)) {
        CHECK(session.n_accounts <= SESSION_MAX_ACCOUNTS);
        session_json_write(&session, &back);
    }
    buf_done(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(arena_destroyp) Arena *arena = arena_create(MiB(16));
    Str text = size > 0 ? (Str){ (const char *)data, size } : STR_EMPTY;
    Str type;
    Str body;

    if (str_cut(text, '\n', &type, &body)) {
        try_answer(arena, type, body);
        try_session(arena, body);
    }
    try_request(arena, text);
    return 0;
}
