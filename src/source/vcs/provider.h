/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/vcs/provider.h - one table of operations that every git host implements (section 7.1).
 *
 * A provider is created once from its configuration and used by many threads at a time; operations
 * keep no state between calls except what is documented in the implementation. They do no caching
 * and no path guessing: both live above (source/lookup.h). Paths and refs are checked by the caller
 * before they get here.
 */
#pragma once

#include "base/buf.h"
#include "source/config.h"
#include "source/repo_address.h"
#include "source/state.h"
#include "source/tree_index.h"

struct HttpClient;

typedef struct Provider Provider;

/* Who asks, how long it may take, how many calls are left. */
typedef struct VcsCall {
    Str token;           /* secret; "": the provider's static token, else anonymous */
    int64_t deadline_ns; /* steady clock */
    int *calls_left;     /* upstream calls; NULL: not counted */
} VcsCall;

typedef enum VcsRefKind {
    VCS_REF_COMMIT,  /* the ref was an id: it never moves */
    VCS_REF_MOVABLE, /* branch, tag or HEAD */
} VcsRefKind;

typedef struct VcsRef {
    Str commit; /* full id; "" for a directory without git */
    VcsRefKind kind;
} VcsRef;

typedef struct VcsTag {
    Str name;
    Str commit; /* full id; "" when only resolve_ref() tells */
} VcsTag;

enum {
    VCS_MAX_TAGS = 4000,
};

typedef struct VcsCommit {
    Str sha;
    Str message;
    Str author_login; /* "" when the host knows no account */
    Str author_name;
    Str avatar_url;
    Str date; /* RFC 3339 */
    Str url;
} VcsCommit;

typedef struct ProviderOps {
    /*
     * The provider's own name of the repository, for example "acme/shop". NOT FOUND style failures
     * say why the address cannot be served.
     */
    bool (*locate)(Provider *provider, Arena *arena, const RepoAddress *address, Str *ret_repo,
                   SourceFault *fault);
    /* ref "": HEAD. */
    bool (*resolve_ref)(Provider *provider, const VcsCall *call, Arena *arena, Str repo, Str ref,
                        VcsRef *ret_ref, SourceFault *fault);
    /* Appends the bytes to ret_bytes, whose limit is the size limit (then SOURCE_TOO_LARGE). */
    bool (*read_file)(Provider *provider, const VcsCall *call, Arena *arena, Str repo, Str commit,
                      Str path, Buf *ret_bytes, SourceFault *fault);
    /* ret_tree: new reference. */
    bool (*list_tree)(Provider *provider, const VcsCall *call, Arena *arena, Str repo, Str commit,
                      TreeIndex **ret_tree, SourceFault *fault);
    bool (*read_commit)(Provider *provider, const VcsCall *call, Arena *arena, Str repo, Str ref,
                        VcsCommit *ret_commit, SourceFault *fault);
    /* Tags that begin with prefix, at most VCS_MAX_TAGS. NULL: this host is not asked. */
    bool (*list_tags)(Provider *provider, const VcsCall *call, Arena *arena, Str repo, Str prefix,
                      VcsTag **ret_tags, size_t *ret_n, SourceFault *fault);
    /* The newest commit of HEAD's history up to that time. NULL: this host cannot say. */
    bool (*commit_before)(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                          int64_t unix_s, Str *ret_commit, SourceFault *fault);
    /* Whether the repository is there for these credentials; its code may still be closed to them.
     */
    bool (*check_access)(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                         bool *ret_public, SourceFault *fault);
    /* Page for people; "" when the provider has none. */
    Str (*file_url)(const Provider *provider, Arena *arena, Str repo, Str commit, Str path);
    Str (*commit_url)(const Provider *provider, Arena *arena, Str repo, Str commit);
    void (*destroy)(Provider *provider);
} ProviderOps;

/* First member of every provider's struct. */
struct Provider {
    const ProviderOps *ops;
    Str name;
    size_t idx;      /* in the table */
    Str host;        /* that it serves, lower case; "" for file:// only */
    Str path_prefix; /* of the served addresses, without slashes at the ends */
    bool answers_any;
    bool is_local; /* refs and files are cheap and may change under us: not cached */
    bool has_login;
    bool has_static_token;
    bool anonymous;
    ProviderType type;
    Str web_url;               /* as configured */
    struct OauthClient *oauth; /* owned by the table; NULL: no accounts here */
    Provider *tokenless;       /* stands in for tenants that the static token does not serve */
    const Str *allow_tenants;  /* [n_allow_tenants] */
    size_t n_allow_tenants;
};

/* The provider, or the one without its static token where that does not serve the tenant. */
Provider *provider_for_tenant(Provider *provider, Str tenant);

/* A token may be used: a user's, the static one, or anonymous access is allowed. */
bool provider_may_ask(const Provider *provider, Str user_token, SourceFault *fault);

Provider *provider_github_create(const ProviderConfig *config, struct HttpClient *http, Err *err);
Provider *provider_gitlab_create(const ProviderConfig *config, struct HttpClient *http, Err *err);
Provider *provider_gitea_create(const ProviderConfig *config, struct HttpClient *http, Err *err);
Provider *provider_bitbucket_create(const ProviderConfig *config, struct HttpClient *http,
                                    Err *err);
Provider *provider_bitbucket_server_create(const ProviderConfig *config, struct HttpClient *http,
                                           Err *err);
Provider *provider_gitiles_create(const ProviderConfig *config, struct HttpClient *http, Err *err);
Provider *provider_local_create(const ProviderConfig *config, Err *err);

typedef struct ProviderTable ProviderTable;

/* http is borrowed. NULL with err on failure: unknown type, missing file, doubled name. */
ProviderTable *provider_table_create(const SourceConfig *config, struct HttpClient *http, Err *err);
void provider_table_destroy(ProviderTable *table);

/*
 * The provider of an address and the repository's name there. own: the address is the request's
 * own repository, for which "--repo DIR" stands in.
 */
bool provider_table_find(ProviderTable *table, Arena *arena, const RepoAddress *address, bool own,
                         Provider **ret_provider, Str *ret_repo, SourceFault *fault);
size_t provider_table_count(const ProviderTable *table);
Provider *provider_table_at(ProviderTable *table, size_t i);
Provider *provider_table_by_name(ProviderTable *table, Str name); /* NULL: none */

/* A provider that answers every own repository (--repo DIR); NULL: none. */
Provider *provider_table_any(ProviderTable *table);
