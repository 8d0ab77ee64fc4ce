/* SPDX-License-Identifier: Apache-2.0 */
/*
 * model/tree.h - call tree of function names, the data behind flame graphs (query.md 3.1).
 *
 * Nodes are created parents first, so totals are one loop backwards. Equal names under one parent
 * are one node, whatever file, line or version they have.
 */
#pragma once

#include "model/frame_names.h"

#define TREE_ROOT 0U /* the virtual root, without a name */

typedef struct TreeNode {
    uint32_t parent;
    uint32_t name; /* number in names; meaningless for the root */
    int64_t self;
    int64_t total; /* after tree_finish() */
} TreeNode;

typedef struct Tree {
    Intern *names;
    TreeNode *nodes; /* [n], nodes[0] is the root */
    uint32_t n;
    uint32_t cap;
    uint32_t *slots; /* node + 1 by (parent, name); 0: free */
    size_t n_slots;
    uint32_t max_nodes; /* beyond it: RESOURCE_EXHAUSTED */
    uint32_t *path;     /* scratch: names of one stack */
    size_t path_cap;
    /* after tree_finish() */
    uint32_t *children;    /* node numbers, grouped by parent, by name within one */
    uint32_t *first_child; /* [n + 1], into children */
} Tree;

bool tree_init(Tree *tree, Intern *names, Err *err) MUST_CHECK;
void tree_done(Tree *tree);

/*
 * Adds the stacks of one symbol table: sums[symbols->n_stacks]. Values of 0 or less and empty
 * stacks are left out, and so are stacks that do not start with the call site.
 */
bool tree_add(Tree *tree, const Symbols *symbols, const int64_t *sums, const CallSite *call_site,
              Err *err) MUST_CHECK;

/*
 * Adds one stack as numbers of its own kind, root first, under which nodes are told apart; for
 * trees that are not by function name (names is NULL then). False when out of memory.
 */
bool tree_add_path(Tree *tree, const uint32_t *path, size_t n, int64_t value) MUST_CHECK;

/* The child of that name, or TREE_ROOT when there is none. */
uint32_t tree_find_child(const Tree *tree, uint32_t parent, uint32_t name);

/* Computes totals. Nothing may be added afterwards. */
void tree_sum(Tree *tree);

/* Computes totals and the order of children. Nothing may be added afterwards. */
bool tree_finish(Tree *tree, Err *err) MUST_CHECK;

/*
 * The total below which nodes are cut so that about max_nodes stay: the max_nodes-th largest total,
 * or 0 when nothing has to be cut. max_nodes < 1: 0.
 */
int64_t tree_min_value(const Tree *tree, int64_t max_nodes);

/* The k-th largest (k >= 1) of values[n]; reorders them. k <= n. */
int64_t kth_largest(int64_t *values, size_t n, size_t k);
