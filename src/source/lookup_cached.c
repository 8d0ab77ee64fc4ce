/* SPDX-License-Identifier: Apache-2.0 */
#include "source/lookup_cached.h"

#include <gnutls/crypto.h>

#include "base/clock.h"
#include "source/lookup_fetch.h"
#include "source/lookup_page.h"
#include "source/lookup_proxy.h"
#include "source/path.h"

enum {
    CREDENTIAL_BYTES = 16,
    SMALL_VALUE_BYTES = 256 * 1024,
};

/* A digest stands for the token, so that keys and memory dumps of keys hold no secret. */
static Str credential_of(Arena *arena, Str token)
{
    unsigned char digest[32];

    if (gnutls_hash_fast(GNUTLS_DIG_SHA256, token.ptr, token.len, digest) < 0) {
        return (Str){ NULL, 0 };
    }
    Buf hex = BUF_INIT(2 * sizeof(digest));
    buf_add_hex(&hex, (Str){ (const char *)digest, CREDENTIAL_BYTES });
    Str text = arena_str(arena, buf_str(&hex));
    buf_done(&hex);
    return text;
}

static int64_t ms_since(int64_t start_ns)
{
    return (clock_steady_ns() - start_ns) / NS_PER_MS;
}

static bool answer(LookupCached *lookup, CacheValue *value, LookupReport *report)
{
    report->fault = value->fault;
    if (!VEC_PUSH(&lookup->held, value)) {
        cache_value_unref(value);
        return source_fault_no_memory(&report->fault);
    }
    return value->fault.state == SOURCE_OK;
}

static bool within_budget(LookupCached *lookup, LookupReport *report)
{
    if (clock_steady_ns() >= lookup->deadline_ns) {
        (void)atomic_fetch_add(&lookup->shared->budgets_exhausted, 1); /* old count unused */
        return source_fault_set(&report->fault, SOURCE_TIMEOUT,
                                "the time for this request is used up");
    }
    return true;
}

/* Whose token counts, and what stands for it in keys. */
static bool choose_token(LookupCached *lookup, Question *q, SourceFault *fault)
{
    const SourceCaller *caller = lookup->caller;

    q->own = source_caller_credential(caller, q->provider->name);
    if (q->own != NULL && q->own->due && caller->renew != NULL) {
        q->own->due = false;
        (void)caller->renew(caller->renew_context, q->own); /* the credential says how it went */
    }
    q->token = q->own != NULL ? text_or_empty(q->own->token) : STR_EMPTY;
    if (q->token.len > 0) {
        q->credential = credential_of(lookup->arena, q->token);
    } else {
        /* two ways to ask without an account: what one was told is not for the other */
        q->credential = q->provider->has_static_token ? STR("-") : STR("anonymous");
    }
    return q->credential.ptr != NULL || source_fault_no_memory(fault);
}

/* Provider, name there, and whose token counts. */
static bool prepare(LookupCached *lookup, const LookupRepo *repo, SourceOperation op, Str at,
                    Str path, Question *ret_question, LookupReport *report)
{
    Question *q = ret_question;

    *q = (Question){ .op = op, .at = at, .path = path, .token = STR_EMPTY };
    if (!within_budget(lookup, report) ||
        !provider_table_find(lookup->shared->providers, lookup->arena, &repo->address, repo->own,
                             &q->provider, &q->repo, &report->fault)) {
        return false;
    }
    q->provider = provider_for_tenant(q->provider, lookup->caller->tenant);
    if (!choose_token(lookup, q, &report->fault)) {
        return false;
    }
    if (q->own != NULL && q->own->expired && !q->provider->has_static_token &&
        !q->provider->anonymous) {
        return source_fault_set(&report->fault, SOURCE_SESSION_EXPIRED,
                                "the session with %.*s has ended", STR_ARG(q->provider->name));
    }
    return provider_may_ask(q->provider, q->token, &report->fault);
}

