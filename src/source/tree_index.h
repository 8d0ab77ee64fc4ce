/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/tree_index.h - all paths of one commit, searchable by whole path and by suffix.
 *
 * Built once, then immutable and shared between threads by reference count. The suffix index is
 * the list of files ordered by their reversed text, so that all paths with one suffix are
 * neighbours: a search is two binary searches instead of one upstream call per guess (4.8).
 */
#pragma once

#include "base/arena.h"

typedef enum TreeKind {
    TREE_FILE,
    TREE_LINK,
    TREE_SUBMODULE,
} TreeKind;

typedef struct TreeIndex TreeIndex;

typedef struct TreeBuilder TreeBuilder;

/* NULL when out of memory. */
TreeBuilder *tree_builder_create(void);
void tree_builder_destroy(TreeBuilder *builder);
DEFINE_CLEANUP(TreeBuilder *, tree_builder_destroy);

enum {
    TREE_MAX_ENTRIES = 200000, /* section 7.1 */
};

/* Adds one path. False when out of memory or over TREE_MAX_ENTRIES (then the tree is cut). */
bool tree_builder_add(TreeBuilder *builder, Str path, TreeKind kind) MUST_CHECK;
void tree_builder_mark_truncated(TreeBuilder *builder);

/* Sorts and takes the paths; the builder is empty afterwards. NULL when out of memory. */
TreeIndex *tree_builder_finish(TreeBuilder *builder);

TreeIndex *tree_index_ref(TreeIndex *tree);
TreeIndex *tree_index_unref(TreeIndex *tree); /* NULL is fine; always returns NULL */
DEFINE_CLEANUP(TreeIndex *, tree_index_unref);

size_t tree_index_size_bytes(const TreeIndex *tree);
size_t tree_index_len(const TreeIndex *tree);
bool tree_index_truncated(const TreeIndex *tree); /* absence proves nothing then */

bool tree_index_has(const TreeIndex *tree, Str path);
bool tree_index_kind(const TreeIndex *tree, Str path, TreeKind *ret_kind) MUST_CHECK;

/* Some file lies below path. */
bool tree_index_is_directory(const TreeIndex *tree, Str path);

/*
 * Files that end with suffix at a segment border. Fills ret_paths[max] (borrowed from the tree) in
 * path order and returns how many there are in all.
 */
size_t tree_index_by_suffix(const TreeIndex *tree, Str suffix, Str *ret_paths, size_t max);

/* Files directly in a directory, in path order, as above. */
size_t tree_index_in_directory(const TreeIndex *tree, Str dir, Str *ret_paths, size_t max);

/* Directories with files whose path ends with suffix at a segment border, as above. */
size_t tree_index_directories(const TreeIndex *tree, Str suffix, Str *ret_dirs, size_t max);
