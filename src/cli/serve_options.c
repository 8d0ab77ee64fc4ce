/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/serve_options.h"

typedef struct ServeOptions {
    Arena *arena;
    Config config;
    bool help;
    Str word; /* the first argument that is no option */
} ServeOptions;

/* Flags are read twice: --config first, since flags beat the file wherever they stand. */
static bool read_config_flag(CliArgs args, ServeOptions *options, Err *err)
{
    CliArg arg;

    while (cli_next(&args, &arg) != CLI_ARG_END) {
        if (arg.kind != CLI_ARG_OPTION || !str_eq(arg.name, STR("config"))) {
            continue;
        }
        if (!cli_option_value(&args, &arg, err)) {
            return false;
        }
        char *path = arena_text(options->arena, arg.value);
        if (path == NULL) {
            return err_no_memory(err);
        }
        if (!config_read_file(&options->config, path, err)) {
            return false;
        }
    }
    return true;
}

static bool read_flags(CliArgs *args, ServeOptions *options, Err *err)
{
    CliArg arg;

    while (cli_next(args, &arg) != CLI_ARG_END) {
        if (arg.kind == CLI_ARG_WORD) {
            if (options->word.ptr == NULL) {
                options->word = arg.value;
            }
            continue;
        }
        if (str_eq(arg.name, STR("help")) || str_eq(arg.name, STR("h"))) {
            options->help = true;
            continue;
        }
        bool bare_switch = config_is_switch(arg.name) && !arg.has_value;
        bool known = config_is_known(arg.name) || str_eq(arg.name, STR("config"));
        if (known && !bare_switch && !cli_option_value(args, &arg, err)) {
            return false;
        }
        if (!str_eq(arg.name, STR("config")) &&
            !config_set(&options->config, arg.name, arg.value, "command line", err)) {
            return false;
        }
    }
    return true;
}

static bool read_options(CliArgs *args, ServeOptions *ret_options, Err *err)
{
    LogLevel level = LOG_INFO;

    *ret_options = (ServeOptions){ .arena = arena_create(MiB(4)) };
    if (!config_init(&ret_options->config, ret_options->arena, err) ||
        !read_config_flag(*args, ret_options, err) ||
        !config_read_environment(&ret_options->config, err) ||
        !read_flags(args, ret_options, err) || !config_check(&ret_options->config, err)) {
        return false;
    }
    (void)log_level_from(ret_options->config.log_level, &level); /* checked above */
    log_set_level(level);
    return true;
}

int serve_command(CliArgs *args, const char *name, void (*print_help)(void),
                  int (*run)(Config *config))
{
    ServeOptions options;
    Err err = ERR_INIT;
    int code = CLI_OK;

    server_block_signals();
    if (!read_options(args, &options, &err)) {
        (void)cli_fail(&err);
        code = CLI_USAGE;
    } else if (options.help) {
        print_help();
    } else if (options.word.ptr != NULL) {
        code = cli_usage_error(name, "unexpected argument \"%.*s\"", STR_ARG(options.word));
    } else {
        code = run(&options.config);
    }
    arena_destroy(options.arena);
    return code;
}
