/* SPDX-License-Identifier: Apache-2.0 */
#include "store/rocks/symbols.h"

#include "base/vec.h"
#include "store/rocks/wire.h"

#define SYMTABLE_LIMIT_BYTES MiB(2048)

struct SymArrays {
    VEC(Str) strings;
    VEC(SymMapping) mappings;
    VEC(SymFunction) functions;
    VEC(SymLine) lines;
    VEC(SymLocation) locations;
    VEC(SymStack) stacks;
    VEC(uint32_t) stack_locations;
    bool lost[SYM_KINDS];
};

SymTable *symtable_create(void)
{
    CLEANUP(symtable_destroyp) SymTable *table = calloc(1, sizeof(*table));

    if (table == NULL) {
        return NULL;
    }
    table->refs = 1;
    table->texts = arena_create(SYMTABLE_LIMIT_BYTES);
    table->arrays = calloc(1, sizeof(*table->arrays));
    if (table->texts == NULL || table->arrays == NULL) {
        return NULL;
    }
    return TAKE(table);
}

void symtable_destroy(SymTable *table)
{
    if (table == NULL) {
        return;
    }
    if (table->arrays != NULL) {
        VEC_DONE(&table->arrays->strings);
        VEC_DONE(&table->arrays->mappings);
        VEC_DONE(&table->arrays->functions);
        VEC_DONE(&table->arrays->lines);
        VEC_DONE(&table->arrays->locations);
        VEC_DONE(&table->arrays->stacks);
        VEC_DONE(&table->arrays->stack_locations);
        free(table->arrays);
    }
    arena_destroy(table->texts);
    free(table);
}

void symtable_lost(SymTable *table, SymKind kind)
{
    table->arrays->lost[kind] = true;
    table->is_damaged = true;
}

/* One record of each kind: read it, then append. False: damaged, or out of memory when *oom. */
static bool add_string(SymTable *table, Reader *reader, bool *oom)
{
    uint64_t len;

    if (!get_uvarint(reader, &len) || len > reader_left(reader)) {
        return false;
    }
    /* the whole value was copied into the arena: see symtable_add() */
    Str text = { (const char *)reader->at, (size_t)len };
    reader->at += text.len;
    *oom = !VEC_PUSH(&table->arrays->strings, text);
    return !*oom;
}

static bool add_mapping(SymTable *table, Reader *reader, bool *oom)
{
    SymMapping mapping = { 0 };
    uint64_t flags;

    if (!get_uvarint(reader, &mapping.memory_start) ||
        !get_uvarint(reader, &mapping.memory_limit) || !get_uvarint(reader, &mapping.file_offset) ||
        !get_uvarint32(reader, &mapping.filename) || !get_uvarint32(reader, &mapping.build_id) ||
        !get_uvarint(reader, &flags)) {
        return false;
    }
    mapping.flags = (uint8_t)flags;
    *oom = !VEC_PUSH(&table->arrays->mappings, mapping);
    return !*oom;
}

static bool get_line_number(Reader *reader, int32_t *ret_line)
{
    int64_t line;

    if (!get_zigzag(reader, &line) || line < INT32_MIN || line > INT32_MAX) {
        return false;
    }
    *ret_line = (int32_t)line;
    return true;
}

static bool add_function(SymTable *table, Reader *reader, bool *oom)
{
    SymFunction function = { 0 };

    if (!get_uvarint32(reader, &function.name) || !get_uvarint32(reader, &function.system_name) ||
        !get_uvarint32(reader, &function.filename) ||
        !get_line_number(reader, &function.start_line)) {
        return false;
    }
    *oom = !VEC_PUSH(&table->arrays->functions, function);
    return !*oom;
}

