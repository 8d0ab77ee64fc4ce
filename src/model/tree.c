/* SPDX-License-Identifier: Apache-2.0 */
#include "model/tree.h"

enum { TREE_MAX_NODES = 32 * 1024 * 1024 };

bool tree_init(Tree *tree, Intern *names, Err *err)
{
    *tree = (Tree){ .names = names, .max_nodes = TREE_MAX_NODES, .cap = 1024, .n_slots = 4096 };
    tree->nodes = calloc(tree->cap, sizeof(*tree->nodes));
    tree->slots = calloc(tree->n_slots, sizeof(*tree->slots));
    if (tree->nodes == NULL || tree->slots == NULL) {
        return err_no_memory(err);
    }
    tree->n = 1;
    return true;
}

void tree_done(Tree *tree)
{
    free(tree->nodes);
    free(tree->slots);
    free(tree->path);
    free(tree->children);
    free(tree->first_child);
    *tree = (Tree){ 0 };
}

static size_t hash_of(uint32_t parent, uint32_t name)
{
    uint64_t key = (uint64_t)parent << 32 | name;

    key *= 0x9E3779B97F4A7C15ULL;
    return (size_t)(key ^ key >> 29);
}

static bool grow_slots(Tree *tree)
{
    size_t n_slots = tree->n_slots * 2;
    uint32_t *slots = calloc(n_slots, sizeof(*slots));

    if (slots == NULL) {
        return false;
    }
    for (uint32_t i = 1; i < tree->n; i++) {
        size_t slot = hash_of(tree->nodes[i].parent, tree->nodes[i].name) & (n_slots - 1);
        while (slots[slot] != 0) {
            slot = (slot + 1) & (n_slots - 1);
        }
        slots[slot] = i + 1;
    }
    free(tree->slots);
    tree->slots = slots;
    tree->n_slots = n_slots;
    return true;
}

static bool new_node(Tree *tree, uint32_t parent, uint32_t name)
{
    if (tree->n == tree->cap) {
        uint32_t cap = tree->cap * 2;
        TreeNode *nodes = realloc(tree->nodes, cap * sizeof(*nodes));
        if (nodes == NULL) {
            return false;
        }
        tree->nodes = nodes;
        tree->cap = cap;
    }
    tree->nodes[tree->n++] = (TreeNode){ .parent = parent, .name = name };
    return (size_t)tree->n * 2 <= tree->n_slots || grow_slots(tree);
}

/* The child of that name, made when it is missing; 0 (the root is nobody's child) when out of
 * memory. */
static uint32_t child_of(Tree *tree, uint32_t parent, uint32_t name)
{
    size_t slot = hash_of(parent, name) & (tree->n_slots - 1);

    while (tree->slots[slot] != 0) {
        uint32_t at = tree->slots[slot] - 1;
        if (tree->nodes[at].parent == parent && tree->nodes[at].name == name) {
            return at;
        }
        slot = (slot + 1) & (tree->n_slots - 1);
    }
    if (tree->n >= tree->max_nodes) {
        return 0;
    }
    tree->slots[slot] = tree->n + 1;
    return new_node(tree, parent, name) ? tree->n - 1 : 0;
}

/* The names of a stack in tree->path, root first. */
static bool read_path(Tree *tree, FrameNames *frame_names, uint32_t stack, size_t *ret_n)
{
    size_t n = stack_names(frame_names, stack, tree->path, tree->path_cap);

    if (n > tree->path_cap) {
        uint32_t *grown = realloc(tree->path, n * sizeof(*grown));
        if (grown == NULL) {
            return false;
        }
        tree->path = grown;
        tree->path_cap = n;
        n = stack_names(frame_names, stack, tree->path, tree->path_cap);
    }
    *ret_n = n;
    return true;
}

uint32_t tree_find_child(const Tree *tree, uint32_t parent, uint32_t name)
{
    size_t slot = hash_of(parent, name) & (tree->n_slots - 1);

    while (tree->slots[slot] != 0) {
        uint32_t at = tree->slots[slot] - 1;
        if (tree->nodes[at].parent == parent && tree->nodes[at].name == name) {
            return at;
        }
        slot = (slot + 1) & (tree->n_slots - 1);
    }
    return TREE_ROOT;
}

bool tree_add_path(Tree *tree, const uint32_t *path, size_t n, int64_t value)
{
    uint32_t at = TREE_ROOT;

    for (size_t i = 0; i < n; i++) {
        if (path[i] == INTERN_FAILED) {
            return false;
        }
        at = child_of(tree, at, path[i]);
        if (at == TREE_ROOT) {
            return false;
        }
    }
    tree->nodes[at].self = sat_add_i64(tree->nodes[at].self, value);
    return true;
}

