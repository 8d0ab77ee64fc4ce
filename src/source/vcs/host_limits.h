/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/vcs/host_limits.h - how often a git host is asked in the name of one token (7.1, 7.3): at
 * most four calls at a time, and none before a rate limit is over.
 *
 * Tokens are told apart by a digest; the table keeps no token. Thread-safe.
 */
#pragma once

#include "base/str.h"
#include "base/thread.h"
#include "source/state.h"

enum {
    HOST_MAX_PARALLEL = 4,
    HOST_N_SLOTS = 64, /* tokens with calls under way or a limit; more are not counted */
};

typedef struct HostSlot {
    uint64_t credential; /* digest; 0: free */
    unsigned n_running;
    int64_t blocked_until_ms; /* Unix time */
    char message[160];
} HostSlot;

typedef struct HostLimits {
    Mutex lock;
    Cond freed;
    HostSlot slots[HOST_N_SLOTS];
} HostLimits;

void host_limits_init(HostLimits *limits);
void host_limits_done(HostLimits *limits);

/* Digest of a token for the two calls below. */
uint64_t host_limits_credential(Str token);

/*
 * Waits for a place. False with SOURCE_RATE_LIMITED while the token is blocked, SOURCE_TIMEOUT when
 * deadline_ns (steady) passed. After true, host_limits_leave() must follow.
 */
bool host_limits_enter(HostLimits *limits, uint64_t credential, int64_t deadline_ns,
                       SourceFault *fault) MUST_CHECK;

/* fault: how the call went; a rate limit blocks the token until its time. */
void host_limits_leave(HostLimits *limits, uint64_t credential, const SourceFault *fault);
