/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli/source_commands.h - the commands behind "flameline source".
 */
#pragma once

#include "cli/cli.h"

int source_lint(CliArgs *args);
int source_resolve_one(CliArgs *args);
int source_coverage(CliArgs *args);
int source_suggest_file(CliArgs *args);
