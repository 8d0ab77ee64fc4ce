/* SPDX-License-Identifier: Apache-2.0 */
/*
 * account/login.c - from "connect" to a session: the address of the host's page, and what the host
 * sends back.
 */
#include "account/account_internal.h"

#include "base/clock.h"
#include "source/path.h"

/* Browsers keep no cookie longer; the server ends unused sessions long before. */
#define COOKIE_LIFE_S (INT64_C(400) * 86400)

enum { MAX_CODE_BYTES = 4096 };

/* ---- begin ---- */

static Str redirect_uri_of(const Account *account, const OriginRequest *origin,
                           const OauthClient *client, Arena *arena, Err *err)
{
    Str configured = oauth_callback_url(client);
    Str own = origin_of(origin, arena);

    if (configured.len > 0) {
        return configured;
    }
    if (own.ptr == NULL) {
        (void)err_set(err, ERR_INVALID_ARGUMENT, /* the empty text says it failed */
                      "the request names no usable host: set server.public_url");
        return STR_EMPTY;
    }
    const char *uri =
        arena_printf(arena, "%.*s%.*s/login/callback", STR_ARG(own), STR_ARG(account->base_path));
    if (uri == NULL) {
        (void)err_no_memory(err); /* as above */
        return STR_EMPTY;
    }
    return str_from(uri);
}

static bool check_begin(const Account *account, const AccountRequest *request, Str provider,
                        Str return_to, SourceHost *host, Err *err)
{
    if (!source_host_find(account->source, provider, request->tenant, host)) {
        return err_set(err, ERR_NOT_FOUND, "there is no provider \"%.*s\"",
                       STR_ARG(str_first(provider, 100)));
    }
    if (host->login == NULL) {
        return err_set(err, ERR_FAILED_PRECONDITION,
                       "connecting accounts of %.*s is not enabled on this server: it needs "
                       "client_id and client_secret_file",
                       STR_ARG(host->provider));
    }
    return return_path_valid(return_to) ||
           err_set(err, ERR_INVALID_ARGUMENT,
                   "returnTo must be a path on this server that begins with one slash");
}

/* The cookies of a login at another address than the page's own would never arrive. */
static bool check_page(Str redirect_uri, Str page_origin, Err *err)
{
    Str wanted = origin_of_url(redirect_uri);

    return page_origin.len == 0 || str_eq_ignore_case(wanted, page_origin) ||
           err_set(err, ERR_FAILED_PRECONDITION, "accounts are connected at %.*s: open it there",
                   STR_ARG(wanted));
}

static Str attempt_cookie(const Account *account, Str id, Str value, int64_t max_age_s, bool secure,
                          Arena *arena)
{
    const char *name = arena_printf(arena, ATTEMPT_COOKIE "%.*s", STR_ARG(id));
    const char *path = arena_printf(arena, "%.*s/login", STR_ARG(account->base_path));

    return name != NULL && path != NULL
               ? cookie_text(arena, str_from(name), value, str_from(path), max_age_s, secure)
               : (Str){ NULL, 0 };
}

bool account_begin_login(Account *account, const AccountRequest *request, Str provider,
                         Str return_to, bool popup, Str page_origin, Arena *arena,
                         AccountLogin *ret_login, Err *err)
{
    SourceHost host;
    AttemptTicket ticket;
    const char *home = arena_printf(arena, "%.*s/", STR_ARG(account->base_path));

    if (home == NULL) {
        return err_no_memory(err);
    }
    AttemptInfo info = { .tenant = request->tenant,
                         .provider = provider,
                         .return_to = return_to.len > 0 ? return_to : str_from(home),
                         .popup = popup };
    if (!check_begin(account, request, provider, info.return_to, &host, err)) {
        return false;
    }
    info.redirect_uri = redirect_uri_of(account, &request->origin, host.login, arena, err);
    if (info.redirect_uri.len == 0 || !check_page(info.redirect_uri, page_origin, err) ||
        !attempt_begin(account->attempts, &info, account_now_ms(account), arena, &ticket, err)) {
        return false;
    }
    *ret_login = (AccountLogin){
        .attempt = ticket.id,
        .url = oauth_authorize_url(host.login, info.redirect_uri, ticket.state, ticket.verifier,
                                   arena),
        .set_cookie = attempt_cookie(account, ticket.id, ticket.browser, ATTEMPT_LIFE_MS / 1000,
                                     origin_is_https(&request->origin), arena),
        .expires_at_ms = ticket.expires_at_ms,
    };
    secret_wipe(ticket.verifier);
    return (ret_login->url.ptr != NULL && ret_login->set_cookie.ptr != NULL) || err_no_memory(err);
}

