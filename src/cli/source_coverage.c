/* SPDX-License-Identifier: Apache-2.0 */
/* "flameline source coverage": resolves every function of a profile and weighs it by its cost. */
#include "cli/source_coverage.h"

#include <unistd.h>

#include "base/clock.h"
#include "cli/source_commands.h"
#include "cli/source_place.h"

typedef struct Options {
    SourcePlace place;
    const char *profile;
    Str type;
    Str function;
    int64_t top; /* 0: all */
    double min;  /* percent; < 0: none */
    CoverageFormat format;
    bool list;
    bool help;
} Options;

static void print_help(void)
{
    (void)printf(
        "usage: flameline source coverage PROFILE --repo DIR [OPTION ...]\n\n"
        "Resolves every function of a pprof file as the server would and says how much of the\n"
        "cost has a source text, in doubt or not at all. Each function weighs what it costs itself.\n\n"
        "  --profile FILE        the profile, in place of the argument\n"
        "  --type NAME           sample type, as cpu or inuse_space\n"
        "  --output FORMAT       text (default), detailed or json; --json is the same as the last\n"
        "  --top N               the N costliest functions only\n"
        "  --function TEXT       functions with TEXT in their name or path, in detail\n"
        "  --list-functions      only list names and paths\n"
        "  --min PERCENT         exit code 3 when less of the cost has a source\n\n%s\n",
        source_place_help);
}

static bool read_format(Str text, CoverageFormat *ret_format, Err *err)
{
    static const char *const names[] = { "text", "detailed", "json" };

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (str_eq(text, str_from(names[i]))) {
            *ret_format = (CoverageFormat)i;
            return true;
        }
    }
    return err_set(err, ERR_INVALID_ARGUMENT,
                   "unknown output format: %.*s (there are text, detailed, json)", STR_ARG(text));
}

/* Options without a value. */
static bool read_switch(const CliArg *arg, Options *options)
{
    if (str_eq(arg->name, STR("help")) || str_eq(arg->name, STR("h"))) {
        options->help = true;
    } else if (str_eq(arg->name, STR("json"))) {
        options->format = COVERAGE_JSON;
    } else if (str_eq(arg->name, STR("list-functions"))) {
        options->list = true;
    } else {
        return false;
    }
    return true;
}

static bool read_option(CliArgs *args, CliArg *arg, Options *options, Err *err)
{
    bool taken;

    if (!source_place_option(args, arg, &options->place, &taken, err) || taken) {
        return taken;
    }
    if (read_switch(arg, options)) {
        return true;
    }
    if (!cli_option_value(args, arg, err)) {
        return false;
    }
    if (str_eq(arg->name, STR("profile"))) {
        options->profile = arg->value.ptr;
    } else if (str_eq(arg->name, STR("type"))) {
        options->type = arg->value;
    } else if (str_eq(arg->name, STR("function"))) {
        options->function = arg->value;
    } else if (str_eq(arg->name, STR("output"))) {
        return read_format(arg->value, &options->format, err);
    } else if (str_eq(arg->name, STR("top"))) {
        return (str_to_i64(arg->value, &options->top) && options->top > 0) ||
               err_set(err, ERR_INVALID_ARGUMENT, "--top needs a number from 1 on");
    } else if (str_eq(arg->name, STR("min"))) {
        return (str_to_double(arg->value, &options->min) && options->min >= 0 &&
                options->min <= 100) ||
               err_set(err, ERR_INVALID_ARGUMENT, "--min needs a percentage from 0 to 100");
    } else {
        return err_set(err, ERR_INVALID_ARGUMENT, "unknown option --%.*s", STR_ARG(arg->name));
    }
    return true;
}

static bool read_options(CliArgs *args, Options *options, Err *err)
{
    CliArg arg;

    *options = (Options){ .min = -1 };
    while (cli_next(args, &arg) != CLI_ARG_END) {
        if (arg.kind == CLI_ARG_OPTION) {
            if (!read_option(args, &arg, options, err)) {
                return false;
            }
        } else if (options->profile != NULL) {
            return err_set(err, ERR_INVALID_ARGUMENT, "more than one profile was named");
        } else {
            options->profile = arg.value.ptr;
        }
    }
    return options->help || options->profile != NULL ||
           err_set(err, ERR_INVALID_ARGUMENT, "the name of a pprof file is missing");
}

/* The functions of each file together, so that they can tell versions apart. */
typedef struct ByFile {
    SourceFunction *functions; /* [n] ordered by file */
    Str *files;                /* [n] */
    size_t n;
} ByFile;

