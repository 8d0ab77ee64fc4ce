/* SPDX-License-Identifier: Apache-2.0 */
/*
 * account/renew.c - tokens of a session for the source integration, renewed when they are about to
 * end or the host refuses them.
 *
 * The host is asked without the lock; requests that come at the same time share one answer
 * (source/oauth_flight.h). Then the session is read again and changed only where it still holds the
 * refresh token that was spent, so that a disconnect in between stays one.
 */
#include "account/account_internal.h"

#include "base/log.h"

#define EARLY_MS (INT64_C(300) * 1000) /* before the end of a token */

void account_fill_credentials(AccountCaller *caller)
{
    int64_t now_ms = account_now_ms(caller->account);

    for (size_t i = 0; i < caller->session.n_accounts; i++) {
        const SessionAccount *entry = &caller->session.accounts[i];
        bool over = account_is_over(entry, now_ms);
        bool ends = entry->expires_at_ms > 0 && now_ms > entry->expires_at_ms - EARLY_MS;
        caller->credentials[caller->n_credentials++] =
            (SourceCredential){ .provider = entry->provider,
                                .token = over ? STR_EMPTY : entry->access_token,
                                .expired = over,
                                .due = !over && ends && entry->refresh_token.len > 0 };
    }
}

/* Another request may have renewed it, or the user disconnected: what is stored counts. */
static SessionAccount *reload_locked(Account *account, Session *session, Str provider, Arena *arena)
    REQUIRES(account->lock);

static SessionAccount *reload_locked(Account *account, Session *session, Str provider, Arena *arena)
{
    Err ignored = ERR_INIT; /* without the store the old token is as good as it was */

    return session_load(&account->sessions, session, account_now_ms(account), arena, &ignored)
               ? session_find(session, provider)
               : NULL;
}

typedef enum Renewal {
    RENEWAL_KEEP,   /* nothing new; the old token is what it was */
    RENEWAL_NEW,    /* entry holds a new token */
    RENEWAL_REFUSED /* the host says that the login is over */
} Renewal;

static Renewal ask_host(Account *account, SessionAccount *entry, Str tenant, Arena *arena)
{
    SourceHost host;
    OauthToken token;
    Err err = ERR_INIT;

    if (entry->refresh_token.len == 0 ||
        !source_host_find(account->source, entry->provider, tenant, &host) || host.login == NULL) {
        return RENEWAL_REFUSED;
    }
    if (!source_host_refresh(account->source, &host, entry->refresh_token, entry->redirect_uri,
                             arena, &token, &err)) {
        return err.code == ERR_UNAUTHENTICATED ? RENEWAL_REFUSED : RENEWAL_KEEP;
    }
    entry->access_token = token.access_token;
    entry->refresh_token = token.refresh_token;
    entry->expires_at_ms = token.expires_at_ms;
    if (token.refresh_expires_at_ms > 0) {
        entry->refresh_expires_at_ms = token.refresh_expires_at_ms;
    }
    return RENEWAL_NEW;
}

/* The name stays, so that people see which account ended. */
static void expire(SessionAccount *entry)
{
    entry->expired = true;
    entry->access_token = STR_EMPTY;
    entry->refresh_token = STR_EMPTY;
}

/* Writes the outcome, unless somebody else was faster: then *entry becomes what is stored. */
static void store_outcome_locked(Account *account, Session *session, const SessionAccount *before,
                                 SessionAccount *entry, Arena *arena) REQUIRES(account->lock);

static void store_outcome_locked(Account *account, Session *session, const SessionAccount *before,
                                 SessionAccount *entry, Arena *arena)
{
    SessionAccount *stored = reload_locked(account, session, entry->provider, arena);
    Err problem = ERR_INIT;

    if (stored == NULL) {
        return;
    }
    if (str_eq(stored->refresh_token, before->refresh_token) &&
        str_eq(stored->access_token, before->access_token)) {
        *stored = *entry;
        if (!session_save(&account->sessions, session, account_now_ms(account), &problem)) {
            /* this request has its token; the next one asks the host again */
            log_debug("could not store a renewed session", FIELD_ERR(&problem));
        }
    } else if (entry->expired) {
        *entry = *stored;
    }
}

/* One entry, from what the request knew to what it may use now. */
static Renewal renew_entry(AccountCaller *caller, SessionAccount *entry)
{
    Account *account = caller->account;
    Session session = { .tenant = caller->session.tenant };
    SessionAccount before = *entry;

    memcpy(session.secret, caller->session.secret, sizeof(session.secret));
    mutex_lock(&account->lock);
    const SessionAccount *stored = reload_locked(account, &session, entry->provider, caller->arena);
    mutex_unlock(&account->lock);
    if (stored == NULL) {
        return RENEWAL_KEEP;
    }
    if (!str_eq(stored->access_token, before.access_token)) {
        *entry = *stored; /* its texts stay, the rest of the session goes with the request */
        explicit_bzero(session.secret, sizeof(session.secret));
        return entry->expired ? RENEWAL_REFUSED : RENEWAL_NEW;
    }
    Renewal renewal = ask_host(account, entry, session.tenant, caller->arena);
    if (renewal == RENEWAL_KEEP) {
        session_wipe(&session);
        return renewal;
    }
    if (renewal == RENEWAL_REFUSED) {
        expire(entry);
    }
    Session fresh = { .tenant = session.tenant };
    memcpy(fresh.secret, session.secret, sizeof(fresh.secret));
    mutex_lock(&account->lock);
    store_outcome_locked(account, &fresh, &before, entry, caller->arena);
    mutex_unlock(&account->lock);
    explicit_bzero(fresh.secret, sizeof(fresh.secret));
    session_wipe(&session);
    secret_wipe(before.access_token);
    secret_wipe(before.refresh_token);
    return entry->expired ? RENEWAL_REFUSED : RENEWAL_NEW;
}

bool account_renew(void *context, SourceCredential *credential)
{
    AccountCaller *caller = context;
    SessionAccount *entry = session_find(&caller->session, credential->provider);

    credential->renewed = true;
    /* the credential may be another session's, that of Grafana's cookie */
    if (entry == NULL || entry->expired || entry->access_token.ptr != credential->token.ptr) {
        return false;
    }
    Renewal renewal = renew_entry(caller, entry);
    credential->expired =
        renewal == RENEWAL_REFUSED || account_is_over(entry, account_now_ms(caller->account));
    if (renewal == RENEWAL_KEEP) {
        bool spent =
            entry->expires_at_ms > 0 && account_now_ms(caller->account) > entry->expires_at_ms;
        credential->expired = credential->expired || spent;
    }
    credential->token = credential->expired ? STR_EMPTY : entry->access_token;
    return renewal == RENEWAL_NEW;
}