/* ---- end ---- */

static void fail(AccountLanding *landing, const char *error, const char *reason)
{
    landing->ok = false;
    landing->error = error;
    landing->reason = str_from(reason != NULL ? reason : "the login failed");
}

/* What the host says about itself; only its sentence is of use, and it is cut. */
static void fail_at_host(AccountLanding *landing, const SourceHost *host,
                         const AccountCallback *callback, Arena *arena)
{
    Str text = callback->error_description.len > 0 ? callback->error_description : callback->error;

    if (str_eq(callback->error, STR("access_denied"))) {
        fail(landing, "denied", arena_printf(arena, "%s reports: access was denied", host->label));
        return;
    }
    text = path_has_control(text) ? STR("an error") : str_first(text, 200);
    fail(landing, "host_error",
         arena_printf(arena, "%s reports: %.*s", host->label, STR_ARG(text)));
}

static void fail_exchange(AccountLanding *landing, const SourceHost *host, int status,
                          const char *why, Str request_id, Arena *arena)
{
    if (status > 0) {
        fail(landing, "exchange_failed",
             arena_printf(arena, "%s did not accept the login: %s (status %d, request %.*s)",
                          host->label, why, status, STR_ARG(request_id)));
    } else {
        fail(landing, "exchange_failed",
             arena_printf(arena, "%s could not be reached (request %.*s)", host->label,
                          STR_ARG(request_id)));
    }
}

/* A fresh cookie for each login: one that somebody planted before is worth nothing afterwards. */
static bool store_login_locked(Account *account, Str tenant, Str cookie_header,
                               const SessionAccount *entry, Arena *arena, Str *ret_cookie, Err *err)
    REQUIRES(account->lock);

static bool store_login_locked(Account *account, Str tenant, Str cookie_header,
                               const SessionAccount *entry, Arena *arena, Str *ret_cookie, Err *err)
{
    int64_t now_ms = account_now_ms(account);
    Session old;
    Session session;
    bool had = account_load(account, tenant, cookie_header, arena, &old, err);

    if ((!had && err->code != ERR_OK) || !session_init(&session, tenant, err)) {
        return false;
    }
    memcpy(session.accounts, old.accounts, sizeof(session.accounts));
    session.n_accounts = old.n_accounts;
    bool ok = session_put(&session, entry) ||
              err_set(err, ERR_RESOURCE_EXHAUSTED, "too many accounts are connected");
    ok = ok && session_sweep(&account->sessions, tenant, now_ms, account->max_sessions - 1, err) &&
         session_save(&account->sessions, &session, now_ms, err) &&
         (!had || session_delete(&account->sessions, &old, err));
    *ret_cookie = session_cookie(&session, arena);
    session_wipe(&session); /* old shares its texts */
    explicit_bzero(old.secret, sizeof(old.secret));
    return ok && (ret_cookie->ptr != NULL || err_no_memory(err));
}

