/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/go_mod.h - go.mod, go.work and vendor/modules.txt, read line by line (section 4.5).
 *
 * Tolerant on purpose: an unknown directive is skipped, because a file that the go command of
 * tomorrow accepts still names the versions that were compiled.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

typedef struct GoRequire {
    Str module;
    Str version;
} GoRequire;

typedef struct GoReplace {
    Str module;
    Str version; /* "": all versions */
    Str to;      /* module, or directory when it begins with ".", "/" or a drive */
    Str to_version;
} GoReplace;

typedef struct GoMod {
    Str module;
    Str go;        /* "1.22.3" */
    Str toolchain; /* "go1.22.5" */
    const GoRequire *requires;
    size_t n_requires;
    const GoReplace *replaces;
    size_t n_replaces;
    const Str *uses; /* go.work: directories of its modules */
    size_t n_uses;
} GoMod;

enum {
    GO_MOD_MAX_BYTES = 1024 * 1024,
};

/* go.mod or go.work. Never fails on content. Errors: RESOURCE_EXHAUSTED (too large, out of memory).
 */
bool go_mod_parse(Arena *arena, Str text, GoMod *ret_mod, Err *err) MUST_CHECK;

/* Modules of vendor/modules.txt as requires and replaces. Errors: as above. */
bool go_modules_txt_parse(Arena *arena, Str text, GoMod *ret_mod, Err *err) MUST_CHECK;

/* Version that go.mod requires; "" when it does not. */
Str go_mod_required(const GoMod *mod, Str module);

/* The replacement for module at version: a version-specific one first. NULL: none. */
const GoReplace *go_mod_replacement(const GoMod *mod, Str module, Str version);

/* The replacement is a directory, not a module. */
bool go_replace_is_directory(const GoReplace *replace);

/* The module with the longest path that is a path prefix of import_path; "" when none is. */
Str go_mod_module_of(const GoMod *mod, Str import_path);
