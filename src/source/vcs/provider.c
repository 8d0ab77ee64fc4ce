/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/vcs/provider.c - the table of configured providers: which one serves an address.
 */
#include "source/vcs/provider.h"

#include "base/vec.h"
#include "source/oauth.h"
#include "source/path.h"

struct ProviderTable {
    VEC(Provider *) providers;
    Str default_host;
    bool offline; /* no host is asked that is not configured */
    bool multitenancy;
    Arena *arena;
};

bool provider_may_ask(const Provider *provider, Str user_token, SourceFault *fault)
{
    if (user_token.len > 0 || provider->has_static_token || provider->anonymous) {
        return true;
    }
    if (!provider->has_login) { /* connecting is not offered, so asking for it would mislead */
        return source_fault_set(fault, SOURCE_HOST_UNSUPPORTED,
                                "%.*s is not enabled on this server: it needs a client id for "
                                "connecting accounts, a token file, or anonymous access "
                                "(keys client_id, token_file, anonymous of source.providers)",
                                STR_ARG(provider->name));
    }
    return source_fault_set(fault, SOURCE_NOT_CONNECTED,
                            "reading from %.*s needs a connected account", STR_ARG(provider->name));
}

void provider_table_destroy(ProviderTable *table)
{
    if (table == NULL) {
        return;
    }
    for (size_t i = 0; i < table->providers.len; i++) {
        Provider *provider = table->providers.items[i];
        if (provider->tokenless != NULL) {
            provider->tokenless->ops->destroy(provider->tokenless);
        }
        oauth_client_destroy(provider->oauth);
        provider->ops->destroy(provider);
    }
    VEC_DONE(&table->providers);
    arena_destroy(table->arena);
    free(table);
}

static bool create_provider(const ProviderConfig *config, struct HttpClient *http,
                            Provider **ret_provider, Err *err)
{
    switch (config->type) {
    case PROVIDER_GITHUB:
        *ret_provider = provider_github_create(config, http, err);
        break;
    case PROVIDER_LOCAL:
        *ret_provider = provider_local_create(config, err);
        break;
    case PROVIDER_GITLAB:
        *ret_provider = provider_gitlab_create(config, http, err);
        break;
    case PROVIDER_GITEA:
        *ret_provider = provider_gitea_create(config, http, err);
        break;
    case PROVIDER_BITBUCKET:
        *ret_provider = provider_bitbucket_create(config, http, err);
        break;
    case PROVIDER_BITBUCKET_SERVER:
        *ret_provider = provider_bitbucket_server_create(config, http, err);
        break;
    case PROVIDER_GITILES:
        *ret_provider = provider_gitiles_create(config, http, err);
        break;
    }
    return *ret_provider != NULL;
}

/* Which addresses: host and path prefix of web_url; without one, the name if it looks like a host.
 */
static bool set_scope(ProviderTable *table, const ProviderConfig *config, Provider *provider,
                      Err *err)
{
    Str url = config->web_url;
    size_t scheme = str_find(url, STR("://"), 0);

    if (url.len == 0) {
        bool is_host = str_find_char(config->name, '.') != STR_NPOS;
        url = is_host ? config->name : STR_EMPTY;
    } else if (scheme != STR_NPOS) {
        url = str_skip(url, scheme + 3);
    }
    Str host = url;
    Str prefix = STR_EMPTY;
    (void)str_cut(url, '/', &host, &prefix); /* without a slash all of it is the host */
    char *lower = arena_text(table->arena, host);
    if (lower == NULL) {
        return err_no_memory(err);
    }
    for (char *p = lower; *p != '\0'; p++) {
        *p = ascii_lower(*p);
    }
    provider->host = str_from(lower);
    provider->path_prefix = arena_str(table->arena, str_trim_char(prefix, '/'));
    if (str_ends_with(provider->path_prefix, STR(".git"))) {
        provider->path_prefix.len -= 4;
    }
    return true;
}

static ProviderConfig with_texts(const ProviderConfig *config)
{
    ProviderConfig copy = *config;

    copy.name = text_or_empty(copy.name);
    copy.web_url = text_or_empty(copy.web_url);
    copy.api_url = text_or_empty(copy.api_url);
    copy.client_id = text_or_empty(copy.client_id);
    copy.client_secret = text_or_empty(copy.client_secret);
    copy.client_secret_file = text_or_empty(copy.client_secret_file);
    copy.callback_url = text_or_empty(copy.callback_url);
    copy.token_file = text_or_empty(copy.token_file);
    copy.ca_file = text_or_empty(copy.ca_file);
    copy.proxy = text_or_empty(copy.proxy);
    copy.path = text_or_empty(copy.path);
    return copy;
}

/* A second provider without the token: so no host's code has to know about tenants. */
static bool add_tokenless(ProviderTable *table, const ProviderConfig *config, Provider *provider,
                          struct HttpClient *http, Err *err)
{
    ProviderConfig without = *config;