bool tree_add(Tree *tree, const Symbols *symbols, const int64_t *sums, const CallSite *call_site,
              Err *err)
{
    FrameNames frame_names;

    if (!frame_names_init(&frame_names, tree->names, symbols)) {
        return err_no_memory(err);
    }
    bool ok = true;
    for (uint32_t stack = 0; ok && stack < symbols->n_stacks; stack++) {
        size_t n;
        if (sums[stack] <= 0 || symbols->stacks[stack].n_locations == 0) {
            continue;
        }
        ok = read_path(tree, &frame_names, stack, &n);
        if (ok && call_site_matches(call_site, tree->path, n)) {
            ok = tree_add_path(tree, tree->path, n, sums[stack]);
        }
    }
    frame_names_done(&frame_names);
    return ok || err_set(err, ERR_RESOURCE_EXHAUSTED, "call tree needs too much memory");
}

/* ---- finishing ---- */

static int compare_texts(const void *a, const void *b, void *arg)
{
    const Intern *names = arg;

    return str_cmp(names->items[*(const uint32_t *)a], names->items[*(const uint32_t *)b]);
}

/* rank[name]: place of the name in byte order. */
static uint32_t *rank_names(const Intern *names)
{
    size_t n = MAX(names->n, 1U);
    uint32_t *order = malloc(n * sizeof(*order));
    uint32_t *rank = calloc(n, sizeof(*rank));

    if (order != NULL && rank != NULL) {
        for (uint32_t i = 0; i < names->n; i++) {
            order[i] = i;
        }
        qsort_r(order, names->n, sizeof(*order), compare_texts, (void *)(uintptr_t)names);
        for (uint32_t i = 0; i < names->n; i++) {
            rank[order[i]] = i;
        }
    }
    if (order == NULL) {
        free(rank);
        rank = NULL;
    }
    free(order);
    return rank;
}

typedef struct ChildOrder {
    const Tree *tree;
    const uint32_t *rank;
} ChildOrder;

static int compare_children(const void *a, const void *b, void *arg)
{
    const ChildOrder *order = arg;
    uint32_t rank_a = order->rank[order->tree->nodes[*(const uint32_t *)a].name];
    uint32_t rank_b = order->rank[order->tree->nodes[*(const uint32_t *)b].name];

    return (rank_a > rank_b) - (rank_a < rank_b);
}

void tree_sum(Tree *tree)
{
    for (uint32_t i = 0; i < tree->n; i++) {
        tree->nodes[i].total = tree->nodes[i].self;
    }
    for (uint32_t i = tree->n - 1; i > 0; i--) {
        TreeNode *parent = &tree->nodes[tree->nodes[i].parent];
        parent->total = sat_add_i64(parent->total, tree->nodes[i].total);
    }
}

bool tree_finish(Tree *tree, Err *err)
{
    tree_sum(tree);
    uint32_t *rank = rank_names(tree->names);
    tree->children = calloc(tree->n, sizeof(*tree->children));
    tree->first_child = calloc((size_t)tree->n + 2, sizeof(*tree->first_child));
    if (rank == NULL || tree->children == NULL || tree->first_child == NULL) {
        free(rank);
        return err_no_memory(err);
    }
    /* counting sort by parent: first_child[p + 1] is the place where the next child of p goes */
    for (uint32_t i = 1; i < tree->n; i++) {
        tree->first_child[tree->nodes[i].parent + 2]++;
    }
    for (uint32_t i = 2; i <= tree->n; i++) {
        tree->first_child[i] += tree->first_child[i - 1];
    }
    for (uint32_t i = 1; i < tree->n; i++) {
        tree->children[tree->first_child[tree->nodes[i].parent + 1]++] = i;
    }
    ChildOrder order = { tree, rank };
    for (uint32_t i = 0; i < tree->n; i++) {
        uint32_t first = tree->first_child[i];
        uint32_t n = tree->first_child[i + 1] - first;
        if (n > 1) {
            qsort_r(tree->children + first, n, sizeof(*tree->children), compare_children, &order);
        }
    }
    free(rank);
    return true;
}

int64_t kth_largest(int64_t *values, size_t n, size_t k)
{
    size_t low = 0;
    size_t high = n;

    /* quickselect with the middle as pivot, three-way so that many equal totals do no harm */
    for (;;) {
        int64_t pivot = values[low + (high - low) / 2];
        size_t larger = low;
        size_t smaller = high;
        for (size_t i = low; i < smaller;) {
            int64_t v = values[i];
            if (v > pivot) {
                values[i++] = values[larger];
                values[larger++] = v;
            } else if (v < pivot) {
                values[i] = values[--smaller];
                values[smaller] = v;
            } else {
                i++;
            }
        }
        if (k <= larger) {
            high = larger;
        } else if (k <= smaller) {
            return pivot;
        } else {
            low = smaller;
        }
    }
}

int64_t tree_min_value(const Tree *tree, int64_t max_nodes)
{
    uint32_t n = tree->n - 1; /* the virtual root does not count */

    if (max_nodes < 1 || n <= (uint64_t)max_nodes) {
        return 0;
    }
    int64_t *totals = malloc(n * sizeof(*totals));
    if (totals == NULL) {
        return 0; /* nothing is cut: a larger answer, not a wrong one */
    }
    for (uint32_t i = 0; i < n; i++) {
        totals[i] = tree->nodes[i + 1].total;
    }
    int64_t min_value = kth_largest(totals, n, (size_t)max_nodes);
    free(totals);
    return min_value;
}
