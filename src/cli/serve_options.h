/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli/serve_options.h - the settings of a server from flags, environment and file, for serve and
 * demo.
 */
#pragma once

#include "cli/cli.h"
#include "server/server.h"

enum { SERVE_MAX_WORDS = 8 };

typedef struct ServeOptions {
    Arena *arena;
    Config config;
    bool help;
    Str words[SERVE_MAX_WORDS]; /* arguments that are no options */
    size_t n_words;
} ServeOptions;

/* Errors: INVALID_ARGUMENT, NOT_FOUND (file). serve_options_done() is needed in any case. */
bool serve_options_read(CliArgs *args, ServeOptions *ret_options, Err *err) MUST_CHECK;
void serve_options_done(ServeOptions *options);
