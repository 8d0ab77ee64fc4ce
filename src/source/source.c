/* SPDX-License-Identifier: Apache-2.0 */
#include "source/source.h"

#include "base/clock.h"
#include "net/http_client.h"
#include "source/lookup_cached.h"
#include "source/path.h"
#include "source/ref_name.h"
#include "source/resolver.h"
#include "source/secret.h"
#include "source/session_cookie.h"
#include "source/source_internal.h"

enum {
    DEFAULT_MAX_CALLS = 20,
    DEFAULT_DEADLINE_MS = 15000,
};

static bool copy_overrides(Source *source, const SourceConfig *config)
{
    Arena *arena = source->arena;
    SourceOverride *copies = ARENA_NEW(arena, SourceOverride, config->n_overrides + 1);

    if (copies == NULL) {
        return false;
    }
    for (size_t i = 0; i < config->n_overrides; i++) {
        const SourceOverride *given = &config->overrides[i];
        copies[i] =
            (SourceOverride){ .tenant = arena_str(arena, text_or_empty(given->tenant)),
                              .service = arena_str(arena, given->service),
                              .repository = arena_str(arena, text_or_empty(given->repository)),
                              .ref = arena_str(arena, text_or_empty(given->ref)),
                              .root = arena_str(arena, text_or_empty(given->root)) };
        if (copies[i].tenant.ptr == NULL || copies[i].service.ptr == NULL ||
            copies[i].repository.ptr == NULL || copies[i].ref.ptr == NULL ||
            copies[i].root.ptr == NULL) {
            return false;
        }
    }
    source->overrides = copies;
    source->n_overrides = config->n_overrides;
    return true;
}

const SourceOverride *source_override(const Source *source, Str tenant, Str service)
{
    for (size_t i = 0; i < source->n_overrides; i++) {
        const SourceOverride *entry = &source->overrides[i];
        if (str_eq(entry->service, service) &&
            (entry->tenant.len == 0 || str_eq(entry->tenant, tenant))) {
            return entry;
        }
    }
    return NULL;
}

static bool copy_config(Source *source, const SourceConfig *config)
{
    Arena *arena = source->arena;

    source->default_host =
        arena_str(arena, config->default_host.len > 0 ? config->default_host : STR("github.com"));
    source->callback_url = arena_str(arena, config->github_callback_url);
    source->secrets = ARENA_NEW(arena, Str, config->n_session_secrets + 1);
    if (source->secrets == NULL) {
        return false;
    }
    for (size_t i = 0; i < config->n_session_secrets; i++) {
        if (config->session_secrets[i].len > 0) {
            source->secrets[source->n_secrets] = arena_str(arena, config->session_secrets[i]);
            if (source->secrets[source->n_secrets++].ptr == NULL) {
                return false;
            }
        }
    }
    source->max_calls = config->max_calls > 0 ? config->max_calls : DEFAULT_MAX_CALLS;
    source->deadline_ms = config->deadline_ms > 0 ? config->deadline_ms : DEFAULT_DEADLINE_MS;
    source->shared.max_file_bytes = config->max_file_bytes > 0 ? config->max_file_bytes : MiB(10);
    source->shared.allow_private = config->allow_private_addresses;
    source->shared.go_get_base =
        arena_str(arena, config->go_get_base.len > 0 ? config->go_get_base : STR("https://"));
    Str proxy = config->module_proxy;
    while (proxy.len > 0 && proxy.ptr[proxy.len - 1] == '/') {
        proxy.len--;
    }
    source->shared.module_proxy = arena_str(arena, text_or_empty(proxy));
    return source->shared.module_proxy.ptr != NULL && source->shared.go_get_base.ptr != NULL &&
           source->default_host.ptr != NULL && source->callback_url.ptr != NULL &&
           copy_overrides(source, config);
}

/* The hosts of the providers, as Go's module paths know them. */
static bool list_forges(Source *source)
{
    ProviderTable *providers = source->shared.providers;
    size_t n = provider_table_count(providers);

    source->forges = ARENA_NEW(source->arena, GoForge, n + 1);
    for (size_t i = 0; source->forges != NULL && i < n; i++) {
        const Provider *provider = provider_table_at(providers, i);
        /* how deep mirrors on disk lie is not known */
        bool nested = provider->type == PROVIDER_GITLAB || provider->type == PROVIDER_LOCAL;
        if (provider->host.len > 0 && provider->path_prefix.len == 0) {
            source->forges[source->n_forges++] =
                (GoForge){ .host = provider->host, .nested = nested };
        }
    }
    return source->forges != NULL;
}

