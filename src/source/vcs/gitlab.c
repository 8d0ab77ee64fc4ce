/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/vcs/gitlab.c - GitLab over REST v4 (7.4): refs, commits, access, addresses.
 *
 * A project is named by its full path, with any number of groups, which is one segment of the API's
 * paths: its slashes are encoded too. Tokens of any kind (personal, project, group, OAuth) are
 * accepted as bearer tokens (GitLab's documentation of the REST API, "Authentication").
 */
#include "source/ref_name.h"
#include "source/vcs/gitlab_internal.h"
#include "source/vcs/rest_history.h"

const char *gitlab_path(Arena *arena, Str repo, const char *suffix, Str name)
{
    Str project = rest_escape_name(arena, repo);
    Str escaped = rest_escape_name(arena, name);

    if (project.ptr == NULL || escaped.ptr == NULL) {
        return NULL;
    }
    return arena_printf(arena, "/projects/%.*s%s%.*s", STR_ARG(project), suffix, STR_ARG(escaped));
}

static bool gitlab_locate(Provider *provider, Arena *arena, const RepoAddress *address,
                          Str *ret_repo, SourceFault *fault)
{
    Str path = str_trim_char_left(str_skip(address->path, provider->path_prefix.len), '/');
    Str rest = path;
    Str name;
    size_t n = 0;

    (void)arena;
    while (str_next(&rest, '/', &name)) {
        n++;
        if (!repo_address_name_valid(name)) {
            n = 0;
            break;
        }
    }
    if (n < 2) {
        return source_fault_set(fault, SOURCE_INVALID_REQUEST,
                                "a GitLab project is named group/project");
    }
    *ret_repo = path;
    return true;
}

static const char *commit_path(Arena *arena, Str repo, Str ref)
{
    return gitlab_path(arena, repo, "/repository/commits/", ref);
}

/*
 * A name is looked for among the branches first: the commits of the API follow git's own order,
 * in which a tag hides a branch of the same name.
 */
static bool find_id(Provider *provider, const VcsCall *call, Arena *arena, Str repo, Str ref,
                    Str *ret_id, SourceFault *fault)
{
    Str wanted = ref.len > 0 ? ref : STR("HEAD");
    bool is_name = !ref_name_may_be_short_id(wanted) && !str_eq(wanted, STR("HEAD"));
    const RestRefStep branch = { gitlab_path(arena, repo, "/repository/branches/", wanted),
                                 "commit", "id" };
    const RestRefStep any = { commit_path(arena, repo, wanted), NULL, "id" };
    const RestRefStep steps[] = { is_name ? branch : any, any };

    return rest_find_commit(provider, call, arena, repo, wanted, steps, is_name ? 2 : 1, ret_id,
                            fault);
}

static bool gitlab_resolve_ref(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                               Str ref, VcsRef *ret_ref, SourceFault *fault)
{
    Str id;

    if (!find_id(provider, call, arena, repo, ref, &id, fault)) {
        return false;
    }
    *ret_ref = (VcsRef){ .commit = id, .kind = rest_ref_kind(ref, id) };
    return true;
}

static bool gitlab_read_commit(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                               Str ref, VcsCommit *ret_commit, SourceFault *fault)
{
    json_t *root = NULL;
    Str id = ref;

    if (!ref_name_is_full_id(ref) && !find_id(provider, call, arena, repo, ref, &id, fault)) {
        return false;
    }
    if (!rest_ask_commit(provider, call, commit_path(arena, repo, id), &root, fault)) {
        return fault->state == SOURCE_REF_NOT_FOUND
                   ? rest_ref_missing(provider, call, arena, repo, ref, fault)
                   : false;
    }
    /* the API knows the author of git, no account and no picture */
    VcsCommit read = {
        .author_login = STR_EMPTY,
        .author_name = rest_member_text(arena, root, "author_name"),
        .message = rest_member_text(arena, root, "message"),
        .avatar_url = STR_EMPTY,
        .date = rest_member_text(arena, root, "authored_date"),
    };
    bool valid = rest_member_id(arena, root, "id", &read.sha);
    json_decref(root);
    return valid ? rest_finish_commit(provider, arena, repo, &read, ret_commit, fault)
                 : rest_not_well_formed((RestProvider *)provider, fault, "commit id");
}

static bool gitlab_check_access(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                                bool *ret_public, SourceFault *fault)
{
    RestCall what = { .path = gitlab_path(arena, repo, "", STR_EMPTY),
                      .not_found = SOURCE_REPO_NOT_FOUND,
                      .what = "project" };
    json_t *root = NULL;

    if (!rest_ask_json((RestProvider *)provider, call, &what, &root, fault)) {
        return false;
    }
    /* "internal" projects are for those who are signed in */
    const char *visibility = json_string_value(json_object_get(root, "visibility"));
    *ret_public = visibility != NULL && strcmp(visibility, "public") == 0;
    json_decref(root);
    return true;
}

static Str gitlab_file_url(const Provider *provider, Arena *arena, Str repo, Str commit, Str path)
{
    const RestProvider *gitlab = (const RestProvider *)provider;
    Str escaped = rest_escape_path(arena, path);

    return rest_text(escaped.ptr != NULL
                         ? arena_printf(arena, "%s/%.*s/-/blob/%.*s/%.*s", gitlab->web_url,
                                        STR_ARG(repo), STR_ARG(commit), STR_ARG(escaped))
                         : NULL);
}

static Str gitlab_commit_url(const Provider *provider, Arena *arena, Str repo, Str commit)
{
    const RestProvider *gitlab = (const RestProvider *)provider;

    return rest_text(arena_printf(arena, "%s/%.*s/-/commit/%.*s", gitlab->web_url, STR_ARG(repo),
                                  STR_ARG(commit)));
}

static bool gitlab_list_tags(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                             Str prefix, VcsTag **ret_tags, size_t *ret_n, SourceFault *fault)
{
    static const RestTagShape shape = { .name = "name", .object = "commit", .id = "id" };
    const char *base = gitlab_path(arena, repo, "/repository/tags", STR_EMPTY);
    Str escaped = rest_escape_name(arena, prefix);
    const char *path = base != NULL && escaped.ptr != NULL
                           ? arena_printf(arena, "%s?search=%%5E%.*s&per_page=100&", base,
                                          STR_ARG(escaped)) /* "^": names that begin so */
                           : NULL;

    return rest_list_tags_paged(provider, call, arena, path, 100, &shape, prefix, ret_tags, ret_n,
                                fault);
}

static bool gitlab_commit_before(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                                 int64_t unix_s, Str *ret_commit, SourceFault *fault)
{
    const char *base = gitlab_path(arena, repo, "/repository/commits", STR_EMPTY);
    const char *time = rest_time(arena, unix_s);
    const char *path = base != NULL && time != NULL
                           ? arena_printf(arena, "%s?until=%s&per_page=1", base, time)
                           : NULL;

    return rest_commit_before(provider, call, arena, path, "id", unix_s, ret_commit, fault);
}

static const ProviderOps gitlab_ops = {
    .locate = gitlab_locate,
    .resolve_ref = gitlab_resolve_ref,
    .read_file = gitlab_read_file,
    .list_tree = gitlab_list_tree,
    .read_commit = gitlab_read_commit,
    .list_tags = gitlab_list_tags,
    .commit_before = gitlab_commit_before,
    .check_access = gitlab_check_access,
    .file_url = gitlab_file_url,
    .commit_url = gitlab_commit_url,
    .destroy = rest_provider_destroy,
};

static const RestDialect gitlab_dialect = {
    .title = "GitLab",
    .api_suffix = "/api/v4",
    .scheme = "Bearer",
};

Provider *provider_gitlab_create(const ProviderConfig *config, struct HttpClient *http, Err *err)
{
    return rest_provider_create(config, http, &gitlab_dialect, &gitlab_ops, err);
}
