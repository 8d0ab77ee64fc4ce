/* SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>

#include "api/source_caller.h"
#include "cli/annotate.h"
#include "codec/pb_json.h"

enum { ANNOTATE_DEFAULT_TOP = 10, ANNOTATE_MAX_SIMILAR = 5 };

typedef struct Options {
    const char *path;
    Str repo;
    Str function;
    Str type;
    int64_t top;
    bool json;
    bool help;
    Str color;
} Options;

static void print_help(void)
{
    (void)puts(
        "usage: flameline annotate PROFILE [--repo DIR] [--function NAME] [--json]\n\n"
        "Shows self and total beside each source line of a pprof file; no server is needed.\n"
        "A line counts once per sample, so recursion never adds up to more than 100 %; inlined\n"
        "functions are frames of their own.\n\n"
        "  --repo DIR        checkout, bare repository or plain directory with the sources (default .)\n"
        "  --function NAME   this function, by its full name (default: the costliest ones)\n"
        "  --top N           how many of the costliest functions (default 10)\n"
        "  --type NAME       sample type, as cpu or inuse_space (default: that of the profile)\n"
        "  --json            the messages of flameline.v1 instead of a listing\n"
        "  --color WHEN      auto, always or never (default auto)");
}

static bool read_option(CliArgs *args, CliArg *arg, Options *options, Err *err)
{
    if (str_eq(arg->name, STR("help")) || str_eq(arg->name, STR("h"))) {
        options->help = true;
        return true;
    }
    if (str_eq(arg->name, STR("json"))) {
        options->json = true;
        return true;
    }
    if (!cli_option_value(args, arg, err)) {
        return false;
    }
    if (str_eq(arg->name, STR("repo"))) {
        options->repo = arg->value;
    } else if (str_eq(arg->name, STR("function"))) {
        options->function = arg->value;
    } else if (str_eq(arg->name, STR("type"))) {
        options->type = arg->value;
    } else if (str_eq(arg->name, STR("color"))) {
        options->color = arg->value;
    } else if (str_eq(arg->name, STR("top"))) {
        return (str_to_i64(arg->value, &options->top) && options->top > 0) ||
               err_set(err, ERR_INVALID_ARGUMENT, "--top needs a number from 1 on");
    } else {
        return err_set(err, ERR_INVALID_ARGUMENT, "unknown option --%.*s", STR_ARG(arg->name));
    }
    return true;
}

static bool read_options(CliArgs *args, Options *options, Err *err)
{
    CliArg arg;

    *options = (Options){ .repo = STR("."), .top = ANNOTATE_DEFAULT_TOP, .color = STR("auto") };
    while (cli_next(args, &arg) != CLI_ARG_END) {
        if (arg.kind == CLI_ARG_OPTION) {
            if (!read_option(args, &arg, options, err)) {
                return false;
            }
        } else if (options->path != NULL) {
            return err_set(err, ERR_INVALID_ARGUMENT, "more than one profile was named");
        } else {
            options->path = arg.value.ptr;
        }
    }
    return options->help || options->path != NULL ||
           err_set(err, ERR_INVALID_ARGUMENT, "the name of a pprof file is missing");
}

typedef struct Annotation {
    const Options *options;
    const ProfileFile *file;
    Source *source;
    Arena *arena;
    Buf out;
    bool color;
    bool first;
} Annotation;

static bool resolve(Annotation *a, const char *function,
                    const Flameline__V1__FunctionVersion *version, SourceResult *result, Err *err)
{
    SourceCaller nobody = { 0 };
    int32_t last = version->n_lines > 0 ? version->lines[version->n_lines - 1]->n : 0;
    /* --repo stands for whatever repository the profile came from */
    SourceRequest request = { .repository = STR("file://local/repository"),
                              .file = str_from(version->file),
                              .function = str_from(function),
                              .start_line = version->startline,
                              .max_line = last };

    return source_resolve(a->source, &nobody, &request, a->arena, result, err);
}

/* The answer of SourceService goes into the fields that FunctionVersion has for it. */
static bool attach_source(Annotation *a, const SourceResult *result,
                          Flameline__V1__FunctionVersion *version, Err *err)
{
    Flameline__V1__ResolveResponse response = FLAMELINE__V1__RESOLVE_RESPONSE__INIT;

    if (!resolve_response(result, a->arena, &response)) {
        return err_no_memory(err);
    }
    version->source = response.source;
    version->attempts = response.attempts;
    version->n_attempts = response.n_attempts;
    return true;
}

