/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli/serve_options.h - what serve and demo have in common: a server's settings from flags,
 * environment and file.
 */
#pragma once

#include "cli/cli.h"
#include "server/server.h"

/*
 * A sub-command that takes the settings of a server and no other arguments. Signals are blocked, so
 * that run() can wait for them; the configuration lives until run() returns. Returns the exit code:
 * that of run(), or CLI_USAGE.
 */
int serve_command(CliArgs *args, const char *name, void (*print_help)(void),
                  int (*run)(Config *config));
