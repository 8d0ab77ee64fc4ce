/* SPDX-License-Identifier: Apache-2.0 */
#include "support_store.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/vec.h"

uint64_t rng_next(Rng *rng)
{
    rng->state ^= rng->state >> 12;
    rng->state ^= rng->state << 25;
    rng->state ^= rng->state >> 27;
    return rng->state * UINT64_C(2685821657736338717);
}

uint32_t rng_below(Rng *rng, uint32_t n)
{
    return (uint32_t)(rng_next(rng) >> 33) % n;
}

Rng rng_from_environment(void)
{
    const char *text = getenv("TEST_SEED"); /* NOLINT(concurrency-mt-unsafe): single thread */
    uint64_t seed = 0;

    if (text == NULL || !str_to_u64(str_from(text), &seed) || seed == 0) {
        seed = (uint64_t)clock_unix_ns() | 1;
    }
    print_message("TEST_SEED=%" PRIu64 "\n", seed);
    return (Rng){ seed };
}

void test_dir_make(TestDir *dir)
{
    (void)snprintf(dir->path, sizeof(dir->path), "/tmp/flameline-store-XXXXXX");
    assert_non_null(mkdtemp(dir->path));
}

void test_dir_remove(TestDir *dir)
{
    Err err = ERR_INIT;

    assert_true(dir_remove(dir->path, &err));
}

Store *open_store(const char *path)
{
    StoreOptions options = STORE_OPTIONS_INIT;
    Store *store;
    Err err = ERR_INIT;

    options.path = path;
    options.memory_bytes = MiB(32);
    if (!store_open_rocks(&options, &store, &err)) {
        fail_msg("%s", err.msg);
    }
    return store;
}

void append_or_fail(Store *store, const StoreProfile *profiles, size_t n)
{
    Err err = ERR_INIT;

    if (!store_append(store, profiles, n, &err)) {
        fail_msg("%s", err.msg);
    }
}

/* ---- profiles ---- */

static Str random_text(Rng *rng, Arena *arena, const char *prefix, uint32_t n)
{
    return str_from(arena_printf(arena, "%s%u", prefix, rng_below(rng, n)));
}

static Symbols *random_symbols(Rng *rng, uint32_t max_stacks, Arena *arena)
{
    Symbols *symbols = ARENA_NEW(arena, Symbols, 1);
    uint32_t n_strings = 20;
    uint32_t n_mappings = rng_below(rng, 3);
    uint32_t n_functions = 10;
    uint32_t n_locations = 15;
    uint32_t n_stacks = 1 + rng_below(rng, max_stacks);
    Str *strings = ARENA_NEW(arena, Str, n_strings);
    SymMapping *mappings = ARENA_NEW(arena, SymMapping, n_mappings + 1);
    SymFunction *functions = ARENA_NEW(arena, SymFunction, n_functions);
    SymLine *lines = ARENA_NEW(arena, SymLine, n_locations * 3);
    SymLocation *locations = ARENA_NEW(arena, SymLocation, n_locations);
    SymStack *stacks = ARENA_NEW(arena, SymStack, n_stacks);
    uint32_t *stack_locations = ARENA_NEW(arena, uint32_t, n_stacks * 8);

    strings[0] = STR_EMPTY;
    for (uint32_t i = 1; i < n_strings; i++) {
        strings[i] = random_text(rng, arena, "text", 60);
    }
    for (uint32_t i = 0; i < n_mappings; i++) {
        mappings[i] = (SymMapping){ .memory_start = rng_below(rng, 3) * 4096,
                                    .filename = rng_below(rng, n_strings),
                                    .build_id = rng_below(rng, n_strings),
                                    .flags = (uint8_t)rng_below(rng, 16) };
    }
    for (uint32_t i = 0; i < n_functions; i++) {
        functions[i] = (SymFunction){ .name = rng_below(rng, n_strings),
                                      .system_name = rng_below(rng, n_strings),
                                      .filename = rng_below(rng, n_strings),
                                      .start_line = (int32_t)rng_below(rng, 5) };
    }
    uint32_t n_lines = 0;
    for (uint32_t i = 0; i < n_locations; i++) {
        locations[i] = (SymLocation){ .address = rng_next(rng) >> (rng_below(rng, 2) * 50),
                                      .mapping = rng_below(rng, n_mappings + 1),
                                      .first_line = n_lines,
                                      .n_lines = rng_below(rng, 4),
                                      .is_folded = rng_below(rng, 8) == 0 };
        for (uint32_t l = 0; l < locations[i].n_lines; l++) {
            lines[n_lines++] =
                (SymLine){ rng_below(rng, n_functions), (int32_t)rng_below(rng, 100) - 1 };
        }
    }
    uint32_t n_stack_locations = 0;
    for (uint32_t i = 0; i < n_stacks; i++) {
        stacks[i] = (SymStack){ n_stack_locations, rng_below(rng, 8) };
        for (uint32_t l = 0; l < stacks[i].n_locations; l++) {
            stack_locations[n_stack_locations++] = rng_below(rng, n_locations);
        }
    }
    *symbols = (Symbols){
        .strings = strings,
        .mappings = mappings,
        .functions = functions,
        .lines = lines,
        .locations = locations,
        .stacks = stacks,
        .stack_locations = stack_locations,
        .n_strings = n_strings,
        .n_mappings = n_mappings,
        .n_functions = n_functions,
        .n_lines = n_lines,
        .n_locations = n_locations,
        .n_stacks = n_stacks,
        .n_stack_locations = n_stack_locations,
    };
    return symbols;
}

