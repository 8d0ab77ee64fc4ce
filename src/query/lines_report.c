/* SPDX-License-Identifier: Apache-2.0 */
#include "query/lines_report.h"

typedef struct Report {
    const Lines *lines;
    Arena *arena;
} Report;

/* Interned texts are NUL-terminated arena copies, so answers can share them. */
static char *text_of(const Report *report, uint32_t number)
{
    return (char *)(uintptr_t)lines_text(report->lines, number).ptr;
}

static char *shared(Str s)
{
    return (char *)(uintptr_t)s.ptr;
}

/* ---- order of rows ---- */

static int descending(int64_t a, int64_t b)
{
    return (a < b) - (a > b);
}

static int by_self_then_total(const void *a, const void *b, void *arg)
{
    const Lines *lines = arg;
    const TallyRow *x = *(const TallyRow *const *)a;
    const TallyRow *y = *(const TallyRow *const *)b;
    int order = descending(x->self, y->self);

    if (order == 0) {
        order = descending(x->total, y->total);
    }
    /* ties by text, so that an answer does not depend on the order in the store */
    if (order == 0) {
        order = str_cmp(lines_text(lines, x->key.part[1]), lines_text(lines, y->key.part[1]));
    }
    return order != 0 ? order : memcmp(&x->key, &y->key, sizeof(x->key));
}

static int by_total_then_text(const void *a, const void *b, void *arg)
{
    const Lines *lines = arg;
    const TallyRow *x = *(const TallyRow *const *)a;
    const TallyRow *y = *(const TallyRow *const *)b;
    int order = descending(x->total, y->total);

    if (order == 0) {
        order = str_cmp(lines_text(lines, x->key.part[1]), lines_text(lines, y->key.part[1]));
    }
    return order != 0 ? order : memcmp(&x->key, &y->key, sizeof(x->key));
}

static int by_line_number(const void *a, const void *b, void *arg UNUSED)
{
    const TallyRow *x = *(const TallyRow *const *)a;
    const TallyRow *y = *(const TallyRow *const *)b;

    return (x->key.part[2] > y->key.part[2]) - (x->key.part[2] < y->key.part[2]);
}

typedef int (*RowOrder)(const void *, const void *, void *);

typedef struct Rows {
    const TallyRow **items;
    size_t n;
} Rows;

typedef bool (*RowFilter)(const TallyRow *row, const void *arg);

/* The rows that pass, in order. */
static bool select_rows(const Report *report, const Tally *tally, RowFilter passes, const void *arg,
                        RowOrder order, Rows *ret_rows)
{
    const TallyRow **items = ARENA_NEW(report->arena, const TallyRow *, tally->n);
    size_t n = 0;

    if (items == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < tally->n; i++) {
        if (passes == NULL || passes(&tally->rows[i], arg)) {
            items[n++] = &tally->rows[i];
        }
    }
    qsort_r(items, n, sizeof(*items), order, (void *)(uintptr_t)report->lines);
    *ret_rows = (Rows){ items, n };
    return true;
}

static bool of_file(const TallyRow *row, const void *arg)
{
    const TallyKey *key = arg;

    return row->key.part[0] == key->part[0] && row->key.part[1] == key->part[1];
}

static bool of_parent(const TallyRow *row, const void *arg)
{
    return row->key.part[0] == *(const uint32_t *)arg;
}

static uint32_t row_number(const Tally *tally, const TallyRow *row)
{
    return (uint32_t)(row - tally->rows);
}

#define NEW_LIST(report, ret_list, type, init, n)                                                  \
    ({                                                                                             \
        type **list_ = ARENA_NEW((report)->arena, type *, n);                                      \
        type *items_ = ARENA_NEW((report)->arena, type, n);                                        \
        for (size_t i_ = 0; list_ != NULL && items_ != NULL && i_ < (n); i_++) {                   \
            items_[i_] = (type)init;                                                               \
            list_[i_] = &items_[i_];                                                               \
        }                                                                                          \
        (ret_list) = list_;                                                                        \
        list_ != NULL &&items_ != NULL;                                                            \
    })

/* ---- one function ---- */

static int by_line_row(const void *a, const void *b, void *arg)
{
    const Lines *lines = arg;
    const TallyRow *x = *(const TallyRow *const *)a;
    const TallyRow *y = *(const TallyRow *const *)b;

    if (x->key.part[0] != y->key.part[0]) {
        return x->key.part[0] < y->key.part[0] ? -1 : 1;
    }
    return by_total_then_text(a, b, (void *)(uintptr_t)lines);
}

