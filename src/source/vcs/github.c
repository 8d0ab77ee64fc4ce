/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/vcs/github.c - GitHub and GitHub Enterprise Server over REST (7.2): what is particular to
 * the host, access, addresses for people.
 */
#include "source/vcs/github_error.h"
#include "source/vcs/github_internal.h"
#include "source/vcs/rest_history.h"

const char *github_repo_path(Arena *arena, Str repo, const char *suffix, Str path)
{
    Str escaped_repo = rest_escape_path(arena, repo);
    Str escaped = rest_escape_path(arena, path);

    if (escaped_repo.ptr == NULL || escaped.ptr == NULL) {
        return NULL;
    }
    return arena_printf(arena, "/repos/%.*s%s%.*s", STR_ARG(escaped_repo), suffix,
                        STR_ARG(escaped));
}

static bool github_locate(Provider *provider, Arena *arena, const RepoAddress *address,
                          Str *ret_repo, SourceFault *fault)
{
    (void)arena;
    return rest_locate_two_names(provider, address, ret_repo, fault);
}

static bool github_check_access(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                                bool *ret_public, SourceFault *fault)
{
    RestCall what = { .path = github_repo_path(arena, repo, "", STR_EMPTY),
                      .accept = "application/vnd.github+json",
                      .not_found = SOURCE_REPO_NOT_FOUND,
                      .what = "repository" };
    json_t *root = NULL;

    if (!rest_ask_json((RestProvider *)provider, call, &what, &root, fault)) {
        return false;
    }
    *ret_public = json_is_false(json_object_get(root, "private"));
    json_decref(root);
    return true;
}

/* One answer, whatever their number: matching refs are not paged. */
static bool github_list_tags(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                             Str prefix, VcsTag **ret_tags, size_t *ret_n, SourceFault *fault)
{
    static const RestTagShape shape = {
        .name = "ref", .strip = "refs/tags/", .object = "object", .id = "sha", .type = "type"
    };
    size_t n_listed;

    *ret_n = 0;
    *ret_tags = ARENA_NEW(arena, VcsTag, VCS_MAX_TAGS);
    return *ret_tags != NULL
               ? rest_add_tags(provider, call, arena,
                               github_repo_path(arena, repo, "/git/matching-refs/tags/", prefix),
                               &shape, prefix, *ret_tags, ret_n, &n_listed, fault)
               : source_fault_no_memory(fault);
}

static bool github_commit_before(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                                 int64_t unix_s, Str *ret_commit, SourceFault *fault)
{
    const char *base = github_repo_path(arena, repo, "/commits", STR_EMPTY);
    const char *time = rest_time(arena, unix_s);
    const char *path = base != NULL && time != NULL
                           ? arena_printf(arena, "%s?until=%s&per_page=1", base, time)
                           : NULL;

    return rest_commit_before(provider, call, arena, path, "sha", unix_s, ret_commit, fault);
}

static Str github_file_url(const Provider *provider, Arena *arena, Str repo, Str commit, Str path)
{
    const RestProvider *github = (const RestProvider *)provider;
    Str escaped = rest_escape_path(arena, path);

    return rest_text(escaped.ptr != NULL
                         ? arena_printf(arena, "%s/%.*s/blob/%.*s/%.*s", github->web_url,
                                        STR_ARG(repo), STR_ARG(commit), STR_ARG(escaped))
                         : NULL);
}

static Str github_commit_url(const Provider *provider, Arena *arena, Str repo, Str commit)
{
    const RestProvider *github = (const RestProvider *)provider;

    return rest_text(arena_printf(arena, "%s/%.*s/commit/%.*s", github->web_url, STR_ARG(repo),
                                  STR_ARG(commit)));
}

static const ProviderOps github_ops = {
    .locate = github_locate,
    .resolve_ref = github_resolve_ref,
    .read_file = github_read_file,
    .list_tree = github_list_tree,
    .read_commit = github_read_commit,
    .list_tags = github_list_tags,
    .commit_before = github_commit_before,
    .check_access = github_check_access,
    .file_url = github_file_url,
    .commit_url = github_commit_url,
    .destroy = rest_provider_destroy,
};

static const Str github_headers[] = { STR_CONST("X-GitHub-Api-Version: 2022-11-28") };

static const RestDialect github_dialect = {
    .title = "GitHub",
    .public_host = "github.com",
    .public_api = "https://api.github.com",
    .api_suffix = "/api/v3", /* Enterprise Server */
    .scheme = "Bearer",
    .headers = github_headers,
    .n_headers = ARRAY_LEN(github_headers),
    .classify = github_classify,
};

Provider *provider_github_create(const ProviderConfig *config, struct HttpClient *http, Err *err)
{
    return rest_provider_create(config, http, &github_dialect, &github_ops, err);
}
