/* SPDX-License-Identifier: Apache-2.0 */
#include "source/vcs/local_history.h"

enum {
    MAX_WALK = 200000, /* commits that are looked at; older ones are no guess worth making */
};

DEFINE_CLEANUP(git_reference_iterator *, git_reference_iterator_free);
DEFINE_CLEANUP(git_revwalk *, git_revwalk_free);

static Str id_text(Arena *arena, const git_oid *id)
{
    char hex[GIT_OID_HEXSZ + 1];

    (void)git_oid_tostr(hex, sizeof(hex), id);
    return arena_str(arena, str_from(hex));
}

/* False: out of memory. A tag of something else than a commit is left out. */
static bool add_tag(Arena *arena, git_reference *reference, Str prefix, VcsTag *tags, size_t *n)
{
    Str name = str_skip(str_from(git_reference_name(reference)), sizeof("refs/tags/") - 1);
    git_object *commit = NULL;

    if (!str_starts_with(name, prefix) ||
        git_reference_peel(&commit, reference, GIT_OBJECT_COMMIT) != 0) {
        return true;
    }
    tags[*n] = (VcsTag){ arena_str(arena, name), id_text(arena, git_object_id(commit)) };
    git_object_free(commit);
    bool ok = tags[*n].name.ptr != NULL && tags[*n].commit.ptr != NULL;
    *n += ok;
    return ok;
}

bool local_history_tags(git_repository *repository, Arena *arena, Str prefix, VcsTag **ret_tags,
                        size_t *ret_n, SourceFault *fault)
{
    CLEANUP(git_reference_iterator_freep) git_reference_iterator *iterator = NULL;
    VcsTag *tags = ARENA_NEW(arena, VcsTag, VCS_MAX_TAGS);
    git_reference *reference = NULL;
    size_t n = 0;
    bool ok = true;

    if (tags == NULL) {
        return source_fault_no_memory(fault);
    }
    if (git_reference_iterator_glob_new(&iterator, repository, "refs/tags/*") != 0) {
        return source_fault_set(fault, SOURCE_REF_NOT_FOUND, "could not list the tags");
    }
    while (ok && n < VCS_MAX_TAGS && git_reference_next(&reference, iterator) == 0) {
        ok = add_tag(arena, reference, prefix, tags, &n);
        git_reference_free(reference);
    }
    *ret_tags = tags;
    *ret_n = n;
    return ok || source_fault_no_memory(fault);
}

static bool is_before(git_repository *repository, const git_oid *id, int64_t unix_s)
{
    git_commit *commit = NULL;

    if (git_commit_lookup(&commit, repository, id) != 0) {
        return false;
    }
    bool before = git_commit_time(commit) <= unix_s;
    git_commit_free(commit);
    return before;
}

bool local_history_before(git_repository *repository, Arena *arena, int64_t unix_s, Str *ret_commit,
                          SourceFault *fault)
{
    CLEANUP(git_revwalk_freep) git_revwalk *walk = NULL;
    git_oid id;

    if (git_revwalk_new(&walk, repository) != 0 || git_revwalk_push_head(walk) != 0 ||
        git_revwalk_sorting(walk, GIT_SORT_TIME) != 0) {
        return source_fault_set(fault, SOURCE_REF_NOT_FOUND, "the repository has no commits");
    }
    for (int i = 0; i < MAX_WALK && git_revwalk_next(&id, walk) == 0; i++) {
        if (is_before(repository, &id, unix_s)) {
            *ret_commit = id_text(arena, &id);
            return ret_commit->ptr != NULL || source_fault_no_memory(fault);
        }
    }
    return source_fault_set(fault, SOURCE_REF_NOT_FOUND,
                            "the repository has no commit that is older than the profile");
}