/* The host refused the token: whether there is another one to try with. */
static bool renewed_after(LookupCached *lookup, const Question *q, SourceState state)
{
    const SourceCaller *caller = lookup->caller;

    if (state != SOURCE_SESSION_EXPIRED || q->own == NULL || q->token.len == 0 || q->own->renewed ||
        caller->renew == NULL) {
        return false;
    }
    q->own->renewed = true;
    return caller->renew(caller->renew_context, q->own);
}

/* The answer is borrowed from the lookup; NULL on failure. */
static const CacheValue *ask(LookupCached *lookup, const LookupRepo *repo, SourceOperation op,
                             Str at, Str path, LookupReport *report)
{
    int64_t start_ns = clock_steady_ns();
    Question q;
    CacheValue *value = NULL;
    SourceState state;

    do {
        cache_value_unref(value);
        value = NULL;
        *report = (LookupReport){ 0 };
        if (prepare(lookup, repo, op, at, path, &q, report)) {
            value = lookup_fetch(lookup, &q, report);
        }
        state = value != NULL ? value->fault.state : report->fault.state;
    } while (renewed_after(lookup, &q, state));
    report->duration_ms = ms_since(start_ns);
    if (value != NULL && answer(lookup, value, report)) {
        return value;
    }
    if (report->fault.state == SOURCE_NOT_CONNECTED && q.own != NULL && q.own->expired) {
        report->fault.state = SOURCE_SESSION_EXPIRED; /* offer to reconnect, not to connect */
    }
    return NULL;
}

bool lookup_take_call(LookupCached *lookup, SourceFault *fault)
{
    if (lookup->calls_left <= 0 || clock_steady_ns() >= lookup->deadline_ns) {
        return source_fault_set(fault, SOURCE_TIMEOUT,
                                "the calls or the time of this request are used up");
    }
    lookup->calls_left--;
    return true;
}

static bool cached_resolve(Lookup *base, const LookupRepo *repo, Str ref, VcsRef *ret_ref,
                           LookupReport *report)
{
    const CacheValue *value =
        ask((LookupCached *)base, repo, SOURCE_OP_REF, ref, STR_EMPTY, report);

    if (value != NULL) {
        *ret_ref = value->ref;
    }
    return value != NULL;
}

static bool cached_read(Lookup *base, const LookupRepo *repo, Str commit, Str path, Str *ret_bytes,
                        LookupReport *report)
{
    const CacheValue *value = ask((LookupCached *)base, repo, SOURCE_OP_FILE, commit, path, report);

    if (value != NULL) {
        *ret_bytes = value->bytes;
    }
    return value != NULL;
}

static bool cached_tree(Lookup *base, const LookupRepo *repo, Str commit,
                        const TreeIndex **ret_tree, LookupReport *report)
{
    const CacheValue *value =
        ask((LookupCached *)base, repo, SOURCE_OP_TREE, commit, STR_EMPTY, report);

    if (value != NULL) {
        *ret_tree = value->tree;
    }
    return value != NULL;
}

static bool cached_before(Lookup *base, const LookupRepo *repo, int64_t unix_s, VcsRef *ret_ref,
                          LookupReport *report)
{
    LookupCached *lookup = (LookupCached *)base;
    /* whole minutes: the profiles of one dashboard ask the same */
    const char *at = arena_printf(lookup->arena, "%lld", (long long)(unix_s - unix_s % 60));
    const CacheValue *value =
        at != NULL ? ask(lookup, repo, SOURCE_OP_BEFORE, str_from(at), STR_EMPTY, report) : NULL;

    if (value != NULL) {
        *ret_ref = value->ref;
    }
    return value != NULL;
}