    if (!table->multitenancy || !provider->has_static_token) {
        return true;
    }
    without.token_file = STR_EMPTY;
    if (!create_provider(&without, http, &provider->tokenless, err)) {
        return false;
    }
    provider->tokenless->name = provider->name;
    provider->tokenless->idx = provider->idx;
    provider->tokenless->host = provider->host;
    provider->tokenless->path_prefix = provider->path_prefix;
    Str *tenants = ARENA_NEW(table->arena, Str, config->n_allow_tenants + 1);
    if (tenants == NULL) {
        return err_no_memory(err);
    }
    provider->allow_tenants = tenants;
    for (size_t i = 0; i < config->n_allow_tenants; i++) {
        tenants[i] = arena_str(table->arena, config->allow_tenants[i]);
        if (tenants[i].ptr == NULL) {
            return err_no_memory(err);
        }
        provider->n_allow_tenants++;
    }
    return true;
}

/* What accounts need, and which tenants the static token serves. */
static bool add_access(ProviderTable *table, const ProviderConfig *config, Provider *provider,
                       struct HttpClient *http, Err *err)
{
    provider->type = config->type;
    provider->web_url = arena_str(table->arena, config->web_url);
    bool ok = provider->web_url.ptr != NULL ? true : err_no_memory(err);

    ok = ok && oauth_client_create(config, http, &provider->oauth, err) &&
         add_tokenless(table, config, provider, http, err);
    provider->has_login = ok && provider->oauth != NULL && oauth_can_login(provider->oauth);
    if (ok && provider->tokenless != NULL) {
        provider->tokenless->has_login = provider->has_login;
    }
    return ok || err_wrap(err, "source provider \"%.*s\"", STR_ARG(config->name));
}

Provider *provider_for_tenant(Provider *provider, Str tenant)
{
    if (provider->tokenless == NULL) {
        return provider;
    }
    for (size_t i = 0; i < provider->n_allow_tenants; i++) {
        if (str_eq(provider->allow_tenants[i], tenant)) {
            return provider;
        }
    }
    return provider->tokenless;
}

static bool add_provider(ProviderTable *table, const ProviderConfig *given, Str serves,
                         struct HttpClient *http, Err *err)
{
    const ProviderConfig texts = with_texts(given);
    const ProviderConfig *config = &texts;
    Provider *provider = NULL;

    if (config->name.len == 0) {
        return err_set(err, ERR_INVALID_ARGUMENT, "a source provider has no name");
    }
    if (provider_table_by_name(table, config->name) != NULL) {
        return err_set(err, ERR_INVALID_ARGUMENT, "source provider \"%.*s\" is configured twice",
                       STR_ARG(config->name));
    }
    if (!create_provider(config, http, &provider, err)) {
        return err_wrap(err, "source provider \"%.*s\"", STR_ARG(config->name));
    }
    if (!VEC_PUSH(&table->providers, provider)) {
        provider->ops->destroy(provider);
        return err_no_memory(err);
    }
    provider->idx = table->providers.len - 1;
    provider->name = arena_str(table->arena, config->name);
    provider->answers_any = config->answers_any;
    provider->path_prefix = STR_EMPTY;
    if (serves.len > 0) {
        provider->host = serves; /* github.com, wherever it is reached (GITHUB_SERVER_URL) */
    } else if (!set_scope(table, config, provider, err)) {
        return false;
    }
    return add_access(table, config, provider, http, err);
}

static bool is_github_com(const ProviderConfig *provider)
{
    return provider->type == PROVIDER_GITHUB && str_eq(provider->name, STR("github.com"));
}

/* github.com with what the GITHUB_* settings say, unless the entry itself says it */
static bool add_github_com(ProviderTable *table, const SourceConfig *config,
                           const ProviderConfig *entry, struct HttpClient *http, Err *err)
{
    ProviderConfig github = *entry;

    if (github.api_url.len == 0) {
        github.api_url = config->github_api_url;
    }
    if (github.web_url.len == 0) {
        github.web_url = config->github_server_url.len > 0 ? config->github_server_url
                                                           : STR("https://github.com");
        if (github.api_url.len == 0) {
            github.api_url = STR("https://api.github.com");
        }
    }
    if (github.client_id.len == 0) {
        github.client_id = config->github_client_id;
        github.client_secret = config->github_client_secret;
    }
    return add_provider(table, &github, STR("github.com"), http, err);
}

/*
 * Public hosts that are known without an entry. None is asked before an entry allows it, but the
 * one of the Go project, which knows no accounts.
 */
static bool add_builtin_hosts(ProviderTable *table, const SourceConfig *config,
                              struct HttpClient *http, Err *err)
{
    static const ProviderConfig hosts[] = {
        { .name = STR_CONST("github.com"), .type = PROVIDER_GITHUB },
        { .name = STR_CONST("gitlab.com"), .type = PROVIDER_GITLAB },
        { .name = STR_CONST("bitbucket.org"), .type = PROVIDER_BITBUCKET },
        { .name = STR_CONST("codeberg.org"), .type = PROVIDER_GITEA },
    };

