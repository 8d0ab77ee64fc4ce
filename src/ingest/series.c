/* SPDX-License-Identifier: Apache-2.0 */
#include "ingest/series.h"

#include "ingest/label_check.h"

/* ---- labels of the upload ---- */

static bool is_dropped(Str name)
{
    return str_eq(name, STR("__delta__")) || str_eq(name, STR("__order__")) ||
           str_eq(name, STR("__session_id__"));
}

static Label *find_label(Label *items, size_t n, Str name)
{
    for (size_t i = 0; i < n; i++) {
        if (str_eq(items[i].name, name)) {
            return &items[i];
        }
    }
    return NULL;
}

/* Built-in renames of ingest.md 4.6. The old name stays visible. Returns whether a label was added.
 */
static bool rename_metric(Label *items, size_t n)
{
    const Str prefix = STR("godeltaprof_");
    Label *name = find_label(items, n, LABEL_NAME);

    if (name == NULL) {
        return false;
    }
    Str old = name->value;
    const Label *type = find_label(items, n, LABEL_TYPE);
    if (str_starts_with(old, prefix)) {
        name->value = str_skip(old, prefix.len);
    } else if (str_eq(old, STR("wall")) && type != NULL && str_eq(type->value, STR("cpu"))) {
        name->value = STR("process_cpu");
    } else {
        return false;
    }
    items[n] = (Label){ STR("__name_replaced__"), old };
    return true;
}

size_t series_prepare_labels(Label *items, size_t n)
{
    size_t kept = 0;

    for (size_t i = 0; i < n; i++) {
        bool empty = items[i].value.len == 0 && !str_eq(items[i].name, LABEL_NAME);
        if (!is_dropped(items[i].name) && !empty) {
            items[kept++] = items[i];
        }
    }
    if (find_label(items, kept, LABEL_SERVICE_NAME) == NULL) {
        items[kept++] = (Label){ LABEL_SERVICE_NAME, STR("unknown_service") };
    }
    kept += rename_metric(items, kept);
    labels_sort(items, kept);
    return kept;
}

/* ---- groups of samples ---- */

typedef struct Group {
    Labels labels;         /* without those of 4.4 */
    uint32_t first_sample; /* head of a list through next_sample */
    uint32_t last_sample;
    uint32_t n_samples;
    bool has_spans;
} Group;

typedef struct Splitter {
    const NormalProfile *normal;
    Labels labels;
    Arena *arena;
    Group *groups;
    size_t n_groups;
    uint32_t *next_sample; /* [n_samples], UINT32_MAX ends a list */
    StoreSpan *spans;      /* [n_samples], or NULL when no sample has any */
} Splitter;

static Str symbol(const Splitter *splitter, uint32_t index)
{
    return splitter->normal->symbols.strings[index];
}