Source *source_create(const SourceConfig *config, Err *err)
{
    CLEANUP(source_destroyp) Source *source = calloc(1, sizeof(*source));

    if (source == NULL || (source->arena = arena_create(MiB(1))) == NULL ||
        !copy_config(source, config)) {
        (void)err_no_memory(err); /* NULL says it failed */
        return NULL;
    }
    source->shared.cache = cache_create(config->cache_bytes > 0 ? config->cache_bytes : MiB(64));
    source->flights = oauth_flights_create();
    source->http = http_client_create(&(HttpClientOptions){ .user_agent = "flameline" }, err);
    source->shared.http = source->http;
    source->shared.no_pages = config->no_builtin_hosts;
    if (source->shared.cache == NULL || source->flights == NULL || source->http == NULL) {
        if (source->http != NULL) {
            (void)err_no_memory(err); /* NULL says it failed */
        }
        return NULL;
    }
    source->shared.providers = provider_table_create(config, source->http, err);
    if (source->shared.providers == NULL) {
        return NULL;
    }
    source->shared.requests = request_stats_create(provider_table_count(source->shared.providers));
    if (source->shared.requests == NULL || !list_forges(source)) {
        (void)err_no_memory(err); /* NULL says it failed */
        return NULL;
    }
    return TAKE(source);
}

void source_destroy(Source *source)
{
    if (source == NULL) {
        return;
    }
    for (size_t i = 0; i < source->n_secrets; i++) {
        secret_wipe(source->secrets[i]);
    }
    oauth_flights_destroy(source->flights);
    provider_table_destroy(source->shared.providers);
    request_stats_destroy(source->shared.requests);
    http_client_destroy(source->http);
    cache_destroy(source->shared.cache);
    arena_destroy(source->arena);
    free(source);
}

OauthClient *source_login_client(Source *source, Str provider)
{
    Provider *found = provider_table_by_name(source->shared.providers, provider);

    return found != NULL && found->oauth != NULL && oauth_can_login(found->oauth) ? found->oauth
                                                                                  : NULL;
}

SourceCredential *source_caller_credential(const SourceCaller *caller, Str provider)
{
    for (size_t i = 0; i < caller->n_credentials; i++) {
        if (str_eq(caller->credentials[i].provider, provider)) {
            return &caller->credentials[i];
        }
    }
    return NULL;
}

bool source_credential_from_cookie(Source *source, Str tenant, Str cookie_header, Arena *arena,
                                   SourceCredential *ret_credential, Err *err)
{
    SessionToken token;
    Str value = STR_EMPTY;

    if (!session_cookie_find(cookie_header, &value)) {
        return err_set(err, ERR_UNAUTHENTICATED, "invalid token");
    }
    if (!session_cookie_open(arena, source->secrets, source->n_secrets, tenant, value, &token,
                             err)) {
        return false;
    }
    bool expired = token.expires_at_ms > 0 && clock_unix_ns() / NS_PER_MS > token.expires_at_ms;
    *ret_credential = (SourceCredential){ .provider = STR("github.com"),
                                          .token = expired ? STR_EMPTY : token.access_token,
                                          .expired = expired };
    return true;
}

static ResolverOptions resolver_options(Source *source)
{
    return (ResolverOptions){
        .default_host = source->default_host,
        .any_repository = provider_table_any(source->shared.providers) != NULL,
        .has_proxy = source->shared.module_proxy.len > 0,
        .forges = source->forges,
        .n_forges = source->n_forges,
    };
}

bool source_resolve(Source *source, const SourceCaller *caller, const SourceRequest *request,
                    Arena *arena, SourceResult *ret_result, Err *err)
{
    ResolverOptions options = resolver_options(source);
    LookupCached lookup;

    lookup_cached_init(&lookup, &source->shared, caller, arena, source->max_calls,
                       source->deadline_ms);
    bool ok = resolver_run(&lookup.base, &options, request, arena, ret_result, err);
    lookup_cached_done(&lookup);
    return ok;
}

bool source_suggest(Source *source, const SourceCaller *caller, const SourceRequest *request,
                    const SuggestFrame *frames, size_t n_frames, Arena *arena,
                    SourceResult *ret_result, Suggestion *ret_suggestion, Err *err)
{
    ResolverOptions options = resolver_options(source);
    LookupCached lookup;

    lookup_cached_init(&lookup, &source->shared, caller, arena, source->max_calls,
                       source->deadline_ms);
    bool ok = resolver_suggest(&lookup.base, &options, request, frames, n_frames, arena, ret_result,
                               ret_suggestion, err);
    for (size_t i = 0; ok && i < ret_suggestion->n_mappings; i++) { /* paths are lent by the tree */
        SuggestedMapping *mapping = &ret_suggestion->mappings[i];
        mapping->path = arena_str(arena, mapping->path);
        ok = mapping->path.ptr != NULL || err_no_memory(err);
    }
    lookup_cached_done(&lookup);
    return ok;
}

