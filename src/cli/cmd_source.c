/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/source_commands.h"

static const struct {
    const char *name;
    CliRun run;
    const char *summary;
} commands[] = {
    { "lint", source_lint, "check a .pyroscope.yaml" },
    { "resolve", source_resolve_one, "explain how one recorded path becomes a file" },
    { "coverage", source_coverage, "how much of a profile's cost has source text" },
    { "suggest", source_suggest_file, "derive a .pyroscope.yaml from a profile" },
};

static void print_help(FILE *out)
{
    (void)fputs("usage: flameline source COMMAND [OPTION ...]\n\n", out);
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        (void)fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].summary);
    }
    (void)fputs("\n\"flameline source COMMAND --help\" explains a command.\n", out);
}

int cmd_source(CliArgs *args)
{
    CliArg arg;
    CliArgKind kind = cli_next(args, &arg);

    if (kind == CLI_ARG_END) {
        print_help(stderr);
        return CLI_USAGE;
    }
    if (kind == CLI_ARG_OPTION && (str_eq(arg.name, STR("help")) || str_eq(arg.name, STR("h")))) {
        print_help(stdout);
        return CLI_OK;
    }
    for (size_t i = 0; kind == CLI_ARG_WORD && i < ARRAY_LEN(commands); i++) {
        if (str_eq(arg.value, str_from(commands[i].name))) {
            return commands[i].run(args);
        }
    }
    return cli_usage_error("source", "unknown command \"%.*s\"",
                           STR_ARG(kind == CLI_ARG_WORD ? arg.value : arg.name));
}
