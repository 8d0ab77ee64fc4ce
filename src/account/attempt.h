/* SPDX-License-Identifier: Apache-2.0 */
/*
 * account/attempt.h - logins that have begun: in memory, for ten minutes, each used once.
 *
 * The state that the host sends back is ATTEMPT "." SECRET. A browser shows that it began the
 * attempt by a cookie of its own for each attempt. Of both secrets only digests are kept. The table
 * has a lock; the functions may be called from any thread.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

#define ATTEMPT_LIFE_MS (INT64_C(600) * 1000)

enum {
    ATTEMPT_ID_CHARS = 22, /* of 16 random bytes */
    ATTEMPT_MAX_TEXT_BYTES = 2048,
};

typedef struct AttemptTable AttemptTable;

/* What a login remembers from its begin to its end. */
typedef struct AttemptInfo {
    Str tenant;
    Str provider;
    Str redirect_uri;
    Str return_to;
    bool popup;
} AttemptInfo;

/* What the caller hands out; texts in arena. */
typedef struct AttemptTicket {
    Str id;
    Str state;    /* secret */
    Str browser;  /* secret: value of the cookie */
    Str verifier; /* secret: of PKCE */
    int64_t expires_at_ms;
} AttemptTicket;

AttemptTable *attempt_table_create(void);        /* NULL when out of memory */
void attempt_table_destroy(AttemptTable *table); /* NULL is fine */

/* Copies info. When too many are under way, the oldest gives way. Errors: RESOURCE_EXHAUSTED,
 * INTERNAL. */
bool attempt_begin(AttemptTable *table, const AttemptInfo *info, int64_t now_ms, Arena *arena,
                   AttemptTicket *ret_ticket, Err *err) MUST_CHECK;

/* The attempt's id in a state, if it has the form of one of ours; "": none. */
Str attempt_id_of(Str state);

/*
 * Ends the attempt. False when there is none with this state, its time is over, or the browser is
 * another one; an attempt of another browser stays. ret_verifier: secret, in arena like the texts
 * of ret_info.
 */
bool attempt_take(AttemptTable *table, Str state, Str browser, int64_t now_ms, Arena *arena,
                  AttemptInfo *ret_info, Str *ret_verifier) MUST_CHECK;
