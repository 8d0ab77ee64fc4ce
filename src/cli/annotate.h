/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli/annotate.h - the parts of "flameline annotate": a pprof file, its costs per line, and the
 * sources.
 */
#pragma once

#include "cli/cli.h"
#include "codec/pprof.h"
#include "ingest/normalize.h"
#include "model/lines.h"
#include "model/profile_type.h"
#include "query/lines_report.h"
#include "source/source.h"

/* A profile that was read from a file, with the values of one sample type per stack. */
typedef struct ProfileFile {
    Buf packed;
    Buf raw;
    Pprof profile;
    NormalProfile normal;
    int64_t *sums;    /* [normal.symbols.n_stacks] */
    ProfileType type; /* texts belong to the profile */
} ProfileFile;

/*
 * Reads a pprof file, gzip or raw. type: name of the sample type; empty: that of the profile, else
 * the last one. Errors: NOT_FOUND, INVALID_ARGUMENT (the message lists the sample types there are).
 */
bool profile_file_read(const char *path, Str type, Arena *arena, ProfileFile *ret_file,
                       Err *err) MUST_CHECK;
void profile_file_done(ProfileFile *file);

/* Line arithmetic over the file; lines_done() is the caller's on success. */
bool profile_file_lines(const ProfileFile *file, const LinesOptions *options, Arena *arena,
                        Lines *ret_lines, Err *err) MUST_CHECK;

/* Appends one function with its lines, and source text where there is some. */
void annotate_add_function(Buf *out, const Flameline__V1__FunctionResponse *function,
                           const SourceResult *sources, bool color);