/* Functions whose name ends with what was asked, or holds it: people rarely know the full name. */
static bool no_such_function(Annotation *a, Str name, Err *err)
{
    LinesOptions options = { .mode = LINES_ALL };
    Flameline__V1__FunctionsResponse response = FLAMELINE__V1__FUNCTIONS_RESPONSE__INIT;
    Lines lines;
    Buf similar = BUF_INIT(KiB(1));
    size_t n_similar = 0;

    if (!profile_file_lines(a->file, &options, a->arena, &lines, err)) {
        return false;
    }
    bool ok = report_functions(&lines, profile_type_display_unit(&a->file->type), INT32_MAX,
                               a->arena, &response, err);
    for (size_t i = 0; ok && n_similar < ANNOTATE_MAX_SIMILAR && i < response.n_functions; i++) {
        Str candidate = str_from(response.functions[i]->name);
        if (str_find(candidate, name, 0) != STR_NPOS) {
            buf_addf(&similar, "%s%.*s", n_similar > 0 ? ", " : "", STR_ARG(candidate));
            n_similar++;
        }
    }
    lines_done(&lines);
    if (ok) {
        Str names = buf_ok(&similar) ? buf_str(&similar) : STR_EMPTY;
        (void)err_set(err, ERR_NOT_FOUND,
                      "no sample passes through a function named \"%.*s\"%s%.*s", STR_ARG(name),
                      names.len > 0 ? "; there is " : "", STR_ARG(names));
    }
    buf_done(&similar);
    return false;
}

static bool annotate_function(Annotation *a, Str name, Err *err)
{
    LinesOptions options = { .mode = LINES_FUNCTION, .function = name };
    Flameline__V1__FunctionResponse response = FLAMELINE__V1__FUNCTION_RESPONSE__INIT;
    Lines lines;

    if (!profile_file_lines(a->file, &options, a->arena, &lines, err)) {
        return false;
    }
    bool ok = report_function(&lines, profile_type_display_unit(&a->file->type), a->arena,
                              &response, err);
    SourceResult *sources = ARENA_NEW(a->arena, SourceResult, response.n_versions);
    ok = ok && (sources != NULL || err_no_memory(err));
    for (size_t i = 0; ok && i < response.n_versions; i++) {
        ok = resolve(a, response.function, response.versions[i], &sources[i], err) &&
             attach_source(a, &sources[i], response.versions[i], err);
    }
    if (ok && a->options->json) {
        buf_add(&a->out, a->first ? STR("") : STR(",\n"));
        pb_json_encode(&response.base, &a->out);
    } else if (ok) {
        annotate_add_function(&a->out, &response, sources, a->color);
    }
    a->first = false;
    if (ok && response.n_versions == 0) {
        ok = no_such_function(a, name, err);
    }
    lines_done(&lines);
    return ok;
}

static bool annotate_top(Annotation *a, Err *err)
{
    LinesOptions options = { .mode = LINES_ALL };
    Flameline__V1__FunctionsResponse response = FLAMELINE__V1__FUNCTIONS_RESPONSE__INIT;
    Lines lines;

    if (!profile_file_lines(a->file, &options, a->arena, &lines, err)) {
        return false;
    }
    bool ok = report_functions(&lines, profile_type_display_unit(&a->file->type),
                               (int32_t)MIN(a->options->top, (int64_t)INT32_MAX), a->arena,
                               &response, err);
    if (ok && response.n_functions == 0 && !a->options->json) {
        ok = err_set(err, ERR_NOT_FOUND, "%s has no samples of this type", a->options->path);
    }
    if (ok && a->options->json) {
        buf_add_char(&a->out, '[');
    }
    for (size_t i = 0; ok && i < response.n_functions; i++) {
        ok = annotate_function(a, str_from(response.functions[i]->name), err);
    }
    if (ok && a->options->json) {
        buf_add_char(&a->out, ']');
    }
    lines_done(&lines);
    return ok;
}

static bool annotate(const Options *options, ProfileFile *file, Source *source, Arena *arena,
                     Err *err)
{
    bool tty = isatty(STDOUT_FILENO) != 0 && getenv("NO_COLOR") == NULL;
    Annotation a = {
        .options = options,
        .file = file,
        .source = source,
        .arena = arena,
        .out = BUF_INIT(MiB(256)),
        .color =
            str_eq(options->color, STR("always")) || (tty && str_eq(options->color, STR("auto"))),
        .first = true,
    };

    bool ok = options->function.len > 0 ? annotate_function(&a, options->function, err)
                                        : annotate_top(&a, err);
    if (ok && options->json) {
        buf_add_char(&a.out, '\n');
    }
    if (ok && fwrite(buf_str(&a.out).ptr, 1, a.out.len, stdout) != a.out.len) {
        ok = err_set(err, ERR_INTERNAL, "could not write the output");
    }
    buf_done(&a.out);
    return ok;
}

static bool run(const Options *options, Err *err)
{
    CLEANUP(arena_destroyp) Arena *arena = arena_create(MiB(2048));
    SourceDirectoryConfig directory;
    ProfileFile file;

    source_config_for_directory(&directory, options->repo);
    CLEANUP(source_destroyp) Source *source = source_create(&directory.config, err);
    if (source == NULL) {
        return err_wrap(err, "--repo %.*s", STR_ARG(options->repo));
    }
    bool ok = profile_file_read(options->path, options->type, arena, &file, err) &&
              annotate(options, &file, source, arena, err);
    profile_file_done(&file);
    return ok;
}

int cmd_annotate(CliArgs *args)
{
    Options options;
    Err err = ERR_INIT;

    if (!read_options(args, &options, &err)) {
        return cli_usage_error("annotate", "%s", err.msg);
    }
    if (options.help) {
        print_help();
        return CLI_OK;
    }
    return run(&options, &err) ? CLI_OK : cli_fail(&err);
}
