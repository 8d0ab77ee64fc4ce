/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/format.h"
#include "cli/source_coverage.h"
#include "codec/json.h"
#include "source/path.h"

enum {
    MAX_GROUPS = 10,
    MAX_GROUP_DEPTH = 5,
    MAX_COUNTED = 512,
};

static const char *const kind_names[] = { "found", "in doubt", "not found", "no source" };
static const char *const kind_ids[] = { "found", "doubt", "missing", "none" };

double coverage_percent(const Coverage *coverage)
{
    int64_t possible = coverage->total - coverage->totals.self[COVERAGE_NONE];
    int64_t found = coverage->totals.self[COVERAGE_FOUND] + coverage->totals.self[COVERAGE_DOUBT];

    return possible > 0 ? 100.0 * (double)found / (double)possible : 100.0;
}

/* A count by text: rules that found, or places that were not found. */
typedef struct Group {
    Str text;
    size_t n;
    int64_t self;
} Group;

typedef struct Groups {
    Group items[MAX_COUNTED];
    size_t n;
} Groups;

static void count(Groups *groups, Str text, int64_t self)
{
    size_t i = 0;

    while (i < groups->n && !str_eq(groups->items[i].text, text)) {
        i++;
    }
    if (i == MAX_COUNTED) {
        return; /* a list of places to start from, not an account */
    }
    if (i == groups->n) {
        groups->items[groups->n++] = (Group){ .text = text };
    }
    groups->items[i].n++;
    groups->items[i].self += self;
}

static int by_self(const void *a, const void *b)
{
    const Group *x = a;
    const Group *y = b;

    if (x->self != y->self) {
        return x->self > y->self ? -1 : 1;
    }
    return str_cmp(x->text, y->text);
}

/* The first directories of a path, or the package of a name: what a mapping's prefix would be. */
static Str place_of(const ProfileFunction *function)
{
    Str text = function->file.len > 0 ? path_parent(function->file) : function->name;
    size_t end = 0;
    size_t depth = 0;

    while (end < text.len && depth < MAX_GROUP_DEPTH) {
        size_t slash = str_find_char(str_skip(text, end + 1), '/');
        if (slash == STR_NPOS) {
            end = function->file.len > 0 ? text.len : end;
            break;
        }
        end += slash + 1;
        depth++;
    }
    return end > 0 ? str_first(text, end) : text;
}

static void add_groups(Buf *out, const char *title, Groups *groups, int64_t total)
{
    qsort(groups->items, groups->n, sizeof(*groups->items), by_self);
    if (groups->n > 0) {
        buf_addf(out, "\n%s\n", title);
    }
    for (size_t i = 0; i < MIN(groups->n, (size_t)MAX_GROUPS); i++) {
        const Group *group = &groups->items[i];
        Buf percent = BUF_INIT(64);
        format_add_percent(&percent, group->self, total);
        buf_addf(out, "  %8.*s  %5zu  %.*s\n", (int)percent.len, percent.len > 0 ? percent.ptr : "",
                 group->n, STR_ARG(group->text));
        buf_done(&percent);
    }
}

static void add_summary(Buf *out, const Coverage *coverage)
{
    Groups *found = calloc(1, sizeof(*found));
    Groups *missing = calloc(1, sizeof(*missing));

    buf_add(out, STR("               functions        cost\n"));
    for (size_t kind = 0; kind < ARRAY_LEN(kind_names); kind++) {
        Buf percent = BUF_INIT(64);
        format_add_percent(&percent, coverage->totals.self[kind], coverage->total);
        buf_addf(out, "  %-10s  %10zu  %10.*s\n", kind_names[kind], coverage->totals.n[kind],
                 (int)percent.len, percent.len > 0 ? percent.ptr : "");
        buf_done(&percent);
    }
    buf_addf(out, "\n%.2f%% of the cost that can have a source has one\n",
             coverage_percent(coverage));
    for (size_t i = 0; found != NULL && missing != NULL && i < coverage->n; i++) {
        const CoverageRow *row = &coverage->rows[i];
        if (row->kind == COVERAGE_FOUND || row->kind == COVERAGE_DOUBT) {
            count(found, row->rule, row->function->self);
        } else if (row->kind == COVERAGE_MISSING) {
            count(missing, place_of(row->function), row->function->self);
        }
    }
    if (found != NULL && missing != NULL) {
        add_groups(out, "found by       (cost, functions)", found, coverage->total);
        add_groups(out, "not found in   (cost, functions)", missing, coverage->total);
    }
    free(found);
    free(missing);
}