static bool add_location(SymTable *table, Reader *reader, bool *oom)
{
    struct SymArrays *arrays = table->arrays;
    SymLocation location = { .first_line = (uint32_t)arrays->lines.len };
    uint64_t lines_and_folded;

    if (!get_uvarint32(reader, &location.mapping) || !get_uvarint(reader, &location.address) ||
        !get_uvarint(reader, &lines_and_folded)) {
        return false;
    }
    uint64_t n_lines = lines_and_folded >> 1;
    if (n_lines > reader_left(reader) / 2) { /* a line has at least two bytes */
        return false;
    }
    location.n_lines = (uint32_t)n_lines;
    location.is_folded = (lines_and_folded & 1) != 0;
    for (uint64_t i = 0; i < n_lines; i++) {
        SymLine line = { 0 };
        if (!get_uvarint32(reader, &line.function) || !get_line_number(reader, &line.line)) {
            arrays->lines.len = location.first_line;
            return false;
        }
        if (!VEC_PUSH(&arrays->lines, line)) {
            *oom = true;
            return false;
        }
    }
    *oom = !VEC_PUSH(&arrays->locations, location);
    return !*oom;
}

static bool add_stack(SymTable *table, Reader *reader, bool *oom)
{
    struct SymArrays *arrays = table->arrays;
    SymStack stack = { .first_location = (uint32_t)arrays->stack_locations.len };
    uint64_t n;

    if (!get_uvarint(reader, &n) || n > reader_left(reader)) {
        return false;
    }
    stack.n_locations = (uint32_t)n;
    if (!VEC_RESERVE(&arrays->stack_locations, (size_t)n)) {
        *oom = true;
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (!get_uvarint32(reader, &arrays->stack_locations.items[stack.first_location + i])) {
            return false;
        }
    }
    arrays->stack_locations.len += (size_t)n;
    *oom = !VEC_PUSH(&arrays->stacks, stack);
    return !*oom;
}

static size_t count_of(const SymTable *table, SymKind kind)
{
    const struct SymArrays *arrays = table->arrays;

    switch (kind) {
    case SYM_STACK:
        return arrays->stacks.len;
    case SYM_LOCATION:
        return arrays->locations.len;
    case SYM_FUNCTION:
        return arrays->functions.len;
    case SYM_STRING:
        return arrays->strings.len;
    case SYM_MAPPING:
        return arrays->mappings.len;
    }
    return 0;
}

static bool add_record(SymTable *table, SymKind kind, Reader *reader, bool *oom)
{
    switch (kind) {
    case SYM_STACK:
        return add_stack(table, reader, oom);
    case SYM_LOCATION:
        return add_location(table, reader, oom);
    case SYM_FUNCTION:
        return add_function(table, reader, oom);
    case SYM_STRING:
        return add_string(table, reader, oom);
    case SYM_MAPPING:
        return add_mapping(table, reader, oom);
    }
    return false;
}

/* An empty record of the kind, for an id whose own is lost. */
static bool add_stand_in(SymTable *table, SymKind kind)
{
    static const uint8_t zeros[8] = { 0 }; /* every kind reads zeros as an empty record */
    Reader reader = { zeros, zeros + sizeof(zeros) };
    bool oom = false;

    return add_record(table, kind, &reader, &oom);
}

/* Ids between the last known one and first_id were in rows that are lost. */
static bool fill_gap(SymTable *table, SymKind kind, uint32_t first_id)
{
    if (count_of(table, kind) < first_id) {
        table->is_damaged = true;
    }
    while (count_of(table, kind) < first_id) {
        if (!add_stand_in(table, kind)) {
            return false;
        }
    }
    return true;
}

bool symtable_add(SymTable *table, SymKind kind, uint32_t first_id, Str value)
{
    size_t known = count_of(table, kind);

    if (first_id < known || first_id - known > SYM_MAX_GAP) {
        symtable_lost(table, kind);
        return true;
    }
    if (!fill_gap(table, kind, first_id)) {
        return false;
    }
    table->arrays->lost[kind] = false; /* this row tells which ids an earlier, lost one had */
    if (kind == SYM_STRING) {
        value = arena_str(table->texts, value);
        if (value.ptr == NULL) {
            return false;
        }
    }
    const uint8_t *start = (const uint8_t *)value.ptr;
    Reader reader = { start, start + value.len };
    while (reader_left(&reader) > 0) {
        bool oom = false;
        if (count_of(table, kind) >= SYM_MAX_IDS || !add_record(table, kind, &reader, &oom)) {
            symtable_lost(table, kind);
            return !oom;
        }
    }
    return true;
}

