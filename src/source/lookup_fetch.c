/* SPDX-License-Identifier: Apache-2.0 */
#include "source/lookup_fetch.h"

#include "base/clock.h"

enum {
    SMALL_VALUE_BYTES = 256 * 1024,
};

static Question access_question(const Question *q)
{
    Question access = *q;

    access.op = SOURCE_OP_ACCESS;
    access.at = STR_EMPTY;
    access.path = STR_EMPTY;
    return access;
}

/* An answer of the host to these credentials proves access, a refusal ends it. */
static void remember_access(LookupCached *lookup, const Question *q, const CacheValue *value)
{
    SourceState state = value->fault.state;
    Question access = access_question(q);
    Str key = question_key(&access, lookup->arena, true);
    bool denied = state == SOURCE_NOT_CONNECTED || state == SOURCE_SESSION_EXPIRED ||
                  state == SOURCE_FORBIDDEN || state == SOURCE_REPO_NOT_FOUND;

    if (key.ptr == NULL || (state != SOURCE_OK && !denied)) {
        return;
    }
    CLEANUP(cache_value_unrefp) CacheValue *proof = cache_value_create(64);
    if (proof != NULL && cache_value_compact(proof)) {
        proof->fault = value->fault;
        cache_put(lookup->shared->cache, key, proof, denied ? 0 : ACCESS_LIFE_NS);
        /* what was read without an account anybody may read */
        if (!denied && q->token.len == 0 && q->provider->anonymous &&
            !q->provider->has_static_token) {
            Str public_key = question_key(&access, lookup->arena, false);
            if (public_key.ptr != NULL) {
                cache_put(lookup->shared->cache, public_key, proof, ACCESS_LIFE_NS);
            }
        }
    }
}

/* Loads in the name of all who ask the same; the value carries the failure, if any. */
static CacheValue *load(LookupCached *lookup, const Question *q, Str key, Str private_key)
{
    LookupShared *shared = lookup->shared;
    size_t budget = shared->max_file_bytes + SMALL_VALUE_BYTES;
    CacheValue *value = cache_value_create(budget);
    VcsCall call = { .token = q->token,
                     .deadline_ns = lookup->deadline_ns,
                     .calls_left = &lookup->calls_left };

    if (value == NULL) {
        return NULL;
    }
    int before = lookup->calls_left;
    int64_t start_ns = clock_steady_ns();
    bool ok = question_ask(q, &call, shared->max_file_bytes, value);
    request_stats_add(shared->requests, q->provider->idx, q->op,
                      ok ? SOURCE_OK : value->fault.state, clock_steady_ns() - start_ns);
    if (ok) { /* a provider may have failed on the way to its answer */
        value->fault = (SourceFault){ .state = SOURCE_OK, .status = value->fault.status };
    }
    if (!cache_value_compact(value)) {
        return cache_value_unref(value);
    }
    (void)atomic_fetch_add(&shared->upstream_calls,
                           (uint64_t)(before - lookup->calls_left)); /* old count unused */
    if (!ok) {
        (void)atomic_fetch_add(&shared->upstream_failures, 1); /* old count unused */
    }
    if (!q->provider->is_local) {
        remember_access(lookup, q, value);
    }
    cache_put(shared->cache, ok ? key : private_key, value, question_life_ns(q, value));
    return value;
}

/*
 * Loads, or waits for another request that loads the same. A leader whose own time ran out says
 * nothing about ours, so after its timeout we try once more.
 */
static CacheValue *load_merged(LookupCached *lookup, const Question *q, Str key, Str private_key,
                               LookupReport *report)
{
    Cache *cache = lookup->shared->cache;
    CacheValue *value = NULL;

    for (int attempt = 0; attempt < 2; attempt++) {
        if (!cache_join(cache, private_key, lookup->deadline_ns, &value)) {
            (void)source_fault_set(&report->fault, SOURCE_TIMEOUT,
                                   "another request asks the same and has no answer yet");
            return NULL;
        }
        if (value == NULL) {               /* we lead */
            value = cache_get(cache, key); /* it may have landed between the two looks */
            if (value == NULL) {
                value = load(lookup, q, key, private_key);
            }
            cache_finish(cache, private_key, value);
            break;
        }
        report->cached = true;
        if (value->fault.state != SOURCE_TIMEOUT || attempt == 1) {
            break;
        }
        value = cache_value_unref(value);
        report->cached = false;
    }
    if (value == NULL) {
        (void)source_fault_no_memory(&report->fault); /* NULL says it failed */
    }
    return value;
}

/* May these credentials see content that others fetched? */
static bool access_proven(LookupCached *lookup, const Question *q, LookupReport *report)
{
    Question access = access_question(q);

    if (q->provider->is_local || q->op == SOURCE_OP_ACCESS) {
        return true;
    }
    Str public_key = question_key(&access, lookup->arena, false);
    if (public_key.ptr == NULL) {
        return source_fault_no_memory(&report->fault);
    }
    CLEANUP(cache_value_unrefp) CacheValue *open = cache_get(lookup->shared->cache, public_key);
    if (open != NULL) {
        return true;
    }
    CLEANUP(cache_value_unrefp) CacheValue *proof = lookup_fetch(lookup, &access, report);
    if (proof == NULL) {
        return false;
    }
    report->fault = proof->fault;
    return proof->fault.state == SOURCE_OK;
}

CacheValue *lookup_fetch(LookupCached *lookup, const Question *q, LookupReport *report)
{
    Cache *cache = lookup->shared->cache;
    bool only_private = q->op == SOURCE_OP_ACCESS;
    Str private_key = question_key(q, lookup->arena, true);
    Str key = only_private ? private_key : question_key(q, lookup->arena, false);
    CacheValue *value = NULL;

    if (key.ptr == NULL || private_key.ptr == NULL) {
        (void)source_fault_no_memory(&report->fault); /* NULL says it failed */
        return NULL;
    }
    value = cache_get(cache, key);
    if (value != NULL && !access_proven(lookup, q, report)) {
        cache_value_unref(value);
        return NULL;
    }
    if (value == NULL && !only_private) {
        value = cache_get(cache, private_key);
    }
    report->cached = value != NULL;
    if (value == NULL) {
        value = load_merged(lookup, q, key, private_key, report);
    }
    if (report->cached) {
        request_stats_add_hit(lookup->shared->requests, q->provider->idx, q->op);
    }
    return value;
}
