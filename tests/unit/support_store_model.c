/* SPDX-License-Identifier: Apache-2.0 */
/*
 * support_store_model.c - the store as plain arrays: the oracle for real engines.
 *
 * Every row is kept as it came, with a copy of its symbols; every question is answered by looking
 * at all rows.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/vec.h"
#include "store/engine.h"
#include "support_store.h"

typedef struct ModelRow {
    Str tenant;
    Labels labels;
    int64_t time_ns;
    const Symbols *symbols;
    const StorePair *pairs;
    const StoreSpan *spans;
    size_t n_pairs;
    Str content; /* canonical text */
    bool is_recent;
    uint64_t number;
} ModelRow;

typedef struct ModelValue {
    Str tenant;
    Str space;
    Str key;
    Str value;
} ModelValue;

typedef struct Model {
    Store base;
    Arena *arena;
    VEC(ModelRow) rows;
    VEC(ModelValue) values; /* by (tenant, space, key) */
} Model;

#define MODEL_LIMIT_BYTES MiB(1024)

static Model *model_of(Store *store)
{
    return (Model *)store;
}

static void *copy_of(Model *model, const void *items, size_t n, size_t item_bytes)
{
    void *copy = arena_alloc_array(model->arena, n + 1, item_bytes);

    assert_non_null(copy);
    if (n > 0) {
        memcpy(copy, items, n * item_bytes);
    }
    return copy;
}

static const Symbols *copy_symbols(Model *model, const Symbols *from)
{
    Symbols *symbols = copy_of(model, from, 1, sizeof(*from));
    Str *strings = copy_of(model, from->strings, from->n_strings, sizeof(Str));

    for (uint32_t i = 0; i < from->n_strings; i++) {
        strings[i] = arena_str(model->arena, strings[i]);
    }
    symbols->strings = strings;
    symbols->mappings = copy_of(model, from->mappings, from->n_mappings, sizeof(*from->mappings));
    symbols->functions =
        copy_of(model, from->functions, from->n_functions, sizeof(*from->functions));
    symbols->lines = copy_of(model, from->lines, from->n_lines, sizeof(*from->lines));
    symbols->locations =
        copy_of(model, from->locations, from->n_locations, sizeof(*from->locations));
    symbols->stacks = copy_of(model, from->stacks, from->n_stacks, sizeof(*from->stacks));
    symbols->stack_locations = copy_of(model, from->stack_locations, from->n_stack_locations,
                                       sizeof(*from->stack_locations));
    return symbols;
}

static Labels copy_labels(Model *model, Labels from)
{
    Label *items = copy_of(model, from.items, from.n, sizeof(Label));

    for (size_t i = 0; i < from.n; i++) {
        items[i].name = arena_str(model->arena, items[i].name);
        items[i].value = arena_str(model->arena, items[i].value);
    }
    return (Labels){ items, from.n };
}

/* ---- canonical content of a row: what makes a resent one equal ---- */

static void add_stack_key(Buf *out, const Symbols *symbols, uint32_t stack)
{
    const SymStack *item = &symbols->stacks[stack];

    for (uint32_t l = 0; l < item->n_locations; l++) {
        const SymLocation *location =
            &symbols->locations[symbols->stack_locations[item->first_location + l]];
        buf_addf(out, "%" PRIx64 "%d", location->address, location->is_folded);
        if (location->mapping != 0) {
            const SymMapping *mapping = &symbols->mappings[location->mapping - 1];
            buf_addf(out, "m%" PRIx64 "%.*s|%.*s|%u", mapping->memory_start,
                     STR_ARG(symbols->strings[mapping->filename]),
                     STR_ARG(symbols->strings[mapping->build_id]), mapping->flags);
        }
        for (uint32_t i = 0; i < location->n_lines; i++) {
            const SymLine *line = &symbols->lines[location->first_line + i];
            const SymFunction *function = &symbols->functions[line->function];
            buf_addf(out, "f%.*s|%.*s|%.*s|%d:%d", STR_ARG(symbols->strings[function->name]),
                     STR_ARG(symbols->strings[function->system_name]),
                     STR_ARG(symbols->strings[function->filename]), function->start_line,
                     line->line);
        }
        buf_add_char(out, ';');
    }
}

typedef struct Part {
    char *key;
    int64_t value;
} Part;

static int order_parts(const void *a, const void *b)
{
    return strcmp(((const Part *)a)->key, ((const Part *)b)->key);
}

