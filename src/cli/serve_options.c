/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/serve_options.h"

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
            if (options->n_words < SERVE_MAX_WORDS) {
                options->words[options->n_words++] = arg.value;
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

bool serve_options_read(CliArgs *args, ServeOptions *ret_options, Err *err)
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

void serve_options_done(ServeOptions *options)
{
    arena_destroy(options->arena);
    options->arena = NULL;
}
