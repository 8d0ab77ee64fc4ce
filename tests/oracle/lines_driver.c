/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Feeds profiles in JSON, one a line, to the line arithmetic and prints its reports as JSON, one a
 * line.
 *
 * In: {"functions": [[name, file, start_line], ...], "locations": [[[function, line], ...], ...],
 *      "stacks": [[location, ...], ...], "blocks": [{"version": [repository, ref, root], "sums":
 * [...]}, ...], "function": name, "call_path": [name, ...], "file": name} Locations list the
 * innermost line first, stacks the leaf first. Out: {"function": FunctionResponse, "file":
 * FileResponse, "hot": HotLinesResponse, "functions": FunctionsResponse}
 */
#include <jansson.h>
#include <stdio.h>

#include "codec/pb_json.h"
#include "query/lines_report.h"

static Str text(const json_t *json)
{
    return (Str){ json_string_value(json), json_string_length(json) };
}

/* Strings are numbered without uniting equal ones: tables of real profiles do the same. */
typedef struct Builder {
    Arena *arena;
    Str *strings;
    uint32_t n_strings;
    Symbols symbols;
} Builder;

static uint32_t add_string(Builder *b, Str s)
{
    b->strings[b->n_strings] = s;
    return b->n_strings++;
}

static void build_functions(Builder *b, const json_t *functions)
{
    size_t n = json_array_size(functions);
    SymFunction *out = ARENA_NEW(b->arena, SymFunction, n);

    for (size_t i = 0; i < n; i++) {
        const json_t *f = json_array_get(functions, i);
        out[i].name = add_string(b, text(json_array_get(f, 0)));
        out[i].system_name = out[i].name;
        out[i].filename = add_string(b, text(json_array_get(f, 1)));
        out[i].start_line = (int32_t)json_integer_value(json_array_get(f, 2));
    }
    b->symbols.functions = out;
    b->symbols.n_functions = (uint32_t)n;
}

static void build_locations(Builder *b, const json_t *locations)
{
    size_t n = json_array_size(locations);
    size_t n_lines = 0;
    size_t at = 0;

    for (size_t i = 0; i < n; i++) {
        n_lines += json_array_size(json_array_get(locations, i));
    }
    SymLocation *out = ARENA_NEW(b->arena, SymLocation, n);
    SymLine *lines = ARENA_NEW(b->arena, SymLine, n_lines);
    for (size_t i = 0; i < n; i++) {
        const json_t *location = json_array_get(locations, i);
        out[i].address = 0x1000 + i;
        out[i].first_line = (uint32_t)at;
        out[i].n_lines = (uint32_t)json_array_size(location);
        for (size_t j = 0; j < out[i].n_lines; j++) {
            const json_t *line = json_array_get(location, j);
            lines[at].function = (uint32_t)json_integer_value(json_array_get(line, 0));
            lines[at++].line = (int32_t)json_integer_value(json_array_get(line, 1));
        }
    }
    b->symbols.locations = out;
    b->symbols.n_locations = (uint32_t)n;
    b->symbols.lines = lines;
    b->symbols.n_lines = (uint32_t)n_lines;
}

static void build_stacks(Builder *b, const json_t *stacks)
{
    size_t n = json_array_size(stacks);
    size_t n_locations = 0;
    size_t at = 0;

    for (size_t i = 0; i < n; i++) {
        n_locations += json_array_size(json_array_get(stacks, i));
    }
    SymStack *out = ARENA_NEW(b->arena, SymStack, n);
    uint32_t *locations = ARENA_NEW(b->arena, uint32_t, n_locations);
    for (size_t i = 0; i < n; i++) {
        const json_t *stack = json_array_get(stacks, i);
        out[i] = (SymStack){ (uint32_t)at, (uint32_t)json_array_size(stack) };
        for (size_t j = 0; j < out[i].n_locations; j++) {
            locations[at++] = (uint32_t)json_integer_value(json_array_get(stack, j));
        }
    }
    b->symbols.stacks = out;
    b->symbols.n_stacks = (uint32_t)n;
    b->symbols.stack_locations = locations;
    b->symbols.n_stack_locations = (uint32_t)n_locations;
}

static const Symbols *build_symbols(Builder *b, const json_t *profile)
{
    const json_t *functions = json_object_get(profile, "functions");

    b->strings = ARENA_NEW(b->arena, Str, json_array_size(functions) * 2 + 1);
    (void)add_string(b, STR_EMPTY); /* number 0 */
    build_functions(b, functions);
    build_locations(b, json_object_get(profile, "locations"));
    build_stacks(b, json_object_get(profile, "stacks"));
    b->symbols.strings = b->strings;
    b->symbols.n_strings = b->n_strings;
    return &b->symbols;
}

