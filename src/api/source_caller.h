/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/source_caller.h - on whose behalf a git host is asked, and source answers as messages.
 */
#pragma once

#include "api/route.h"
#include "flameline/v1/source.pb-c.h"

/* A caller with what it points at: do not copy. */
typedef struct SourceCallerOf {
    SourceCaller caller;
    SourceCredential credentials[SESSION_MAX_ACCOUNTS + 1]; /* of the session, and Grafana's */
    AccountCaller account;
} SourceCallerOf;

/*
 * Tenant, the tokens of our own session, and that in the cookie pyroscope_git_session. A cookie
 * that cannot be read counts as none here: public sources stay readable. Errors: INVALID_ARGUMENT
 * (several tenants), those of the store. source_caller_done() in any case.
 */
bool source_caller_init(const ApiCall *call, SourceCallerOf *ret_caller, Err *err) MUST_CHECK;
void source_caller_done(SourceCallerOf *caller); /* overwrites the tokens */

/* Everything is allocated in the arena; false when it is used up. */
bool resolve_response(const SourceResult *result, Arena *arena,
                      Flameline__V1__ResolveResponse *response);
