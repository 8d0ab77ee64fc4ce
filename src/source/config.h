/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/config.h - settings of the source integration, as flameline.yaml and the environment give
 * them. Plain data: source_create() copies what it keeps.
 */
#pragma once

#include "base/arena.h"

typedef enum ProviderType {
    PROVIDER_GITHUB,
    PROVIDER_GITLAB,
    PROVIDER_GITEA,
    PROVIDER_BITBUCKET,
    PROVIDER_BITBUCKET_SERVER,
    PROVIDER_LOCAL,
    PROVIDER_GITILES,
} ProviderType;

/* One entry of source.providers[]. */
typedef struct ProviderConfig {
    Str name; /* unique; shown in answers, for example "github.com" */
    ProviderType type;
    Str web_url; /* which addresses it serves: a host, or a URL with a path prefix */
    Str api_url; /* "": derived from web_url (GitHub Enterprise Server: /api/v3) */
    Str client_id;
    Str client_secret; /* the secret itself: of GITHUB_CLIENT_SECRET only */
    Str client_secret_file;
    Str callback_url; /* of logins from our own UI; "": from the request or public_url */
    Str scope;        /* ptr NULL: the least that the host's calls need; "": none is asked for */
    Str token_file;   /* a static token that serves callers without a session */
    const Str *allow_tenants; /* [n_allow_tenants]: whom token_file serves, with multitenancy */
    size_t n_allow_tenants;
    bool anonymous; /* may be asked without any credentials */
    Str ca_file;
    Str proxy;        /* http(s) address for the calls to this host; "": of the environment */
    Str path;         /* local: one repository, a checkout, or a directory of mirrors */
    bool answers_any; /* local: stands for the repository of every request (--repo DIR) */
} ProviderConfig;

/* One entry of source.overrides[]: what counts in place of the labels of a service. */
typedef struct SourceOverride {
    Str tenant;  /* "": any */
    Str service; /* value of service_name */
    Str repository;
    Str ref;
    Str root;
} SourceOverride;

typedef struct SourceConfig {
    const ProviderConfig *providers;
    size_t n_providers;

    /* GITHUB_*: the provider github.com; an entry of that name in providers[] replaces it */
    Str github_client_id;
    Str github_client_secret;
    Str github_callback_url;
    Str github_api_url;    /* "": https://api.github.com */
    Str github_server_url; /* "": https://github.com */
    bool no_builtin_hosts; /* offline: only providers[] */
    bool multitenancy;     /* a static token serves only the tenants that are named with it */

    const SourceOverride *overrides; /* [n_overrides], the first that fits counts */
    size_t n_overrides;

    const Str *session_secrets; /* the first seals, all open (section 1.5) */
    size_t n_session_secrets;

    Str default_host;             /* of bare owner/repo; "": github.com */
    Str module_proxy;             /* GOPROXY for files of Go modules, the last resort; "": none */
    Str googlesource_url;         /* where go.googlesource.com is reached; "": there */
    Str go_get_base;              /* of the pages of Go modules; "": https:// */
    bool allow_private_addresses; /* pages may lie at addresses that are not public */
    size_t cache_bytes;           /* 0: 64 MiB */
    size_t max_file_bytes;        /* 0: 10 MiB */
    int max_calls;                /* upstream calls of one request; 0: 20 */
    int64_t deadline_ms;          /* of one request; 0: 15000 */
} SourceConfig;

/* Name as in flameline.yaml: "github", "local", ... */
bool provider_type_from(Str name, ProviderType *ret_type) MUST_CHECK;
const char *provider_type_name(ProviderType type);

/*
 * Configuration of "--repo DIR": the checkout, bare repository or plain directory at dir stands for
 * every repository that a profile names; nothing is asked over the network. dir is borrowed.
 */
typedef struct SourceDirectoryConfig {
    ProviderConfig provider;
    SourceConfig config; /* points at provider: do not copy the struct */
} SourceDirectoryConfig;

void source_config_for_directory(SourceDirectoryConfig *ret_config, Str dir);
