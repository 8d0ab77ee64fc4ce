/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/source_caller.h - on whose behalf a git host is asked, and source answers as messages.
 */
#pragma once

#include "api/route.h"
#include "flameline/v1/source.pb-c.h"

/*
 * Tenant and, when the request carries the cookie pyroscope_git_session, the token in it. A cookie
 * that cannot be read counts as none here: public sources stay readable. Errors: INVALID_ARGUMENT
 * (several tenants).
 */
bool source_caller_of(const ApiCall *call, SourceCaller *ret_caller, Err *err) MUST_CHECK;

/* Everything is allocated in the arena; false when it is used up. */
bool resolve_response(const SourceResult *result, Arena *arena,
                      Flameline__V1__ResolveResponse *response);