/* Code to token to session. */
static bool complete(Account *account, const AccountRequest *request, const AttemptInfo *info,
                     const SourceHost *host, const OauthToken *token, Arena *arena, Str *ret_cookie,
                     Err *err)
{
    SessionAccount entry = { .provider = info->provider,
                             .name = STR_EMPTY,
                             .access_token = token->access_token,
                             .refresh_token = token->refresh_token,
                             .redirect_uri = info->redirect_uri,
                             .expires_at_ms = token->expires_at_ms,
                             .refresh_expires_at_ms = token->refresh_expires_at_ms };
    Err unnamed = ERR_INIT; /* a token may be good without the right to ask for the own name */

    if (!oauth_account(host->login, token->access_token, arena, &entry.name, &unnamed)) {
        entry.name = STR_EMPTY;
    }
    mutex_lock(&account->lock);
    bool ok = store_login_locked(account, info->tenant, request->cookie_header, &entry, arena,
                                 ret_cookie, err);
    mutex_unlock(&account->lock);
    return ok;
}

static void add_cookie(AccountLanding *landing, Str cookie)
{
    if (cookie.ptr != NULL) {
        landing->set_cookies[landing->n_set_cookies++] = cookie;
    }
}

static void exchange(Account *account, const AccountRequest *request,
                     const AccountCallback *callback, const AttemptInfo *info,
                     const SourceHost *host, Str verifier, Arena *arena, AccountLanding *landing)
{
    OauthToken token;
    Str cookie = STR_EMPTY;
    int status = 0;
    Err err = ERR_INIT;

    if (callback->code.len == 0 || callback->code.len > MAX_CODE_BYTES ||
        path_has_control(callback->code)) {
        fail(landing, "host_error",
             arena_printf(arena, "%s sent no authorization code", host->label));
        return;
    }
    if (!oauth_exchange(host->login, callback->code, info->redirect_uri, verifier, arena, &token,
                        &status, &err)) {
        fail_exchange(landing, host, status, err.msg, callback->request_id, arena);
        return;
    }
    bool ok = complete(account, request, info, host, &token, arena, &cookie, &err);
    oauth_token_wipe(&token);
    if (!ok) {
        fail(landing, "exchange_failed",
             arena_printf(arena, "the session could not be stored: %s (request %.*s)", err.msg,
                          STR_ARG(callback->request_id)));
        return;
    }
    landing->ok = true;
    landing->error = "";
    landing->reason = STR_EMPTY;
    add_cookie(landing, cookie_text(arena, STR(ACCOUNT_COOKIE), cookie, account->base_path,
                                    COOKIE_LIFE_S, origin_is_https(&request->origin)));
}

bool account_finish_login(Account *account, const AccountRequest *request,
                          const AccountCallback *callback, Arena *arena,
                          AccountLanding *ret_landing, Err *err)
{
    Str id = attempt_id_of(callback->state);
    const char *name = arena_printf(arena, ATTEMPT_COOKIE "%.*s", STR_ARG(id));
    const char *home = arena_printf(arena, "%.*s/", STR_ARG(account->base_path));
    AttemptInfo info;
    SourceHost host;
    Str verifier;

    if (name == NULL || home == NULL) {
        return err_no_memory(err);
    }
    *ret_landing = (AccountLanding){ .attempt = id, .return_to = str_from(home), .popup = true };
    fail(ret_landing, "forged", "This login did not start here or is too old");
    Str browser = cookie_find(request->cookie_header, str_from(name));
    if (!attempt_take(account->attempts, callback->state, browser, account_now_ms(account), arena,
                      &info, &verifier)) {
        return true;
    }
    ret_landing->popup = info.popup;
    ret_landing->return_to = info.return_to;
    add_cookie(ret_landing,
               attempt_cookie(account, id, STR_EMPTY, 0, origin_is_https(&request->origin), arena));
    if (!source_host_find(account->source, info.provider, info.tenant, &host) ||
        host.login == NULL) {
        fail(ret_landing, "host_error", "the provider is gone");
    } else if (callback->error.len > 0) {
        fail_at_host(ret_landing, &host, callback, arena);
    } else {
        exchange(account, request, callback, &info, &host, verifier, arena, ret_landing);
    }
    secret_wipe(verifier);
    return true;
}
