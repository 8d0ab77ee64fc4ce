/* SPDX-License-Identifier: Apache-2.0 */
/*
 * account/session.h - one browser's accounts at git hosts, and where they are kept.
 *
 * A session is a value of the store (space "session"), sealed under the cookie (account/seal.h). In
 * clear are only its key, a digest, and the hour of its last use, so that old ones can be dropped
 * without their cookies. Functions here do not lock: account.c orders changes.
 */
#pragma once

#include "account/seal.h"
#include "base/vec.h"
#include "store/store.h"

enum {
    SESSION_MAX_ACCOUNTS = 16,
    SESSION_MAX_VALUE_BYTES = 512 * 1024,
};

#define SESSION_LIFE_MS (INT64_C(30) * 86400 * 1000) /* since the last use */

typedef struct SessionAccount {
    Str provider;
    Str name;              /* at the host; "": not known */
    Str access_token;      /* secret; "" once expired for good */
    Str refresh_token;     /* secret; "": none */
    Str redirect_uri;      /* of the login: some hosts want it again */
    int64_t expires_at_ms; /* of the access token; 0: never, or not known */
    int64_t refresh_expires_at_ms;
    bool expired; /* a refresh was refused: only a new login helps */
} SessionAccount;

typedef struct Session {
    unsigned char secret[SECRET_BYTES]; /* of the cookie */
    Str tenant;
    int64_t last_used_ms;
    SessionAccount accounts[SESSION_MAX_ACCOUNTS];
    size_t n_accounts;
} Session;

/* Where sessions live. */
typedef struct SessionStore {
    Store *store;
    const Str *secrets; /* of the server: [n_secrets], see SealContext */
    size_t n_secrets;
} SessionStore;

/* An empty session with a fresh secret. Errors: INTERNAL (no random bytes). */
bool session_init(Session *session, Str tenant, Err *err) MUST_CHECK;

/* The value of the cookie, in arena; ptr NULL when out of memory. */
Str session_cookie(const Session *session, Arena *arena);

/* Takes the secret out of a cookie value; false: it is none of ours. */
bool session_secret_from(Str cookie_value, Arena *arena, unsigned char ret_secret[SECRET_BYTES]);

/*
 * The session of session->secret and session->tenant; texts in arena. False without an error code
 * in err: there is none that can be opened, or its time is over. Errors: those of the store.
 */
bool session_load(const SessionStore *store, Session *session, int64_t now_ms, Arena *arena,
                  Err *err) MUST_CHECK;

/* Stores it with now_ms as time of its last use. Errors: those of the store, INTERNAL. */
bool session_save(const SessionStore *store, Session *session, int64_t now_ms, Err *err) MUST_CHECK;
bool session_delete(const SessionStore *store, const Session *session, Err *err) MUST_CHECK;

/* Drops the sessions of a tenant whose time is over, and the oldest above max. */
bool session_sweep(const SessionStore *store, Str tenant, int64_t now_ms, size_t max,
                   Err *err) MUST_CHECK;

SessionAccount *session_find(Session *session, Str provider); /* NULL: none */
/* Sets or replaces the account of its provider; false: there are too many. Borrows the texts. */
bool session_put(Session *session, const SessionAccount *account) MUST_CHECK;
void session_remove(Session *session, Str provider);

/* Overwrites the secrets in memory. */
void session_wipe(Session *session);
