/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli/source_coverage.h - what became of each function of a profile, and how it is printed.
 */
#pragma once

#include "cli/source_profile.h"

typedef enum CoverageKind {
    COVERAGE_FOUND,
    COVERAGE_DOUBT,   /* found, but it may not be the compiled file */
    COVERAGE_MISSING, /* there is a file somewhere, but it was not found */
    COVERAGE_NONE,    /* made by a compiler or a virtual machine: there is no file */
} CoverageKind;

typedef struct CoverageRow {
    const ProfileFunction *function;
    CoverageKind kind;
    SourceState state;
    Str rule;
    Str repository;
    Str commit;
    Str path;
    Str url;
    Str message; /* the doubt, or why it was not found */
    VersionCheck version;
} CoverageRow;

typedef struct CoverageTotals {
    size_t n[4]; /* by CoverageKind */
    int64_t self[4];
} CoverageTotals;

typedef struct Coverage {
    CoverageRow *rows; /* in the order of the profile's functions */
    size_t n;
    CoverageTotals totals;
    int64_t no_function; /* self of samples without any function */
    int64_t total;
    Str unit;
} Coverage;

/* Share of the cost with a source text, certain or in doubt, of what can have one. */
double coverage_percent(const Coverage *coverage);

typedef enum CoverageFormat {
    COVERAGE_TEXT,
    COVERAGE_DETAILED,
    COVERAGE_JSON,
} CoverageFormat;

/* n_rows: at most so many rows of COVERAGE_DETAILED and COVERAGE_JSON. */
void coverage_add(Buf *out, const Coverage *coverage, CoverageFormat format, size_t n_rows);
