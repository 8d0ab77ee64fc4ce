/* SPDX-License-Identifier: Apache-2.0 */
/*
 * model/flamegraph.h - the encodings of a call tree: levels of bars, TREE bytes (query.md 3.1
 * and 3.4).
 */
#pragma once

#include "base/vec.h"
#include "model/tree.h"

typedef struct FlameLevel {
    VEC(int64_t) values; /* quads: offset to the previous bar's end, total, self, name index */
} FlameLevel;

typedef struct FlameGraph {
    VEC(Str) names; /* names[0] is "total"; texts belong to the tree's names */
    VEC(FlameLevel) levels;
    int64_t total;
    int64_t max_self;
} FlameGraph;

/* Nodes whose total is below min_value go into a bar "other" beside their siblings. */
bool flamegraph_encode(const Tree *tree, int64_t min_value, FlameGraph *ret_graph,
                       Err *err) MUST_CHECK;
void flamegraph_done(FlameGraph *graph);

/* Appends TREE bytes; an empty tree appends nothing. */
bool tree_encode_bytes(const Tree *tree, int64_t min_value, Buf *out, Err *err) MUST_CHECK;
