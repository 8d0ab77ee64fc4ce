/* SPDX-License-Identifier: Apache-2.0 */
/* profile_merge_truncate(): a merged profile with its leaf side cut by the size of its call tree.
 */
#include "model/profile_merge.h"
#include "model/tree.h"

typedef struct Truncation {
    ProfileMerge *merge;
    Tree tree; /* by function; a location without lines is a function of its own */
    int64_t min_value;
    uint32_t other;     /* location */
    VEC(uint32_t) path; /* of one stack, root first */
    VEC(uint32_t) stack;
    Intern stacks; /* the new ones */
    VEC(int64_t) values;
} Truncation;

/* The functions of a stack, root first. */
static bool read_path(Truncation *t, const uint32_t *locations, size_t n)
{
    t->path.len = 0;
    for (size_t i = n; i > 0; i--) {
        MergedLocation location;
        size_t n_lines;
        const SymLine *lines =
            merged_location_lines(t->merge, locations[i - 1], &location, &n_lines);
        if (!VEC_RESERVE(&t->path, n_lines + 1)) {
            return false;
        }
        if (n_lines == 0) {
            t->path.items[t->path.len++] = t->merge->functions.n + locations[i - 1];
        }
        for (size_t j = n_lines; j > 0; j--) {
            t->path.items[t->path.len++] = lines[j - 1].function;
        }
    }
    return true;
}

static bool build_tree(Truncation *t)
{
    for (uint32_t i = 0; i < t->merge->stacks.n; i++) {
        size_t n;
        const uint32_t *locations = merged_stack(t->merge, i, &n);
        if (!read_path(t, locations, n) ||
            !tree_add_path(&t->tree, t->path.items, t->path.len, t->merge->values.items[i])) {
            return false;
        }
    }
    tree_sum(&t->tree);
    return true;
}

/* How many frames at the root side are large enough to stay. */
static size_t kept_frames(const Truncation *t)
{
    uint32_t node = TREE_ROOT;

    for (size_t i = 0; i < t->path.len; i++) {
        node = tree_find_child(&t->tree, node, t->path.items[i]);
        if (t->tree.nodes[node].total < t->min_value) {
            return i;
        }
    }
    return t->path.len;
}

/* How many locations at the root side hold the first n_frames frames; a location is kept whole. */
static size_t locations_of(const Truncation *t, const uint32_t *locations, size_t n,
                           size_t n_frames)
{
    size_t kept = 0;

    for (size_t frames = 0; frames < n_frames && kept < n; kept++) {
        MergedLocation location;
        size_t n_lines;
        (void)merged_location_lines(t->merge, locations[n - 1 - kept], &location, &n_lines);
        frames += MAX(n_lines, (size_t)1);
    }
    return kept;
}

static bool cut_stack(Truncation *t, uint32_t stack)
{
    size_t n;
    const uint32_t *locations = merged_stack(t->merge, stack, &n);

    if (!read_path(t, locations, n)) {
        return false;
    }
    size_t frames = kept_frames(t);
    /* one frame more than is large enough, as the reference does; golden case
     * profile-max-nodes-wide */
    size_t kept = frames == 0 ? 0 : locations_of(t, locations, n, frames + 1);
    t->stack.len = 0;
    if (kept < n && !VEC_PUSH(&t->stack, t->other)) {
        return false;
    }
    for (size_t i = n - kept; i < n; i++) {
        if (!VEC_PUSH(&t->stack, locations[i])) {
            return false;
        }
    }
    Str key = { (const char *)t->stack.items, t->stack.len * sizeof(uint32_t) };
    uint32_t number = intern_add(&t->stacks, key);
    if (number == INTERN_FAILED || (number == t->values.len && !VEC_PUSH(&t->values, 0))) {
        return false;
    }
    t->values.items[number] = sat_add_i64(t->values.items[number], t->merge->values.items[stack]);
    return true;
}

/* The location that stands for what was cut; in the first mapping, since any must be named. */
static bool add_other(Truncation *t)
{
    ProfileMerge *merge = t->merge;
    uint32_t name = intern_add(&merge->strings, STR("other"));
    SymFunction function = { .name = name, .system_name = name };
    uint32_t number =
        intern_add(&merge->functions, (Str){ (const char *)&function, sizeof(function) });

    struct {
        MergedLocation location;
        SymLine line;
    } key = { .line = { .function = number } };

    if (name == INTERN_FAILED || number == INTERN_FAILED) {
        return false;
    }
    t->other = intern_add(&merge->locations, (Str){ (const char *)&key, sizeof(key) });
    return t->other != INTERN_FAILED;
}

static bool truncate_stacks(Truncation *t, int64_t max_nodes)
{
    if (!build_tree(t)) {
        return false;
    }
    t->min_value = tree_min_value(&t->tree, max_nodes);
    if (t->min_value == 0) {
        return true;
    }
    if (!add_other(t)) {
        return false;
    }
    for (uint32_t i = 0; i < t->merge->stacks.n; i++) {
        if (!cut_stack(t, i)) {
            return false;
        }
    }
    Intern stacks = t->merge->stacks;
    t->merge->stacks = t->stacks;
    t->stacks = stacks;
    __typeof__(t->values) values = t->values;
    memcpy(&t->values, &t->merge->values, sizeof(values));
    memcpy(&t->merge->values, &values, sizeof(values));
    return true;
}

bool profile_merge_truncate(ProfileMerge *merge, int64_t max_nodes, Err *err)
{
    Truncation t = { .merge = merge };

    if (max_nodes < 1 || merge->stacks.n == 0) {
        return true;
    }
    intern_init(&t.stacks, merge->arena);
    bool ok = tree_init(&t.tree, NULL, err) && truncate_stacks(&t, max_nodes);
    tree_done(&t.tree);
    VEC_DONE(&t.path);
    VEC_DONE(&t.stack);
    intern_done(&t.stacks);
    VEC_DONE(&t.values);
    return ok || err_set(err, ERR_RESOURCE_EXHAUSTED, "merged profile needs too much memory");
}
