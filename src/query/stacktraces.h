/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query/stacktraces.h - merged stacks of a selection: call tree, merged profile, DOT (query.md 3
 * and 4).
 */
#pragma once

#include "google/v1/profile.pb-c.h"
#include "model/flamegraph.h"
#include "model/profile_merge.h"
#include "query/query.h"

typedef struct StacktracesRequest {
    Tenants tenants;
    ProfileType type;
    Str selector;
    QueryRange range; /* already checked */
    SampleFilter samples;
    const Str *call_site; /* [n_call_site], root first */
    size_t n_call_site;
    bool go_pgo;
    uint32_t keep_locations;
    bool aggregate_callees;
} StacktracesRequest;

/*
 * The call tree of everything selected, finished. ret_tree: release with tree_done(), and names
 * with intern_done(); names lives in the arena and is the tree's.
 */
bool query_tree(const Query *query, const StacktracesRequest *request, Arena *arena, Intern *names,
                Tree *ret_tree, Err *err) MUST_CHECK;

/*
 * The merged profile as a message, everything in the arena; max_nodes < 1: complete. Without
 * samples the message is empty.
 */
bool query_profile(const Query *query, const StacktracesRequest *request, int64_t max_nodes,
                   Arena *arena, Google__V1__Profile **ret_profile, Err *err) MUST_CHECK;

/* Appends a graphviz digraph of the max_nodes largest functions; nothing when the tree is empty. */
bool tree_add_dot(const Tree *tree, const ProfileType *type, int64_t max_nodes, Buf *out,
                  Err *err) MUST_CHECK;
