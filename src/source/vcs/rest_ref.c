/* SPDX-License-Identifier: Apache-2.0 */
#include "source/vcs/rest_ref.h"

#include "source/ref_name.h"

void rest_explain_missing(const Provider *provider, const VcsCall *call, Str repo,
                          SourceFault *fault)
{
    if (fault->state != SOURCE_REPO_NOT_FOUND) {
        return;
    }
    bool anonymous = call->token.len == 0 && !provider->has_static_token;
    (void)source_fault_set(
        fault, anonymous && provider->has_login ? SOURCE_NOT_CONNECTED : SOURCE_REPO_NOT_FOUND,
        anonymous ? "%.*s does not exist or is private; connecting an account "
                    "may help"
                  : "%.*s does not exist, or this account cannot read it",
        STR_ARG(repo));
}

bool rest_ref_missing(Provider *provider, const VcsCall *call, Arena *arena, Str repo, Str ref,
                      SourceFault *fault)
{
    int status = fault->status;
    bool is_public;

    if (!provider->ops->check_access(provider, call, arena, repo, &is_public, fault)) {
        rest_explain_missing(provider, call, repo, fault);
        return false;
    }
    fault->status = status;
    return source_fault_set(fault, SOURCE_REF_NOT_FOUND,
                            "%.*s has no commit, branch or tag \"%.*s\"", STR_ARG(repo),
                            STR_ARG(ref.len > 0 ? ref : STR("HEAD")));
}

bool rest_finish_commit(const Provider *provider, Arena *arena, Str repo, const VcsCommit *read,
                        VcsCommit *ret_commit, SourceFault *fault)
{
    VcsCommit commit = *read;

    commit.url = provider->ops->commit_url(provider, arena, repo, commit.sha);
    if (commit.sha.ptr == NULL || commit.message.ptr == NULL || commit.author_login.ptr == NULL ||
        commit.author_name.ptr == NULL || commit.avatar_url.ptr == NULL ||
        commit.date.ptr == NULL || commit.url.ptr == NULL) {
        return source_fault_no_memory(fault);
    }
    *ret_commit = commit;
    return true;
}

VcsRefKind rest_ref_kind(Str ref, Str commit)
{
    return ref_name_may_be_short_id(ref) && ref.len <= commit.len &&
                   str_eq_ignore_case(str_first(commit, ref.len), ref)
               ? VCS_REF_COMMIT
               : VCS_REF_MOVABLE;
}

/* The commit in an answer: the answer, a member of it, or the first item of that member. */
static const json_t *commit_in(const json_t *root, const RestRefStep *step)
{
    const json_t *object = step->object != NULL ? json_object_get(root, step->object) : root;

    return json_is_array(object) ? json_array_get(object, 0) : object;
}

/* One look-up; SOURCE_REF_NOT_FOUND when the host knows no such thing. */
static bool try_step(Provider *provider, const VcsCall *call, Arena *arena, const RestRefStep *step,
                     json_t **ret_root, Str *ret_id, SourceFault *fault)
{
    RestCall what = { .path = step->path,
                      .max_bytes = REST_JSON_BYTES,
                      .not_found = SOURCE_REF_NOT_FOUND,
                      .what = "repository, branch, tag or commit" };

    if (!rest_ask_json((RestProvider *)provider, call, &what, ret_root, fault)) {
        return false;
    }
    const json_t *list = step->object != NULL ? json_object_get(*ret_root, step->object) : NULL;
    if (json_is_array(list) && json_array_size(list) == 0) {
        json_decref(*ret_root);
        return source_fault_set(fault, SOURCE_REF_NOT_FOUND, "there is no such commit");
    }
    if (!rest_member_id(arena, commit_in(*ret_root, step), step->id, ret_id)) {
        json_decref(*ret_root);
        return rest_not_well_formed((RestProvider *)provider, fault, "commit id");
    }
    return true;
}

bool rest_find_commit(Provider *provider, const VcsCall *call, Arena *arena, Str repo, Str ref,
                      const RestRefStep *steps, size_t n_steps, Str *ret_id, SourceFault *fault)
{
    json_t *root = NULL;

    for (size_t i = 0; i < n_steps; i++) {
        if (steps[i].path == NULL) {
            return source_fault_no_memory(fault);
        }
        if (try_step(provider, call, arena, &steps[i], &root, ret_id, fault)) {
            json_decref(root);
            return true;
        }
        if (fault->state != SOURCE_REF_NOT_FOUND) {
            return false;
        }
    }
    return rest_ref_missing(provider, call, arena, repo, ref, fault);
}

bool rest_ask_commit(Provider *provider, const VcsCall *call, const char *path, json_t **ret_root,
                     SourceFault *fault)
{
    RestCall what = { .path = path,
                      .max_bytes = REST_JSON_BYTES,
                      .not_found = SOURCE_REF_NOT_FOUND,
                      .what = "commit" };

    return rest_ask_json((RestProvider *)provider, call, &what, ret_root, fault);
}

void rest_read_git_commit(Arena *arena, const json_t *root, VcsCommit *ret_commit)
{
    const json_t *commit = json_object_get(root, "commit");
    const json_t *git_author = json_object_get(commit, "author");
    const json_t *account = json_object_get(root, "author");

    *ret_commit = (VcsCommit){
        .sha = rest_member_text(arena, root, "sha"),
        .message = rest_member_text(arena, commit, "message"),
        .author_login = rest_member_text(arena, account, "login"),
        .author_name = rest_member_text(arena, git_author, "name"),
        .avatar_url = rest_member_url(arena, account, "avatar_url"),
        .date = rest_member_text(arena, git_author, "date"),
    };
}
