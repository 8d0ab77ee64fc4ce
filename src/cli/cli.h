/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli/cli.h - the command line: sub-commands, their options, and how they report.
 *
 * Exit codes: 0 done; 1 failed (the reason is one line on standard error); 2 wrong usage; 3 a check
 * found something (store check, source lint, resolve and coverage).
 */
#pragma once

#include <stdio.h>

#include "base/err.h"
#include "base/str.h"

enum {
    CLI_OK = 0,
    CLI_FAILED = 1,
    CLI_USAGE = 2,
    CLI_FOUND = 3,
};

int cli_main(int argc, char **argv);

/* Arguments behind the name of the sub-command. */
typedef struct CliArgs {
    char **items;
    int n;
    int at;
} CliArgs;

/* What the next argument is. */
typedef enum CliArgKind {
    CLI_ARG_END,
    CLI_ARG_OPTION, /* --name, --name=value or -x: name (without dashes), value when it was joined
                     */
    CLI_ARG_WORD,
} CliArgKind;

typedef struct CliArg {
    CliArgKind kind;
    Str name;
    Str value;
    bool has_value;
} CliArg;

CliArgKind cli_next(CliArgs *args, CliArg *ret_arg);

/* The value of an option: joined with '=', or the next argument. Errors: INVALID_ARGUMENT. */
bool cli_option_value(CliArgs *args, CliArg *arg, Err *err) MUST_CHECK;

/* Prints "flameline: message" on standard error and returns the exit code. */
int cli_fail(const Err *err);
int cli_usage_error(const char *command, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* ---- sub-commands ---- */

typedef int (*CliRun)(CliArgs *args);

int cmd_serve(CliArgs *args);
int cmd_demo(CliArgs *args);
int cmd_push(CliArgs *args);
int cmd_annotate(CliArgs *args);
int cmd_source(CliArgs *args);
int cmd_store(CliArgs *args);
int cmd_version(CliArgs *args);