static bool cached_tags(Lookup *base, const LookupRepo *repo, Str prefix, VcsTag **ret_tags,
                        size_t *ret_n, LookupReport *report)
{
    LookupCached *lookup = (LookupCached *)base;
    const CacheValue *value = ask(lookup, repo, SOURCE_OP_TAGS, prefix, STR_EMPTY, report);
    VcsTag *tags = ARENA_NEW(lookup->arena, VcsTag, VCS_MAX_TAGS);
    size_t n = 0;

    if (value == NULL) {
        return false;
    }
    if (tags == NULL) {
        return source_fault_no_memory(&report->fault);
    }
    Str rest = value->bytes;
    Str line;
    while (n < VCS_MAX_TAGS && str_next(&rest, '\n', &line)) {
        n += str_cut(line, ' ', &tags[n].name, &tags[n].commit);
    }
    *ret_tags = tags;
    *ret_n = n;
    return true;
}

/* The memory is of a tenant: what one found out from its profiles is nobody else's business. */
static Str memory_key(LookupCached *lookup, Str key)
{
    const char *text = arena_printf(lookup->arena, "memory\n%.*s\n%.*s",
                                    STR_ARG(text_or_empty(lookup->caller->tenant)), STR_ARG(key));

    return text != NULL ? str_from(text) : STR_EMPTY;
}

static Str cached_recall(Lookup *base, Str key)
{
    LookupCached *lookup = (LookupCached *)base;
    CLEANUP(cache_value_unrefp)
    CacheValue *value = cache_get(lookup->shared->cache, memory_key(lookup, key));
    Str text = value != NULL ? arena_str(lookup->arena, value->bytes) : STR_EMPTY;

    return text_or_empty(text);
}

static void cached_remember(Lookup *base, Str key, Str text)
{
    LookupCached *lookup = (LookupCached *)base;
    CLEANUP(cache_value_unrefp) CacheValue *value = cache_value_create(SMALL_VALUE_BYTES);

    if (value == NULL) {
        return; /* it is found out again */
    }
    value->bytes = arena_str(value->arena, text);
    if (value->bytes.ptr != NULL && cache_value_compact(value)) {
        cache_put(lookup->shared->cache, memory_key(lookup, key), value, CACHE_FOREVER);
    }
}

static void cached_place(Lookup *base, const LookupRepo *repo, Str commit, Str path,
                         Str *ret_provider, Str *ret_url)
{
    LookupCached *lookup = (LookupCached *)base;
    SourceFault ignored = SOURCE_FAULT_INIT;
    Provider *provider;
    Str name;

    *ret_provider = STR_EMPTY;
    *ret_url = STR_EMPTY;
    if (provider_table_find(lookup->shared->providers, lookup->arena, &repo->address, repo->own,
                            &provider, &name, &ignored)) {
        *ret_provider = arena_str(lookup->arena, provider->name);
        *ret_url = provider->ops->file_url(provider, lookup->arena, name, commit, path);
    }
}

bool lookup_cached_commit(LookupCached *lookup, const LookupRepo *repo, Str ref,
                          VcsCommit *ret_commit, LookupReport *report)
{
    const CacheValue *value = ask(lookup, repo, SOURCE_OP_COMMIT, ref, STR_EMPTY, report);

    if (value != NULL) {
        *ret_commit = value->commit;
    }
    return value != NULL;
}

static const LookupOps cached_ops = {
    .resolve = cached_resolve,
    .read = cached_read,
    .tree = cached_tree,
    .before = cached_before,
    .tags = cached_tags,
    .page = lookup_page,
    .proxy_file = lookup_proxy_file,
    .recall = cached_recall,
    .remember = cached_remember,
    .place = cached_place,
};

void lookup_cached_init(LookupCached *lookup, LookupShared *shared, const SourceCaller *caller,
                        Arena *arena, int max_calls, int64_t deadline_ms)
{
    *lookup = (LookupCached){
        .base = { .ops = &cached_ops },
        .shared = shared,
        .caller = caller,
        .arena = arena,
        .deadline_ns = clock_steady_ns() + deadline_ms * NS_PER_MS,
        .calls_left = max_calls,
    };
}

void lookup_cached_done(LookupCached *lookup)
{
    for (size_t i = 0; i < lookup->held.len; i++) {
        cache_value_unref(lookup->held.items[i]);
    }
    VEC_DONE(&lookup->held);
}
