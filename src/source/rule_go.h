/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/rule_go.h - the parts of Go's rule: the standard library (rule_go_std.c), modules with
 * their replacements (rule_go_module.c); vendored and own files, and the order of all, are in
 * rule_go.c.
 */
#pragma once

#include "source/go_std.h"
#include "source/rule.h"

/* "$GOROOT/src/x", "GOROOT/src/x", "external/go_sdk/src/x" and every GOROOT on disk. */
bool rule_go_is_goroot(const RuleInput *in, GoStdPath *ret_std);

/* "fmt/scan.go": no leading slash, first segment without dot, package known (4.2). */
bool rule_go_is_bare_std(const RuleInput *in);

/* The file at its release: as the path says, as a mapping says, as the profile fits, as go.mod
 * says. */
void rule_go_add_std(const RuleInput *in, CandidateList *list, const GoStdPath *std);

/* What was compiled in place of a module: in_own: a directory of the own repository. */
typedef struct GoReplaced {
    Str module;
    Str version;
    bool in_own;
    Str path; /* with in_own: the directory */
    const char *doubt;
} GoReplaced;

/* version "": that of go.mod or vendor/modules.txt. */
GoReplaced rule_go_replace(const RuleInput *in, Str module, Str version);

/* A file of a module, or of what replaces it. */
void rule_go_add_replaced(const RuleInput *in, CandidateList *list, Str module, Str version,
                          Str file);

/* A module@version path. */
void rule_go_add_module_path(const RuleInput *in, CandidateList *list, const GoModulePath *module);