static Labels random_labels(Rng *rng, const ProfileShape *shape, Arena *arena)
{
    Label *items = ARENA_NEW(arena, Label, 5);
    size_t n = 0;

    items[n++] = (Label){ LABEL_PROFILE_TYPE, random_text(rng, arena, "type", 2) };
    if (rng_below(rng, 2) == 0) {
        items[n++] = (Label){ STR("pod"), random_text(rng, arena, "pod-", 4) };
    }
    items[n++] =
        (Label){ LABEL_SERVICE_NAME, random_text(rng, arena, "service-", shape->n_services) };
    if (rng_below(rng, 3) == 0) {
        items[n++] = (Label){ STR("zone"), random_text(rng, arena, "z", 2) };
    }
    return (Labels){ items, n };
}

static void random_row(Rng *rng, const ProfileShape *shape, const Symbols *symbols, Arena *arena,
                       StoreRow *row)
{
    size_t n = rng_below(rng, 20);
    StorePair *pairs = ARENA_NEW(arena, StorePair, n + 1);
    StoreSpan *spans =
        shape->with_spans && rng_below(rng, 3) == 0 ? ARENA_NEW(arena, StoreSpan, n + 1) : NULL;

    for (size_t i = 0; i < n; i++) {
        pairs[i] =
            (StorePair){ rng_below(rng, symbols->n_stacks), (int64_t)rng_below(rng, 1000) - 5 };
        if (pairs[i].value == 0) {
            pairs[i].value = rng_below(rng, 50) == 0 ? INT64_MAX / 2 : 1;
        }
        if (spans != NULL && rng_below(rng, 3) != 0) {
            spans[i].span.bytes[0] = (uint8_t)(1 + rng_below(rng, 3));
            spans[i].trace.bytes[15] = (uint8_t)rng_below(rng, 2);
        }
    }
    *row = (StoreRow){
        .labels = random_labels(rng, shape, arena), .pairs = pairs, .spans = spans, .n_pairs = n
    };
}

StoreProfile random_profile(Rng *rng, const ProfileShape *shape, Arena *arena)
{
    size_t n_rows = 1 + rng_below(rng, 3);
    StoreRow *rows = ARENA_NEW(arena, StoreRow, n_rows);
    const Symbols *symbols = random_symbols(rng, shape->max_stacks, arena);

    for (size_t i = 0; i < n_rows; i++) {
        random_row(rng, shape, symbols, arena, &rows[i]);
    }
    /* few different times, so that equal ones are common */
    return (StoreProfile){ .tenant = random_text(rng, arena, "tenant-", shape->n_tenants),
                           .time_ns = shape->start_ns + rng_below(rng, shape->n_days) * NS_PER_DAY +
                                      rng_below(rng, 40) * (NS_PER_DAY / 40),
                           .symbols = symbols,
                           .rows = rows,
                           .n_rows = n_rows };
}