static bool add_callees(const Report *report, const Rows *all, uint32_t line_row,
                        Flameline__V1__Line *line, bool *truncated)
{
    size_t first = 0;
    size_t end = all->n;

    while (first < end) { /* first callee of the line */
        size_t mid = first + (end - first) / 2;
        if (all->items[mid]->key.part[0] < line_row) {
            first = mid + 1;
        } else {
            end = mid;
        }
    }
    size_t n = 0;
    while (first + n < all->n && all->items[first + n]->key.part[0] == line_row) {
        n++;
    }
    *truncated |= n > LINES_MAX_CALLEES;
    n = MIN(n, (size_t)LINES_MAX_CALLEES);
    if (!NEW_LIST(report, line->callees, Flameline__V1__Callee, FLAMELINE__V1__CALLEE__INIT, n)) {
        return false;
    }
    line->n_callees = n;
    for (size_t i = 0; i < n; i++) {
        const TallyRow *row = all->items[first + i];
        Flameline__V1__Callee *callee = line->callees[i];
        callee->name = text_of(report, row->key.part[1]);
        callee->total = row->total;
        callee->inlined = row->key.part[2] != 0;
        callee->file = text_of(report, row->key.part[3]);
        callee->startline =
            lines_start_line(report->lines, LINES_ANY_VERSION, row->key.part[3], row->key.part[1]);
    }
    return true;
}

static bool add_lines(const Report *report, const TallyKey *file, const Rows *callees,
                      Flameline__V1__FunctionVersion *version, bool *truncated)
{
    const Tally *tally = &report->lines->lines;
    Rows rows;

    if (!select_rows(report, tally, of_file, file, by_line_number, &rows) ||
        !NEW_LIST(report, version->lines, Flameline__V1__Line, FLAMELINE__V1__LINE__INIT, rows.n)) {
        return false;
    }
    version->n_lines = rows.n;
    for (size_t i = 0; i < rows.n; i++) {
        Flameline__V1__Line *line = version->lines[i];
        line->n = (int32_t)rows.items[i]->key.part[2];
        line->self = rows.items[i]->self;
        line->total = rows.items[i]->total;
        if (!add_callees(report, callees, row_number(tally, rows.items[i]), line, truncated)) {
            return false;
        }
    }
    return true;
}

static bool add_versions(const Report *report, Flameline__V1__FunctionResponse *response,
                         bool *truncated)
{
    const Lines *lines = report->lines;
    Rows rows;
    Rows callees;

    if (!select_rows(report, &lines->files, NULL, NULL, by_total_then_text, &rows) ||
        !select_rows(report, &lines->callees, NULL, NULL, by_line_row, &callees) ||
        !NEW_LIST(report, response->versions, Flameline__V1__FunctionVersion,
                  FLAMELINE__V1__FUNCTION_VERSION__INIT, rows.n)) {
        return false;
    }
    response->n_versions = rows.n;
    for (size_t i = 0; i < rows.n; i++) {
        const TallyRow *row = rows.items[i];
        const Version *from = &lines->versions.items[row->key.part[0]];
        Flameline__V1__FunctionVersion *version = response->versions[i];
        version->repository = shared(from->repository);
        version->ref = shared(from->git_ref);
        version->root = shared(from->root_path);
        version->file = text_of(report, row->key.part[1]);
        version->startline =
            lines_start_line(lines, row->key.part[0], row->key.part[1], lines->function);
        version->self = row->self;
        version->total = row->total;
        if (!add_lines(report, &row->key, &callees, version, truncated)) {
            return false;
        }
    }
    return true;
}

static bool add_callers(const Report *report, Flameline__V1__FunctionResponse *response,
                        bool *truncated)
{
    Rows rows;

    if (!select_rows(report, &report->lines->callers, NULL, NULL, by_total_then_text, &rows)) {
        return false;
    }
    *truncated |= rows.n > LINES_MAX_CALLERS;
    rows.n = MIN(rows.n, (size_t)LINES_MAX_CALLERS);
    if (!NEW_LIST(report, response->callers, Flameline__V1__Caller, FLAMELINE__V1__CALLER__INIT,
                  rows.n)) {
        return false;
    }
    response->n_callers = rows.n;
    for (size_t i = 0; i < rows.n; i++) {
        const TallyRow *row = rows.items[i];
        Flameline__V1__Caller *caller = response->callers[i];
        caller->name = text_of(report, row->key.part[0]);
        caller->file = text_of(report, row->key.part[1]);
        caller->n = (int32_t)row->key.part[2];
        caller->total = row->total;
        caller->inlined = row->key.part[3] != 0;
    }
    return true;
}

static bool no_room(Err *err)
{
    return err_set(err, ERR_RESOURCE_EXHAUSTED, "line report needs too much memory");
}

