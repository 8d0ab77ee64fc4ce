/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query/lines_report.h - the answers of flameline.v1.LinesService from line arithmetic.
 *
 * The builders work on filled Lines, wherever their samples came from: the store, or a file on the
 * command line. Everything in the answers is allocated in the arena.
 */
#pragma once

#include "flameline/v1/lines.pb-c.h"
#include "model/lines.h"
#include "query/query.h"

typedef struct LinesQuery {
    Tenants tenants;
    ProfileType type;
    Str selector;
    QueryRange range; /* already checked */
} LinesQuery;

/* Adds every sample of the selection. */
bool query_lines(const Query *query, const LinesQuery *request, Lines *lines, Arena *arena,
                 Err *err) MUST_CHECK;

enum {
    LINES_MAX_CALLEES = 50, /* per line; the rest is cut, which the answer says */
    LINES_MAX_CALLERS = 100,
    LINES_DEFAULT_LIMIT = 100,
};

bool report_function(const Lines *lines, Str unit, Arena *arena,
                     Flameline__V1__FunctionResponse *response, Err *err) MUST_CHECK;

/* version: NULL for all of them. */
bool report_file(const Lines *lines, Str unit, const Version *version, Arena *arena,
                 Flameline__V1__FileResponse *response, Err *err) MUST_CHECK;

/* limit < 1: LINES_DEFAULT_LIMIT. */
bool report_hot_lines(const Lines *lines, Str unit, int32_t limit, Arena *arena,
                      Flameline__V1__HotLinesResponse *response, Err *err) MUST_CHECK;

/* limit < 1: all. */
bool report_functions(const Lines *lines, Str unit, int32_t limit, Arena *arena,
                      Flameline__V1__FunctionsResponse *response, Err *err) MUST_CHECK;
