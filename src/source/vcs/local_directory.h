/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/vcs/local_directory.h - a plain directory as a repository without history (--repo DIR).
 *
 * No symbolic link is followed, so nothing outside the directory can be read.
 */
#pragma once

#include "base/buf.h"
#include "source/state.h"
#include "source/tree_index.h"

/* Appends the file at the clean path below dir. */
bool local_directory_read(Arena *arena, Str dir, Str path, Buf *ret_bytes, SourceFault *fault);

/* Adds all files below dir, ".git" left out. A tree too large is marked truncated. */
bool local_directory_list(Arena *arena, Str dir, TreeBuilder *builder, SourceFault *fault);