bool report_function(const Lines *lines, Str unit, Arena *arena,
                     Flameline__V1__FunctionResponse *response, Err *err)
{
    Report report = { lines, arena };
    bool truncated = false;

    response->function = text_of(&report, lines->function);
    response->unit = arena_text(arena, unit);
    response->querytotal = lines->query_total;
    response->self = lines->self;
    response->total = lines->total;
    if (response->unit == NULL || !add_versions(&report, response, &truncated) ||
        !add_callers(&report, response, &truncated)) {
        return no_room(err);
    }
    response->truncated = truncated;
    return true;
}

/* ---- one file ---- */

static bool add_file_functions(const Report *report, const TallyKey *file,
                               Flameline__V1__FileVersion *version, int32_t *place)
{
    const Tally *tally = &report->lines->functions;
    Rows rows;

    if (!select_rows(report, tally, of_file, file, by_self_then_total, &rows) ||
        !NEW_LIST(report, version->functions, Flameline__V1__FileFunction,
                  FLAMELINE__V1__FILE_FUNCTION__INIT, rows.n)) {
        return false;
    }
    version->n_functions = rows.n;
    for (size_t i = 0; i < rows.n; i++) {
        const TallyRow *row = rows.items[i];
        Flameline__V1__FileFunction *function = version->functions[i];
        function->name = text_of(report, row->key.part[2]);
        function->startline =
            lines_start_line(report->lines, row->key.part[0], row->key.part[1], row->key.part[2]);
        function->self = row->self;
        function->total = row->total;
        place[row_number(tally, row)] = (int32_t)i;
    }
    return true;
}

static bool add_line_functions(const Report *report, uint32_t line_row, const int32_t *place,
                               Flameline__V1__FileLine *line)
{
    Rows rows;

    if (!select_rows(report, &report->lines->line_functions, of_parent, &line_row, by_line_number,
                     &rows)) {
        return false;
    }
    line->functions = ARENA_NEW(report->arena, int32_t, rows.n);
    if (line->functions == NULL) {
        return false;
    }
    for (size_t i = 0; i < rows.n; i++) {
        int32_t at = place[rows.items[i]->key.part[1]];
        if (at >= 0) {
            line->functions[line->n_functions++] = at;
        }
    }
    return true;
}

static bool add_file_lines(const Report *report, const TallyKey *file, const int32_t *place,
                           Flameline__V1__FileVersion *version)
{
    const Tally *tally = &report->lines->lines;
    Rows rows;

    if (!select_rows(report, tally, of_file, file, by_line_number, &rows) ||
        !NEW_LIST(report, version->lines, Flameline__V1__FileLine, FLAMELINE__V1__FILE_LINE__INIT,
                  rows.n)) {
        return false;
    }
    version->n_lines = rows.n;
    for (size_t i = 0; i < rows.n; i++) {
        Flameline__V1__FileLine *line = version->lines[i];
        line->n = (int32_t)rows.items[i]->key.part[2];
        line->self = rows.items[i]->self;
        line->total = rows.items[i]->total;
        if (!add_line_functions(report, row_number(tally, rows.items[i]), place, line)) {
            return false;
        }
    }
    return true;
}

static bool add_file_version(const Report *report, const TallyRow *row,
                             Flameline__V1__FileVersion *version)
{
    const Version *from = &report->lines->versions.items[row->key.part[0]];
    int32_t *place = ARENA_NEW(report->arena, int32_t, report->lines->functions.n);

    if (place == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < report->lines->functions.n; i++) {
        place[i] = -1;
    }
    version->repository = shared(from->repository);
    version->ref = shared(from->git_ref);
    version->root = shared(from->root_path);
    version->self = row->self;
    version->total = row->total;
    return add_file_functions(report, &row->key, version, place) &&
           add_file_lines(report, &row->key, place, version);
}

static bool add_file_versions(const Report *report, const Version *wanted,
                              Flameline__V1__FileResponse *response)
{
    const Lines *lines = report->lines;
    Rows rows;
    size_t n = 0;

    if (!select_rows(report, &lines->files, NULL, NULL, by_total_then_text, &rows)) {
        return false;
    }
    for (size_t i = 0; i < rows.n; i++) {
        const Version *version = &lines->versions.items[rows.items[i]->key.part[0]];
        if (wanted == NULL || version_cmp(*version, *wanted) == 0) {
            rows.items[n++] = rows.items[i];
        }
    }
    if (!NEW_LIST(report, response->versions, Flameline__V1__FileVersion,
                  FLAMELINE__V1__FILE_VERSION__INIT, n)) {
        return false;
    }
    response->n_versions = n;
    for (size_t i = 0; i < n; i++) {
        if (!add_file_version(report, rows.items[i], response->versions[i])) {
            return false;
        }
    }
    return true;
}

bool report_file(const Lines *lines, Str unit, const Version *version, Arena *arena,
                 Flameline__V1__FileResponse *response, Err *err)
{
    Report report = { lines, arena };

    response->file = text_of(&report, lines->file);
    response->unit = arena_text(arena, unit);
    response->querytotal = lines->query_total;
    if (response->unit == NULL || !add_file_versions(&report, version, response)) {
        return no_room(err);
    }
    return true;
}

