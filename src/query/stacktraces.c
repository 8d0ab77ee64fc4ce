/* SPDX-License-Identifier: Apache-2.0 */
#include "query/stacktraces.h"

#include "query/profile_message.h"

/* ---- call tree ---- */

enum { TREE_NODE_BYTES = 64 }; /* with its share of slots and children */

typedef struct TreeCtx {
    Tree *tree;
    CallSite call_site;
} TreeCtx;

static bool add_tree_block(void *arg, const StoreBlock *block, Err *err)
{
    TreeCtx *ctx = arg;

    for (size_t group = 0; group < block->n_groups; group++) {
        if (block->sums[group] != NULL &&
            !tree_add(ctx->tree, block->symbols, block->sums[group], &ctx->call_site, err)) {
            return false;
        }
    }
    return true;
}

bool query_tree(const Query *query, const StacktracesRequest *request, Arena *arena, Intern *names,
                Tree *ret_tree, Err *err)
{
    Selection selection;
    TreeCtx ctx = { .tree = ret_tree };

    intern_init(names, arena);
    *ret_tree = (Tree){ 0 };
    if (!selection_open(query, request->tenants, &request->type, request->selector, request->range,
                        &request->samples, arena, &selection, err)) {
        return false;
    }
    bool ok = tree_init(ret_tree, names, err);
    if (ok && query->limits.max_bytes > 0) {
        size_t max_nodes = query->limits.max_bytes / TREE_NODE_BYTES;
        ret_tree->max_nodes = (uint32_t)MIN((size_t)ret_tree->max_nodes, max_nodes);
    }
    ok = ok &&
         call_site_init(&ctx.call_site, names, request->call_site, request->n_call_site, arena,
                        err) &&
         selection_merge(&selection, add_tree_block, &ctx, err) && tree_finish(ret_tree, err);
    selection_done(&selection);
    if (!ok) {
        tree_done(ret_tree);
        intern_done(names);
    }
    return ok;
}

/* ---- merged profile ---- */

typedef struct MergeCtx {
    ProfileMerge *merge;
    const Version *versions; /* by group */
} MergeCtx;

static bool add_merge_block(void *arg, const StoreBlock *block, Err *err)
{
    MergeCtx *ctx = arg;

    for (size_t group = 0; group < block->n_groups; group++) {
        if (block->sums[group] != NULL &&
            !profile_merge_add(ctx->merge, block->symbols, ctx->versions[group], block->sums[group],
                               err)) {
            return false;
        }
    }
    return true;
}

static bool merge_selection(Selection *selection, ProfileMerge *merge, int64_t max_nodes,
                            Arena *arena, Err *err)
{
    MergeCtx ctx = { .merge = merge };
    Version *versions;

    /* which locations are a leaf is a matter of one series; golden case profile-go-pgo */
    bool ok = merge->options.go_pgo ? selection_group_each(selection, arena, &versions, err)
                                    : selection_group_by_version(selection, arena, &versions, err);
    if (!ok) {
        return false;
    }
    ctx.versions = versions;
    return selection_merge(selection, add_merge_block, &ctx, err) &&
           (merge->options.go_pgo || profile_merge_truncate(merge, max_nodes, err));
}

bool query_profile(const Query *query, const StacktracesRequest *request, int64_t max_nodes,
                   Arena *arena, Google__V1__Profile **ret_profile, Err *err)
{
    MergeOptions options = {
        .call_site = request->call_site,
        .n_call_site = request->n_call_site,
        .go_pgo = request->go_pgo,
        .keep_locations = request->keep_locations,
        .aggregate_callees = request->aggregate_callees,
    };
    Selection selection;
    ProfileMerge merge;

    if (!profile_merge_init(&merge, &options, arena, err)) {
        return false;
    }
    bool ok = selection_open(query, request->tenants, &request->type, request->selector,
                             request->range, &request->samples, arena, &selection, err);
    if (ok) {
        ok =
            merge_selection(&selection, &merge, max_nodes, arena, err) &&
            profile_message(&merge, &request->type, request->range.end_ms, arena, ret_profile, err);
        selection_done(&selection);
    }
    profile_merge_done(&merge);
    return ok;
}
