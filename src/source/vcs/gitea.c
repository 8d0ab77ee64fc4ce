/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/vcs/gitea.c - Gitea and Forgejo over REST v1 (7.4).
 *
 * The API has the shapes of GitHub's with three differences that matter here: links are not
 * followed, listings are paged, and one question knows branches, another one tags (paths as in the
 * servers' own description, /swagger.v1.json).
 */
#include "source/ref_name.h"
#include "source/vcs/rest_entry.h"
#include "source/vcs/rest_history.h"
#include "source/vcs/rest_ref.h"

static const char *repo_path(Arena *arena, Str repo, const char *suffix, Str path)
{
    Str escaped_repo = rest_escape_path(arena, repo);
    Str escaped = rest_escape_path(arena, path);

    if (escaped_repo.ptr == NULL || escaped.ptr == NULL) {
        return NULL;
    }
    return arena_printf(arena, "/repos/%.*s%s%.*s", STR_ARG(escaped_repo), suffix,
                        STR_ARG(escaped));
}

static bool gitea_locate(Provider *provider, Arena *arena, const RepoAddress *address,
                         Str *ret_repo, SourceFault *fault)
{
    (void)arena;
    return rest_locate_two_names(provider, address, ret_repo, fault);
}

/* Without the parts that a large commit makes slow and long. */
static const char *commit_path(Arena *arena, Str repo, Str id)
{
    const char *path = repo_path(arena, repo, "/git/commits/", id);

    return path != NULL ? arena_printf(arena, "%s?stat=false&verification=false&files=false", path)
                        : NULL;
}

/* An id is looked for as such first, a name as branch, then as tag. */
static bool find_id(Provider *provider, const VcsCall *call, Arena *arena, Str repo, Str ref,
                    Str *ret_id, SourceFault *fault)
{
    Str wanted = ref.len > 0 ? ref : STR("HEAD");
    const RestRefStep steps[] = {
        { commit_path(arena, repo, wanted), NULL, "sha" },
        { repo_path(arena, repo, "/branches/", wanted), "commit", "id" },
        { repo_path(arena, repo, "/tags/", wanted), "commit", "sha" },
    };
    bool only_id = ref_name_is_full_id(wanted) || str_eq(wanted, STR("HEAD"));
    size_t first = only_id || ref_name_may_be_short_id(wanted) ? 0 : 1;
    size_t n = only_id ? 1 : ARRAY_LEN(steps) - first;

    return rest_find_commit(provider, call, arena, repo, wanted, &steps[first], n, ret_id, fault);
}

static bool gitea_resolve_ref(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                              Str ref, VcsRef *ret_ref, SourceFault *fault)
{
    Str id;

    if (!find_id(provider, call, arena, repo, ref, &id, fault)) {
        return false;
    }
    *ret_ref = (VcsRef){ .commit = id, .kind = rest_ref_kind(ref, id) };
    return true;
}

static bool gitea_read_commit(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                              Str ref, VcsCommit *ret_commit, SourceFault *fault)
{
    json_t *root = NULL;
    VcsCommit read;
    Str id = ref;

    if (!ref_name_is_full_id(ref) && !find_id(provider, call, arena, repo, ref, &id, fault)) {
        return false;
    }
    if (!rest_ask_commit(provider, call, commit_path(arena, repo, id), &root, fault)) {
        return fault->state == SOURCE_REF_NOT_FOUND
                   ? rest_ref_missing(provider, call, arena, repo, ref, fault)
                   : false;
    }
    rest_read_git_commit(arena, root, &read);
    json_decref(root);
    return read.sha.ptr == NULL || ref_name_is_full_id(read.sha)
               ? rest_finish_commit(provider, arena, repo, &read, ret_commit, fault)
               : rest_not_well_formed((RestProvider *)provider, fault, "commit id");
}

static bool read_entry(Provider *provider, const VcsCall *call, Arena *arena, Str repo, Str commit,
                       Str path, Buf *ret_bytes, RestEntry *ret_entry, SourceFault *fault)
{
    RestProvider *gitea = (RestProvider *)provider;
    const char *object = repo_path(arena, repo, "/contents/", path);
    const char *bytes = repo_path(arena, repo, "/raw/", path);
    Str ref = rest_escape_name(arena, commit);
    RestCall what = { .max_bytes = ret_bytes->limit / 3 * 4 + KiB(64), /* base64, and the rest */
                      .not_found = SOURCE_FILE_NOT_FOUND,
                      .what = "file at this commit" };
    json_t *root = NULL;
    bool raw = false;

    if (object == NULL || bytes == NULL || ref.ptr == NULL) {
        return source_fault_no_memory(fault);
    }
    what.path = arena_printf(arena, "%s?ref=%.*s", object, STR_ARG(ref));
    if (!rest_ask_json(gitea, call, &what, &root, fault)) {
        return false;
    }
    bool ok = rest_read_object(gitea, arena, root, ret_bytes, ret_entry, &raw, fault);
    json_decref(root);
    if (!ok || !raw) {
        return ok;
    }
    /* above the server's DEFAULT_MAX_BLOB_SIZE the object comes without content */
    what.path = arena_printf(arena, "%s?ref=%.*s", bytes, STR_ARG(ref));
    what.accept = "*/*";
    return rest_ask_bytes(gitea, call, &what, ret_bytes, fault);
}

static bool gitea_read_file(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                            Str commit, Str path, Buf *ret_bytes, SourceFault *fault)
{
    return rest_read_through_links(provider, call, arena, repo, commit, path, read_entry, ret_bytes,
                                   fault);
}

/* *ret_more: the page is not the last one. */
static bool add_page(RestProvider *gitea, const VcsCall *call, const char *path,
                     TreeBuilder *builder, Arena *scratch, bool *ret_more, SourceFault *fault)
{
    RestCall what = { .path = path,
                      .max_bytes = REST_TREE_BYTES,
                      .not_found = SOURCE_REF_NOT_FOUND,
                      .what = "tree" };
    json_t *root = NULL;

    if (!rest_ask_json(gitea, call, &what, &root, fault)) {
        return false;
    }
    const json_t *entries = json_object_get(root, "tree");
    bool valid = json_is_array(entries);
    bool room = rest_tree_add_all(builder, scratch, entries);
    *ret_more =
        room && json_array_size(entries) > 0 && json_is_true(json_object_get(root, "truncated"));
    json_decref(root);
    return valid ? true : rest_not_well_formed(gitea, fault, "tree");
}

static bool gitea_list_tree(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                            Str commit, TreeIndex **ret_tree, SourceFault *fault)
{
    const char *path = repo_path(arena, repo, "/git/trees/", commit);
    CLEANUP(tree_builder_destroyp) TreeBuilder *builder = tree_builder_create();
    CLEANUP(arena_destroyp) Arena *scratch = arena_create(REST_TREE_BYTES);
    bool more = true;

    if (builder == NULL || scratch == NULL || path == NULL) {
        return source_fault_no_memory(fault);
    }
    for (int n = 0; more;) {
        /* the server's own limit applies when it is smaller (DEFAULT_GIT_TREES_PER_PAGE) */
        const char *page =
            arena_printf(scratch, "%s?recursive=true&per_page=1000&page=%d", path, n + 1);
        if (!add_page((RestProvider *)provider, call, page, builder, scratch, &more, fault)) {
            return false;
        }
        n++;
        if (more && !rest_may_page(call, n)) {
            tree_builder_mark_truncated(builder);
            break;
        }
    }
    *ret_tree = tree_builder_finish(builder);
    return *ret_tree != NULL ? true : source_fault_no_memory(fault);
}

static bool gitea_check_access(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                               bool *ret_public, SourceFault *fault)
{
    RestCall what = { .path = repo_path(arena, repo, "", STR_EMPTY),
                      .not_found = SOURCE_REPO_NOT_FOUND,
                      .what = "repository" };
    json_t *root = NULL;

    if (!rest_ask_json((RestProvider *)provider, call, &what, &root, fault)) {
        return false;
    }
    /* "internal": not private, but its owner is visible to signed-in people only */
    *ret_public = json_is_false(json_object_get(root, "private")) &&
                  !json_is_true(json_object_get(root, "internal"));
    json_decref(root);
    return true;
}

static Str gitea_file_url(const Provider *provider, Arena *arena, Str repo, Str commit, Str path)
{
    const RestProvider *gitea = (const RestProvider *)provider;
    Str escaped = rest_escape_path(arena, path);

    return rest_text(escaped.ptr != NULL
                         ? arena_printf(arena, "%s/%.*s/src/commit/%.*s/%.*s", gitea->web_url,
                                        STR_ARG(repo), STR_ARG(commit), STR_ARG(escaped))
                         : NULL);
}

static Str gitea_commit_url(const Provider *provider, Arena *arena, Str repo, Str commit)
{
    const RestProvider *gitea = (const RestProvider *)provider;

    return rest_text(
        arena_printf(arena, "%s/%.*s/commit/%.*s", gitea->web_url, STR_ARG(repo), STR_ARG(commit)));
}

/* The listing knows no prefix, so pages of all tags are looked through (MAX_RESPONSE_ITEMS is 50).
 */
static bool gitea_list_tags(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                            Str prefix, VcsTag **ret_tags, size_t *ret_n, SourceFault *fault)
{
    static const RestTagShape shape = { .name = "name", .object = "commit", .id = "sha" };
    const char *base = repo_path(arena, repo, "/tags", STR_EMPTY);
    const char *path = base != NULL ? arena_printf(arena, "%s?limit=50&", base) : NULL;

    return rest_list_tags_paged(provider, call, arena, path, 50, &shape, prefix, ret_tags, ret_n,
                                fault);
}

static bool gitea_commit_before(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                                int64_t unix_s, Str *ret_commit, SourceFault *fault)
{
    const char *base = repo_path(arena, repo, "/commits", STR_EMPTY);
    const char *time = rest_time(arena, unix_s);
    const char *path =
        base != NULL && time != NULL
            ? arena_printf(arena, "%s?until=%s&limit=1&stat=false&verification=false&files=false",
                           base, time)
            : NULL;

    return rest_commit_before(provider, call, arena, path, "sha", unix_s, ret_commit, fault);
}

static const ProviderOps gitea_ops = {
    .locate = gitea_locate,
    .resolve_ref = gitea_resolve_ref,
    .read_file = gitea_read_file,
    .list_tree = gitea_list_tree,
    .read_commit = gitea_read_commit,
    .list_tags = gitea_list_tags,
    .commit_before = gitea_commit_before,
    .check_access = gitea_check_access,
    .file_url = gitea_file_url,
    .commit_url = gitea_commit_url,
    .destroy = rest_provider_destroy,
};

static const RestDialect gitea_dialect = {
    .title = "Gitea",
    .api_suffix = "/api/v1",
    .scheme = "token",
};

Provider *provider_gitea_create(const ProviderConfig *config, struct HttpClient *http, Err *err)
{
    return rest_provider_create(config, http, &gitea_dialect, &gitea_ops, err);
}
