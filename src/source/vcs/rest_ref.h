/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/vcs/rest_ref.h - from a branch, tag or id to a commit, for the providers over REST.
 */
#pragma once

#include "source/vcs/rest_repo.h"

/* One question that may have the commit in its answer. */
typedef struct RestRefStep {
    const char *path;
    const char *object; /* member with the commit, or with a list of commits; NULL: the answer */
    const char *id;     /* member of the commit */
} RestRefStep;

/* Asks steps[n_steps] in turn until one knows ref; else as rest_ref_missing(). */
bool rest_find_commit(Provider *provider, const VcsCall *call, Arena *arena, Str repo, Str ref,
                      const RestRefStep *steps, size_t n_steps, Str *ret_id, SourceFault *fault);

/* The commit's own answer; new reference. */
bool rest_ask_commit(Provider *provider, const VcsCall *call, const char *path, json_t **ret_root,
                     SourceFault *fault);

/* A commit in the form of GitHub and Gitea, without its page. */
void rest_read_git_commit(Arena *arena, const json_t *root, VcsCommit *ret_commit);

/* A private repository looks missing to the anonymous caller: offers to connect. */
void rest_explain_missing(const Provider *provider, const VcsCall *call, Str repo,
                          SourceFault *fault);

/*
 * No look-up of ref found a commit. The texts of error answers are no interface, so the repository
 * itself is asked whether it is the one that is missing (check_access of the provider). Returns
 * false with SOURCE_REF_NOT_FOUND, or with why the repository cannot be read.
 */
bool rest_ref_missing(Provider *provider, const VcsCall *call, Arena *arena, Str repo, Str ref,
                      SourceFault *fault);

/* Adds the page of the commit to read; false when one of its texts could not be copied. */
bool rest_finish_commit(const Provider *provider, Arena *arena, Str repo, const VcsCommit *read,
                        VcsCommit *ret_commit, SourceFault *fault);

/* ref was an id, whole or shortened, of this commit: it never moves. */
VcsRefKind rest_ref_kind(Str ref, Str commit);
