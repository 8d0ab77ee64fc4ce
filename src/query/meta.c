/* SPDX-License-Identifier: Apache-2.0 */
#include "query/meta.h"

#include "base/clock.h"
#include "base/vec.h"
#include "model/intern.h"

bool label_name_is_classic(Str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (!ascii_is_alpha(c) && c != '_' && (i == 0 || !ascii_is_digit(c))) {
            return false;
        }
    }
    return name.len > 0;
}

static bool parse_all(const MetaRequest *request, Arena *arena, Matchers *ret_matchers, Err *err)
{
    Matchers all = { 0 };

    for (size_t i = 0; i < request->n_matchers; i++) {
        Matchers one = { 0 };
        if (!query_selector_parse(str_from(request->matchers[i]), arena, &one, err) ||
            !matchers_append(&all, &one, arena, err)) {
            matchers_done(&one);
            matchers_done(&all);
            return false;
        }
    }
    *ret_matchers = all;
    return true;
}

typedef bool (*SeriesFn)(void *ctx, Labels labels);

/* Calls for every series that matches; false from on_series means out of memory. */
static bool each_series(const Query *query, const MetaRequest *request, Arena *arena,
                        SeriesFn on_series, void *ctx, Err *err)
{
    QueryRange range = request->range;
    Matchers matchers = { 0 };
    bool empty;

    if (!range_check(query, &range, true, &empty, err) ||
        !parse_all(request, arena, &matchers, err)) {
        return false;
    }
    bool ok = true;
    for (size_t i = 0; ok && !empty && i < request->tenants.n; i++) {
        StoreSeriesList list;
        ok = store_series(query->store, request->tenants.ids[i], matchers,
                          range.start_ms * NS_PER_MS, range.end_ms * NS_PER_MS, &list, err);
        if (!ok) {
            break;
        }
        for (size_t j = 0; ok && j < list.n; j++) {
            ok = on_series(ctx, list.labels[j]) || err_no_memory(err);
        }
        store_series_done(&list);
    }
    matchers_done(&matchers);
    return ok;
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool sorted_texts(const Intern *texts, Arena *arena, TextList *ret_list, Err *err)
{
    char **items = ARENA_NEW(arena, char *, texts->n);

    if (items == NULL) {
        return err_no_memory(err);
    }
    for (uint32_t i = 0; i < texts->n; i++) {
        items[i] = (char *)(uintptr_t)texts->items[i].ptr; /* arena copies, NUL-terminated */
    }
    qsort(items, texts->n, sizeof(*items), compare_texts);
    *ret_list = (TextList){ items, texts->n };
    return true;
}

/* ---- names and values ---- */

typedef struct TextCtx {
    Intern texts;
    Str name; /* of the label whose values are collected */
    bool classic_only;
} TextCtx;

static bool add_value(void *arg, Labels labels)
{
    TextCtx *ctx = arg;
    Str value = labels_get(labels, ctx->name);

    return value.len == 0 || intern_add(&ctx->texts, value) != INTERN_FAILED;
}

static bool add_names(void *arg, Labels labels)
{
    TextCtx *ctx = arg;

    for (size_t i = 0; i < labels.n; i++) {
        Str name = labels.items[i].name;
        if (ctx->classic_only && !label_name_is_classic(name)) {
            continue;
        }
        if (intern_add(&ctx->texts, name) == INTERN_FAILED) {
            return false;
        }
    }
    return true;
}

static bool collect(const Query *query, const MetaRequest *request, SeriesFn on_series,
                    TextCtx *ctx, Arena *arena, TextList *ret_list, Err *err)
{
    intern_init(&ctx->texts, arena);
    bool ok = each_series(query, request, arena, on_series, ctx, err) &&
              sorted_texts(&ctx->texts, arena, ret_list, err);
    intern_done(&ctx->texts);
    return ok;
}

bool meta_profile_types(const Query *query, const MetaRequest *request, Arena *arena,
                        TextList *ret_ids, Err *err)
{
    TextCtx ctx = { .name = LABEL_PROFILE_TYPE };

    return collect(query, request, add_value, &ctx, arena, ret_ids, err);
}

bool meta_label_names(const Query *query, const MetaRequest *request, bool classic_only,
                      Arena *arena, TextList *ret_names, Err *err)
{
    TextCtx ctx = { .classic_only = classic_only };

    return collect(query, request, add_names, &ctx, arena, ret_names, err);
}

bool meta_label_values(const Query *query, const MetaRequest *request, Str name, Arena *arena,
                       TextList *ret_values, Err *err)
{
    TextCtx ctx = { .name = name };

    if (name.len == 0) {
        return err_set(err, ERR_INVALID_ARGUMENT, "name is required");
    }
    return collect(query, request, add_value, &ctx, arena, ret_values, err);
}

/* ---- series ---- */

typedef struct SeriesCtx {
    Intern keys; /* bytes of the label sets, to keep them unique */
    Labels *sets;
    size_t n;
    size_t cap;
    Str *names; /* sorted */
    size_t n_names;
    bool classic_only;
    Arena *arena;
    Buf key;
} SeriesCtx;

static bool is_wanted(const SeriesCtx *ctx, Str name)
{
    if (ctx->classic_only && !label_name_is_classic(name)) {
        return false;
    }
    return ctx->n_names == 0 ||
           bsearch(&name, ctx->names, ctx->n_names, sizeof(Str), str_cmp_qsort) != NULL;
}

static bool add_set(void *arg, Labels labels)
{
    SeriesCtx *ctx = arg;

    buf_clear(&ctx->key);
    size_t n = 0;
    for (size_t i = 0; i < labels.n; i++) {
        if (is_wanted(ctx, labels.items[i].name)) {
            buf_addf(&ctx->key, "%zu:%zu:", labels.items[i].name.len, labels.items[i].value.len);
            buf_add(&ctx->key, labels.items[i].name);
            buf_add(&ctx->key, labels.items[i].value);
            n++;
        }
    }
    uint32_t before = ctx->keys.n;
    if (n == 0) {
        return true;
    }
    if (!buf_ok(&ctx->key) || intern_add(&ctx->keys, buf_str(&ctx->key)) == INTERN_FAILED) {
        return false;
    }
    if (ctx->keys.n == before) {
        return true;
    }
    Label *items = ARENA_NEW(ctx->arena, Label, n);
    if (items == NULL || (ctx->n == ctx->cap && !vec_grow((void **)&ctx->sets, &ctx->cap,
                                                          ctx->n + 1, sizeof(*ctx->sets)))) {
        return false;
    }
    n = 0;
    for (size_t i = 0; i < labels.n; i++) {
        if (is_wanted(ctx, labels.items[i].name)) {
            items[n++] = (Label){ arena_str(ctx->arena, labels.items[i].name),
                                  arena_str(ctx->arena, labels.items[i].value) };
        }
    }
    ctx->sets[ctx->n++] = (Labels){ items, n };
    return true;
}

static int compare_sets(const void *a, const void *b)
{
    return labels_cmp(*(const Labels *)a, *(const Labels *)b);
}

bool meta_series(const Query *query, const MetaRequest *request, char *const *names, size_t n_names,
                 bool classic_only, Arena *arena, Labels **ret_sets, size_t *ret_n, Err *err)
{
    SeriesCtx ctx = { .names = ARENA_NEW(arena, Str, n_names),
                      .n_names = n_names,
                      .classic_only = classic_only,
                      .arena = arena,
                      .key = BUF_INIT(MiB(1)) };

    if (ctx.names == NULL) {
        return err_no_memory(err);
    }
    for (size_t i = 0; i < n_names; i++) {
        ctx.names[i] = str_from(names[i]);
    }
    qsort(ctx.names, n_names, sizeof(Str), str_cmp_qsort);
    intern_init(&ctx.keys, arena);
    bool ok = each_series(query, request, arena, add_set, &ctx, err);
    if (ok) {
        Labels *sets = ARENA_NEW(arena, Labels, ctx.n);
        ok = sets != NULL || err_no_memory(err);
        if (ok && ctx.n > 0) {
            memcpy(sets, ctx.sets, ctx.n * sizeof(*sets));
            qsort(sets, ctx.n, sizeof(*sets), compare_sets);
        }
        *ret_sets = sets;
        *ret_n = ctx.n;
    }
    free(ctx.sets);
    intern_done(&ctx.keys);
    buf_done(&ctx.key);
    return ok;
}
