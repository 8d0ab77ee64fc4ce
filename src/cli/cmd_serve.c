/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/serve_options.h"

#include "base/version.h"

static void print_help(void)
{
    (void)puts(
        "usage: flameline serve [--config FILE] [--SETTING VALUE ...]\n\n"
        "Takes profiles (Pyroscope Push and /ingest), keeps them and shows them in the browser.\n"
        "A setting is a flag, an environment variable (FLAMELINE_STORAGE_PATH) or a key in FILE;\n"
        "flag beats environment beats file. docs/configuration.md explains them.\n");
    config_print_help(stdout);
}

static int run(Config *config)
{
    Server *server;
    Err err = ERR_INIT;

    if (!server_start(config, &server, &err)) {
        return cli_fail(&err);
    }
    log_info("serving", FIELD_STR("listen", config->listen), FIELD_I64("port", server_port(server)),
             FIELD_STR("storage", config->storage_path), FIELD_TEXT("version", FLAMELINE_VERSION));
    server_wait_for_signal();
    log_info("stopping");
    server_stop(server);
    log_info("stopped");
    return CLI_OK;
}

int cmd_serve(CliArgs *args)
{
    return serve_command(args, "serve", print_help, run);
}
