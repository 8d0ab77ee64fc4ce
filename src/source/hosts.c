/* SPDX-License-Identifier: Apache-2.0 */
#include "source/hosts.h"

#include "source/source_internal.h"

static const char *label_of(const Provider *provider)
{
    switch (provider->type) {
    case PROVIDER_GITHUB:
        return str_eq(provider->host, STR("github.com")) ? "GitHub" : "GitHub Enterprise";
    case PROVIDER_GITLAB:
        return "GitLab";
    case PROVIDER_GITEA:
        return "Gitea";
    case PROVIDER_BITBUCKET:
    case PROVIDER_BITBUCKET_SERVER:
        return "Bitbucket";
    case PROVIDER_GITILES:
        return "Gitiles";
    case PROVIDER_LOCAL:
        return "Local repositories";
    }
    return "";
}

size_t source_host_count(const Source *source)
{
    return provider_table_count(source->shared.providers);
}

SourceHost source_host_at(const Source *source, size_t i, Str tenant)
{
    Provider *provider = provider_table_at(source->shared.providers, i);
    const Provider *served = provider_for_tenant(provider, tenant);
    bool can_login = provider->oauth != NULL && oauth_can_login(provider->oauth);

    return (SourceHost){ .provider = provider->name,
                         .type = provider->type,
                         .label = label_of(provider),
                         .web_url = provider->web_url,
                         .has_token = served->has_static_token,
                         .anonymous = served->anonymous || served->is_local,
                         .login = can_login ? provider->oauth : NULL };
}

bool source_host_find(const Source *source, Str provider, Str tenant, SourceHost *ret_host)
{
    for (size_t i = 0; i < source_host_count(source); i++) {
        SourceHost host = source_host_at(source, i, tenant);
        if (str_eq(host.provider, provider)) {
            *ret_host = host;
            return true;
        }
    }
    return false;
}

bool source_host_refresh(Source *source, const SourceHost *host, Str refresh_token,
                         Str redirect_uri, Arena *arena, OauthToken *ret_token, Err *err)
{
    return oauth_flights_refresh(source->flights, host->login, host->provider, refresh_token,
                                 redirect_uri, arena, ret_token, err);
}

const Str *source_session_secrets(const Source *source, size_t *ret_n)
{
    *ret_n = source->n_secrets;
    return source->secrets;
}
