/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/vcs_login.c - GithubLogin and GithubRefresh of vcs.v1 (sections 1.6 and 1.7): the server
 * keeps nothing, the sealed token goes to the browser.
 */
#include "base/clock.h"
#include "source/path.h"
#include "source/secret.h"
#include "source/session_cookie.h"
#include "source/source_internal.h"
#include "source/vcs_service.h"

/* What Grafana's app counts on when the host says nothing of its own: 184 days. */
#define REFRESH_LIFE_MS (INT64_C(15897600) * 1000)

static bool not_authorized(ErrCode code, Err *err)
{
    return err_set(err, code, "failed to authorize with GitHub");
}

/* "Wed, 21 Oct 2026 07:28:00 GMT" (RFC 9110 5.6.7), whatever the locale. */
static void add_http_date(Buf *out, int64_t unix_ms)
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    time_t seconds = (time_t)(unix_ms / 1000);
    struct tm tm = { 0 };

    (void)gmtime_r(&seconds, &tm); /* fails only for years beyond int */
    buf_addf(out, "%.3s, %02d %.3s %d %02d:%02d:%02d GMT", days + 3 * tm.tm_wday, tm.tm_mday,
             months + 3 * tm.tm_mon, tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* The Set-Cookie text of the deprecated layout; the app adds a path and hands it to the browser. */
static Str cookie_text(Arena *arena, Str sealed, int64_t expires_at_ms, int64_t now_ms)
{
    Str value = session_cookie_value_deprecated(arena, sealed, expires_at_ms);
    Buf text = BUF_INIT(4 * (size_t)SESSION_COOKIE_MAX_BYTES);

    if (value.ptr == NULL) {
        return value;
    }
    buf_add(&text, STR(SESSION_COOKIE_NAME "="));
    buf_add(&text, value);
    buf_add(&text, STR("; Expires="));
    add_http_date(&text, now_ms + REFRESH_LIFE_MS);
    buf_add(&text, STR("; Secure; SameSite=Lax"));
    Str copy = buf_ok(&text) ? arena_str(arena, buf_str(&text)) : (Str){ NULL, 0 };
    buf_done(&text);
    return copy;
}

/* The reply of both calls. The first secret seals, whichever opened the old cookie. */
static bool make_login(Source *source, Str tenant, const OauthToken *token, Arena *arena,
                       VcsLogin *ret_login, Err *err)
{
    int64_t now_ms = clock_unix_ns() / NS_PER_MS;
    SessionToken session = { .access_token = token->access_token,
                             .token_type = token->token_type,
                             .refresh_token = token->refresh_token,
                             .expires_at_ms = token->expires_at_ms };
    int64_t refresh_end_ms =
        token->refresh_expires_at_ms > 0 ? token->refresh_expires_at_ms : now_ms + REFRESH_LIFE_MS;
    Str sealed;

    if (!session_token_seal(arena, source->secrets[0], tenant, &session, NULL, &sealed, err)) {
        return false;
    }
    *ret_login = (VcsLogin){ .cookie = cookie_text(arena, sealed, token->expires_at_ms, now_ms),
                             .token = sealed,
                             .token_expires_at_ms = token->expires_at_ms,
                             .refresh_token_expires_at_ms = refresh_end_ms };
    return ret_login->cookie.ptr != NULL || err_no_memory(err);
}

bool vcs_github_login(Source *source, const VcsCaller *caller, Str code, Arena *arena,
                      VcsLogin *ret_login, Err *err)
{
    OauthClient *client = source_login_client(source, STR("github.com"));
    OauthToken token;
    int status;

    if (client == NULL || source->n_secrets == 0 || caller->tenant.len == 0) {
        return not_authorized(ERR_INTERNAL, err);
    }
    code = text_or_empty(code);
    if (code.len == 0 || code.len > SOURCE_MAX_FIELD_BYTES || path_has_control(code) ||
        !oauth_exchange(client, code, STR_EMPTY, STR_EMPTY, arena, &token, &status, err)) {
        return not_authorized(ERR_UNAUTHENTICATED, err);
    }
    bool ok = make_login(source, caller->tenant, &token, arena, ret_login, err);
    oauth_token_wipe(&token);
    return ok || not_authorized(ERR_INTERNAL, err);
}

bool vcs_github_refresh(Source *source, const VcsCaller *caller, Arena *arena, VcsLogin *ret_login,
                        Err *err)
{
    OauthClient *client = source_login_client(source, STR("github.com"));
    SessionToken session;
    OauthToken token;
    Str value;

    if (!session_cookie_find(caller->cookie_header, &value)) {
        return err_set(err, ERR_UNAUTHENTICATED, "invalid token");
    }
    if (!session_cookie_open(arena, source->secrets, source->n_secrets, caller->tenant, value,
                             &session, err)) {
        return false;
    }
    if (client == NULL) {
        return err_set(err, ERR_INTERNAL, "failed to refresh token");
    }
    bool ok = session.refresh_token.len > 0
                  ? oauth_flights_refresh(source->flights, client, STR("github.com"),
                                          session.refresh_token, STR_EMPTY, arena, &token, err)
                  : err_set(err, ERR_UNAUTHENTICATED, "no refresh token");
    secret_wipe(session.access_token);
    secret_wipe(session.refresh_token);
    if (!ok) {
        ErrCode code = err->code == ERR_UNAUTHENTICATED ? ERR_UNAUTHENTICATED : ERR_INTERNAL;
        return err_set(err, code, "failed to refresh token");
    }
    ok = make_login(source, caller->tenant, &token, arena, ret_login, err);
    oauth_token_wipe(&token);
    return ok || err_set(err, ERR_INTERNAL, "failed to process token");
}
