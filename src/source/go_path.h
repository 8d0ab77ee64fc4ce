/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/go_path.h - module@version paths, Go versions and Go function names (4.4, 4.6, 4.7).
 */
#pragma once

#include "base/arena.h"

typedef struct GoModulePath {
    Str module;  /* with capitals decoded */
    Str version; /* "v1.2.3", pseudo-version, with "+incompatible" */
    Str file;    /* below the module's directory */
} GoModulePath;

/* path: with slashes only. False when it is no module@version path, or out of memory. */
bool go_module_path_parse(Arena *arena, Str path, GoModulePath *ret_path) MUST_CHECK;

/* Decodes "!a" to "A" when all of text is escaped that way; else text as it is. */
Str go_unescape(Arena *arena, Str text);

/* The other way round, as module proxies and the module cache write it. ptr NULL: no memory. */
Str go_escape(Arena *arena, Str text);

/* vMAJOR.MINOR.PATCH with optional pre-release and build. */
bool go_version_is_semantic(Str version);

/* The revision of a pseudo-version (12 hex digits); "" for any other version. */
Str go_version_revision(Str version);

/* Without "+incompatible" or other build text. */
Str go_version_tag(Str version);

/* Splits ".../v2" into path and "v2"; suffix is "" for v0, v1 and paths without one. */
void go_module_split_major(Str module, Str *ret_path, Str *ret_suffix);

/*
 * Import path of a function name ("net/http" of "net/http.(*conn).serve"), with %2e decoded; ""
 * when the name has none.
 */
Str go_function_import_path(Arena *arena, Str function);

/* The bare function or method name: "serve"; of closures and generics that of the outer function.
 */
Str go_function_bare_name(Str function);

/* A closure or a wrapper that the compiler made ("main.run.func1", "main.run.gowrap1"): its start
 * line lies inside the outer function. */
bool go_function_is_closure(Str function);
