/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/vcs/github_internal.h - what the files of the GitHub provider share.
 */
#pragma once

#include "source/vcs/rest_entry.h"
#include "source/vcs/rest_ref.h"

/* "/repos/o/r" + suffix with the path behind it percent-encoded per segment; NULL: no memory. */
const char *github_repo_path(Arena *arena, Str repo, const char *suffix, Str path);

bool github_resolve_ref(Provider *provider, const VcsCall *call, Arena *arena, Str repo, Str ref,
                        VcsRef *ret_ref, SourceFault *fault);
bool github_read_commit(Provider *provider, const VcsCall *call, Arena *arena, Str repo, Str ref,
                        VcsCommit *ret_commit, SourceFault *fault);
bool github_read_file(Provider *provider, const VcsCall *call, Arena *arena, Str repo, Str commit,
                      Str path, Buf *ret_bytes, SourceFault *fault);
bool github_list_tree(Provider *provider, const VcsCall *call, Arena *arena, Str repo, Str commit,
                      TreeIndex **ret_tree, SourceFault *fault);
