/* SPDX-License-Identifier: Apache-2.0 */
#include "model/flamegraph.h"

#define OTHER STR("other")
#define NO_NODE UINT32_MAX

/* A bar waiting to be written: a node, or the sum of cut siblings (node == NO_NODE). */
typedef struct Bar {
    uint32_t node;
    uint32_t level;
    int64_t x;
    int64_t total;
} Bar;

typedef struct Encoder {
    const Tree *tree;
    int64_t min_value;
    FlameGraph *graph;
    uint32_t *name_index; /* by name number, index + 1 in the answer; 0: not used yet */
    uint32_t other_index; /* index + 1 */
    VEC(Bar) stack;
    VEC(int64_t) level_end; /* right edge of the last bar of each level */
} Encoder;

/* A child that stays: large enough, and not itself named like the bar that stands for the cut ones.
 */
static bool stays(const Tree *tree, uint32_t node, int64_t min_value)
{
    const TreeNode *n = &tree->nodes[node];

    return n->total >= min_value && !str_eq(tree->names->items[n->name], OTHER);
}

static bool add_name(Encoder *encoder, Str name, uint32_t *index)
{
    if (*index == 0) {
        if (!VEC_PUSH(&encoder->graph->names, name)) {
            return false;
        }
        *index = (uint32_t)encoder->graph->names.len;
    }
    return true;
}

/* Number of the name in the answer; "total" shares the index of the root, which clients expect at
 * 0. */
static bool bar_name(Encoder *encoder, uint32_t node, int64_t *ret_index)
{
    if (node == TREE_ROOT) {
        *ret_index = 0;
        return true;
    }
    uint32_t *index = &encoder->other_index;
    Str name = OTHER;
    if (node != NO_NODE) {
        uint32_t number = encoder->tree->nodes[node].name;
        name = encoder->tree->names->items[number];
        index = &encoder->name_index[number];
        if (str_eq(name, STR("total"))) {
            *ret_index = 0;
            return true;
        }
    }
    if (!add_name(encoder, name, index)) {
        return false;
    }
    *ret_index = *index - 1;
    return true;
}

static bool write_bar(Encoder *encoder, const Bar *bar, int64_t self)
{
    FlameGraph *graph = encoder->graph;
    int64_t name;

    while (graph->levels.len <= bar->level) {
        if (!VEC_PUSH(&graph->levels, (FlameLevel){ 0 }) || !VEC_PUSH(&encoder->level_end, 0)) {
            return false;
        }
    }
    if (!bar_name(encoder, bar->node, &name)) {
        return false;
    }
    FlameLevel *level = &graph->levels.items[bar->level];
    if (!VEC_RESERVE(&level->values, 4)) {
        return false;
    }
    int64_t *quad = level->values.items + level->values.len;
    quad[0] = bar->x - encoder->level_end.items[bar->level];
    quad[1] = bar->total;
    quad[2] = self;
    quad[3] = name;
    level->values.len += 4;
    encoder->level_end.items[bar->level] = sat_add_i64(bar->x, bar->total);
    if (bar->node != TREE_ROOT) {
        graph->max_self = MAX(graph->max_self, self);
    }
    return true;
}

/* Pushes the children of a bar, from left to right, and what was cut of them at the right. */
static bool push_children(Encoder *encoder, const Bar *bar, int64_t x)
{
    const Tree *tree = encoder->tree;
    int64_t cut = 0;

    for (uint32_t i = tree->first_child[bar->node]; i < tree->first_child[bar->node + 1]; i++) {
        uint32_t child = tree->children[i];
        int64_t total = tree->nodes[child].total;
        if (!stays(tree, child, encoder->min_value)) {
            cut = sat_add_i64(cut, total);
            continue;
        }
        if (!VEC_PUSH(&encoder->stack, (Bar){ child, bar->level + 1, x, total })) {
            return false;
        }
        x = sat_add_i64(x, total);
    }
    return cut == 0 || VEC_PUSH(&encoder->stack, (Bar){ NO_NODE, bar->level + 1, x, cut });
}

/* The leftmost child is written next: then the bars of every level come out from left to right. */
static void reverse_from(Encoder *encoder, size_t start)
{
    size_t i = start;
    size_t j = encoder->stack.len;

    while (i + 1 < j) {
        j--;
        Bar swapped = encoder->stack.items[i];
        encoder->stack.items[i] = encoder->stack.items[j];
        encoder->stack.items[j] = swapped;
        i++;
    }
}

static bool encode(Encoder *encoder)
{
    const Tree *tree = encoder->tree;
    Bar root = { TREE_ROOT, 0, 0, tree->nodes[TREE_ROOT].total };

    if (!VEC_PUSH(&encoder->graph->names, STR("total")) || !VEC_PUSH(&encoder->stack, root)) {
        return false;
    }
    while (encoder->stack.len > 0) {
        Bar bar = encoder->stack.items[--encoder->stack.len];
        int64_t self = bar.node == NO_NODE     ? bar.total
                       : bar.node == TREE_ROOT ? 0
                                               : tree->nodes[bar.node].self;
        if (!write_bar(encoder, &bar, self)) {
            return false;
        }
        if (bar.node == NO_NODE) {
            continue;
        }
        size_t start = encoder->stack.len;
        if (!push_children(encoder, &bar, sat_add_i64(bar.x, self))) {
            return false;
        }
        reverse_from(encoder, start);
    }
    return true;
}

