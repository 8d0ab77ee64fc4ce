/* SPDX-License-Identifier: Apache-2.0 */
/* "flameline source resolve": one frame, every step explained. */
#include "api/source_caller.h"
#include "cli/source_commands.h"
#include "cli/source_place.h"
#include "codec/pb_json.h"

typedef struct Options {
    SourcePlace place;
    Str file;
    Str function;
    int64_t line;
    bool json;
    bool text;
    bool help;
} Options;

static void print_help(void)
{
    (void)printf(
        "usage: flameline source resolve --file PATH [--function NAME] [OPTION ...]\n\n"
        "Shows how the path of a profile becomes a file of a repository: each step, where it\n"
        "looked and what came of it. Exit code 3 when the file is not found.\n\n"
        "  --file PATH           as recorded in the profile (may be missing for Java)\n"
        "  --function NAME       as recorded in the profile\n"
        "  --line N              line where the function starts\n"
        "  --text                also print the file\n"
        "  --json                the message of flameline.v1.SourceService/Resolve instead\n\n%s\n",
        source_place_help);
}

static bool read_option(CliArgs *args, CliArg *arg, Options *options, Err *err)
{
    bool taken;

    if (!source_place_option(args, arg, &options->place, &taken, err) || taken) {
        return taken;
    }
    if (str_eq(arg->name, STR("help")) || str_eq(arg->name, STR("h"))) {
        options->help = true;
        return true;
    }
    if (str_eq(arg->name, STR("json")) || str_eq(arg->name, STR("text"))) {
        *(arg->name.ptr[0] == 'j' ? &options->json : &options->text) = true;
        return true;
    }
    if (!cli_option_value(args, arg, err)) {
        return false;
    }
    if (str_eq(arg->name, STR("file"))) {
        options->file = arg->value;
    } else if (str_eq(arg->name, STR("function"))) {
        options->function = arg->value;
    } else if (str_eq(arg->name, STR("line"))) {
        return (str_to_i64(arg->value, &options->line) && options->line >= 0 &&
                options->line <= INT32_MAX) ||
               err_set(err, ERR_INVALID_ARGUMENT, "--line needs a line number");
    } else {
        return err_set(err, ERR_INVALID_ARGUMENT, "unknown option --%.*s", STR_ARG(arg->name));
    }
    return true;
}

static void print_attempt(size_t number, const SourceAttempt *attempt)
{
    (void)printf("%3zu  %-16s %-20s", number, attempt->step, source_state_name(attempt->result));
    if (attempt->repo.len > 0) {
        (void)printf(" %.*s%s%.*s", STR_ARG(attempt->repo), attempt->ref.len > 0 ? "@" : "",
                     STR_ARG(attempt->ref));
    }
    if (attempt->path.len > 0) {
        (void)printf(" %.*s", STR_ARG(attempt->path));
    }
    if (attempt->status > 0) {
        (void)printf(" (%d, %lld ms%s)", attempt->status, (long long)attempt->duration_ms,
                     attempt->cached ? ", cached" : "");
    }
    (void)putchar('\n');
    if (attempt->message.len > 0) {
        (void)printf("     %.*s\n", STR_ARG(attempt->message));
    }
}

static void print_result(const Options *options, const SourceResult *result)
{
    if (result->state == SOURCE_OK) {
        (void)printf("found%s: %.*s in %.*s%s%.*s (rule %.*s)\n",
                     result->uncertain ? ", in doubt" : "", STR_ARG(result->path),
                     STR_ARG(result->repository), result->commit.len > 0 ? " at " : "",
                     STR_ARG(result->commit), STR_ARG(result->rule));
        if (result->url.len > 0) {
            (void)printf("%.*s\n", STR_ARG(result->url));
        }
    } else {
        (void)printf("not found: %s: %.*s\n", source_state_name(result->state),
                     STR_ARG(result->message));
    }
    for (size_t i = 0; i < result->n_warnings; i++) {
        (void)printf("warning %s: %.*s\n", result->warnings[i].code,
                     STR_ARG(result->warnings[i].message));
    }
    (void)putchar('\n');
    for (size_t i = 0; i < result->n_attempts; i++) {
        print_attempt(i + 1, &result->attempts[i]);
    }
    if (result->suggestion.len > 0) {
        (void)printf("\na mapping for .pyroscope.yaml to start from:\n\n%.*s",
                     STR_ARG(result->suggestion));
    }
    if (options->text && result->state == SOURCE_OK) {
        (void)putchar('\n');
        (void)fwrite(result->text.ptr, 1, result->text.len, stdout);
    }
}

static bool print_json(const SourceResult *result, Arena *arena, Err *err)
{
    Flameline__V1__ResolveResponse response = FLAMELINE__V1__RESOLVE_RESPONSE__INIT;
    Buf out = BUF_INIT(MiB(64));
    bool ok = resolve_response(result, arena, &response);

    if (ok) {
        pb_json_encode(&response.base, &out);
        buf_add_char(&out, '\n');
        ok = buf_ok(&out) && fwrite(out.ptr, 1, out.len, stdout) == out.len;
    }
    buf_done(&out);
    return ok || err_no_memory(err);
}

static int run(Options *options)
{
    CLEANUP(arena_destroyp) Arena *arena = arena_create(MiB(256));
    SourceCaller caller = source_place_caller(&options->place);
    SourceResult result;
    Err err = ERR_INIT;

    CLEANUP(source_destroyp) Source *source = source_place_open(&options->place, arena, &err);
    if (source == NULL) {
        return cli_fail(&err);
    }
    SourceRequest request = source_place_request(&options->place);
    request.file = options->file;
    request.function = options->function;
    request.start_line = (int32_t)options->line;
    if (!source_resolve(source, &caller, &request, arena, &result, &err)) {
        return cli_fail(&err);
    }
    if (!options->json) {
        print_result(options, &result);
    } else if (!print_json(&result, arena, &err)) {
        return cli_fail(&err);
    }
    return result.state == SOURCE_OK ? CLI_OK : CLI_FOUND;
}

int source_resolve_one(CliArgs *args)
{
    Options options = { 0 };
    CliArg arg;
    Err err = ERR_INIT;

    while (cli_next(args, &arg) != CLI_ARG_END) {
        if (arg.kind == CLI_ARG_WORD) {
            return cli_usage_error("source resolve", "unexpected \"%.*s\"", STR_ARG(arg.value));
        }
        if (!read_option(args, &arg, &options, &err)) {
            return cli_usage_error("source resolve", "%s", err.msg);
        }
    }
    if (options.help) {
        print_help();
        return CLI_OK;
    }
    if (options.file.len == 0 && options.function.len == 0) {
        return cli_usage_error("source resolve", "--file or --function is missing");
    }
    return run(&options);
}
