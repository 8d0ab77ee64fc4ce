/* SPDX-License-Identifier: Apache-2.0 */
/* DOT (query.md 3.6): a node per function, the largest by total, edges with their weight. */
#include "query/stacktraces.h"

#include "model/tally.h"

enum { DOT_DEFAULT_NODES = 100 };

typedef struct Dot {
    const Tree *tree;
    int64_t total;
    Tally functions; /* key: name */
    Tally edges;     /* key: caller name, callee name */
    uint32_t *rank;  /* by name: place among the drawn nodes + 1, 0: not drawn */
} Dot;

/* Whether a function occurs again above the node: then the node's total was counted there. */
static bool is_recursive(const Tree *tree, uint32_t node)
{
    uint32_t name = tree->nodes[node].name;

    for (uint32_t at = tree->nodes[node].parent; at != TREE_ROOT; at = tree->nodes[at].parent) {
        if (tree->nodes[at].name == name) {
            return true;
        }
    }
    return false;
}

static bool add_functions(Dot *dot)
{
    for (uint32_t i = 1; i < dot->tree->n; i++) {
        const TreeNode *node = &dot->tree->nodes[i];
        uint32_t row = tally_row(&dot->functions, (TallyKey){ { node->name, 0, 0, 0 } });
        if (row == TALLY_FAILED) {
            return false;
        }
        tally_add_self(&dot->functions, row, node->self);
        if (!is_recursive(dot->tree, i)) {
            tally_add_total(&dot->functions, row, i, node->total);
        }
    }
    return true;
}

/* Edges go to the nearest ancestor that is drawn. */
static bool add_edges(Dot *dot)
{
    for (uint32_t i = 1; i < dot->tree->n; i++) {
        const TreeNode *node = &dot->tree->nodes[i];
        uint32_t parent = node->parent;
        while (parent != TREE_ROOT && dot->rank[dot->tree->nodes[parent].name] == 0) {
            parent = dot->tree->nodes[parent].parent;
        }
        if (parent == TREE_ROOT || dot->rank[node->name] == 0) {
            continue;
        }
        TallyKey key = { { dot->tree->nodes[parent].name, node->name, 0, 0 } };
        uint32_t row = tally_row(&dot->edges, key);
        if (row == TALLY_FAILED) {
            return false;
        }
        tally_add_total(&dot->edges, row, i, node->total);
    }
    return true;
}

static int by_total(const void *a, const void *b)
{
    const TallyRow *x = a;
    const TallyRow *y = b;

    if (x->total != y->total) {
        return x->total > y->total ? -1 : 1;
    }
    return (x->key.part[0] > y->key.part[0]) - (x->key.part[0] < y->key.part[0]);
}

static void add_quoted(Buf *out, Str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c == '"' || c == '\\') {
            buf_add_char(out, '\\');
        }
        buf_add_char(out, (unsigned char)c < ' ' ? ' ' : c);
    }
}

static double percent(int64_t part, int64_t whole)
{
    return whole == 0 ? 0.0 : 100.0 * (double)part / (double)whole;
}

static void write_dot(Dot *dot, const ProfileType *type, size_t n_nodes, Buf *out)
{
    const Intern *names = dot->tree->names;

    buf_add(out,
            STR("digraph \"flameline\" {\nnode [style=filled fillcolor=\"#f8f8f8\" shape=box]\n"));
    buf_add(out, STR("legend [shape=box fontsize=16 label=\"Type: "));
    add_quoted(out, type->sample_type);
    buf_addf(out, "\\lTotal: %lld ", (long long)dot->total);
    add_quoted(out, type->sample_unit);
    buf_addf(out, "\\lShowing %zu of %u functions\\l\"]\n", n_nodes, dot->functions.n);
    for (size_t i = 0; i < n_nodes; i++) {
        const TallyRow *row = &dot->functions.rows[i];
        double share = percent(row->self, dot->total);
        buf_addf(out, "N%zu [label=\"", i + 1);
        add_quoted(out, names->items[row->key.part[0]]);
        buf_addf(out, "\\n%lld (%.2f%%)\\nof %lld (%.2f%%)\" fontsize=%d]\n", (long long)row->self,
                 share, (long long)row->total, percent(row->total, dot->total),
                 8 + (int)(share * 0.16));
    }
    for (uint32_t i = 0; i < dot->edges.n; i++) {
        const TallyRow *row = &dot->edges.rows[i];
        buf_addf(out, "N%u -> N%u [label=\" %lld\" weight=%d]\n", dot->rank[row->key.part[0]],
                 dot->rank[row->key.part[1]], (long long)row->total,
                 1 + (int)percent(row->total, dot->total));
    }
    buf_add(out, STR("}\n"));
}

static bool build(Dot *dot, const ProfileType *type, size_t max_nodes, Buf *out)
{
    if (!add_functions(dot)) {
        return false;
    }
    /* rows are only read from here on, so their order may change */
    qsort(dot->functions.rows, dot->functions.n, sizeof(TallyRow), by_total);
    size_t n_nodes = MIN((size_t)dot->functions.n, max_nodes);
    dot->rank = calloc(MAX(dot->tree->names->n, 1U), sizeof(*dot->rank));
    if (dot->rank == NULL) {
        return false;
    }
    for (size_t i = 0; i < n_nodes; i++) {
        dot->rank[dot->functions.rows[i].key.part[0]] = (uint32_t)i + 1;
    }
    if (!add_edges(dot)) {
        return false;
    }
    write_dot(dot, type, n_nodes, out);
    return buf_ok(out);
}

bool tree_add_dot(const Tree *tree, const ProfileType *type, int64_t max_nodes, Buf *out, Err *err)
{
    Dot dot = { .tree = tree, .total = tree->nodes[TREE_ROOT].total };

    if (tree->n == 1) {
        return true;
    }
    bool ok = build(&dot, type, max_nodes < 1 ? DOT_DEFAULT_NODES : (size_t)max_nodes, out);
    tally_done(&dot.functions);
    tally_done(&dot.edges);
    free(dot.rank);
    return ok || err_no_memory(err);
}
