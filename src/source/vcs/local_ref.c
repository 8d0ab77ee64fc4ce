/* SPDX-License-Identifier: Apache-2.0 */
#include "source/vcs/local_ref.h"

#include <limits.h>
#include <stdio.h>

enum {
    FULL_ID_HEX = GIT_OID_HEXSZ,
    SHORT_ID_MIN_HEX = 4,
};

DEFINE_CLEANUP(git_object *, git_object_free);

static bool is_hex(Str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (ascii_hex_value(text.ptr[i]) < 0) {
            return false;
        }
    }
    return text.len > 0;
}

/* Branch, tag, remote branch, in the order in which forges look (a branch wins over a tag). */
static int lookup_named(git_repository *repository, Str ref, git_object **ret_object)
{
    static const char *const prefixes[] = { "refs/heads/", "refs/tags/", "refs/remotes/origin/",
                                            "refs/", "" };
    char name[PATH_MAX];

    for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
        git_reference *reference = NULL;
        int n = snprintf(name, sizeof(name), "%s%.*s", prefixes[i], STR_ARG(ref));
        if (n < 0 || (size_t)n >= sizeof(name) ||
            (prefixes[i][0] == '\0' && !str_eq(ref, STR("HEAD")) &&
             !str_starts_with(ref, STR("refs/")))) {
            continue;
        }
        if (git_reference_lookup(&reference, repository, name) == 0) {
            int rc = git_reference_peel(ret_object, reference, GIT_OBJECT_COMMIT);
            git_reference_free(reference);
            return rc;
        }
    }
    return GIT_ENOTFOUND;
}

static int lookup_id(git_repository *repository, Str ref, git_object **ret_object)
{
    CLEANUP(git_object_freep) git_object *object = NULL;
    git_oid id;

    if (!is_hex(ref) || ref.len < SHORT_ID_MIN_HEX || ref.len > FULL_ID_HEX) {
        return GIT_ENOTFOUND;
    }
    if (git_oid_fromstrn(&id, ref.ptr, ref.len) != 0) {
        return GIT_ENOTFOUND;
    }
    int rc = git_object_lookup_prefix(&object, repository, &id, ref.len, GIT_OBJECT_ANY);
    return rc != 0 ? rc : git_object_peel(ret_object, object, GIT_OBJECT_COMMIT);
}

bool local_ref_find(git_repository *repository, Str ref, git_object **ret_commit,
                    VcsRefKind *ret_kind, SourceFault *fault)
{
    Str wanted = ref.len > 0 ? ref : STR("HEAD");

    *ret_kind = VCS_REF_COMMIT;
    if (wanted.len == FULL_ID_HEX && lookup_id(repository, wanted, ret_commit) == 0) {
        return true;
    }
    *ret_kind = VCS_REF_MOVABLE;
    if (lookup_named(repository, wanted, ret_commit) == 0) {
        return true;
    }
    *ret_kind = VCS_REF_COMMIT;
    int rc = lookup_id(repository, wanted, ret_commit);
    if (rc == 0) {
        return true;
    }
    return source_fault_set(fault, SOURCE_REF_NOT_FOUND,
                            rc == GIT_EAMBIGUOUS
                                ? "the short id \"%.*s\" fits several commits of the repository"
                                : "the repository has no commit, branch or tag \"%.*s\"",
                            STR_ARG(wanted));
}
