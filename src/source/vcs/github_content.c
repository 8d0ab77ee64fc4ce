/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/vcs/github_content.c - refs, commits, files and trees of GitHub (7.2).
 *
 * Everything is read by commit id, so one resolution sees one state of the repository.
 */
#include "source/ref_name.h"
#include "source/vcs/github_internal.h"

/* One look-up of a commit by id, branch or tag. */
static bool ask_commit(Provider *provider, const VcsCall *call, Arena *arena, Str repo, Str ref,
                       json_t **ret_root, SourceFault *fault)
{
    RestCall what = { .path = github_repo_path(arena, repo, "/commits/", ref),
                      .accept = "application/vnd.github+json",
                      .max_bytes = REST_JSON_BYTES,
                      .not_found = SOURCE_REF_NOT_FOUND,
                      .what = "repository or commit" };
    json_t *root = NULL;
    Str sha;

    if (!rest_ask_json((RestProvider *)provider, call, &what, &root, fault)) {
        if (fault->status == 404 && fault->state == SOURCE_REF_NOT_FOUND) {
            fault->state = SOURCE_REPO_NOT_FOUND; /* a known repository answers 422 */
        }
        return false;
    }
    if (!rest_member_id(arena, root, "sha", &sha)) {
        json_decref(root);
        return rest_not_well_formed((RestProvider *)provider, fault, "commit id");
    }
    *ret_root = root;
    return true;
}

/*
 * The ref as given, then as branch, then as tag, as the reference does: "heads/v1" finds a branch
 * whose name a tag has too.
 */
static bool find_commit(Provider *provider, const VcsCall *call, Arena *arena, Str repo, Str ref,
                        json_t **ret_root, SourceFault *fault)
{
    static const char *const prefixes[] = { "", "heads/", "tags/" };
    Str wanted = ref.len > 0 ? ref : STR("HEAD");
    bool one_meaning = ref.len == 0 || ref_name_is_full_id(ref) || str_eq(ref, STR("HEAD"));

    for (size_t i = 0; i < (one_meaning ? 1 : ARRAY_LEN(prefixes)); i++) {
        const char *name = arena_printf(arena, "%s%.*s", prefixes[i], STR_ARG(wanted));
        if (name == NULL) {
            return source_fault_no_memory(fault);
        }
        if (ask_commit(provider, call, arena, repo, str_from(name), ret_root, fault)) {
            return true;
        }
        if (fault->state != SOURCE_REF_NOT_FOUND) {
            break;
        }
    }
    if (fault->state == SOURCE_REF_NOT_FOUND) {
        int status = fault->status;
        (void)source_fault_set(fault, SOURCE_REF_NOT_FOUND,
                               "%.*s has no commit, branch or tag \"%.*s\"", STR_ARG(repo),
                               STR_ARG(wanted));
        fault->status = status;
    }
    rest_explain_missing(provider, call, repo, fault);
    return false;
}

bool github_resolve_ref(Provider *provider, const VcsCall *call, Arena *arena, Str repo, Str ref,
                        VcsRef *ret_ref, SourceFault *fault)
{
    json_t *root = NULL;

    if (!find_commit(provider, call, arena, repo, ref, &root, fault)) {
        return false;
    }
    Str commit = rest_member_text(arena, root, "sha");
    json_decref(root);
    if (commit.ptr == NULL) {
        return source_fault_no_memory(fault);
    }
    *ret_ref = (VcsRef){ .commit = commit, .kind = rest_ref_kind(ref, commit) };
    return true;
}

bool github_read_commit(Provider *provider, const VcsCall *call, Arena *arena, Str repo, Str ref,
                        VcsCommit *ret_commit, SourceFault *fault)
{
    json_t *root = NULL;

    if (!find_commit(provider, call, arena, repo, ref, &root, fault)) {
        return false;
    }
    VcsCommit read;
    rest_read_git_commit(arena, root, &read);
    json_decref(root);
    return rest_finish_commit(provider, arena, repo, &read, ret_commit, fault);
}

bool github_read_file(Provider *provider, const VcsCall *call, Arena *arena, Str repo, Str commit,
                      Str path, Buf *ret_bytes, SourceFault *fault)
{
    RestProvider *github = (RestProvider *)provider;
    const char *file = github_repo_path(arena, repo, "/contents/", path);
    Str escaped = rest_escape_name(arena, commit);
    RestCall what = { .path = file != NULL && escaped.ptr != NULL
                                  ? arena_printf(arena, "%s?ref=%.*s", file, STR_ARG(escaped))
                                  : NULL,
                      .accept = "application/vnd.github+json",
                      .max_bytes = REST_JSON_BYTES, /* 1 MB of content in base64, and the rest */
                      .not_found = SOURCE_FILE_NOT_FOUND,
                      .what = "file at this commit" };
    RestEntry entry = { .target = STR_EMPTY };
    json_t *root = NULL;
    bool raw = false;

    if (!rest_ask_json(github, call, &what, &root, fault)) {
        return false;
    }
    bool ok = rest_read_object(github, arena, root, ret_bytes, &entry, &raw, fault);
    json_decref(root);
    if (ok && entry.is_link) { /* the host has followed those that lead to files */
        return rest_refuse_entry(fault, SOURCE_ENTRY_LINK);
    }
    if (ok && raw) {
        /* files of 1 to 100 MB come without content in JSON; the raw media type has the bytes */
        what.accept = "application/vnd.github.raw+json";
        return rest_ask_bytes(github, call, &what, ret_bytes, fault);
    }
    return ok;
}

bool github_list_tree(Provider *provider, const VcsCall *call, Arena *arena, Str repo, Str commit,
                      TreeIndex **ret_tree, SourceFault *fault)
{
    const char *path = github_repo_path(arena, repo, "/git/trees/", commit);
    RestCall what = { .path = path != NULL ? arena_printf(arena, "%s?recursive=1", path) : NULL,
                      .accept = "application/vnd.github+json",
                      .max_bytes = REST_TREE_BYTES,
                      .not_found = SOURCE_REF_NOT_FOUND,
                      .what = "tree" };
    CLEANUP(tree_builder_destroyp) TreeBuilder *builder = tree_builder_create();
    CLEANUP(arena_destroyp) Arena *scratch = arena_create(REST_TREE_BYTES);
    json_t *root = NULL;

    if (builder == NULL || scratch == NULL) {
        return source_fault_no_memory(fault);
    }
    if (!rest_ask_json((RestProvider *)provider, call, &what, &root, fault)) {
        return false;
    }
    const json_t *entries = json_object_get(root, "tree");
    if (!json_is_array(entries)) {
        json_decref(root);
        return rest_not_well_formed((RestProvider *)provider, fault, "tree");
    }
    if (!json_is_false(json_object_get(root, "truncated")) &&
        json_object_get(root, "truncated") != NULL) {
        tree_builder_mark_truncated(builder);
    }
    (void)rest_tree_add_all(builder, scratch, entries); /* full: marked as truncated */
    json_decref(root);
    *ret_tree = tree_builder_finish(builder);
    return *ret_tree != NULL ? true : source_fault_no_memory(fault);
}