static void add_row(Buf *out, const CoverageRow *row, const Coverage *coverage)
{
    static const char *const marks[] = { "+", "?", "-", " " };

    buf_addf(out, "%s ", marks[row->kind]);
    format_add_percent(out, row->function->self, coverage->total);
    buf_addf(out, "  %.*s\n    %.*s:%d\n", STR_ARG(row->function->name),
             STR_ARG(row->function->file), row->function->start_line);
    if (row->kind == COVERAGE_FOUND || row->kind == COVERAGE_DOUBT) {
        buf_addf(out, "    %.*s%s%.*s %.*s (%.*s)\n", STR_ARG(row->repository),
                 row->commit.len > 0 ? "@" : "", STR_ARG(str_first(row->commit, 12)),
                 STR_ARG(row->path), STR_ARG(row->rule));
    }
    if (row->message.len > 0) {
        buf_addf(out, "    %s: %.*s\n", source_state_name(row->state), STR_ARG(row->message));
    }
}

static void add_member(Buf *out, const char *name, Str text)
{
    buf_addf(out, ",\"%s\":", name);
    json_add_string(out, text);
}

static void add_json_row(Buf *out, const CoverageRow *row)
{
    const ProfileFunction *function = row->function;

    buf_add(out, STR("{\"name\":"));
    json_add_string(out, function->name);
    add_member(out, "file", function->file);
    buf_addf(out, ",\"startLine\":%d,\"self\":\"%lld\",\"total\":\"%lld\",\"coverage\":\"%s\"",
             function->start_line, (long long)function->self, (long long)function->total,
             kind_ids[row->kind]);
    add_member(out, "state", str_from(source_state_name(row->state)));
    add_member(out, "rule", row->rule);
    add_member(out, "repository", row->repository);
    add_member(out, "commit", row->commit);
    add_member(out, "path", row->path);
    add_member(out, "url", row->url);
    add_member(out, "version", str_from(version_verdict_name(row->version.verdict)));
    buf_addf(out, ",\"shift\":%d", row->version.shift);
    add_member(out, "message", row->message);
    buf_add_char(out, '}');
}

static void add_json(Buf *out, const Coverage *coverage, size_t n_rows)
{
    buf_addf(out, "{\"percent\":%.4f,\"total\":\"%lld\"", coverage_percent(coverage),
             (long long)coverage->total);
    add_member(out, "unit", coverage->unit);
    for (size_t kind = 0; kind < ARRAY_LEN(kind_ids); kind++) {
        buf_addf(out, ",\"%s\":{\"functions\":%zu,\"self\":\"%lld\"}", kind_ids[kind],
                 coverage->totals.n[kind], (long long)coverage->totals.self[kind]);
    }
    buf_add(out, STR(",\"functions\":["));
    for (size_t i = 0; i < MIN(coverage->n, n_rows); i++) {
        buf_add(out, i > 0 ? STR(",\n") : STR("\n"));
        add_json_row(out, &coverage->rows[i]);
    }
    buf_add(out, STR("]}\n"));
}

void coverage_add(Buf *out, const Coverage *coverage, CoverageFormat format, size_t n_rows)
{
    if (format == COVERAGE_JSON) {
        add_json(out, coverage, n_rows);
        return;
    }
    for (size_t i = 0; format == COVERAGE_DETAILED && i < MIN(coverage->n, n_rows); i++) {
        add_row(out, &coverage->rows[i], coverage);
    }
    if (format == COVERAGE_DETAILED) {
        buf_add_char(out, '\n');
    }
    add_summary(out, coverage);
}
