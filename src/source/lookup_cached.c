/* SPDX-License-Identifier: Apache-2.0 */
#include "source/lookup_cached.h"

#include <gnutls/crypto.h>

#include "base/clock.h"
#include "source/lookup_page.h"
#include "source/lookup_proxy.h"
#include "source/path.h"
#include "source/ref_name.h"

#define ACCESS_LIFE_NS (300 * NS_PER_S)
#define BRANCH_LIFE_NS (60 * NS_PER_S)
#define TAG_LIFE_NS (600 * NS_PER_S)
#define TAGS_LIFE_NS (3600 * NS_PER_S) /* releases appear, but seldom */
#define ABSENT_AT_COMMIT_LIFE_NS (3600 * NS_PER_S)

enum {
    CREDENTIAL_BYTES = 16,
    SMALL_VALUE_BYTES = 256 * 1024,
};

/* One question to a provider. */
typedef struct Question {
    SourceOperation op;
    Provider *provider;
    Str repo;
    Str at; /* ref or commit */
    Str path;
    Str token;
    Str credential;        /* what stands for the token in keys; no secret */
    SourceCredential *own; /* the caller's for the provider; NULL: none */
} Question;

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

/* Key of the answer itself, or of what only these credentials were told. */
static Str key_of(LookupCached *lookup, const Question *q, bool private_part)
{
    /* '\n' cannot occur in any part: control characters were refused */
    const char *key = arena_printf(
        lookup->arena, "%s\n%.*s\n%.*s\n%.*s\n%.*s\n%.*s", source_operation_name(q->op),
        STR_ARG(q->provider->name), STR_ARG(q->repo), STR_ARG(q->at), STR_ARG(q->path),
        private_part ? (int)q->credential.len : 0, private_part ? q->credential.ptr : "");

    return key != NULL ? str_from(key) : (Str){ NULL, 0 };
}

/* Only a "not found" of the host is kept, and only for the credentials that were told (section 9).
 */
static int64_t absent_life(const Question *q, const SourceFault *fault)
{
    if (fault->state == SOURCE_FILE_NOT_FOUND || fault->state == SOURCE_REF_NOT_FOUND) {
        return ref_name_is_full_id(q->at) ? ABSENT_AT_COMMIT_LIFE_NS : BRANCH_LIFE_NS;
    }
    /* a private repository looks missing: without this, every function that an anonymous visitor
     * opens would cost one of the host's few anonymous calls */
    return fault->status == 404 ? BRANCH_LIFE_NS : 0;
}

static int64_t life_of(const Question *q, const CacheValue *value)
{
    bool at_commit = ref_name_is_full_id(q->at);

    if (q->op == SOURCE_OP_ACCESS) {
        return value->fault.state == SOURCE_OK ? ACCESS_LIFE_NS : 0;
    }
    if (q->provider->is_local) {
        /* a checkout moves under us, but what a commit holds does not */
        return value->fault.state == SOURCE_OK && at_commit && q->op != SOURCE_OP_REF
                   ? CACHE_FOREVER
                   : 0;
    }
    if (q->op == SOURCE_OP_TAGS) {
        return value->fault.state == SOURCE_OK ? TAGS_LIFE_NS : 0;
    }
    if (value->fault.state != SOURCE_OK) {
        return absent_life(q, &value->fault);
    }
    if (at_commit) {
        return CACHE_FOREVER;
    }
    return ref_name_is_version_tag(q->at) ? TAG_LIFE_NS : BRANCH_LIFE_NS;
}

/* Kept as lines "name commit", since a cache value holds one text. */
static bool ask_tags(const Question *q, const VcsCall *call, CacheValue *value)
{
    Buf text = BUF_INIT(MiB(1));
    VcsTag *tags = NULL;
    size_t n = 0;

    if (q->provider->ops->list_tags == NULL) {
        return source_fault_set(&value->fault, SOURCE_FILE_NOT_FOUND,
                                "the releases cannot be listed at this host");
    }
    if (!q->provider->ops->list_tags(q->provider, call, value->arena, q->repo, q->at, &tags, &n,
                                     &value->fault)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        buf_addf(&text, "%.*s %.*s\n", STR_ARG(tags[i].name), STR_ARG(tags[i].commit));
    }
    value->bytes = buf_ok(&text) ? arena_str(value->arena, buf_str(&text)) : (Str){ NULL, 0 };
    buf_done(&text);
    return value->bytes.ptr != NULL || source_fault_no_memory(&value->fault);
}

