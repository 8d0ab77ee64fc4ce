/* SPDX-License-Identifier: Apache-2.0 */
#include "query/series.h"

#include "base/clock.h"
#include "base/vec.h"
#include "model/frame_names.h"

enum { CALL_SITE_MAX_POINTS = 11000 };

/* What falls into one bucket of one group. */
typedef struct Bucket {
    uint32_t group;
    int64_t index; /* T = start + index * step */
    SeriesPoint point;
} Bucket;

typedef struct Collector {
    const SeriesRequest *request;
    Arena *arena;
    int64_t last_index;
    VEC(Bucket) buckets;
    uint32_t *slots; /* bucket + 1 by (group, index) */
    size_t n_slots;
} Collector;

static size_t hash_of(uint32_t group, int64_t index)
{
    uint64_t hash = ((uint64_t)index * 0x9E3779B97F4A7C15ULL) ^ ((uint64_t)group << 17);

    hash *= 0x9E3779B97F4A7C15ULL;
    return (size_t)(hash ^ hash >> 32);
}

static bool grow(Collector *c)
{
    size_t n_slots = MAX(c->n_slots * 2, (size_t)256);
    uint32_t *slots = calloc(n_slots, sizeof(*slots));

    if (slots == NULL) {
        return false;
    }
    for (size_t i = 0; i < c->buckets.len; i++) {
        size_t slot = hash_of(c->buckets.items[i].group, c->buckets.items[i].index) & (n_slots - 1);
        while (slots[slot] != 0) {
            slot = (slot + 1) & (n_slots - 1);
        }
        slots[slot] = (uint32_t)i + 1;
    }
    free(c->slots);
    c->slots = slots;
    c->n_slots = n_slots;
    return true;
}

static SeriesPoint *bucket_point(Collector *c, uint32_t group, int64_t index)
{
    if ((c->buckets.len + 1) * 2 > c->n_slots && !grow(c)) {
        return NULL;
    }
    size_t slot = hash_of(group, index) & (c->n_slots - 1);
    while (c->slots[slot] != 0) {
        Bucket *bucket = &c->buckets.items[c->slots[slot] - 1];
        if (bucket->group == group && bucket->index == index) {
            return &bucket->point;
        }
        slot = (slot + 1) & (c->n_slots - 1);
    }
    Bucket bucket = { .group = group, .index = index };
    bucket.point.time_ms = c->request->range.start_ms + index * c->request->step_ms;
    if (!VEC_PUSH(&c->buckets, bucket)) {
        return NULL;
    }
    c->slots[slot] = (uint32_t)c->buckets.len;
    return &c->buckets.items[c->buckets.len - 1].point;
}

/* The first T at or after the time; -1 behind the last one. */
static int64_t bucket_index(const Collector *c, int64_t time_ns)
{
    int64_t offset_ns = time_ns - c->request->range.start_ms * NS_PER_MS;
    int64_t step_ns = c->request->step_ms * NS_PER_MS;

    if (offset_ns <= 0) {
        return 0;
    }
    int64_t index = (offset_ns - 1) / step_ns + 1;
    return index > c->last_index ? -1 : index;
}

static bool exemplar_labels(Collector *c, Labels labels, Labels *ret_labels)
{
    Label *items = ARENA_NEW(c->arena, Label, labels.n);
    size_t n = 0;

    if (items == NULL) {
        return false;
    }
    for (size_t i = 0; i < labels.n; i++) {
        bool grouped = false;
        for (size_t j = 0; j < c->request->n_group_by; j++) {
            grouped |= str_eq(labels.items[i].name, c->request->group_by[j]);
        }
        if (!grouped) {
            items[n++] = (Label){ arena_str(c->arena, labels.items[i].name),
                                  arena_str(c->arena, labels.items[i].value) };
        }
    }
    *ret_labels = (Labels){ items, n };
    return true;
}

static bool add_point(void *arg, const StorePoint *in, uint32_t group, Labels labels, Err *err)
{
    Collector *c = arg;
    int64_t index = bucket_index(c, in->time_ns);

    if (index < 0) {
        return true;
    }
    SeriesPoint *point = bucket_point(c, group, index);
    if (point == NULL) {
        return err_no_memory(err);
    }
    point->sum = sat_add_i64(point->sum, in->total);
    point->n_profiles++;
    if (c->request->exemplars && (!point->has_exemplar || in->total > point->exemplar.value)) {
        point->has_exemplar = true;
        point->exemplar = (SeriesExemplar){ in->time_ns, in->total, in->profile_id, { 0 } };
        return exemplar_labels(c, labels, &point->exemplar.labels) || err_no_memory(err);
    }
    return true;
}

/* ---- the cost below a call site: stacks have to be read, bucket by bucket ---- */

typedef struct CallSiteCtx {
    Collector *collector;
    const CallSite *call_site;
    Intern *names;
    int64_t index;
    VEC(uint32_t) path;
} CallSiteCtx;