bool flamegraph_encode(const Tree *tree, int64_t min_value, FlameGraph *ret_graph, Err *err)
{
    Encoder encoder = { .tree = tree, .min_value = min_value, .graph = ret_graph };

    *ret_graph = (FlameGraph){ .total = tree->nodes[TREE_ROOT].total };
    encoder.name_index = calloc(MAX(tree->names->n, 1U), sizeof(*encoder.name_index));
    bool ok = encoder.name_index != NULL && encode(&encoder);
    free(encoder.name_index);
    VEC_DONE(&encoder.stack);
    VEC_DONE(&encoder.level_end);
    if (!ok) {
        flamegraph_done(ret_graph);
        return err_no_memory(err);
    }
    return true;
}

void flamegraph_done(FlameGraph *graph)
{
    for (size_t i = 0; i < graph->levels.len; i++) {
        VEC_DONE(&graph->levels.items[i].values);
    }
    VEC_DONE(&graph->levels);
    VEC_DONE(&graph->names);
}

/* ---- TREE ---- */

static void add_uvarint(Buf *out, uint64_t value)
{
    while (value >= 0x80) {
        buf_add_char(out, (char)(value | 0x80));
        value >>= 7;
    }
    buf_add_char(out, (char)value);
}

static void add_tree_node(Buf *out, Str name, int64_t self, size_t n_children)
{
    add_uvarint(out, name.len);
    buf_add(out, name);
    add_uvarint(out, (uint64_t)self);
    add_uvarint(out, n_children);
}

/* The children that TREE keeps: also a real "other", to which the cut siblings are added. */
typedef struct KeptChildren {
    VEC(Bar) bars; /* in name order; NO_NODE stands for the cut ones */
} KeptChildren;

static bool collect_children(const Tree *tree, uint32_t node, int64_t min_value, KeptChildren *kept)
{
    int64_t cut = 0;
    size_t other_at = SIZE_MAX;

    kept->bars.len = 0;
    for (uint32_t i = tree->first_child[node]; i < tree->first_child[node + 1]; i++) {
        uint32_t child = tree->children[i];
        Str name = tree->names->items[tree->nodes[child].name];
        bool is_other = str_eq(name, OTHER);
        if (tree->nodes[child].total < min_value && !is_other) {
            cut = sat_add_i64(cut, tree->nodes[child].total);
            continue;
        }
        if (is_other) {
            other_at = kept->bars.len;
        }
        if (!VEC_PUSH(&kept->bars, (Bar){ .node = child, .total = 0 })) {
            return false;
        }
    }
    if (cut == 0) {
        return true;
    }
    if (other_at != SIZE_MAX) {
        kept->bars.items[other_at].total = cut; /* grows the self value of the real one */
        return true;
    }
    if (!VEC_PUSH(&kept->bars, (Bar){ .node = NO_NODE, .total = cut })) {
        return false;
    }
    size_t at = kept->bars.len - 1;
    while (at > 0 && str_cmp(tree->names->items[tree->nodes[kept->bars.items[at - 1].node].name],
                             OTHER) > 0) {
        kept->bars.items[at] = kept->bars.items[at - 1];
        at--;
    }
    kept->bars.items[at] = (Bar){ .node = NO_NODE, .total = cut };
    return true;
}

static bool encode_tree(const Tree *tree, int64_t min_value, Buf *out)
{
    KeptChildren kept = { 0 };
    VEC(Bar) stack = { 0 };
    bool ok = VEC_PUSH(&stack, (Bar){ .node = TREE_ROOT });

    while (ok && stack.len > 0) {
        Bar bar = stack.items[--stack.len];
        if (bar.node == NO_NODE) {
            add_tree_node(out, OTHER, bar.total, 0);
            continue;
        }
        ok = collect_children(tree, bar.node, min_value, &kept);
        const TreeNode *node = &tree->nodes[bar.node];
        Str name = bar.node == TREE_ROOT ? STR_EMPTY : tree->names->items[node->name];
        add_tree_node(out, name, sat_add_i64(node->self, bar.total), kept.bars.len);
        for (size_t i = 0; ok && i < kept.bars.len; i++) {
            ok = VEC_PUSH(&stack, kept.bars.items[i]);
        }
    }
    VEC_DONE(&kept.bars);
    VEC_DONE(&stack);
    return ok && buf_ok(out);
}

bool tree_encode_bytes(const Tree *tree, int64_t min_value, Buf *out, Err *err)
{
    if (tree->n == 1) {
        return true;
    }
    return encode_tree(tree, min_value, out) || err_no_memory(err);
}
