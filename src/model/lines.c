/* SPDX-License-Identifier: Apache-2.0 */
#include "model/lines.h"

#include "model/version_json.h"

/* What is known about a slot (a frame) of the symbol table at hand; see model/frames.h. */
typedef struct SlotInfo {
    uint32_t name; /* INTERN_FAILED: not looked at yet */
    uint32_t file;
    uint32_t version;
    int32_t line;
    uint32_t line_row; /* TALLY_FAILED: none yet */
    uint32_t function_row;
    uint32_t file_row;
} SlotInfo;

/* The work on one call of lines_add(). */
typedef struct Adder {
    Lines *lines;
    const Symbols *symbols;
    uint32_t *mapping_version; /* [n_mappings + 1], by SymLocation.mapping */
    SlotInfo *slots;           /* [frame_n_slots] */
    VEC(uint32_t) stack;       /* slots of the sample's frames, leaf first */
    VEC(bool) inlined;         /* [stack.len]: the frame is inlined into the next one */
} Adder;

/* ---- set-up ---- */

static uint32_t version_number(Lines *lines, Version version)
{
    for (size_t i = 0; i < lines->versions.len; i++) {
        if (version_cmp(lines->versions.items[i], version) == 0) {
            return (uint32_t)i;
        }
    }
    Version copy = { arena_str(lines->arena, version.repository),
                     arena_str(lines->arena, version.git_ref),
                     arena_str(lines->arena, version.root_path) };
    bool ok = copy.repository.ptr != NULL && copy.git_ref.ptr != NULL && copy.root_path.ptr != NULL;
    if (!ok || !VEC_PUSH(&lines->versions, copy)) {
        return INTERN_FAILED;
    }
    return (uint32_t)lines->versions.len - 1;
}

bool lines_init(Lines *lines, const LinesOptions *options, Arena *arena, Err *err)
{
    *lines = (Lines){ .options = *options, .arena = arena };
    intern_init(&lines->texts, arena);
    /* number 0 is the empty text: files and names that are not known */
    bool ok = intern_add(&lines->texts, STR_EMPTY) == 0;
    lines->function = intern_add(&lines->texts, options->function);
    lines->file = intern_add(&lines->texts, options->file);
    lines->call_path = ARENA_NEW(arena, uint32_t, options->n_call_path);
    ok = ok && lines->function != INTERN_FAILED && lines->file != INTERN_FAILED &&
         lines->call_path != NULL;
    for (size_t i = 0; ok && i < options->n_call_path; i++) {
        lines->call_path[i] = intern_add(&lines->texts, options->call_path[i]);
        ok = lines->call_path[i] != INTERN_FAILED;
    }
    if (!ok) {
        lines_done(lines);
        return err_no_memory(err);
    }
    return true;
}

void lines_done(Lines *lines)
{
    intern_done(&lines->texts);
    VEC_DONE(&lines->versions);
    tally_done(&lines->lines);
    tally_done(&lines->functions);
    tally_done(&lines->files);
    tally_done(&lines->callees);
    tally_done(&lines->callers);
    tally_done(&lines->line_functions);
    VEC_DONE(&lines->line_function);
    tally_done(&lines->starts);
    VEC_DONE(&lines->start_line);
}

static bool adder_init(Adder *adder, Lines *lines, const Symbols *symbols, Version version)
{
    size_t n_slots = MAX(frame_n_slots(symbols), (size_t)1);

    *adder = (Adder){ .lines = lines, .symbols = symbols };
    adder->slots = malloc(n_slots * sizeof(*adder->slots));
    adder->mapping_version = malloc(((size_t)symbols->n_mappings + 1) * sizeof(uint32_t));
    if (adder->slots == NULL || adder->mapping_version == NULL) {
        return false;
    }
    for (size_t i = 0; i < n_slots; i++) {
        adder->slots[i].name = INTERN_FAILED;
    }
    for (uint32_t i = 0; i <= symbols->n_mappings; i++) {
        Str build_id = i == 0 ? STR_EMPTY : symbols->strings[symbols->mappings[i - 1].build_id];
        Version own;
        Str ignored;
        version_of_mapping(version, build_id, lines->arena, &own, &ignored);
        adder->mapping_version[i] = version_number(lines, own);
        if (adder->mapping_version[i] == INTERN_FAILED) {
            return false;
        }
    }
    return true;
}

