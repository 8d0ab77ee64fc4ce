/* SPDX-License-Identifier: Apache-2.0 */
/* "flameline source lint": what of a mapping file would be dropped, by line and column. */
#include "base/arena.h"
#include "base/file.h"
#include "cli/source_commands.h"
#include "source/pyroscope_yaml.h"

static void print_help(void)
{
    (void)puts("usage: flameline source lint FILE ...\n\n"
               "Reads .pyroscope.yaml files as the server does and prints what it would drop, as\n"
               "FILE:LINE:COLUMN: message. Exit code 3 when there is something.");
}

static bool lint(const char *path, size_t *n_found, Err *err)
{
    CLEANUP(arena_destroyp) Arena *arena = arena_create(MiB(64));
    /* one byte more than is allowed: a file that is too large is a finding, not a failure */
    Buf text = BUF_INIT(PYROSCOPE_YAML_MAX_BYTES * 4);
    PyroscopeYaml config;

    bool ok =
        file_read(path, &text, err) && pyroscope_yaml_parse(arena, buf_str(&text), &config, err);
    buf_done(&text);
    if (!ok) {
        return false;
    }
    for (size_t i = 0; i < config.n_warnings; i++) {
        const ConfigWarning *warning = &config.warnings[i];
        if (warning->line > 0) {
            (void)printf("%s:%u:%u: %.*s\n", path, warning->line, warning->column,
                         STR_ARG(warning->message));
        } else {
            (void)printf("%s: %.*s\n", path, STR_ARG(warning->message));
        }
    }
    *n_found += config.n_warnings;
    (void)fprintf(stderr, "%s: %zu mapping%s kept, %zu problem%s\n", path, config.n_mappings,
                  config.n_mappings == 1 ? "" : "s", config.n_warnings,
                  config.n_warnings == 1 ? "" : "s");
    return true;
}

int source_lint(CliArgs *args)
{
    size_t n_found = 0;
    size_t n_files = 0;
    CliArg arg;
    Err err = ERR_INIT;

    while (cli_next(args, &arg) != CLI_ARG_END) {
        if (arg.kind == CLI_ARG_OPTION) {
            if (str_eq(arg.name, STR("help")) || str_eq(arg.name, STR("h"))) {
                print_help();
                return CLI_OK;
            }
            return cli_usage_error("source lint", "unknown option --%.*s", STR_ARG(arg.name));
        }
        if (!lint(arg.value.ptr, &n_found, &err)) {
            return cli_fail(&err);
        }
        n_files++;
    }
    if (n_files == 0) {
        return cli_usage_error("source lint", "the name of a file is missing");
    }
    return n_found > 0 ? CLI_FOUND : CLI_OK;
}