static Str content_of(Model *model, const Symbols *symbols, const StoreRow *row)
{
    Part *parts = arena_alloc_array(model->arena, row->n_pairs + 1, sizeof(Part));
    Buf out CLEANUP(buf_done) = BUF_INIT(MODEL_LIMIT_BYTES);

    for (size_t i = 0; i < row->n_pairs; i++) {
        Buf key = BUF_INIT(MODEL_LIMIT_BYTES);
        add_stack_key(&key, symbols, row->pairs[i].stack);
        if (row->spans != NULL) {
            buf_add_hex(&key, (Str){ (const char *)row->spans[i].span.bytes, 8 });
            buf_add_hex(&key, (Str){ (const char *)row->spans[i].trace.bytes, 16 });
        } else {
            buf_add_fill(&key, '0', 48);
        }
        parts[i] = (Part){ buf_take_text(&key), row->pairs[i].value };
    }
    qsort(parts, row->n_pairs, sizeof(Part), order_parts);
    for (size_t i = 0; i < row->n_pairs;) {
        Part part = parts[i++];
        while (i < row->n_pairs && strcmp(parts[i].key, part.key) == 0) {
            part.value = sat_add_i64(part.value, parts[i].value);
            free(parts[i++].key);
        }
        if (part.value != 0) {
            buf_addf(&out, "%s=%" PRId64 "\n", part.key, part.value);
        }
        free(part.key);
    }
    return arena_str(model->arena, buf_str(&out));
}

/* ---- the engine's functions ---- */

static bool is_resent(const Model *model, const StoreProfile *profile, const StoreRow *row,
                      Str content)
{
    for (size_t i = 0; i < model->rows.len; i++) {
        const ModelRow *known = &model->rows.items[i];
        if (known->is_recent && known->time_ns == profile->time_ns &&
            str_eq(known->tenant, profile->tenant) && labels_eq(known->labels, row->labels) &&
            str_eq(known->content, content)) {
            return true;
        }
    }
    return false;
}

static bool model_append(Store *store, const StoreProfile *profiles, size_t n_profiles,
                         Err *err UNUSED)
{
    Model *model = model_of(store);

    for (size_t p = 0; p < n_profiles; p++) {
        const StoreProfile *profile = &profiles[p];
        const Symbols *symbols = copy_symbols(model, profile->symbols);
        for (size_t r = 0; r < profile->n_rows; r++) {
            const StoreRow *row = &profile->rows[r];
            Str content = content_of(model, symbols, row);
            if (is_resent(model, profile, row, content)) {
                continue;
            }
            ModelRow kept = {
                .tenant = arena_str(model->arena, profile->tenant),
                .labels = copy_labels(model, row->labels),
                .time_ns = profile->time_ns,
                .symbols = symbols,
                .pairs = copy_of(model, row->pairs, row->n_pairs, sizeof(StorePair)),
                .spans = row->spans != NULL
                             ? copy_of(model, row->spans, row->n_pairs, sizeof(StoreSpan))
                             : NULL,
                .n_pairs = row->n_pairs,
                .content = content,
                .is_recent = true,
                .number = model->rows.len,
            };
            assert_true(VEC_PUSH(&model->rows, kept));
        }
    }
    return true;
}

static int order_labels(const void *a, const void *b)
{
    return labels_cmp(*(const Labels *)a, *(const Labels *)b);
}

typedef struct ModelList {
    Labels *labels;
    Str tenant;
} ModelList;

static bool model_series(Store *store, Str tenant, Matchers matchers, int64_t start_ns,
                         int64_t end_ns, StoreSeriesList *ret_list, Err *err UNUSED)
{
    Model *model = model_of(store);
    ModelList *list = arena_alloc(model->arena, sizeof(*list));
    size_t n = 0;
    bool any_time = start_ns == 0 && end_ns == 0;

    list->labels = arena_alloc_array(model->arena, model->rows.len + 1, sizeof(Labels));
    list->tenant = arena_str(model->arena, tenant);
    for (size_t i = 0; i < model->rows.len; i++) {
        const ModelRow *row = &model->rows.items[i];
        bool in_range = any_time || (row->time_ns >= start_ns && row->time_ns <= end_ns);
        if (in_range && str_eq(row->tenant, tenant) && matchers_match(matchers, row->labels)) {
            list->labels[n++] = row->labels;
        }
    }
    qsort(list->labels, n, sizeof(Labels), order_labels);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (kept == 0 || !labels_eq(list->labels[kept - 1], list->labels[i])) {
            list->labels[kept++] = list->labels[i];
        }
    }
    *ret_list =
        (StoreSeriesList){ .labels = list->labels, .n = kept, .engine = list, .store = store };
    return true;
}