static bool parse_hex(Str text, uint8_t *out, size_t n)
{
    if (text.len != n * 2) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        int high = ascii_hex_value(text.ptr[2 * i]);
        int low = ascii_hex_value(text.ptr[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        out[i] = (uint8_t)(high * 16 + low);
    }
    return true;
}

/* Span and trace ids stay with the sample; a malformed one is ignored. True: the label is one of
 * them. */
static bool take_span_label(Splitter *splitter, size_t sample, Str key, Str value)
{
    bool is_span = str_eq(key, STR("span_id")) || str_eq(key, STR("profile_id"));
    bool is_trace = str_eq(key, STR("trace_id"));

    if (is_span || is_trace) {
        StoreSpan *span = &splitter->spans[sample];
        uint8_t bytes[16];
        if (is_span && parse_hex(value, bytes, sizeof(span->span.bytes))) {
            memcpy(span->span.bytes, bytes, sizeof(span->span.bytes));
        } else if (is_trace && parse_hex(value, bytes, sizeof(span->trace.bytes))) {
            memcpy(span->trace.bytes, bytes, sizeof(span->trace.bytes));
        }
    }
    return is_span || is_trace;
}

static bool span_is_empty(const StoreSpan *span)
{
    static const StoreSpan none = { 0 };

    return memcmp(span, &none, sizeof(none)) == 0;
}

/* The labels of one sample's series: those of the upload win over those of the sample. */
static bool sample_labels(Splitter *splitter, size_t sample_at, Labels *ret_labels)
{
    const NormalSample *sample = &splitter->normal->samples[sample_at];
    Label *items = ARENA_NEW(splitter->arena, Label, splitter->labels.n + sample->n_labels);
    size_t n = 0;

    if (items == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < sample->n_labels; i++) {
        const NormalLabel *label = &splitter->normal->labels[sample->first_label + i];
        Str key = symbol(splitter, label->key);
        Str value = symbol(splitter, label->value);
        if (!take_span_label(splitter, sample_at, key, value) &&
            labels_get(splitter->labels, key).len == 0) {
            items[n++] = (Label){ key, value };
        }
    }
    if (n == 0) {
        *ret_labels = splitter->labels;
        return true;
    }
    for (size_t i = 0; i < splitter->labels.n; i++) {
        items[n++] = splitter->labels.items[i];
    }
    labels_sort(items, n);
    *ret_labels = (Labels){ items, n };
    return true;
}

static void add_to_group(Splitter *splitter, Group *group, uint32_t sample)
{
    splitter->next_sample[sample] = UINT32_MAX;
    if (group->n_samples == 0) {
        group->first_sample = sample;
    } else {
        splitter->next_sample[group->last_sample] = sample;
    }
    group->last_sample = sample;
    group->n_samples++;
    group->has_spans |= splitter->spans != NULL && !span_is_empty(&splitter->spans[sample]);
}

static uint64_t labels_hash(Labels labels)
{
    uint64_t hash = 0xcbf29ce484222325ULL; /* FNV-1a, only to find equal sets fast */

    for (size_t i = 0; i < labels.n; i++) {
        Str parts[] = { labels.items[i].name, labels.items[i].value };
        for (size_t j = 0; j < ARRAY_LEN(parts); j++) {
            for (size_t k = 0; k < parts[j].len; k++) {
                hash = (hash ^ (unsigned char)parts[j].ptr[k]) * 0x100000001b3ULL;
            }
            hash = (hash ^ 0xFFU) * 0x100000001b3ULL;
        }
    }
    return hash;
}

/* Puts every sample into the group of its label set. */
static bool split_samples(Splitter *splitter)
{
    size_t n = splitter->normal->n_samples;
    size_t slots = 16;

    while (slots < n * 2) {
        slots *= 2;
    }
    uint32_t *table = ARENA_NEW(splitter->arena, uint32_t, slots); /* group + 1 */
    splitter->groups = ARENA_NEW(splitter->arena, Group, n);
    if (table == NULL || splitter->groups == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < n; i++) {
        Labels labels;
        if (!sample_labels(splitter, i, &labels)) {
            return false;
        }
        size_t slot = (size_t)(labels_hash(labels) * 0x9E3779B97F4A7C15ULL >> 32) & (slots - 1);
        while (table[slot] != 0 && !labels_eq(splitter->groups[table[slot] - 1].labels, labels)) {
            slot = (slot + 1) & (slots - 1);
        }
        if (table[slot] == 0) {
            splitter->groups[splitter->n_groups++] = (Group){ .labels = labels };
            table[slot] = (uint32_t)splitter->n_groups;
        }
        add_to_group(splitter, &splitter->groups[table[slot] - 1], i);
    }
    return true;
}

/* The common case: no sample has string labels, so all of them are one group. */
static bool single_group(Splitter *splitter)
{
    splitter->groups = ARENA_NEW(splitter->arena, Group, 1);
    if (splitter->groups == NULL) {
        return false;
    }
    splitter->groups[0].labels = splitter->labels;
    splitter->n_groups = 1;
    for (uint32_t i = 0; i < splitter->normal->n_samples; i++) {
        add_to_group(splitter, &splitter->groups[0], i);
    }
    return true;
}

static bool split(Splitter *splitter)
{
    const NormalProfile *normal = splitter->normal;
    bool any_labels = false;

    splitter->next_sample = ARENA_NEW(splitter->arena, uint32_t, normal->n_samples);
    for (size_t i = 0; i < normal->n_samples && !any_labels; i++) {
        any_labels = normal->samples[i].n_labels > 0;
    }
    if (!any_labels) {
        return splitter->next_sample != NULL && single_group(splitter);
    }
    splitter->spans = ARENA_NEW(splitter->arena, StoreSpan, normal->n_samples);
    return splitter->next_sample != NULL && splitter->spans != NULL && split_samples(splitter);
}

/* ---- rows ---- */

static bool is_type_label(Str name)
{
    return str_eq(name, LABEL_PROFILE_TYPE) || str_eq(name, LABEL_SERVICE_NAME_PRIVATE) ||
           str_eq(name, LABEL_TYPE) || str_eq(name, LABEL_UNIT) ||
           str_eq(name, LABEL_PERIOD_TYPE) || str_eq(name, LABEL_PERIOD_UNIT);
}

/* The labels of ingest.md 4.4, which replace what the client sent under these names. */
static bool type_labels(const Pprof *profile, size_t type_at, Labels labels, Arena *arena,
                        Labels *ret_labels)
{
    const PprofValueType *type = &profile->sample_types.items[type_at];
    Str name = labels_get(labels, LABEL_NAME);
    Str type_name = pprof_string(profile, type->type);
    Str unit = pprof_string(profile, type->unit);
    Str period_type = pprof_string(profile, profile->period_type.type);
    Str period_unit = pprof_string(profile, profile->period_type.unit);
    char *id = arena_printf(arena, "%.*s:%.*s:%.*s:%.*s:%.*s", STR_ARG(name), STR_ARG(type_name),
                            STR_ARG(unit), STR_ARG(period_type), STR_ARG(period_unit));
    const Label added[] = {
        { LABEL_PROFILE_TYPE, str_from(id) },
        { LABEL_SERVICE_NAME_PRIVATE, labels_get(labels, LABEL_SERVICE_NAME) },
        { LABEL_TYPE, type_name },
        { LABEL_UNIT, unit },
        { LABEL_PERIOD_TYPE, period_type },
        { LABEL_PERIOD_UNIT, period_unit },
    };
    Label *items = ARENA_NEW(arena, Label, labels.n + ARRAY_LEN(added));
    size_t n = 0;

    if (id == NULL || items == NULL) {
        return false;
    }
    for (size_t i = 0; i < ARRAY_LEN(added); i++) {
        if (added[i].value.len > 0) {
            items[n++] = added[i];
        }
    }
    for (size_t i = 0; i < labels.n; i++) {
        if (!is_type_label(labels.items[i].name)) {
            items[n++] = labels.items[i];
        }
    }
    labels_sort(items, n);
    *ret_labels = (Labels){ items, n };
    return true;
}

/* Values of one sample type of one group; a type that is 0 everywhere makes no row. */
static bool make_row(const Splitter *splitter, const Pprof *profile, const Group *group,
                     size_t type, StoreRow *row, bool *ret_used)
{
    const NormalProfile *normal = splitter->normal;
    StorePair *pairs = ARENA_NEW(splitter->arena, StorePair, group->n_samples);
    StoreSpan *spans =
        group->has_spans ? ARENA_NEW(splitter->arena, StoreSpan, group->n_samples) : NULL;
    size_t n = 0;

    if (pairs == NULL || (group->has_spans && spans == NULL)) {
        return false;
    }
    for (uint32_t at = group->first_sample; at != UINT32_MAX; at = splitter->next_sample[at]) {
        const NormalSample *sample = &normal->samples[at];
        int64_t value = normal->values[sample->first_value + type];
        if (value == 0) {
            continue;
        }
        if (spans != NULL) {
            spans[n] = splitter->spans[at];
        }
        pairs[n++] = (StorePair){ sample->stack, value };
    }
    *ret_used = n > 0;
    *row = (StoreRow){ .pairs = pairs, .spans = spans, .n_pairs = n };
    return n == 0 || type_labels(profile, type, group->labels, splitter->arena, &row->labels);
}

bool series_make_rows(const Pprof *profile, const NormalProfile *normal, Labels labels,
                      const IngestLimits *limits, Arena *arena, StoreRow **ret_rows,
                      size_t *ret_n_rows, Err *err)
{
    Splitter splitter = { .normal = normal, .labels = labels, .arena = arena };
    size_t n_types = profile->sample_types.len;
    size_t n = 0;

    *ret_n_rows = 0;
    if (normal->n_samples == 0) {
        return true; /* such a profile is accepted whatever its labels are (ingest.md 2.3) */
    }
    if (!split(&splitter)) {
        return err_set(err, ERR_RESOURCE_EXHAUSTED, "profile needs too much memory");
    }
    for (size_t i = 0; i < splitter.n_groups; i++) {
        if (!labels_check(splitter.groups[i].labels, limits, err)) {
            return false;
        }
    }
    size_t max_rows;
    StoreRow *rows =
        CK_MUL(&max_rows, splitter.n_groups, n_types) ? NULL : ARENA_NEW(arena, StoreRow, max_rows);
    if (rows == NULL) {
        return err_set(err, ERR_RESOURCE_EXHAUSTED, "profile needs too much memory");
    }
    for (size_t i = 0; i < splitter.n_groups; i++) {
        for (size_t type = 0; type < n_types; type++) {
            bool used;
            if (!make_row(&splitter, profile, &splitter.groups[i], type, &rows[n], &used)) {
                return err_set(err, ERR_RESOURCE_EXHAUSTED, "profile needs too much memory");
            }
            n += used;
        }
    }
    *ret_rows = rows;
    *ret_n_rows = n;
    return true;
}
