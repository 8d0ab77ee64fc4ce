/* SPDX-License-Identifier: Apache-2.0 */
/* "flameline source suggest": a mapping file from a profile and the files of a repository. */
#include "cli/format.h"
#include "cli/source_commands.h"
#include "cli/source_place.h"
#include "cli/source_profile.h"
#include "source/suggest.h"

typedef struct Options {
    SourcePlace place;
    const char *profile;
    Str type;
    bool help;
} Options;

static void print_help(void)
{
    (void)printf(
        "usage: flameline source suggest PROFILE --repo DIR [OPTION ...]\n\n"
        "Derives a .pyroscope.yaml: which prefix of the recorded paths is which directory of\n"
        "the repository. The file goes to standard output with the evidence as comments,\n"
        "the account of all costs to standard error.\n\n"
        "  --type NAME           sample type, as cpu or inuse_space\n\n%s\n",
        source_place_help);
}

static bool read_options(CliArgs *args, Options *options, Err *err)
{
    CliArg arg;

    while (cli_next(args, &arg) != CLI_ARG_END) {
        bool taken;
        if (arg.kind == CLI_ARG_WORD) {
            if (options->profile != NULL) {
                return err_set(err, ERR_INVALID_ARGUMENT, "more than one profile was named");
            }
            options->profile = arg.value.ptr;
            continue;
        }
        if (!source_place_option(args, &arg, &options->place, &taken, err)) {
            return false;
        }
        if (str_eq(arg.name, STR("help")) || str_eq(arg.name, STR("h"))) {
            options->help = true;
        } else if (str_eq(arg.name, STR("type")) || str_eq(arg.name, STR("profile"))) {
            if (!cli_option_value(args, &arg, err)) {
                return false;
            }
            if (arg.name.ptr[0] == 't') {
                options->type = arg.value;
            } else {
                options->profile = arg.value.ptr;
            }
        } else if (!taken) {
            return err_set(err, ERR_INVALID_ARGUMENT, "unknown option --%.*s", STR_ARG(arg.name));
        }
    }
    return options->help || options->profile != NULL ||
           err_set(err, ERR_INVALID_ARGUMENT, "the name of a pprof file is missing");
}

static void print_part(const char *what, size_t n, int64_t cost, int64_t total)
{
    Buf percent = BUF_INIT(64);

    format_add_percent(&percent, cost, total);
    if (n > 0) {
        (void)fprintf(stderr, "  %7.*s of the cost in %zu function%s %s\n", (int)percent.len,
                      percent.len > 0 ? percent.ptr : "", n, n == 1 ? "" : "s", what);
    }
    buf_done(&percent);
}

static bool print_suggestion(const Suggestion *suggestion, int64_t total, Err *err)
{
    Buf yaml = BUF_INIT(MiB(4));
    size_t n_mapped = 0;

    for (size_t i = 0; i < suggestion->n_mappings; i++) {
        n_mapped += suggestion->mappings[i].n_files;
    }
    suggest_add_yaml(&yaml, suggestion, total);
    bool ok = buf_ok(&yaml) && fwrite(yaml.ptr, 1, yaml.len, stdout) == yaml.len;
    buf_done(&yaml);
    (void)fprintf(stderr, "%zu %s to %zu file%s\n", suggestion->n_mappings,
                  suggestion->n_mappings == 1 ? "mapping leads" : "mappings lead", n_mapped,
                  n_mapped == 1 ? "" : "s");
    print_part("where the profile says, without a mapping", suggestion->n_exact,
               suggestion->exact_cost, total);
    print_part("of libraries, which have rules of their own or need a mapping by hand",
               suggestion->n_elsewhere, suggestion->elsewhere_cost, total);
    print_part("of languages that .pyroscope.yaml does not know", suggestion->n_other,
               suggestion->other_cost, total);
    print_part("that no file of the repository fits, or several do", suggestion->n_unknown,
               suggestion->unknown_cost, total);
    return ok || err_set(err, ERR_INTERNAL, "could not write the output");
}

static bool suggest(Options *options, Source *source, const ProfileFunctions *functions,
                    Arena *arena, Err *err)
{
    SuggestFrame *frames = ARENA_NEW(arena, SuggestFrame, functions->n + 1);
    SourceRequest request = source_place_request(&options->place);
    SourceCaller caller = source_place_caller(&options->place);
    SourceResult result;
    Suggestion suggestion;

    if (frames == NULL) {
        return err_no_memory(err);
    }
    for (size_t i = 0; i < functions->n; i++) {
        const ProfileFunction *function = &functions->items[i];
        frames[i] = (SuggestFrame){ function->file, function->name, function->self };
    }
    if (request.repository.len == 0) {
        request.repository = functions->version.repository;
        request.ref = request.ref.len > 0 ? request.ref : functions->version.git_ref;
    }
    if (!source_suggest(source, &caller, &request, frames, functions->n, arena, &result,
                        &suggestion, err)) {
        return false;
    }
    if (result.state != SOURCE_OK) {
        return err_set(err, ERR_NOT_FOUND, "%.*s", STR_ARG(result.message));
    }
    return print_suggestion(&suggestion, functions->total, err);
}

static bool run(Options *options, Err *err)
{
    CLEANUP(arena_destroyp) Arena *arena = arena_create(MiB(2048));
    ProfileFunctions functions;
    ProfileFile file;

    CLEANUP(source_destroyp) Source *source = source_place_open(&options->place, arena, err);
    if (source == NULL) {
        return false;
    }
    bool ok = profile_file_read(options->profile, options->type, arena, &file, err) &&
              profile_functions_read(&file, arena, &functions, err) &&
              suggest(options, source, &functions, arena, err);
    profile_file_done(&file);
    return ok;
}

int source_suggest_file(CliArgs *args)
{
    Options options = { 0 };
    Err err = ERR_INIT;

    if (!read_options(args, &options, &err)) {
        return cli_usage_error("source suggest", "%s", err.msg);
    }
    if (options.help) {
        print_help();
        return CLI_OK;
    }
    return run(&options, &err) ? CLI_OK : cli_fail(&err);
}
