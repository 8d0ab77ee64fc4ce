/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/vcs/local_history.h - tags and times of a repository on disk.
 */
#pragma once

#include <git2.h>

#include "source/vcs/provider.h"

/* Tags that begin with prefix, with the commits that they lead to. */
bool local_history_tags(git_repository *repository, Arena *arena, Str prefix, VcsTag **ret_tags,
                        size_t *ret_n, SourceFault *fault);

/* The newest commit of HEAD's history that is not younger than unix_s. */
bool local_history_before(git_repository *repository, Arena *arena, int64_t unix_s, Str *ret_commit,
                          SourceFault *fault);
