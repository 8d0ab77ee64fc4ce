/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/go_std.h - recognises files of the Go standard library by their recorded path (4.2).
 *
 * A hand-written scanner in linear time: recorded paths come from anybody.
 */
#pragma once

#include "base/str.h"

typedef struct GoStdPath {
    Str path;    /* below src/, for example "fmt/print.go" */
    Str version; /* "1.22.3", "1.24rc2"; "" when the path does not tell */
} GoStdPath;

/* path: with slashes only. True when some GOROOT layout is recognised. */
bool go_std_from_goroot(Str path, GoStdPath *ret_std) MUST_CHECK;

/* A path relative to GOROOT/src such as "fmt/scan.go": its directory is a known package. */
bool go_std_is_package(Str import_path);

/* A directory below which only the standard library has packages ("net" of "net/http"). */
bool go_std_is_top_directory(Str segment);

/* X.Y[.Z][rcN|betaN] at the start of text; its length, or 0. */
size_t go_std_version_length(Str text);

extern const char *const go_std_packages[]; /* sorted */
extern const size_t go_std_n_packages;