static void model_series_done(StoreSeriesList *list UNUSED)
{
    /* everything is in the arena of the model */
}

static ProfileId id_of(const ModelRow *row)
{
    ProfileId id = { { 0 } };

    memcpy(id.bytes, &row->number, sizeof(row->number));
    id.bytes[15] = 1;
    return id;
}

static bool has_id(const void *ids, size_t n, size_t width, const void *id)
{
    for (size_t i = 0; i < n; i++) {
        if (memcmp((const char *)ids + i * width, id, width) == 0) {
            return true;
        }
    }
    return n == 0;
}

static bool sample_passes(const StoreFilter *filter, const ModelRow *row, size_t i)
{
    static const StoreSpan none = { 0 };
    const StoreSpan *span = row->spans != NULL ? &row->spans[i] : &none;

    if (filter->n_span_ids == 0 && filter->n_trace_ids == 0) {
        return true;
    }
    return memcmp(span, &none, sizeof(none)) != 0 &&
           has_id(filter->span_ids, filter->n_span_ids, sizeof(SpanId), &span->span) &&
           has_id(filter->trace_ids, filter->n_trace_ids, sizeof(TraceId), &span->trace);
}

static bool row_passes(const StoreFilter *filter, const ModelRow *row, const ModelList *list,
                       Labels labels)
{
    ProfileId id = id_of(row);

    return row->time_ns >= filter->start_ns && row->time_ns <= filter->end_ns &&
           str_eq(row->tenant, list->tenant) && labels_eq(row->labels, labels) &&
           has_id(filter->profile_ids, filter->n_profile_ids, sizeof(ProfileId), &id);
}

static bool model_merge(Store *store, const StoreSeriesList *series, const uint32_t *group,
                        size_t n_groups, const StoreFilter *filter, StoreBlockFn on_block,
                        void *ctx, bool *ret_partial, Err *err)
{
    Model *model = model_of(store);

    *ret_partial = false;
    for (size_t s = 0; s < series->n; s++) {
        for (size_t i = 0; i < model->rows.len; i++) {
            const ModelRow *row = &model->rows.items[i];
            if (!row_passes(filter, row, series->engine, series->labels[s])) {
                continue;
            }
            const int64_t **sums = arena_alloc_array(model->arena, n_groups, sizeof(*sums));
            int64_t *mine =
                arena_alloc_array(model->arena, row->symbols->n_stacks + 1, sizeof(*mine));
            for (size_t p = 0; p < row->n_pairs; p++) {
                if (sample_passes(filter, row, p)) {
                    int64_t *sum = &mine[row->pairs[p].stack];
                    *sum = sat_add_i64(*sum, row->pairs[p].value);
                }
            }
            sums[group[s]] = mine;
            StoreBlock block = { row->symbols, sums, n_groups };
            if (!on_block(ctx, &block, err)) {
                return false;
            }
        }
    }
    return true;
}

static int order_rows(const void *a, const void *b)
{
    const ModelRow *left = *(const ModelRow *const *)a;
    const ModelRow *right = *(const ModelRow *const *)b;

    if (left->time_ns != right->time_ns) {
        return left->time_ns < right->time_ns ? -1 : 1;
    }
    return (left->number > right->number) - (left->number < right->number);
}

static bool model_points(Store *store, const StoreSeriesList *series, const StoreFilter *filter,
                         StorePointFn on_point, void *ctx, bool *ret_partial, Err *err)
{
    Model *model = model_of(store);
    const ModelRow **sorted = arena_alloc_array(model->arena, model->rows.len + 1, sizeof(*sorted));

    *ret_partial = false;
    for (size_t i = 0; i < model->rows.len; i++) {
        sorted[i] = &model->rows.items[i];
    }
    qsort(sorted, model->rows.len, sizeof(*sorted), order_rows);
    for (size_t s = 0; s < series->n; s++) {
        for (size_t i = 0; i < model->rows.len; i++) {
            const ModelRow *row = sorted[i];
            bool filters = filter->n_span_ids > 0 || filter->n_trace_ids > 0;
            size_t n_passing = 0;
            if (!row_passes(filter, row, series->engine, series->labels[s])) {
                continue;
            }
            StorePoint point = { .series = s, .time_ns = row->time_ns, .profile_id = id_of(row) };
            for (size_t p = 0; p < row->n_pairs; p++) {
                if (sample_passes(filter, row, p)) {
                    point.total = sat_add_i64(point.total, row->pairs[p].value);
                    n_passing++;
                }
            }
            if ((!filters || n_passing > 0) && !on_point(ctx, &point, err)) {
                return false;
            }
        }
    }
    return true;
}

