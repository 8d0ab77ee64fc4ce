/* SPDX-License-Identifier: Apache-2.0 */
#include "base/version.h"
#include "cli/cli.h"

int cmd_version(CliArgs *args)
{
    CliArg arg;

    if (cli_next(args, &arg) != CLI_ARG_END && !str_eq(arg.name, STR("help"))) {
        return cli_usage_error("version", "takes no arguments");
    }
    (void)printf("flameline %s (%s)\n", FLAMELINE_VERSION, flameline_revision());
    return CLI_OK;
}
