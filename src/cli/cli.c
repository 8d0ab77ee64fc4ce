/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"

#include <stdarg.h>

typedef struct Command {
    const char *name;
    CliRun run;
    const char *summary;
} Command;

static const Command commands[] = {
    { "serve", cmd_serve, "take, keep and show profiles" },
    { "demo", cmd_demo, "serve recorded profiles of small programs, to look around" },
    { "push", cmd_push, "send a pprof file to a server" },
    { "annotate", cmd_annotate, "show self and total beside the source lines of a pprof file" },
    { "source", cmd_source, "check mapping files, explain and measure how sources are found" },
    { "store", cmd_store, "check or back up a data directory" },
    { "version", cmd_version, "print the version" },
};

static void print_help(FILE *out)
{
    (void)fputs(
        "Flameline: which line of your source code costs the CPU time, memory or waiting.\n\n"
        "usage: flameline COMMAND [OPTION ...]\n\n",
        out);
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        (void)fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].summary);
    }
    (void)fputs("\n\"flameline COMMAND --help\" explains a command.\n"
                "exit codes: 0 done, 1 failed, 2 wrong usage, 3 a check found something\n",
                out);
}

CliArgKind cli_next(CliArgs *args, CliArg *ret_arg)
{
    *ret_arg = (CliArg){ .kind = CLI_ARG_END };
    if (args->at >= args->n) {
        return CLI_ARG_END;
    }
    Str text = str_from(args->items[args->at++]);
    ret_arg->kind = CLI_ARG_WORD;
    ret_arg->value = text;
    if (text.len < 2 || text.ptr[0] != '-') {
        return CLI_ARG_WORD;
    }
    ret_arg->kind = CLI_ARG_OPTION;
    ret_arg->value = STR_EMPTY;
    Str name = str_skip(text, str_starts_with(text, STR("--")) ? 2 : 1);
    ret_arg->name = name;
    ret_arg->has_value = str_cut(name, '=', &ret_arg->name, &ret_arg->value);
    return CLI_ARG_OPTION;
}

bool cli_option_value(CliArgs *args, CliArg *arg, Err *err)
{
    if (arg->has_value) {
        return true;
    }
    if (args->at >= args->n) {
        return err_set(err, ERR_INVALID_ARGUMENT,
                       "option --%.*s is not known, or its value is missing", STR_ARG(arg->name));
    }
    arg->value = str_from(args->items[args->at++]);
    arg->has_value = true;
    return true;
}

int cli_fail(const Err *err)
{
    (void)fprintf(stderr, "flameline: %s\n", err->msg);
    return CLI_FAILED;
}

int cli_usage_error(const char *command, const char *fmt, ...)
{
    va_list args;

    (void)fputs("flameline: ", stderr);
    va_start(args, fmt);
    (void)vfprintf(stderr, fmt, args);
    va_end(args);
    (void)fprintf(stderr, " (see flameline %s --help)\n", command);
    return CLI_USAGE;
}

int cli_main(int argc, char **argv)
{
    if (argc < 2) {
        print_help(stderr);
        return CLI_USAGE;
    }
    Str name = str_from(argv[1]);
    if (str_eq(name, STR("--help")) || str_eq(name, STR("-h")) || str_eq(name, STR("help"))) {
        print_help(stdout);
        return CLI_OK;
    }
    if (str_eq(name, STR("--version"))) {
        name = STR("version");
    }
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        if (str_eq(name, str_from(commands[i].name))) {
            CliArgs args = { argv + 2, argc - 2, 0 };
            return commands[i].run(&args);
        }
    }
    (void)fprintf(stderr, "flameline: unknown command \"%.*s\" (see flameline --help)\n",
                  STR_ARG(name));
    return CLI_USAGE;
}