static uint32_t checked_ref(SymTable *table, uint32_t ref, size_t n)
{
    if (ref < n) {
        return ref;
    }
    table->is_damaged = true;
    return 0;
}

/* Makes every reference valid; false when the stand-ins cannot be added. */
static bool check_references(SymTable *table)
{
    struct SymArrays *a = table->arrays;
    size_t n_lines = a->lines.len;

    if (a->strings.len == 0 && !add_stand_in(table, SYM_STRING)) {
        return false;
    }
    if (a->strings.items[0].len != 0) {
        table->is_damaged = true;
        a->strings.items[0] = STR_EMPTY;
    }
    for (size_t i = 0; i < a->mappings.len; i++) {
        SymMapping *mapping = &a->mappings.items[i];
        mapping->filename = checked_ref(table, mapping->filename, a->strings.len);
        mapping->build_id = checked_ref(table, mapping->build_id, a->strings.len);
    }
    for (size_t i = 0; i < a->functions.len; i++) {
        SymFunction *function = &a->functions.items[i];
        function->name = checked_ref(table, function->name, a->strings.len);
        function->system_name = checked_ref(table, function->system_name, a->strings.len);
        function->filename = checked_ref(table, function->filename, a->strings.len);
    }
    if (n_lines > 0 && a->functions.len == 0 && !add_stand_in(table, SYM_FUNCTION)) {
        return false;
    }
    for (size_t i = 0; i < n_lines; i++) {
        a->lines.items[i].function =
            checked_ref(table, a->lines.items[i].function, a->functions.len);
    }
    for (size_t i = 0; i < a->locations.len; i++) {
        SymLocation *location = &a->locations.items[i];
        location->mapping = checked_ref(table, location->mapping, a->mappings.len + 1);
    }
    if (a->stack_locations.len > 0 && a->locations.len == 0 && !add_stand_in(table, SYM_LOCATION)) {
        return false;
    }
    for (size_t i = 0; i < a->stack_locations.len; i++) {
        a->stack_locations.items[i] =
            checked_ref(table, a->stack_locations.items[i], a->locations.len);
    }
    return true;
}

static size_t memory_of(const SymTable *table)
{
    const struct SymArrays *a = table->arrays;

    return sizeof(*table) + sizeof(*a) + arena_used(table->texts) + a->strings.cap * sizeof(Str) +
           a->mappings.cap * sizeof(SymMapping) + a->functions.cap * sizeof(SymFunction) +
           a->lines.cap * sizeof(SymLine) + a->locations.cap * sizeof(SymLocation) +
           a->stacks.cap * sizeof(SymStack) + a->stack_locations.cap * sizeof(uint32_t);
}

bool symtable_finish(SymTable *table)
{
    const struct SymArrays *a = table->arrays;

    for (int kind = 0; kind < SYM_KINDS; kind++) {
        table->next_id[kind] =
            (uint32_t)count_of(table, (SymKind)kind) + (a->lost[kind] ? SYM_LOST_IDS : 0);
    }
    if (!check_references(table)) {
        return false;
    }
    if (a->lines.len > UINT32_MAX || a->stack_locations.len > UINT32_MAX) {
        return false;
    }
    table->symbols = (Symbols){
        .strings = a->strings.items,
        .mappings = a->mappings.items,
        .functions = a->functions.items,
        .lines = a->lines.items,
        .locations = a->locations.items,
        .stacks = a->stacks.items,
        .stack_locations = a->stack_locations.items,
        .n_strings = (uint32_t)a->strings.len,
        .n_mappings = (uint32_t)a->mappings.len,
        .n_functions = (uint32_t)a->functions.len,
        .n_lines = (uint32_t)a->lines.len,
        .n_locations = (uint32_t)a->locations.len,
        .n_stacks = (uint32_t)a->stacks.len,
        .n_stack_locations = (uint32_t)a->stack_locations.len,
    };
    table->bytes = memory_of(table);
    return true;
}
