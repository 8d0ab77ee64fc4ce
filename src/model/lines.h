/* SPDX-License-Identifier: Apache-2.0 */
/*
 * model/lines.h - line arithmetic: what each line, function and file costs. The heart of the
 * product.
 *
 * The rule (design.md section 2): of one sample, each (version, file, line) that its stack passes
 * through gets the value once in "total"; "self" goes only to the innermost line of the leaf
 * location. Inlined functions are frames like any other. Frames without a line number count as line
 * 0, so nothing is lost: self over all lines adds up to the sum of all samples.
 *
 * Use: lines_init(), then lines_add() for every symbol table and version, then read the tallies.
 * Texts are numbers in `texts`, versions are indexes into `versions`.
 */
#pragma once

#include "base/err.h"
#include "base/vec.h"
#include "model/frames.h"
#include "model/intern.h"
#include "model/labels.h"
#include "model/tally.h"

#define LINES_ANY_VERSION UINT32_MAX

/* What is counted. */
typedef enum LinesMode {
    LINES_ALL,      /* every line and every function */
    LINES_FUNCTION, /* the lines of one function, with callees and callers */
    LINES_FILE,     /* the lines and functions of one file */
} LinesMode;

typedef struct LinesOptions {
    LinesMode mode;
    Str function;         /* LINES_FUNCTION */
    const Str *call_path; /* [n_call_path], root first: only stacks that start with it */
    size_t n_call_path;
    Str file; /* LINES_FILE */
} LinesOptions;

/*
 * Keys of the tallies; unused parts are 0.
 *   lines:     version, file, line
 *   functions: version, file, function                (LINES_ALL: version is 0)
 *   files:     version, file                          (LINES_FUNCTION, LINES_FILE)
 *   callees:   row of lines, callee name, inlined, file of the callee
 *   callers:   caller name, file, line, inlined
 *   line_functions: row of lines, row of functions    (LINES_FILE)
 */
typedef struct Lines {
    LinesOptions options;
    Arena *arena;
    Intern texts;
    VEC(Version) versions; /* texts in the arena */
    Tally lines;
    Tally functions;
    Tally files;
    Tally callees;
    Tally callers;
    Tally line_functions;
    VEC(uint32_t) line_function; /* [lines.n]: name of the function seen first at the line */
    Tally starts;                /* version or LINES_ANY_VERSION, file, name */
    VEC(int32_t) start_line;     /* [starts.n]: of the function there, the first one known */
    uint64_t n_samples;          /* numbered so far */
    int64_t no_line_self;        /* LINES_ALL: samples whose leaf has no line number */
    int64_t no_line_total;       /* LINES_ALL: samples with any such frame, each once */
    int64_t query_total;         /* all samples that were added, matching or not */
    int64_t self;                /* LINES_FUNCTION: of the function */
    int64_t total;               /* LINES_FUNCTION: each sample once */
    uint32_t function;           /* number of options.function */
    uint32_t file;               /* number of options.file */
    uint32_t *call_path;         /* numbers of options.call_path */
} Lines;

/* Texts of the options are copied. Errors: RESOURCE_EXHAUSTED. */
bool lines_init(Lines *lines, const LinesOptions *options, Arena *arena, Err *err) MUST_CHECK;
void lines_done(Lines *lines);

/*
 * Adds the stacks of one symbol table that ran in one version: sums[symbols->n_stacks].
 * Errors: RESOURCE_EXHAUSTED.
 */
bool lines_add(Lines *lines, const Symbols *symbols, Version version, const int64_t *sums,
               Err *err) MUST_CHECK;

/* Start line of a function in a version of its file, or in any; 0: unknown. */
int32_t lines_start_line(const Lines *lines, uint32_t version, uint32_t file, uint32_t name);

static inline Str lines_text(const Lines *lines, uint32_t number)
{
    return lines->texts.items[number];
}
