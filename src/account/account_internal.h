/* SPDX-License-Identifier: Apache-2.0 */
/*
 * account/account_internal.h - the struct behind Account, for the files of this folder.
 */
#pragma once

#include <stdatomic.h>

#include "account/account.h"
#include "account/attempt.h"
#include "account/cookie.h"
#include "base/thread.h"

struct Account {
    SessionStore sessions;
    Source *source;
    Str base_path;
    size_t max_sessions;
    int64_t (*now_ns)(void);
    AttemptTable *attempts;
    Mutex lock; /* orders changes of sessions; held while the store is asked, never a host */
    atomic_int_least64_t next_sweep_ms;
};

int64_t account_now_ms(const Account *account);

/* The session of the cookie. False without an error code: there is none. */
bool account_load(Account *account, Str tenant, Str cookie_header, Arena *arena, Session *session,
                  Err *err) MUST_CHECK;

/* Credentials of the accounts of a session. */
void account_fill_credentials(AccountCaller *caller);

/* Whether the account cannot be used any more without a new login. */
bool account_is_over(const SessionAccount *entry, int64_t now_ms);
