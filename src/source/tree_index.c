/* SPDX-License-Identifier: Apache-2.0 */
#include "source/tree_index.h"

#include <stdatomic.h>

#include "base/vec.h"
#include "source/path.h"

typedef struct TreeEntry {
    Str path;
    TreeKind kind;
} TreeEntry;

struct TreeBuilder {
    Arena *text;
    VEC(TreeEntry) entries;
    bool truncated;
};

struct TreeIndex {
    atomic_int refs;
    Arena *text;
    TreeEntry *entries; /* by path */
    Str *reversed;      /* files and links only, by their bytes from the end */
    size_t n_entries;
    size_t n_reversed;
    bool truncated;
};

enum {
    TREE_MAX_TEXT_BYTES = 64 * 1024 * 1024,
};

TreeBuilder *tree_builder_create(void)
{
    TreeBuilder *builder = calloc(1, sizeof(*builder));

    if (builder == NULL) {
        return NULL;
    }
    builder->text = arena_create(TREE_MAX_TEXT_BYTES);
    if (builder->text == NULL) {
        free(builder);
        return NULL;
    }
    return builder;
}

void tree_builder_destroy(TreeBuilder *builder)
{
    if (builder != NULL) {
        arena_destroy(builder->text);
        VEC_DONE(&builder->entries);
        free(builder);
    }
}

bool tree_builder_add(TreeBuilder *builder, Str path, TreeKind kind)
{
    if (builder->entries.len >= TREE_MAX_ENTRIES) {
        builder->truncated = true;
        return false;
    }
    Str copy = arena_str(builder->text, path);
    if (copy.ptr == NULL || !VEC_PUSH(&builder->entries, (TreeEntry){ copy, kind })) {
        builder->truncated = true;
        return false;
    }
    return true;
}

void tree_builder_mark_truncated(TreeBuilder *builder)
{
    builder->truncated = true;
}

static int compare_entries(const void *a, const void *b)
{
    return str_cmp(((const TreeEntry *)a)->path, ((const TreeEntry *)b)->path);
}

/* Order of the texts read backwards. */
static int compare_reversed(Str a, Str b)
{
    size_t n = MIN(a.len, b.len);

    for (size_t i = 1; i <= n; i++) {
        int d = (int)(unsigned char)a.ptr[a.len - i] - (int)(unsigned char)b.ptr[b.len - i];
        if (d != 0) {
            return d;
        }
    }
    return (a.len > b.len) - (a.len < b.len);
}

static int compare_reversed_qsort(const void *a, const void *b)
{
    return compare_reversed(*(const Str *)a, *(const Str *)b);
}

TreeIndex *tree_builder_finish(TreeBuilder *builder)
{
    TreeIndex *tree = calloc(1, sizeof(*tree));
    Str *reversed = calloc(builder->entries.len + 1, sizeof(*reversed));
    Arena *next_text = arena_create(TREE_MAX_TEXT_BYTES);

    if (tree == NULL || reversed == NULL || next_text == NULL) {
        free(tree);
        free(reversed);
        arena_destroy(next_text);
        return NULL;
    }
    atomic_init(&tree->refs, 1);
    tree->text = builder->text;
    tree->entries = builder->entries.items;
    tree->n_entries = builder->entries.len;
    tree->truncated = builder->truncated;
    tree->reversed = reversed;
    builder->text = next_text;
    builder->entries.items = NULL;
    builder->entries.len = builder->entries.cap = 0;
    if (tree->n_entries > 0) {
        qsort(tree->entries, tree->n_entries, sizeof(*tree->entries), compare_entries);
    }
    for (size_t i = 0; i < tree->n_entries; i++) {
        if (tree->entries[i].kind != TREE_SUBMODULE) {
            reversed[tree->n_reversed++] = tree->entries[i].path;
        }
    }
    qsort(reversed, tree->n_reversed, sizeof(*reversed), compare_reversed_qsort);
    return tree;
}

TreeIndex *tree_index_ref(TreeIndex *tree)
{
    (void)atomic_fetch_add_explicit(&tree->refs, 1, memory_order_relaxed); /* old value unused */
    return tree;
}