/* Copies what the lookup lent. */
static bool copy_commit(Arena *arena, VcsCommit *commit)
{
    Str *const texts[] = { &commit->sha,         &commit->message,    &commit->author_login,
                           &commit->author_name, &commit->avatar_url, &commit->date,
                           &commit->url };

    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        *texts[i] = arena_str(arena, *texts[i]);
        if (texts[i]->ptr == NULL) {
            return false;
        }
    }
    return true;
}

static bool check_refs(const Str *refs, size_t n_refs, Err *err)
{
    if (n_refs > SOURCE_MAX_REFS) {
        return err_set(err, ERR_INVALID_ARGUMENT, "%zu refs were asked for, more than %d", n_refs,
                       SOURCE_MAX_REFS);
    }
    for (size_t i = 0; i < n_refs; i++) {
        if (refs[i].len > SOURCE_MAX_FIELD_BYTES || (refs[i].len > 0 && !ref_name_valid(refs[i]))) {
            return err_set(err, ERR_INVALID_ARGUMENT, "ref %zu is not a valid name", i);
        }
    }
    return true;
}

/* Index of an equal ref before i, or i. */
static size_t first_equal(const Str *refs, size_t i)
{
    for (size_t j = 0; j < i; j++) {
        if (str_eq(refs[j], refs[i])) {
            return j;
        }
    }
    return i;
}

static bool read_commits(LookupCached *lookup, const LookupRepo *repo, const Str *refs,
                         size_t n_refs, SourceCommit *commits)
{
    SourceFault stop = SOURCE_FAULT_INIT; /* the next ref would fail the same way (6.4, "Do") */

    for (size_t i = 0; i < n_refs; i++) {
        size_t same = first_equal(refs, i);
        LookupReport report = { 0 };
        if (same != i) {
            commits[i] = commits[same];
            continue;
        }
        commits[i].ref = refs[i];
        if (stop.state != SOURCE_OK) {
            commits[i].fault = stop;
            continue;
        }
        if (!lookup_cached_commit(lookup, repo, refs[i], &commits[i].commit, &report)) {
            commits[i].fault = report.fault;
            if (source_state_is_temporary(report.fault.state) ||
                report.fault.state == SOURCE_REPO_NOT_FOUND) {
                stop = report.fault;
            }
        } else if (!copy_commit(lookup->arena, &commits[i].commit)) {
            return false;
        }
    }
    return true;
}

bool source_commits(Source *source, const SourceCaller *caller, Str repository, const Str *refs,
                    size_t n_refs, Arena *arena, SourceCommit **ret_commits, Err *err)
{
    bool any = provider_table_any(source->shared.providers) != NULL;
    LookupRepo repo = { .own = true };
    LookupCached lookup;

    if (any) {
        repo.address = (RepoAddress){ .host = STR_EMPTY, .path = STR("local") };
    } else if (!repo_address_parse(arena, repository, source->default_host, &repo.address, err)) {
        return false;
    }
    if (!check_refs(refs, n_refs, err)) {
        return false;
    }
    SourceCommit *commits = ARENA_NEW(arena, SourceCommit, n_refs + 1);
    /* one call a ref is the floor, so the budget grows with the number of refs */
    int max_calls = MAX(source->max_calls, (int)n_refs * 3);
    if (commits == NULL) {
        return err_no_memory(err);
    }
    lookup_cached_init(&lookup, &source->shared, caller, arena, max_calls, source->deadline_ms);
    bool ok = read_commits(&lookup, &repo, refs, n_refs, commits);
    lookup_cached_done(&lookup);
    if (!ok) {
        return err_no_memory(err);
    }
    *ret_commits = commits;
    return true;
}

void source_stats(Source *source, SourceStats *ret_stats)
{
    CacheStats cache;

    cache_stats(source->shared.cache, &cache);
    *ret_stats = (SourceStats){
        .cache_bytes = cache.bytes,
        .cache_entries = cache.entries,
        .cache_hits = cache.hits,
        .cache_misses = cache.misses,
        .upstream_calls = atomic_load(&source->shared.upstream_calls),
        .upstream_failures = atomic_load(&source->shared.upstream_failures),
        .budgets_exhausted = atomic_load(&source->shared.budgets_exhausted),
    };
}

void source_visit_requests(Source *source, SourceStatsVisitor *visit, void *context)
{
    ProviderTable *providers = source->shared.providers;

    for (size_t i = 0; i < provider_table_count(providers); i++) {
        for (int op = 0; op < SOURCE_N_OPS; op++) {
            SourceRequestStats row;
            request_stats_read(source->shared.requests, i, (SourceOperation)op, &row);
            row.provider = provider_table_at(providers, i)->name;
            if (row.count > 0 || row.cache_hits > 0) {
                visit(&row, context);
            }
        }
    }
}

void source_cache_clear(Source *source)
{
    cache_clear(source->shared.cache);
}