static int compare_by_file(const void *a, const void *b)
{
    const ProfileFunction *const *x = a;
    const ProfileFunction *const *y = b;

    return str_cmp((*x)->file, (*y)->file);
}

static bool group_by_file(const ProfileFunctions *functions, Arena *arena, ByFile *ret_by_file)
{
    const ProfileFunction **order = ARENA_NEW(arena, const ProfileFunction *, functions->n + 1);
    ByFile by_file = { .functions = ARENA_NEW(arena, SourceFunction, functions->n + 1),
                       .files = ARENA_NEW(arena, Str, functions->n + 1),
                       .n = functions->n };

    if (order == NULL || by_file.functions == NULL || by_file.files == NULL) {
        return false;
    }
    for (size_t i = 0; i < functions->n; i++) {
        order[i] = &functions->items[i];
    }
    if (functions->n > 0) {
        qsort(order, functions->n, sizeof(*order), compare_by_file);
    }
    for (size_t i = 0; i < functions->n; i++) {
        by_file.functions[i] = (SourceFunction){ order[i]->name, order[i]->start_line };
        by_file.files[i] = order[i]->file;
    }
    *ret_by_file = by_file;
    return true;
}

/* The part of the list that is of one file. */
static const SourceFunction *of_file(const ByFile *by_file, Str file, size_t *ret_n)
{
    size_t low = 0;
    size_t high = by_file->n;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (str_cmp(by_file->files[mid], file) < 0) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    size_t end = low;
    while (end < by_file->n && str_eq(by_file->files[end], file)) {
        end++;
    }
    *ret_n = file.len > 0 ? end - low : 0;
    return by_file->functions + low;
}

static CoverageKind kind_of(const SourceResult *result)
{
    if (result->state == SOURCE_OK) {
        return result->uncertain ? COVERAGE_DOUBT : COVERAGE_FOUND;
    }
    return result->no_file ? COVERAGE_NONE : COVERAGE_MISSING;
}

static Str doubt_of(const SourceResult *result)
{
    for (size_t i = 0; i < result->n_warnings; i++) {
        if (strcmp(result->warnings[i].code, "uncertain") == 0 ||
            strcmp(result->warnings[i].code, "ref_guessed") == 0) {
            return result->warnings[i].message;
        }
    }
    return STR_EMPTY;
}

static bool fill_row(CoverageRow *row, const SourceResult *result, Arena *arena)
{
    Str message = result->state != SOURCE_OK ? result->message
                  : result->uncertain        ? doubt_of(result)
                                             : STR_EMPTY;

    row->kind = kind_of(result);
    row->state = result->state;
    row->rule = arena_str(arena, result->rule);
    row->repository = arena_str(arena, result->repository);
    row->commit = arena_str(arena, result->commit);
    row->path = arena_str(arena, result->path);
    row->url = arena_str(arena, result->url);
    row->message = arena_str(arena, message);
    row->version = result->version;
    return row->rule.ptr != NULL && row->repository.ptr != NULL && row->commit.ptr != NULL &&
           row->path.ptr != NULL && row->url.ptr != NULL && row->message.ptr != NULL;
}

static void show_progress(size_t done, size_t n, int64_t *last_ns)
{
    int64_t now_ns = clock_steady_ns();

    if (now_ns - *last_ns > NS_PER_S) {
        *last_ns = now_ns;
        (void)fprintf(stderr, "%zu of %zu functions looked at\n", done, n);
    }
}

/* One pass over all functions. */
static bool resolve_all(Options *options, Source *source, const ProfileFunctions *functions,
                        const ByFile *by_file, Coverage *coverage, Arena *arena, Err *err)
{
    CLEANUP(arena_destroyp) Arena *scratch = arena_create(MiB(256));
    SourceCaller caller = source_place_caller(&options->place);
    int64_t last_ns = clock_steady_ns();

    if (scratch == NULL) {
        return err_no_memory(err);
    }
    for (size_t i = 0; i < coverage->n; i++) {
        CoverageRow *row = &coverage->rows[i];
        SourceRequest request = source_place_request(&options->place);
        SourceResult result;
        if (request.repository.len == 0) {
            request.repository = functions->version.repository;
            request.ref = request.ref.len > 0 ? request.ref : functions->version.git_ref;
            request.root = request.root.len > 0 ? request.root : functions->version.root_path;
        }
        request.file = row->function->file;
        request.function = row->function->name;
        request.start_line = row->function->start_line;
        request.functions = of_file(by_file, request.file, &request.n_functions);
        if (!source_resolve(source, &caller, &request, scratch, &result, err)) {
            return false;
        }
        if (!fill_row(row, &result, arena)) {
            return err_no_memory(err);
        }
        arena_reset(scratch);
        show_progress(i + 1, coverage->n, &last_ns);
    }
    return true;
}