    ProviderConfig go = { .name = STR("go.googlesource.com"),
                          .type = PROVIDER_GITILES,
                          .web_url = config->googlesource_url,
                          .anonymous = true };

    if (!config->no_builtin_hosts && provider_table_by_name(table, go.name) == NULL &&
        !add_provider(table, &go, go.name, http, err)) {
        return false;
    }
    for (size_t i = 0; i < ARRAY_LEN(hosts) && !config->no_builtin_hosts; i++) {
        if (provider_table_by_name(table, hosts[i].name) != NULL) {
            continue;
        }
        const ProviderConfig entry = with_texts(&hosts[i]);
        bool ok = is_github_com(&entry) ? add_github_com(table, config, &entry, http, err)
                                        : add_provider(table, &entry, STR_EMPTY, http, err);
        if (!ok) {
            return false;
        }
    }
    return true;
}

ProviderTable *provider_table_create(const SourceConfig *config, struct HttpClient *http, Err *err)
{
    ProviderTable *table = calloc(1, sizeof(*table));

    if (table == NULL || (table->arena = arena_create(MiB(1))) == NULL) {
        free(table);
        (void)err_no_memory(err); /* NULL says it failed */
        return NULL;
    }
    table->offline = config->no_builtin_hosts;
    table->multitenancy = config->multitenancy;
    bool ok = true;
    for (size_t i = 0; ok && i < config->n_providers; i++) {
        const ProviderConfig *entry = &config->providers[i];
        ok = is_github_com(entry) ? add_github_com(table, config, entry, http, err)
                                  : add_provider(table, entry, STR_EMPTY, http, err);
    }
    ok = ok && add_builtin_hosts(table, config, http, err);
    if (!ok) {
        provider_table_destroy(table);
        return NULL;
    }
    return table;
}

size_t provider_table_count(const ProviderTable *table)
{
    return table->providers.len;
}

Provider *provider_table_at(ProviderTable *table, size_t i)
{
    return table->providers.items[i];
}

Provider *provider_table_by_name(ProviderTable *table, Str name)
{
    for (size_t i = 0; i < table->providers.len; i++) {
        if (str_eq(table->providers.items[i]->name, name)) {
            return table->providers.items[i];
        }
    }
    return NULL;
}

Provider *provider_table_any(ProviderTable *table)
{
    for (size_t i = 0; i < table->providers.len; i++) {
        if (table->providers.items[i]->answers_any) {
            return table->providers.items[i];
        }
    }
    return NULL;
}

/* The address lies on the provider's host, under its path prefix. */
static bool serves_host(const Provider *provider, const RepoAddress *address)
{
    Str prefix = provider->path_prefix;

    if (provider->host.len == 0 || !str_eq(provider->host, address->host)) {
        return false;
    }
    return prefix.len == 0 ||
           (address->path.len >= prefix.len &&
            str_eq_ignore_case(str_first(address->path, prefix.len), prefix) &&
            (address->path.len == prefix.len || address->path.ptr[prefix.len] == '/'));
}

/* file:// addresses and bare names: the first local provider that has it. */
static bool find_by_path(ProviderTable *table, Arena *arena, const RepoAddress *address,
                         Provider **ret_provider, Str *ret_repo, SourceFault *fault)
{
    for (size_t i = 0; i < table->providers.len; i++) {
        Provider *provider = table->providers.items[i];
        SourceFault ignored = SOURCE_FAULT_INIT;
        if (provider->is_local &&
            provider->ops->locate(provider, arena, address, ret_repo, &ignored)) {
            *ret_provider = provider;
            return true;
        }
    }
    return source_fault_set(fault, SOURCE_HOST_UNSUPPORTED,
                            "no local provider holds the repository \"%.*s\"",
                            STR_ARG(address->path));
}

bool provider_table_find(ProviderTable *table, Arena *arena, const RepoAddress *address, bool own,
                         Provider **ret_provider, Str *ret_repo, SourceFault *fault)
{
    Provider *best = own ? provider_table_any(table) : NULL;

    if (best == NULL && (address->is_file || address->host.len == 0)) {
        return find_by_path(table, arena, address, ret_provider, ret_repo, fault);
    }
    for (size_t i = 0; i < table->providers.len && (best == NULL || !best->answers_any); i++) {
        Provider *provider = table->providers.items[i];
        if (serves_host(provider, address) &&
            (best == NULL || provider->path_prefix.len > best->path_prefix.len)) {
            best = provider; /* the longest path prefix knows best */
        }
    }
    if (best == NULL && table->offline) {
        return source_fault_set(fault, SOURCE_HOST_UNSUPPORTED,
                                "the file is in a repository on \"%.*s\", which is not asked: only "
                                "the configured providers are read here",
                                STR_ARG(address->host));
    }
    if (best == NULL) {
        return source_fault_set(fault, SOURCE_HOST_UNSUPPORTED,
                                "the host \"%.*s\" is not configured as a source provider",
                                STR_ARG(address->host));
    }
    if (!best->ops->locate(best, arena, address, ret_repo, fault)) {
        return false;
    }
    *ret_provider = best;
    return true;
}
