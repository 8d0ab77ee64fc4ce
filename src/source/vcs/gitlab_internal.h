/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/vcs/gitlab_internal.h - what the files of the GitLab provider share.
 */
#pragma once

#include "source/vcs/rest_entry.h"
#include "source/vcs/rest_ref.h"

/* "/projects/g%2Fp" + suffix + name with its slashes encoded; NULL: no memory. */
const char *gitlab_path(Arena *arena, Str repo, const char *suffix, Str name);

bool gitlab_read_file(Provider *provider, const VcsCall *call, Arena *arena, Str repo, Str commit,
                      Str path, Buf *ret_bytes, SourceFault *fault);
bool gitlab_list_tree(Provider *provider, const VcsCall *call, Arena *arena, Str repo, Str commit,
                      TreeIndex **ret_tree, SourceFault *fault);