static void adder_done(Adder *adder)
{
    free(adder->slots);
    free(adder->mapping_version);
    VEC_DONE(&adder->stack);
    VEC_DONE(&adder->inlined);
}

/* ---- slots ---- */

/* A name may be declared in several files, and at other lines in other versions. */
static bool note_start_line(Lines *lines, uint32_t version, const SlotInfo *slot,
                            int32_t start_line)
{
    uint32_t before = lines->starts.n;
    uint32_t row = tally_row(&lines->starts, (TallyKey){ { version, slot->file, slot->name, 0 } });

    return row != TALLY_FAILED &&
           (lines->starts.n == before || VEC_PUSH(&lines->start_line, start_line));
}

int32_t lines_start_line(const Lines *lines, uint32_t version, uint32_t file, uint32_t name)
{
    const TallyRow *row = tally_find(&lines->starts, (TallyKey){ { version, file, name, 0 } });

    return row != NULL ? lines->start_line.items[row - lines->starts.rows] : 0;
}

static bool slot_fill(Adder *adder, const Frame *frame)
{
    Lines *lines = adder->lines;
    const Symbols *symbols = adder->symbols;
    SlotInfo *slot = &adder->slots[frame->slot];
    int32_t start_line = 0;

    *slot = (SlotInfo){
        .version = adder->mapping_version[symbols->locations[frame->location].mapping],
        .line_row = TALLY_FAILED,
        .function_row = TALLY_FAILED,
        .file_row = TALLY_FAILED,
    };
    if (frame->has_line_info) {
        const SymLine *line = &symbols->lines[frame->slot];
        const SymFunction *function = &symbols->functions[line->function];
        slot->line = MAX(line->line, 0);
        slot->name = intern_add(&lines->texts, symbols->strings[function->name]);
        slot->file = intern_add(&lines->texts, symbols->strings[function->filename]);
        start_line = function->start_line;
    } else {
        Buf name = BUF_INIT(KiB(64) + 64);
        location_add_name(&name, symbols, frame->location);
        slot->name = buf_ok(&name) ? intern_add(&lines->texts, buf_str(&name)) : INTERN_FAILED;
        buf_done(&name);
    }
    if (slot->name == INTERN_FAILED || slot->file == INTERN_FAILED) {
        return false;
    }
    return start_line <= 0 || (note_start_line(lines, slot->version, slot, start_line) &&
                               note_start_line(lines, LINES_ANY_VERSION, slot, start_line));
}

static uint32_t line_row(Adder *adder, SlotInfo *slot)
{
    Lines *lines = adder->lines;

    if (slot->line_row == TALLY_FAILED) {
        TallyKey key = { { slot->version, slot->file, (uint32_t)slot->line, 0 } };
        uint32_t before = lines->lines.n;
        slot->line_row = tally_row(&lines->lines, key);
        if (lines->lines.n > before && !VEC_PUSH(&lines->line_function, slot->name)) {
            return TALLY_FAILED;
        }
    }
    return slot->line_row;
}

static uint32_t function_row(Adder *adder, SlotInfo *slot)
{
    if (slot->function_row == TALLY_FAILED) {
        bool by_version = adder->lines->options.mode != LINES_ALL;
        TallyKey key = { { by_version ? slot->version : 0, slot->file, slot->name, 0 } };
        slot->function_row = tally_row(&adder->lines->functions, key);
    }
    return slot->function_row;
}