static void add_blocks(Lines *lines, const Symbols *symbols, const json_t *blocks, Arena *arena)
{
    Err err = ERR_INIT;

    for (size_t i = 0; i < json_array_size(blocks); i++) {
        const json_t *block = json_array_get(blocks, i);
        const json_t *version = json_object_get(block, "version");
        const json_t *sums = json_object_get(block, "sums");
        Version v = { text(json_array_get(version, 0)), text(json_array_get(version, 1)),
                      text(json_array_get(version, 2)) };
        int64_t *values = ARENA_NEW(arena, int64_t, symbols->n_stacks);
        for (size_t j = 0; j < symbols->n_stacks; j++) {
            values[j] = json_integer_value(json_array_get(sums, j));
        }
        CHECK(lines_add(lines, symbols, v, values, &err));
    }
}

static void report(const json_t *profile, Arena *arena, Buf *out)
{
    Builder builder = { .arena = arena };
    const Symbols *symbols = build_symbols(&builder, profile);
    const json_t *blocks = json_object_get(profile, "blocks");
    const json_t *path = json_object_get(profile, "call_path");
    size_t n_path = json_array_size(path);
    Str *call_path = ARENA_NEW(arena, Str, n_path);
    Err err = ERR_INIT;
    Lines lines;

    for (size_t i = 0; i < n_path; i++) {
        call_path[i] = text(json_array_get(path, i));
    }
    LinesOptions options = { .mode = LINES_FUNCTION,
                             .function = text(json_object_get(profile, "function")),
                             .call_path = call_path,
                             .n_call_path = n_path };
    Flameline__V1__FunctionResponse function = FLAMELINE__V1__FUNCTION_RESPONSE__INIT;
    CHECK(lines_init(&lines, &options, arena, &err));
    add_blocks(&lines, symbols, blocks, arena);
    CHECK(report_function(&lines, STR("ns"), arena, &function, &err));
    buf_add(out, STR("{\"function\":"));
    pb_json_encode(&function.base, out);
    lines_done(&lines);

    LinesOptions file_options = { .mode = LINES_FILE,
                                  .file = text(json_object_get(profile, "file")) };
    Flameline__V1__FileResponse file = FLAMELINE__V1__FILE_RESPONSE__INIT;
    CHECK(lines_init(&lines, &file_options, arena, &err));
    add_blocks(&lines, symbols, blocks, arena);
    CHECK(report_file(&lines, STR("ns"), NULL, arena, &file, &err));
    buf_add(out, STR(",\"file\":"));
    pb_json_encode(&file.base, out);
    lines_done(&lines);

    LinesOptions all_options = { .mode = LINES_ALL };
    Flameline__V1__HotLinesResponse hot = FLAMELINE__V1__HOT_LINES_RESPONSE__INIT;
    Flameline__V1__FunctionsResponse functions = FLAMELINE__V1__FUNCTIONS_RESPONSE__INIT;
    CHECK(lines_init(&lines, &all_options, arena, &err));
    add_blocks(&lines, symbols, blocks, arena);
    CHECK(report_hot_lines(&lines, STR("ns"), INT32_MAX, arena, &hot, &err));
    CHECK(report_functions(&lines, STR("ns"), 0, arena, &functions, &err));
    buf_add(out, STR(",\"hot\":"));
    pb_json_encode(&hot.base, out);
    buf_add(out, STR(",\"functions\":"));
    pb_json_encode(&functions.base, out);
    buf_add(out, STR("}\n"));
    lines_done(&lines);
}

int main(void)
{
    char *line = NULL;
    size_t cap = 0;
    Buf out = BUF_INIT(MiB(64));

    while (getline(&line, &cap, stdin) > 0) {
        json_error_t where;
        json_t *profile = json_loads(line, 0, &where);
        Arena *arena = arena_create(MiB(64));
        CHECK(profile != NULL && arena != NULL);
        buf_clear(&out);
        report(profile, arena, &out);
        CHECK(buf_ok(&out) && fwrite(out.ptr, 1, out.len, stdout) == out.len);
        json_decref(profile);
        arena_destroy(arena);
    }
    buf_done(&out);
    free(line);
    return 0;
}