/* ---- everything ---- */

static bool has_line(const TallyRow *row, const void *arg UNUSED)
{
    return row->key.part[2] != 0;
}

static void fill_hot_line(const Report *report, const TallyRow *row, Flameline__V1__HotLine *line)
{
    const Lines *lines = report->lines;
    const Version *version = &lines->versions.items[row->key.part[0]];
    uint32_t name = lines->line_function.items[row_number(&lines->lines, row)];

    line->repository = shared(version->repository);
    line->ref = shared(version->git_ref);
    line->root = shared(version->root_path);
    line->file = text_of(report, row->key.part[1]);
    line->n = (int32_t)row->key.part[2];
    line->function = text_of(report, name);
    line->startline = lines_start_line(lines, row->key.part[0], row->key.part[1], name);
    line->self = row->self;
    line->total = row->total;
}

bool report_hot_lines(const Lines *lines, Str unit, int32_t limit, Arena *arena,
                      Flameline__V1__HotLinesResponse *response, Err *err)
{
    Report report = { lines, arena };
    Rows rows;

    response->unit = arena_text(arena, unit);
    response->querytotal = lines->query_total;
    if (response->unit == NULL ||
        !select_rows(&report, &lines->lines, has_line, NULL, by_self_then_total, &rows)) {
        return no_room(err);
    }
    response->nolineself = lines->no_line_self;
    response->nolinetotal = lines->no_line_total;
    response->count = (int32_t)MIN(rows.n, (size_t)INT32_MAX);
    size_t n = MIN(rows.n, (size_t)(limit < 1 ? LINES_DEFAULT_LIMIT : limit));
    for (size_t i = n; i < rows.n; i++) {
        response->restself = sat_add_i64(response->restself, rows.items[i]->self);
    }
    if (!NEW_LIST(&report, response->lines, Flameline__V1__HotLine, FLAMELINE__V1__HOT_LINE__INIT,
                  n)) {
        return no_room(err);
    }
    response->n_lines = n;
    for (size_t i = 0; i < n; i++) {
        fill_hot_line(&report, rows.items[i], response->lines[i]);
    }
    return true;
}

bool report_functions(const Lines *lines, Str unit, int32_t limit, Arena *arena,
                      Flameline__V1__FunctionsResponse *response, Err *err)
{
    Report report = { lines, arena };
    Rows rows;

    response->unit = arena_text(arena, unit);
    response->querytotal = lines->query_total;
    if (response->unit == NULL ||
        !select_rows(&report, &lines->functions, NULL, NULL, by_self_then_total, &rows)) {
        return no_room(err);
    }
    response->count = (int32_t)MIN(rows.n, (size_t)INT32_MAX);
    size_t n = limit < 1 ? rows.n : MIN(rows.n, (size_t)limit);
    if (!NEW_LIST(&report, response->functions, Flameline__V1__FunctionRow,
                  FLAMELINE__V1__FUNCTION_ROW__INIT, n)) {
        return no_room(err);
    }
    response->n_functions = n;
    for (size_t i = 0; i < n; i++) {
        const TallyRow *row = rows.items[i];
        Flameline__V1__FunctionRow *out = response->functions[i];
        out->name = text_of(&report, row->key.part[2]);
        out->file = text_of(&report, row->key.part[1]);
        out->startline =
            lines_start_line(report.lines, LINES_ANY_VERSION, row->key.part[1], row->key.part[2]);
        out->self = row->self;
        out->total = row->total;
    }
    return true;
}

/* ---- from the store ---- */

typedef struct LinesCtx {
    Lines *lines;
    const Version *versions; /* by group */
} LinesCtx;

static bool add_block(void *arg, const StoreBlock *block, Err *err)
{
    LinesCtx *ctx = arg;

    for (size_t group = 0; group < block->n_groups; group++) {
        if (block->sums[group] != NULL &&
            !lines_add(ctx->lines, block->symbols, ctx->versions[group], block->sums[group], err)) {
            return false;
        }
    }
    return true;
}

bool query_lines(const Query *query, const LinesQuery *request, Lines *lines, Arena *arena,
                 Err *err)
{
    Selection selection;
    Version *versions;
    LinesCtx ctx = { .lines = lines };

    if (!selection_open(query, request->tenants, &request->type, request->selector, request->range,
                        NULL, arena, &selection, err)) {
        return false;
    }
    bool ok = selection_group_by_version(&selection, arena, &versions, err);
    if (ok) {
        ctx.versions = versions;
        ok = selection_merge(&selection, add_block, &ctx, err);
    }
    selection_done(&selection);
    return ok;
}