static uint32_t file_row(Adder *adder, SlotInfo *slot)
{
    if (slot->file_row == TALLY_FAILED) {
        TallyKey key = { { slot->version, slot->file, 0, 0 } };
        slot->file_row = tally_row(&adder->lines->files, key);
    }
    return slot->file_row;
}

/* ---- one sample ---- */

/* Fills adder->stack; slots are looked at when they are first seen. */
static bool read_stack(Adder *adder, uint32_t stack)
{
    FrameIter iter = frames_of(adder->symbols, stack);
    Frame frame;

    adder->stack.len = 0;
    adder->inlined.len = 0;
    while (frame_next(&iter, &frame)) {
        if (adder->slots[frame.slot].name == INTERN_FAILED && !slot_fill(adder, &frame)) {
            return false;
        }
        if (!frame.first_of_location) {
            adder->inlined.items[adder->inlined.len - 1] = true;
        }
        if (!VEC_PUSH(&adder->stack, frame.slot) || !VEC_PUSH(&adder->inlined, false)) {
            return false;
        }
    }
    return true;
}

static SlotInfo *frame_at(const Adder *adder, size_t i)
{
    return &adder->slots[adder->stack.items[i]];
}

static bool on_call_path(const Adder *adder)
{
    size_t n = adder->lines->options.n_call_path;

    if (adder->stack.len < n) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (frame_at(adder, adder->stack.len - 1 - i)->name != adder->lines->call_path[i]) {
            return false;
        }
    }
    return true;
}

/* A sample without any frame still costs: it goes to the row that has neither file nor line. */
static bool add_empty_stack(Adder *adder, uint64_t sample, int64_t value)
{
    SlotInfo none = { .version = adder->mapping_version[0], .line_row = TALLY_FAILED };
    uint32_t row = line_row(adder, &none);

    if (row == TALLY_FAILED) {
        return false;
    }
    tally_add_self(&adder->lines->lines, row, value);
    tally_add_total(&adder->lines->lines, row, sample, value);
    adder->lines->no_line_self = sat_add_i64(adder->lines->no_line_self, value);
    adder->lines->no_line_total = sat_add_i64(adder->lines->no_line_total, value);
    return true;
}

static bool add_all(Adder *adder, uint64_t sample, int64_t value)
{
    Lines *lines = adder->lines;
    bool no_line = false;

    if (adder->stack.len == 0) {
        return add_empty_stack(adder, sample, value);
    }
    for (size_t i = 0; i < adder->stack.len; i++) {
        SlotInfo *slot = frame_at(adder, i);
        uint32_t line = line_row(adder, slot);
        uint32_t function = function_row(adder, slot);
        if (line == TALLY_FAILED || function == TALLY_FAILED) {
            return false;
        }
        tally_add_total(&lines->lines, line, sample, value);
        tally_add_total(&lines->functions, function, sample, value);
        no_line |= slot->line == 0;
        if (i == 0) {
            tally_add_self(&lines->lines, line, value);
            tally_add_self(&lines->functions, function, value);
            lines->no_line_self = sat_add_i64(lines->no_line_self, slot->line == 0 ? value : 0);
        }
    }
    lines->no_line_total = sat_add_i64(lines->no_line_total, no_line ? value : 0);
    return true;
}

static bool add_callee(Adder *adder, uint32_t line, size_t i, uint64_t sample, int64_t value)
{
    const SlotInfo *callee = frame_at(adder, i - 1);
    TallyKey key = { { line, callee->name, adder->inlined.items[i - 1], callee->file } };
    uint32_t row = tally_row(&adder->lines->callees, key);

    if (row != TALLY_FAILED) {
        tally_add_total(&adder->lines->callees, row, sample, value);
    }
    return row != TALLY_FAILED;
}

