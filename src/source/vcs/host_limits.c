/* SPDX-License-Identifier: Apache-2.0 */
#include "source/vcs/host_limits.h"

#include <stdio.h>

#include "base/clock.h"

void host_limits_init(HostLimits *limits)
{
    mutex_init(&limits->lock);
    cond_init(&limits->freed);
}

void host_limits_done(HostLimits *limits)
{
    cond_done(&limits->freed);
    mutex_done(&limits->lock);
}

uint64_t host_limits_credential(Str token)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < token.len; i++) {
        hash = (hash ^ (unsigned char)token.ptr[i]) * UINT64_C(0x100000001b3);
    }
    return hash | 1; /* 0 means free */
}

/* The slot of the token, or one that may be taken over; NULL when all are busy. */
static HostSlot *find_slot_locked(HostLimits *limits, uint64_t credential)
{
    HostSlot *idle = NULL;

    for (size_t i = 0; i < HOST_N_SLOTS; i++) {
        HostSlot *slot = &limits->slots[i];
        if (slot->credential == credential) {
            return slot;
        }
        if (slot->n_running == 0 &&
            (idle == NULL || slot->blocked_until_ms < idle->blocked_until_ms)) {
            idle = slot; /* the limit that ends first is the least loss */
        }
    }
    if (idle != NULL) {
        *idle = (HostSlot){ .credential = credential };
    }
    return idle;
}

static bool enter_locked(HostLimits *limits, uint64_t credential, int64_t deadline_ns,
                         SourceFault *fault) REQUIRES(limits->lock);

static bool enter_locked(HostLimits *limits, uint64_t credential, int64_t deadline_ns,
                         SourceFault *fault)
{
    for (;;) { /* after a wait the slot may be another one, or blocked */
        HostSlot *slot = find_slot_locked(limits, credential);
        if (slot == NULL) {
            return true;
        }
        if (slot->blocked_until_ms > clock_unix_ns() / NS_PER_MS) {
            fault->retry_at_ms = slot->blocked_until_ms;
            return source_fault_set(fault, SOURCE_RATE_LIMITED, "%s", slot->message);
        }
        if (slot->n_running < HOST_MAX_PARALLEL) {
            slot->n_running++;
            return true;
        }
        if (!cond_wait_until(&limits->freed, &limits->lock, deadline_ns)) {
            return source_fault_set(fault, SOURCE_TIMEOUT,
                                    "other calls for the same account are still under way");
        }
    }
}

bool host_limits_enter(HostLimits *limits, uint64_t credential, int64_t deadline_ns,
                       SourceFault *fault)
{
    mutex_lock(&limits->lock);
    bool ok = enter_locked(limits, credential, deadline_ns, fault);
    mutex_unlock(&limits->lock);
    return ok;
}

void host_limits_leave(HostLimits *limits, uint64_t credential, const SourceFault *fault)
{
    mutex_lock(&limits->lock);
    HostSlot *slot = find_slot_locked(limits, credential);
    if (slot != NULL) {
        slot->n_running -= slot->n_running > 0;
        if (fault->state == SOURCE_RATE_LIMITED && fault->retry_at_ms > slot->blocked_until_ms) {
            slot->blocked_until_ms = fault->retry_at_ms;
            (void)snprintf(slot->message, sizeof(slot->message), "%s",
                           fault->message); /* may be cut */
        }
    }
    cond_broadcast(&limits->freed);
    mutex_unlock(&limits->lock);
}