StoreProfile simple_profile(Arena *arena, const char *tenant, const char *service, int64_t time_ns,
                            int64_t value, const char *function)
{
    Str *strings = ARENA_NEW(arena, Str, 2);
    SymFunction *functions = ARENA_NEW(arena, SymFunction, 1);
    SymLine *lines = ARENA_NEW(arena, SymLine, 1);
    SymLocation *locations = ARENA_NEW(arena, SymLocation, 1);
    SymStack *stacks = ARENA_NEW(arena, SymStack, 1);
    uint32_t *stack_locations = ARENA_NEW(arena, uint32_t, 1);
    Symbols *symbols = ARENA_NEW(arena, Symbols, 1);
    StorePair *pairs = ARENA_NEW(arena, StorePair, 1);
    StoreRow *row = ARENA_NEW(arena, StoreRow, 1);
    Label *labels = ARENA_NEW(arena, Label, 2);

    strings[0] = STR_EMPTY;
    strings[1] = arena_str(arena, str_from(function));
    functions[0] = (SymFunction){ .name = 1 };
    lines[0] = (SymLine){ .line = 7 };
    locations[0] = (SymLocation){ .address = 4096, .n_lines = 1 };
    stacks[0] = (SymStack){ .n_locations = 1 };
    *symbols = (Symbols){
        .strings = strings,
        .functions = functions,
        .lines = lines,
        .locations = locations,
        .stacks = stacks,
        .stack_locations = stack_locations,
        .n_strings = 2,
        .n_functions = 1,
        .n_lines = 1,
        .n_locations = 1,
        .n_stacks = 1,
        .n_stack_locations = 1,
    };
    labels[0] = (Label){ LABEL_PROFILE_TYPE, STR("cpu") };
    labels[1] = (Label){ LABEL_SERVICE_NAME, arena_str(arena, str_from(service)) };
    pairs[0] = (StorePair){ .value = value };
    row[0] = (StoreRow){ .labels = { labels, 2 }, .pairs = pairs, .n_pairs = 1 };
    return (StoreProfile){ .tenant = arena_str(arena, str_from(tenant)),
                           .time_ns = time_ns,
                           .symbols = symbols,
                           .rows = row,
                           .n_rows = 1 };
}

/* ---- answers as text ---- */

#define ANSWER_LIMIT_BYTES MiB(64)

typedef struct Lines {
    VEC(char *) items;
} Lines;

static void lines_add(Lines *lines, Buf *buf)
{
    char *text = buf_take_text(buf);

    assert_non_null(text);
    assert_true(VEC_PUSH(&lines->items, text));
    *buf = BUF_INIT(ANSWER_LIMIT_BYTES);
}