static bool add_caller(Adder *adder, size_t i, uint64_t sample, int64_t value)
{
    const SlotInfo *caller = frame_at(adder, i + 1);
    TallyKey key = { { caller->name, caller->file, (uint32_t)caller->line,
                       adder->inlined.items[i] } };
    uint32_t row = tally_row(&adder->lines->callers, key);

    if (row != TALLY_FAILED) {
        tally_add_total(&adder->lines->callers, row, sample, value);
    }
    return row != TALLY_FAILED;
}

static bool add_function_frame(Adder *adder, size_t i, uint64_t sample, int64_t value)
{
    Lines *lines = adder->lines;
    SlotInfo *slot = frame_at(adder, i);
    uint32_t line = line_row(adder, slot);
    uint32_t file = file_row(adder, slot);

    if (line == TALLY_FAILED || file == TALLY_FAILED) {
        return false;
    }
    tally_add_total(&lines->lines, line, sample, value);
    tally_add_total(&lines->files, file, sample, value);
    if (i == 0) {
        tally_add_self(&lines->lines, line, value);
        tally_add_self(&lines->files, file, value);
        lines->self = sat_add_i64(lines->self, value);
    } else if (!add_callee(adder, line, i, sample, value)) {
        return false;
    }
    return i + 1 == adder->stack.len || add_caller(adder, i, sample, value);
}

static bool add_function(Adder *adder, uint64_t sample, int64_t value)
{
    Lines *lines = adder->lines;
    bool found = false;

    for (size_t i = 0; i < adder->stack.len; i++) {
        if (frame_at(adder, i)->name != lines->function) {
            continue;
        }
        if (!found && !on_call_path(adder)) {
            return true;
        }
        found = true;
        if (!add_function_frame(adder, i, sample, value)) {
            return false;
        }
    }
    if (found) {
        lines->total = sat_add_i64(lines->total, value);
    }
    return true;
}

static bool add_file(Adder *adder, uint64_t sample, int64_t value)
{
    Lines *lines = adder->lines;

    for (size_t i = 0; i < adder->stack.len; i++) {
        SlotInfo *slot = frame_at(adder, i);
        if (slot->file != lines->file) {
            continue;
        }
        uint32_t line = line_row(adder, slot);
        uint32_t function = function_row(adder, slot);
        uint32_t file = file_row(adder, slot);
        TallyKey pair = { { line, function, 0, 0 } };
        if (line == TALLY_FAILED || function == TALLY_FAILED || file == TALLY_FAILED ||
            tally_row(&lines->line_functions, pair) == TALLY_FAILED) {
            return false;
        }
        tally_add_total(&lines->lines, line, sample, value);
        tally_add_total(&lines->functions, function, sample, value);
        tally_add_total(&lines->files, file, sample, value);
        if (i == 0) {
            tally_add_self(&lines->lines, line, value);
            tally_add_self(&lines->functions, function, value);
            tally_add_self(&lines->files, file, value);
        }
    }
    return true;
}

static bool add_sample(Adder *adder, uint32_t stack, int64_t value)
{
    Lines *lines = adder->lines;
    uint64_t sample = ++lines->n_samples;

    lines->query_total = sat_add_i64(lines->query_total, value);
    if (!read_stack(adder, stack)) {
        return false;
    }
    switch (lines->options.mode) {
    case LINES_ALL:
        return add_all(adder, sample, value);
    case LINES_FUNCTION:
        return add_function(adder, sample, value);
    case LINES_FILE:
        return add_file(adder, sample, value);
    }
    return false;
}

bool lines_add(Lines *lines, const Symbols *symbols, Version version, const int64_t *sums, Err *err)
{
    Adder adder;
    bool ok = adder_init(&adder, lines, symbols, version);

    for (uint32_t stack = 0; ok && stack < symbols->n_stacks; stack++) {
        if (sums[stack] != 0) {
            ok = add_sample(&adder, stack, sums[stack]);
        }
    }
    adder_done(&adder);
    return ok || err_set(err, ERR_RESOURCE_EXHAUSTED, "line report needs too much memory");
}