static bool add_call_site_block(void *arg, const StoreBlock *block, Err *err)
{
    CallSiteCtx *ctx = arg;
    FrameNames names;

    if (!frame_names_init(&names, ctx->names, block->symbols)) {
        return err_no_memory(err);
    }
    bool ok = VEC_RESERVE(&ctx->path, ctx->call_site->n + 1);
    for (uint32_t stack = 0; ok && stack < block->symbols->n_stacks; stack++) {
        size_t depth = stack_names(&names, stack, ctx->path.items, 0);
        if (depth > ctx->path.cap) {
            ok = VEC_RESERVE(&ctx->path, depth);
        }
        if (!ok) {
            break;
        }
        depth = stack_names(&names, stack, ctx->path.items, ctx->path.cap);
        if (!call_site_matches(ctx->call_site, ctx->path.items, depth)) {
            continue;
        }
        for (size_t group = 0; ok && group < block->n_groups; group++) {
            int64_t value = block->sums[group] == NULL ? 0 : block->sums[group][stack];
            if (value == 0) {
                continue;
            }
            SeriesPoint *point = bucket_point(ctx->collector, (uint32_t)group, ctx->index);
            ok = point != NULL;
            if (ok) {
                point->sum = sat_add_i64(point->sum, value);
                point->n_profiles = 1;
            }
        }
    }
    frame_names_done(&names);
    return ok || err_no_memory(err);
}

static bool collect_call_site(Collector *c, Selection *selection, Err *err)
{
    const SeriesRequest *request = c->request;
    Intern names;
    CallSite call_site;

    if (c->last_index > CALL_SITE_MAX_POINTS) {
        return err_set(err, ERR_INVALID_ARGUMENT,
                       "a series of a call site is limited to %d points: use a larger step",
                       CALL_SITE_MAX_POINTS);
    }
    intern_init(&names, c->arena);
    bool ok =
        call_site_init(&call_site, &names, request->call_site, request->n_call_site, c->arena, err);
    CallSiteCtx ctx = { .collector = c, .call_site = &call_site, .names = &names };
    for (int64_t index = 0; ok && index <= c->last_index; index++) {
        int64_t end_ms = request->range.start_ms + index * request->step_ms;
        ctx.index = index;
        /* (T - step, T]; the first bucket also holds its left end */
        selection->filter.start_ns = (end_ms - request->step_ms) * NS_PER_MS + (index > 0 ? 1 : 0);
        selection->filter.end_ns = end_ms * NS_PER_MS;
        ok = selection_merge(selection, add_call_site_block, &ctx, err);
    }
    VEC_DONE(&ctx.path);
    intern_done(&names);
    return ok;
}

/* ---- the answer ---- */

static int compare_buckets(const void *a, const void *b)
{
    const Bucket *x = a;
    const Bucket *y = b;

    if (x->group != y->group) {
        return x->group < y->group ? -1 : 1;
    }
    return (x->index > y->index) - (x->index < y->index);
}

static int compare_series(const void *a, const void *b)
{
    const Series *x = a;
    const Series *y = b;

    if (x->sum != y->sum) {
        return x->sum > y->sum ? -1 : 1;
    }
    return labels_cmp(x->labels, y->labels);
}

static bool copy_labels(Labels labels, Arena *arena, Labels *ret_labels)
{
    Label *items = ARENA_NEW(arena, Label, labels.n);

    if (items == NULL) {
        return false;
    }
    for (size_t i = 0; i < labels.n; i++) {
        items[i] = (Label){ arena_str(arena, labels.items[i].name),
                            arena_str(arena, labels.items[i].value) };
    }
    *ret_labels = (Labels){ items, labels.n };
    return true;
}

static bool make_series(Collector *c, const Labels *group_labels, uint32_t n_groups,
                        Series **ret_series, size_t *ret_n, Err *err)
{
    Series *series = ARENA_NEW(c->arena, Series, n_groups);
    SeriesPoint *points = ARENA_NEW(c->arena, SeriesPoint, c->buckets.len);
    size_t n = 0;

    if (series == NULL || points == NULL) {
        return err_no_memory(err);
    }
    if (c->buckets.len > 0) {
        qsort(c->buckets.items, c->buckets.len, sizeof(Bucket), compare_buckets);
    }
    for (size_t i = 0; i < c->buckets.len; i++) {
        const Bucket *bucket = &c->buckets.items[i];
        if (i == 0 || bucket->group != c->buckets.items[i - 1].group) {
            Series *new_series = &series[n++];
            new_series->points = &points[i];
            if (!copy_labels(group_labels[bucket->group], c->arena, &new_series->labels)) {
                return err_no_memory(err);
            }
        }
        points[i] = bucket->point;
        series[n - 1].n_points++;
        series[n - 1].sum = sat_add_i64(series[n - 1].sum, bucket->point.sum);
    }
    qsort(series, n, sizeof(*series), compare_series);
    if (c->request->limit > 0 && n > (uint64_t)c->request->limit) {
        n = (size_t)c->request->limit;
    }
    *ret_series = series;
    *ret_n = n;
    return true;
}

bool query_series(const Query *query, const SeriesRequest *request, Arena *arena,
                  Series **ret_series, size_t *ret_n, Err *err)
{
    QueryRange wider = { request->range.start_ms, request->range.end_ms };
    Selection selection;
    Labels *group_labels;
    Collector c = { .request = request, .arena = arena };

    if (CK_SUB(&wider.start_ms, wider.start_ms, request->step_ms)) {
        wider.start_ms = 0;
    }
    c.last_index = (request->range.end_ms - request->range.start_ms) / request->step_ms;
    if (!selection_open(query, request->tenants, &request->type, request->selector, wider, NULL,
                        arena, &selection, err)) {
        return false;
    }
    bool ok = selection_group_by_labels(&selection, request->group_by, request->n_group_by, arena,
                                        &group_labels, err);
    if (ok && request->n_call_site > 0) {
        ok = collect_call_site(&c, &selection, err);
    } else if (ok) {
        ok = selection_points(&selection, add_point, &c, err);
    }
    ok = ok && make_series(&c, group_labels, selection.n_groups, ret_series, ret_n, err);
    selection_done(&selection);
    VEC_DONE(&c.buckets);
    free(c.slots);
    return ok;
}
