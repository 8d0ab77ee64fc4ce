/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"

int cmd_demo(CliArgs *args UNUSED)
{
    return CLI_FAILED;
}
