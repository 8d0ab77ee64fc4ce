/* SPDX-License-Identifier: Apache-2.0 */
/*
 * account/account.h - accounts at git hosts for the users of our own UI: connecting, sessions, and
 * tokens that renew themselves.
 *
 * One Account serves all threads; calls that talk to a host block up to 20 s. Nothing here is
 * logged, and no message holds a token, code, cookie or secret.
 */
#pragma once

#include "account/origin.h"
#include "account/session.h"
#include "source/hosts.h"

typedef struct Account Account;

typedef struct AccountOptions {
    Store *store; /* borrowed, as source and the texts */
    Source *source;
    Str base_path;           /* in front of every path, without a slash at the end; "": none */
    size_t max_sessions;     /* of one tenant; the longest unused give way. 0: 10,000 */
    int64_t (*now_ns)(void); /* NULL: clock_unix_ns */
} AccountOptions;

Account *account_create(const AccountOptions *options); /* NULL when out of memory */
void account_destroy(Account *account);                 /* NULL is fine */

/* One request of a browser. */
typedef struct AccountRequest {
    Str tenant;        /* exactly one */
    Str cookie_header; /* value of the Cookie header */
    OriginRequest origin;
} AccountRequest;

typedef struct AccountHost {
    SourceHost host;
    const char *state; /* connected, session_expired, not_connected, open, token, off */
    Str name;          /* of the account, with connected and session_expired */
    int64_t expires_at_ms;
    Str revoke_url;
} AccountHost;

/* All providers, in the order of the configuration; asks no host. Errors: of the store. */
bool account_hosts(Account *account, const AccountRequest *request, Arena *arena,
                   AccountHost **ret_hosts, size_t *ret_n, Err *err) MUST_CHECK;

typedef struct AccountLogin {
    Str attempt;
    Str url;
    Str set_cookie; /* for the answer */
    int64_t expires_at_ms;
} AccountLogin;

/*
 * Errors: NOT_FOUND (provider), FAILED_PRECONDITION (connecting is not possible there, or not from
 * page_origin), INVALID_ARGUMENT (return_to, no usable Host).
 */
bool account_begin_login(Account *account, const AccountRequest *request, Str provider,
                         Str return_to, bool popup, Str page_origin, Arena *arena,
                         AccountLogin *ret_login, Err *err) MUST_CHECK;

/* Parameters with which the host sent the browser back. */
typedef struct AccountCallback {
    Str state;
    Str code;
    Str error;
    Str error_description;
    Str request_id; /* for people who ask the administrator */
} AccountCallback;

typedef struct AccountLanding {
    bool ok;
    const char *error; /* denied, forged, exchange_failed, host_error; "": ok */
    Str reason;        /* one sentence for people */
    Str attempt;       /* "": none that the page could tell */
    bool popup;
    Str return_to;
    Str set_cookies[2]; /* [n_set_cookies] */
    size_t n_set_cookies;
} AccountLanding;

/*
 * Ends a login. What goes wrong is in ret_landing; the tenant of the request does not count, that
 * of the attempt does. Errors: RESOURCE_EXHAUSTED.
 */
bool account_finish_login(Account *account, const AccountRequest *request,
                          const AccountCallback *callback, Arena *arena,
                          AccountLanding *ret_landing, Err *err) MUST_CHECK;

/* ret_set_cookie: for the answer; "": none. Without a session nothing happens. Errors: store. */
bool account_disconnect(Account *account, const AccountRequest *request, Str provider, Arena *arena,
                        Str *ret_set_cookie, Err *err) MUST_CHECK;

/* What the session of a request has for the source integration. */
typedef struct AccountCaller {
    Account *account;
    Arena *arena;
    Session session;
    SourceCredential credentials[SESSION_MAX_ACCOUNTS]; /* [n_credentials], of the accounts */
    size_t n_credentials;
} AccountCaller;

/* Without a session there are no credentials. Errors: of the store. */
bool account_caller_init(Account *account, Str tenant, Str cookie_header, Arena *arena,
                         AccountCaller *ret_caller, Err *err) MUST_CHECK;
/* Overwrites the tokens; credentials that were lent are not to be used any more. */
void account_caller_done(AccountCaller *caller);

/* The SourceRenew for these credentials; context is the AccountCaller. */
bool account_renew(void *context, SourceCredential *credential);