static int order_texts(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void lines_write(Lines *lines, Buf *out)
{
    if (lines->items.len > 0) {
        qsort(lines->items.items, lines->items.len, sizeof(char *), order_texts);
    }
    for (size_t i = 0; i < lines->items.len; i++) {
        buf_addf(out, "%s\n", lines->items.items[i]);
        free(lines->items.items[i]);
    }
    VEC_DONE(&lines->items);
}

static void add_labels(Buf *out, Labels labels)
{
    for (size_t i = 0; i < labels.n; i++) {
        buf_addf(out, "%.*s=%.*s,", STR_ARG(labels.items[i].name), STR_ARG(labels.items[i].value));
    }
}

static void add_location(Buf *out, const Symbols *symbols, const SymLocation *location)
{
    buf_addf(out, "[%" PRIx64 "%s", location->address, location->is_folded ? " folded" : "");
    if (location->mapping != 0) {
        const SymMapping *mapping = &symbols->mappings[location->mapping - 1];
        buf_addf(out, " map %" PRIx64 " %.*s %.*s %u", mapping->memory_start,
                 STR_ARG(symbols->strings[mapping->filename]),
                 STR_ARG(symbols->strings[mapping->build_id]), mapping->flags);
    }
    for (uint32_t l = 0; l < location->n_lines; l++) {
        const SymLine *line = &symbols->lines[location->first_line + l];
        const SymFunction *function = &symbols->functions[line->function];
        buf_addf(out, " %.*s/%.*s/%.*s/%d:%d", STR_ARG(symbols->strings[function->name]),
                 STR_ARG(symbols->strings[function->system_name]),
                 STR_ARG(symbols->strings[function->filename]), function->start_line, line->line);
    }
    buf_add_char(out, ']');
}

static void add_stack(Buf *out, const Symbols *symbols, uint32_t i)
{
    const SymStack *stack = &symbols->stacks[i];

    for (uint32_t l = 0; l < stack->n_locations; l++) {
        uint32_t location = symbols->stack_locations[stack->first_location + l];
        add_location(out, symbols, &symbols->locations[location]);
    }
}

/* Sums by (group, stack as text). */
typedef struct Sum {
    char *key;
    int64_t value;
} Sum;

typedef struct Sums {
    VEC(Sum) items;
} Sums;

static int order_sums(const void *a, const void *b)
{
    return strcmp(((const Sum *)a)->key, ((const Sum *)b)->key);
}

static bool on_block(void *ctx, const StoreBlock *block, Err *err)
{
    Sums *sums = ctx;

    (void)err;
    for (size_t g = 0; g < block->n_groups; g++) {
        for (uint32_t i = 0; block->sums[g] != NULL && i < block->symbols->n_stacks; i++) {
            if (block->sums[g][i] == 0) {
                continue;
            }
            Buf key = BUF_INIT(ANSWER_LIMIT_BYTES);
            buf_addf(&key, "sum %zu ", g);
            add_stack(&key, block->symbols, i);
            assert_true(VEC_PUSH(&sums->items, (Sum){ buf_take_text(&key), block->sums[g][i] }));
        }
    }
    return true;
}

static void write_sums(Sums *sums, Buf *out)
{
    size_t n = sums->items.len;

    if (n > 0) {
        qsort(sums->items.items, n, sizeof(Sum), order_sums);
    }
    for (size_t i = 0; i < n;) {
        Sum *sum = &sums->items.items[i++];
        while (i < n && strcmp(sums->items.items[i].key, sum->key) == 0) {
            sum->value = sat_add_i64(sum->value, sums->items.items[i].value);
            free(sums->items.items[i++].key);
        }
        if (sum->value != 0) {
            buf_addf(out, "%s = %" PRId64 "\n", sum->key, sum->value);
        }
        free(sum->key);
    }
    VEC_DONE(&sums->items);
}

typedef struct PointsSeen {
    const StoreSeriesList *list;
    Lines lines;
    int64_t *last_ns; /* per series */
} PointsSeen;

static bool on_point(void *ctx, const StorePoint *point, Err *err)
{
    PointsSeen *seen = ctx;
    Buf line = BUF_INIT(ANSWER_LIMIT_BYTES);

    (void)err;
    assert_true(point->series < seen->list->n);
    assert_true(point->time_ns >= seen->last_ns[point->series]);
    seen->last_ns[point->series] = point->time_ns;
    buf_addf(&line, "point ");
    add_labels(&line, seen->list->labels[point->series]);
    buf_addf(&line, " %" PRId64 " %" PRId64, point->time_ns, point->total);
    lines_add(&seen->lines, &line);
    return true;
}

void describe_answer(Store *store, const Question *question, Buf *out, bool *ret_partial)
{
    CLEANUP(arena_destroyp) Arena *arena = arena_create(MiB(64));
    Matchers matchers;
    StoreSeriesList list;
    Sums sums = { 0 };
    Err err = ERR_INIT;
    bool partial = false;

    assert_true(selector_parse(str_from(question->selector), arena, &matchers, &err));
    if (!store_series(store, str_from(question->tenant), matchers, question->filter.start_ns,
                      question->filter.end_ns, &list, &err)) {
        fail_msg("%s", err.msg);
    }
    matchers_done(&matchers);
    uint32_t *group = ARENA_NEW(arena, uint32_t, list.n + 1);
    for (size_t i = 0; i < list.n; i++) {
        group[i] = question->group_by_series ? (uint32_t)i : 0;
        buf_addf(out, "series ");
        add_labels(out, list.labels[i]);
        buf_add_char(out, '\n');
    }
    PointsSeen seen = { .list = &list, .last_ns = ARENA_NEW(arena, int64_t, list.n + 1) };
    if (!store_points(store, &list, &question->filter, on_point, &seen, &partial, &err)) {
        fail_msg("%s", err.msg);
    }
    *ret_partial |= partial;
    lines_write(&seen.lines, out);
    size_t n_groups = question->group_by_series ? MAX(list.n, (size_t)1) : 1;
    if (!store_merge(store, &list, group, n_groups, &question->filter, on_block, &sums, &partial,
                     &err)) {
        fail_msg("%s", err.msg);
    }
    *ret_partial |= partial;
    write_sums(&sums, out);
    store_series_done(&list);
}

void expect_same_answer(Store *expected, Store *actual, const Question *question)
{
    Buf left CLEANUP(buf_done) = BUF_INIT(ANSWER_LIMIT_BYTES);
    Buf right CLEANUP(buf_done) = BUF_INIT(ANSWER_LIMIT_BYTES);
    bool partial = false;

    describe_answer(expected, question, &left, &partial);
    describe_answer(actual, question, &right, &partial);
    assert_false(partial);
    if (!str_eq(buf_str(&left), buf_str(&right))) {
        size_t at = 0;
        while (at < left.len && at < right.len && left.ptr[at] == right.ptr[at]) {
            at++;
        }
        size_t from = at > 200 ? at - 200 : 0;
        fail_msg("answers to %s %s differ behind\n%.*s\nexpected:\n%.*s\nactual:\n%.*s",
                 question->tenant, question->selector, (int)(at - from), left.ptr + from,
                 (int)MIN(left.len - at, (size_t)400), left.ptr + at,
                 (int)MIN(right.len - at, (size_t)400), right.ptr + at);
    }
}

void expect_same_content(Store *expected, Store *actual, const ProfileShape *shape)
{
    for (uint32_t t = 0; t < shape->n_tenants; t++) {
        char tenant[32];
        (void)snprintf(tenant, sizeof(tenant), "tenant-%u", t);
        Question question = { .tenant = tenant,
                              .selector = "{}",
                              .filter = { .start_ns = 1, .end_ns = INT64_MAX },
                              .group_by_series = true };
        expect_same_answer(expected, actual, &question);
    }
}