static bool any_release_in_doubt(const Coverage *coverage)
{
    for (size_t i = 0; i < coverage->n; i++) {
        if (coverage->rows[i].kind == COVERAGE_DOUBT &&
            str_ends_with(coverage->rows[i].rule, STR("_stdlib"))) {
            return true;
        }
    }
    return false;
}

static void sum_up(Coverage *coverage)
{
    int64_t self = 0;

    for (size_t i = 0; i < coverage->n; i++) {
        const CoverageRow *row = &coverage->rows[i];
        coverage->totals.n[row->kind]++;
        coverage->totals.self[row->kind] += row->function->self;
        self += row->function->self;
    }
    coverage->no_function = coverage->total - self;
}

/* The functions that were asked for, in the order of their costs. */
static bool choose(const Options *options, const ProfileFunctions *functions, Arena *arena,
                   Coverage *coverage, Err *err)
{
    size_t max = options->top > 0 ? (size_t)options->top : functions->n;

    *coverage = (Coverage){ .rows = ARENA_NEW(arena, CoverageRow, functions->n + 1),
                            .total = functions->total,
                            .unit = functions->unit };
    if (coverage->rows == NULL) {
        return err_no_memory(err);
    }
    for (size_t i = 0; i < functions->n && coverage->n < max; i++) {
        const ProfileFunction *function = &functions->items[i];
        if (options->function.len == 0 || profile_function_has(function, options->function)) {
            coverage->rows[coverage->n++].function = function;
        }
    }
    return coverage->n > 0 || err_set(err, ERR_NOT_FOUND, "no function found matching: %.*s",
                                      STR_ARG(options->function));
}

static void list_functions(const Coverage *coverage)
{
    (void)printf("Total: %zu\n", coverage->n);
    for (size_t i = 0; i < coverage->n; i++) {
        const ProfileFunction *function = coverage->rows[i].function;
        (void)printf("%zu. Function: %.*s\n   Path: %.*s\n", i + 1, STR_ARG(function->name),
                     STR_ARG(function->file));
    }
}

static bool print(const Options *options, const Coverage *coverage, Err *err)
{
    CoverageFormat format = options->function.len > 0 && options->format == COVERAGE_TEXT
                                ? COVERAGE_DETAILED
                                : options->format;
    Buf out = BUF_INIT(MiB(256));

    coverage_add(&out, coverage, format, SIZE_MAX);
    bool ok = buf_ok(&out) && fwrite(out.ptr, 1, out.len, stdout) == out.len;
    buf_done(&out);
    return ok || err_set(err, ERR_INTERNAL, "could not write the output");
}

static bool measure(Options *options, Source *source, const ProfileFunctions *functions,
                    Arena *arena, Coverage *coverage, Err *err)
{
    ByFile by_file;

    if (!choose(options, functions, arena, coverage, err)) {
        return false;
    }
    if (options->list) {
        list_functions(coverage);
        return true;
    }
    if (!group_by_file(functions, arena, &by_file)) {
        return err_no_memory(err);
    }
    if (!resolve_all(options, source, functions, &by_file, coverage, arena, err)) {
        return false;
    }
    /* what the last files told about the release counts for the first ones too */
    if (any_release_in_doubt(coverage) &&
        !resolve_all(options, source, functions, &by_file, coverage, arena, err)) {
        return false;
    }
    sum_up(coverage);
    return print(options, coverage, err);
}

static int run(Options *options)
{
    CLEANUP(arena_destroyp) Arena *arena = arena_create(MiB(2048));
    ProfileFunctions functions;
    ProfileFile file;
    Coverage coverage;
    Err err = ERR_INIT;

    CLEANUP(source_destroyp) Source *source = source_place_open(&options->place, arena, &err);
    if (source == NULL) {
        return cli_fail(&err);
    }
    bool ok = profile_file_read(options->profile, options->type, arena, &file, &err) &&
              profile_functions_read(&file, arena, &functions, &err) &&
              measure(options, source, &functions, arena, &coverage, &err);
    profile_file_done(&file);
    if (!ok) {
        return cli_fail(&err);
    }
    return !options->list && coverage_percent(&coverage) < options->min ? CLI_FOUND : CLI_OK;
}

int source_coverage(CliArgs *args)
{
    Options options;
    Err err = ERR_INIT;

    if (!read_options(args, &options, &err)) {
        return cli_usage_error("source coverage", "%s", err.msg);
    }
    if (options.help) {
        print_help();
        return CLI_OK;
    }
    return run(&options);
}