TreeIndex *tree_index_unref(TreeIndex *tree)
{
    if (tree != NULL && atomic_fetch_sub_explicit(&tree->refs, 1, memory_order_acq_rel) == 1) {
        arena_destroy(tree->text);
        free(tree->entries);
        free(tree->reversed);
        free(tree);
    }
    return NULL;
}

size_t tree_index_size_bytes(const TreeIndex *tree)
{
    return sizeof(*tree) + arena_used(tree->text) +
           tree->n_entries * (sizeof(TreeEntry) + sizeof(Str));
}

size_t tree_index_len(const TreeIndex *tree)
{
    return tree->n_entries;
}

bool tree_index_truncated(const TreeIndex *tree)
{
    return tree->truncated;
}

bool tree_index_kind(const TreeIndex *tree, Str path, TreeKind *ret_kind)
{
    TreeEntry key = { .path = path };
    const TreeEntry *hit = tree->n_entries == 0 ? NULL
                                                : bsearch(&key, tree->entries, tree->n_entries,
                                                          sizeof(key), compare_entries);

    if (hit == NULL) {
        return false;
    }
    *ret_kind = hit->kind;
    return true;
}

bool tree_index_has(const TreeIndex *tree, Str path)
{
    TreeKind kind;

    return tree_index_kind(tree, path, &kind);
}

/* First entry below path in byte order, found without building path + "/". */
static size_t first_below(const TreeIndex *tree, Str path)
{
    size_t low = 0;
    size_t high = tree->n_entries;

    while (path.len > 0 && low < high) {
        size_t mid = low + (high - low) / 2;
        Str entry = tree->entries[mid].path;
        int order = str_cmp(str_first(entry, path.len), path);
        if (order < 0 || (order == 0 && (entry.len == path.len || entry.ptr[path.len] < '/'))) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low;
}

static bool is_below(const TreeIndex *tree, size_t i, Str path)
{
    return i < tree->n_entries && tree->entries[i].path.len > path.len &&
           path_is_under(tree->entries[i].path, path);
}

bool tree_index_is_directory(const TreeIndex *tree, Str path)
{
    return path.len == 0 || is_below(tree, first_below(tree, path), path);
}

size_t tree_index_in_directory(const TreeIndex *tree, Str dir, Str *ret_paths, size_t max)
{
    size_t n = 0;

    for (size_t i = first_below(tree, dir); is_below(tree, i, dir); i++) {
        const TreeEntry *entry = &tree->entries[i];
        if (entry->kind == TREE_FILE && str_eq(path_parent(entry->path), dir)) {
            if (n < max) {
                ret_paths[n] = entry->path;
            }
            n++;
        }
    }
    return n;
}

size_t tree_index_by_suffix(const TreeIndex *tree, Str suffix, Str *ret_paths, size_t max)
{
    size_t low = 0;
    size_t high = tree->n_reversed;
    size_t n = 0;

    if (suffix.len == 0) {
        return 0;
    }
    while (low < high) { /* first path not before suffix in reversed order */
        size_t mid = low + (high - low) / 2;
        if (compare_reversed(tree->reversed[mid], suffix) < 0) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    for (size_t i = low; i < tree->n_reversed && str_ends_with(tree->reversed[i], suffix); i++) {
        if (path_has_suffix(tree->reversed[i], suffix)) {
            if (n < max) {
                ret_paths[n] = tree->reversed[i];
            }
            n++;
        }
    }
    /* reversed order is of no use to people: the order of paths is */
    if (n > 1) {
        qsort(ret_paths, MIN(n, max), sizeof(*ret_paths), str_cmp_qsort);
    }
    return n;
}

size_t tree_index_directories(const TreeIndex *tree, Str suffix, Str *ret_dirs, size_t max)
{
    size_t n = 0;

    for (size_t i = 0; i < tree->n_entries; i++) {
        Str dir = path_parent(tree->entries[i].path);
        bool known = !path_has_suffix(dir, suffix);
        /* files of a directory are neighbours, but for those of its sub-directories between them */
        for (size_t k = MIN(n, max); k > 0 && !known; k--) {
            known = str_eq(ret_dirs[k - 1], dir);
        }
        if (!known) {
            if (n < max) {
                ret_dirs[n] = dir;
            }
            n++;
        }
    }
    return n;
}
