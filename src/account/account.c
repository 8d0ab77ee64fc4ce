/* SPDX-License-Identifier: Apache-2.0 */
#include "account/account_internal.h"

#include "base/clock.h"
#include "base/log.h"

#define TOUCH_MS (INT64_C(3600) * 1000) /* how exact the time of the last use is */
#define SWEEP_EVERY_MS (INT64_C(600) * 1000)

enum { DEFAULT_MAX_SESSIONS = 10000 };

Account *account_create(const AccountOptions *options)
{
    Account *account = calloc(1, sizeof(*account));

    if (account == NULL || (account->attempts = attempt_table_create()) == NULL) {
        free(account);
        return NULL;
    }
    mutex_init(&account->lock);
    account->source = options->source;
    account->sessions.store = options->store;
    account->sessions.secrets =
        source_session_secrets(options->source, &account->sessions.n_secrets);
    account->base_path = options->base_path.ptr != NULL ? options->base_path : STR_EMPTY;
    account->max_sessions =
        options->max_sessions > 0 ? options->max_sessions : DEFAULT_MAX_SESSIONS;
    account->now_ns = options->now_ns != NULL ? options->now_ns : clock_unix_ns;
    return account;
}

void account_destroy(Account *account)
{
    if (account == NULL) {
        return;
    }
    attempt_table_destroy(account->attempts);
    mutex_done(&account->lock);
    free(account);
}

int64_t account_now_ms(const Account *account)
{
    return account->now_ns() / NS_PER_MS;
}

bool account_load(Account *account, Str tenant, Str cookie_header, Arena *arena, Session *session,
                  Err *err)
{
    *session = (Session){ .tenant = tenant };
    return session_secret_from(cookie_find(cookie_header, STR(ACCOUNT_COOKIE)), arena,
                               session->secret) &&
           session_load(&account->sessions, session, account_now_ms(account), arena, err);
}

bool account_is_over(const SessionAccount *entry, int64_t now_ms)
{
    bool spent = entry->expires_at_ms > 0 && now_ms > entry->expires_at_ms;
    bool renewable = entry->refresh_token.len > 0 &&
                     (entry->refresh_expires_at_ms == 0 || now_ms < entry->refresh_expires_at_ms);

    return entry->expired || entry->access_token.len == 0 || (spent && !renewable);
}

/*
 * Writes down that the session was used, once an hour; now and then drops what is over. That this
 * fails is no reason to refuse the request: it is tried again with the next one.
 */
static void touch(Account *account, Session *session, Arena *arena)
{
    int64_t now_ms = account_now_ms(account);
    Session current = { .tenant = session->tenant };
    Err problem = ERR_INIT;

    if (now_ms - session->last_used_ms < TOUCH_MS) {
        return;
    }
    memcpy(current.secret, session->secret, sizeof(current.secret));
    mutex_lock(&account->lock);
    bool ok = !session_load(&account->sessions, &current, now_ms, arena, &problem) ||
              session_save(&account->sessions, &current, now_ms, &problem);
    mutex_unlock(&account->lock);
    session_wipe(&current);
    int64_t due_ms = atomic_load(&account->next_sweep_ms);
    if (now_ms >= due_ms &&
        atomic_compare_exchange_strong(&account->next_sweep_ms, &due_ms, now_ms + SWEEP_EVERY_MS)) {
        ok = session_sweep(&account->sessions, session->tenant, now_ms, account->max_sessions,
                           &problem) &&
             ok;
    }
    if (!ok) {
        log_debug("could not touch a session", FIELD_ERR(&problem));
    }
}

/* ---- hosts ---- */

static void describe(const SourceHost *host, const SessionAccount *entry, int64_t now_ms,
                     AccountHost *out)
{
    *out = (AccountHost){ .host = *host, .name = STR_EMPTY, .revoke_url = STR_EMPTY };
    if (host->login != NULL) {
        out->revoke_url = oauth_revoke_url(host->login);
    }
    if (entry != NULL) {
        out->state = account_is_over(entry, now_ms) ? "session_expired" : "connected";
        out->name = entry->name;
        out->expires_at_ms = entry->expires_at_ms;
    } else if (host->has_token) {
        out->state = "token";
    } else if (host->anonymous) {
        out->state = "open";
    } else {
        out->state = host->login != NULL ? "not_connected" : "off";
    }
}

bool account_hosts(Account *account, const AccountRequest *request, Arena *arena,
                   AccountHost **ret_hosts, size_t *ret_n, Err *err)
{
    size_t n = source_host_count(account->source);
    AccountHost *hosts = ARENA_NEW(arena, AccountHost, n);
    Session session;
    Err problem = ERR_INIT;

    if (hosts == NULL) {
        return err_no_memory(err);
    }
    bool found =
        account_load(account, request->tenant, request->cookie_header, arena, &session, &problem);
    if (!found && problem.code != ERR_OK) {
        *err = problem;
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        SourceHost host = source_host_at(account->source, i, request->tenant);
        describe(&host, session_find(&session, host.provider), account_now_ms(account), &hosts[i]);
    }
    if (found) {
        touch(account, &session, arena);
    }
    session_wipe(&session);
    *ret_hosts = hosts;
    *ret_n = n;
    return true;
}

/* ---- disconnecting ---- */

static bool remove_locked(Account *account, Session *session, Str provider, Arena *arena, Err *err)
    REQUIRES(account->lock);

static bool remove_locked(Account *account, Session *session, Str provider, Arena *arena, Err *err)
{
    int64_t now_ms = account_now_ms(account);

    if (!session_load(&account->sessions, session, now_ms, arena, err)) {
        return err->code == ERR_OK;
    }
    session_remove(session, provider);
    return session->n_accounts > 0 ? session_save(&account->sessions, session, now_ms, err)
                                   : session_delete(&account->sessions, session, err);
}

bool account_disconnect(Account *account, const AccountRequest *request, Str provider, Arena *arena,
                        Str *ret_set_cookie, Err *err)
{
    Session session = { .tenant = request->tenant };

    *ret_set_cookie = STR_EMPTY;
    if (!session_secret_from(cookie_find(request->cookie_header, STR(ACCOUNT_COOKIE)), arena,
                             session.secret)) {
        return true;
    }
    mutex_lock(&account->lock);
    bool ok = remove_locked(account, &session, provider, arena, err);
    mutex_unlock(&account->lock);
    bool is_empty = session.n_accounts == 0;
    session_wipe(&session);
    if (ok && is_empty) {
        *ret_set_cookie = cookie_text(arena, STR(ACCOUNT_COOKIE), STR_EMPTY, account->base_path, 0,
                                      origin_is_https(&request->origin));
    }
    return !ok || ret_set_cookie->ptr != NULL ? ok : err_no_memory(err);
}

/* ---- the source integration's view ---- */

bool account_caller_init(Account *account, Str tenant, Str cookie_header, Arena *arena,
                         AccountCaller *ret_caller, Err *err)
{
    *ret_caller = (AccountCaller){ .account = account, .arena = arena };
    Session *session = &ret_caller->session;
    if (!account_load(account, tenant, cookie_header, arena, session, err)) {
        return err->code == ERR_OK;
    }
    touch(account, session, arena);
    account_fill_credentials(ret_caller);
    return true;
}

void account_caller_done(AccountCaller *caller)
{
    session_wipe(&caller->session);
    caller->n_credentials = 0;
}