static bool model_tenant_stats(Store *store, Str tenant, StoreTenantStats *ret_stats,
                               Err *err UNUSED)
{
    Model *model = model_of(store);

    *ret_stats = (StoreTenantStats){ 0 };
    for (size_t i = 0; i < model->rows.len; i++) {
        const ModelRow *row = &model->rows.items[i];
        if (!str_eq(row->tenant, tenant)) {
            continue;
        }
        if (!ret_stats->has_data || row->time_ns < ret_stats->oldest_ns) {
            ret_stats->oldest_ns = row->time_ns;
        }
        ret_stats->newest_ns = MAX(ret_stats->newest_ns, row->time_ns);
        ret_stats->has_data = true;
    }
    return true;
}

static ModelValue *find_value(Model *model, Str tenant, Str space, Str key)
{
    for (size_t i = 0; i < model->values.len; i++) {
        ModelValue *value = &model->values.items[i];
        if (str_eq(value->tenant, tenant) && str_eq(value->space, space) &&
            str_eq(value->key, key)) {
            return value;
        }
    }
    return NULL;
}

static bool model_value_put(Store *store, Str tenant, Str space, Str key, Str value,
                            Err *err UNUSED)
{
    Model *model = model_of(store);
    ModelValue *known = find_value(model, tenant, space, key);

    if (known != NULL) {
        known->value = arena_str(model->arena, value);
        return true;
    }
    size_t at = model->values.len;
    assert_true(VEC_PUSH(&model->values, (ModelValue){ 0 }));
    for (; at > 0 && str_cmp(model->values.items[at - 1].key, key) > 0; at--) {
        model->values.items[at] = model->values.items[at - 1];
    }
    model->values.items[at] =
        (ModelValue){ arena_str(model->arena, tenant), arena_str(model->arena, space),
                      arena_str(model->arena, key), arena_str(model->arena, value) };
    return true;
}

static bool model_value_delete(Store *store, Str tenant, Str space, Str key, Err *err UNUSED)
{
    Model *model = model_of(store);
    ModelValue *known = find_value(model, tenant, space, key);

    if (known != NULL) {
        size_t at = (size_t)(known - model->values.items);
        memmove(known, known + 1, (model->values.len - at - 1) * sizeof(*known));
        model->values.len--;
    }
    return true;
}

static bool model_value_get(Store *store, Str tenant, Str space, Str key, Buf *value, Err *err)
{
    const ModelValue *known = find_value(model_of(store), tenant, space, key);

    if (known == NULL) {
        return err_set(err, ERR_NOT_FOUND, "there is no such value");
    }
    buf_add(value, known->value);
    return true;
}

static bool model_value_each(Store *store, Str tenant, Str space, StoreValueFn on_value, void *ctx,
                             Err *err)
{
    Model *model = model_of(store);

    for (size_t i = 0; i < model->values.len; i++) {
        const ModelValue *value = &model->values.items[i];
        if (str_eq(value->tenant, tenant) && str_eq(value->space, space) &&
            !on_value(ctx, value->key, value->value, err)) {
            return false;
        }
    }
    return true;
}

static void model_status(Store *store UNUSED, StoreStatus *ret_status)
{
    *ret_status = (StoreStatus){ 0 };
}

static bool model_backup(Store *store UNUSED, const char *dir UNUSED, Err *err)
{
    return err_set(err, ERR_UNIMPLEMENTED, "the model cannot be copied");
}

static void model_close(Store *store)
{
    Model *model = model_of(store);

    arena_destroy(model->arena);
    VEC_DONE(&model->rows);
    VEC_DONE(&model->values);
    free(model);
}

static const StoreEngine model_engine = {
    .append = model_append,
    .series = model_series,
    .series_done = model_series_done,
    .merge = model_merge,
    .points = model_points,
    .tenant_stats = model_tenant_stats,
    .value_put = model_value_put,
    .value_delete = model_value_delete,
    .value_get = model_value_get,
    .value_each = model_value_each,
    .status = model_status,
    .backup = model_backup,
    .close = model_close,
};

Store *model_store_create(void)
{
    Model *model = calloc(1, sizeof(*model));

    assert_non_null(model);
    model->base.engine = &model_engine;
    model->arena = arena_create(MODEL_LIMIT_BYTES);
    assert_non_null(model->arena);
    return &model->base;
}

void model_store_forget_recent(Store *store)
{
    Model *model = model_of(store);

    for (size_t i = 0; i < model->rows.len; i++) {
        model->rows.items[i].is_recent = false;
    }
}
