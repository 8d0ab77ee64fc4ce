/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli/source_place.h - the options of "flameline source" that say where sources are.
 */
#pragma once

#include "cli/cli.h"
#include "source/source.h"

typedef struct SourcePlace {
    Str repo;       /* --repo DIR: stands for the repository of every request */
    Str repository; /* --repository ADDRESS */
    Str ref;
    Str root;
    Str mirrors; /* --mirrors DIR: repositories of github.com on disk */
    Str token_file;
    Str config; /* --config FILE */
    bool online;
    Str config_text;             /* of the file; filled by source_place_open() */
    SourceCredential credential; /* of the environment; as above */
} SourcePlace;

extern const char source_place_help[];

/* Takes an option that is one of these; *ret_taken false when it is another one. */
bool source_place_option(CliArgs *args, CliArg *arg, SourcePlace *place, bool *ret_taken,
                         Err *err) MUST_CHECK;

/* NULL with err: a directory or file that is not there, a bad address. */
Source *source_place_open(SourcePlace *place, Arena *arena, Err *err);

/* On whose behalf: with the token of the environment, if there is one. Borrows from place. */
SourceCaller source_place_caller(SourcePlace *place);

/* A request for this place; file, function and lines are the caller's to fill in. */
SourceRequest source_place_request(const SourcePlace *place);