static bool ask_before(const Question *q, const VcsCall *call, CacheValue *value)
{
    int64_t unix_s;

    value->ref.kind = VCS_REF_MOVABLE;
    if (q->provider->ops->commit_before == NULL || !str_to_i64(q->at, &unix_s)) {
        return source_fault_set(&value->fault, SOURCE_REF_NOT_FOUND,
                                "this host does not tell which commit was the newest one then");
    }
    return q->provider->ops->commit_before(q->provider, call, value->arena, q->repo, unix_s,
                                           &value->ref.commit, &value->fault);
}

static bool ask_provider(const Question *q, const VcsCall *call, size_t max_file_bytes,
                         CacheValue *value)
{
    const ProviderOps *ops = q->provider->ops;
    Buf bytes = BUF_INIT(max_file_bytes);
    bool ok = false;

    switch (q->op) {
    case SOURCE_OP_REF:
        return ops->resolve_ref(q->provider, call, value->arena, q->repo, q->at, &value->ref,
                                &value->fault);
    case SOURCE_OP_FILE:
        ok = ops->read_file(q->provider, call, value->arena, q->repo, q->at, q->path, &bytes,
                            &value->fault);
        if (ok) {
            value->bytes = arena_str(value->arena, buf_str(&bytes));
            ok = value->bytes.ptr != NULL || source_fault_no_memory(&value->fault);
        }
        buf_done(&bytes);
        return ok;
    case SOURCE_OP_TREE:
        return ops->list_tree(q->provider, call, value->arena, q->repo, q->at, &value->tree,
                              &value->fault);
    case SOURCE_OP_COMMIT:
        return ops->read_commit(q->provider, call, value->arena, q->repo, q->at, &value->commit,
                                &value->fault);
    case SOURCE_OP_TAGS:
        return ask_tags(q, call, value);
    case SOURCE_OP_BEFORE:
        return ask_before(q, call, value);
    case SOURCE_OP_ACCESS:
        return ops->check_access(q->provider, call, value->arena, q->repo, &value->is_public,
                                 &value->fault);
    case SOURCE_N_OPS:
        break;
    }
    return ok;
}

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
    Str key = key_of(lookup, &access, true);
    bool denied = state == SOURCE_NOT_CONNECTED || state == SOURCE_SESSION_EXPIRED ||
                  state == SOURCE_FORBIDDEN || state == SOURCE_REPO_NOT_FOUND;

    if (key.ptr == NULL || (state != SOURCE_OK && !denied)) {
        return;
    }
    CLEANUP(cache_value_unrefp) CacheValue *proof = cache_value_create(64);
    if (proof != NULL && cache_value_compact(proof)) {
        proof->fault = value->fault;
        proof->is_public = value->is_public;
        cache_put(lookup->shared->cache, key, proof, denied ? 0 : ACCESS_LIFE_NS);
        if (!denied && (q->token.len == 0 || value->is_public) && q->provider->anonymous &&
            !q->provider->has_static_token) {
            Str public_key = key_of(lookup, &access, false);
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
    bool ok = ask_provider(q, &call, shared->max_file_bytes, value);
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
    cache_put(shared->cache, ok ? key : private_key, value, life_of(q, value));
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

static bool answer(LookupCached *lookup, CacheValue *value, LookupReport *report)
{
    report->fault = value->fault;
    if (!VEC_PUSH(&lookup->held, value)) {
        cache_value_unref(value);
        return source_fault_no_memory(&report->fault);
    }
    return value->fault.state == SOURCE_OK;
}

static CacheValue *fetch(LookupCached *lookup, const Question *q, LookupReport *report);

/* May these credentials see content that others fetched? */
static bool access_proven(LookupCached *lookup, const Question *q, LookupReport *report)
{
    Question access = access_question(q);

    if (q->provider->is_local || q->op == SOURCE_OP_ACCESS) {
        return true;
    }
    Str public_key = key_of(lookup, &access, false);
    if (public_key.ptr == NULL) {
        return source_fault_no_memory(&report->fault);
    }
    CLEANUP(cache_value_unrefp) CacheValue *open = cache_get(lookup->shared->cache, public_key);
    if (open != NULL) {
        return true;
    }
    CLEANUP(cache_value_unrefp) CacheValue *proof = fetch(lookup, &access, report);
    if (proof == NULL) {
        return false;
    }
    report->fault = proof->fault;
    return proof->fault.state == SOURCE_OK;
}

/* New reference; NULL with the reason in report. */
static CacheValue *fetch(LookupCached *lookup, const Question *q, LookupReport *report)
{
    Cache *cache = lookup->shared->cache;
    bool only_private = q->op == SOURCE_OP_ACCESS;
    Str private_key = key_of(lookup, q, true);
    Str key = only_private ? private_key : key_of(lookup, q, false);
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
            value = fetch(lookup, &q, report);
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
