/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/vcs/local_ref.h - which commit a ref means in a repository on disk.
 */
#pragma once

#include <git2.h>

#include "source/vcs/provider.h"

/*
 * Full id, branch, tag (also annotated), remote branch of "origin", short id of at least four
 * digits, in this order; "" is HEAD. ret_commit: release with git_object_free().
 */
bool local_ref_find(git_repository *repository, Str ref, git_object **ret_commit,
                    VcsRefKind *ret_kind, SourceFault *fault) MUST_CHECK;
