/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/rule_javascript.c - JavaScript and TypeScript (5.3). Source maps were applied by the SDK;
 * what is left is the path in the project.
 */
#include "source/path.h"
#include "source/rule.h"

void rule_javascript(const RuleInput *in, CandidateList *list)
{
    Str path = in->file;
    size_t modules = str_rfind(path, STR("node_modules/"));

    if (str_starts_with(path, STR("node:"))) {
        rule_add_note(list, "node_builtin", path, SOURCE_NO_MAPPING,
                      "the file is part of Node.js; a mapping can tell its version");
        return;
    }
    if (str_starts_with(path, STR("file://"))) {
        path = str_skip(path, 7);
    }
    if (str_starts_with(path, STR("webpack://"))) {
        Str name;
        Str rest;
        path = str_skip(path, 10);
        if (str_cut(path, '/', &name, &rest)) {
            path = rest; /* the first part is the name of the bundle */
        }
    }
    if (modules != STR_NPOS) {
        Str below = str_skip(in->file, modules + sizeof("node_modules/") - 1);
        if (in->tree != NULL) {
            const char *committed = arena_printf(in->arena, "node_modules/%.*s", STR_ARG(below));
            Str under_root;
            if (committed != NULL &&
                path_join(in->arena, in->root, str_from(committed), &under_root) &&
                tree_index_has(in->tree, under_root)) {
                rule_add_own(list, in, "relative_path", under_root);
                return;
            }
        }
        rule_add_note(list, "node_package", below, SOURCE_NO_MAPPING,
                      "the path is inside an installed package; a mapping can tell its repository");
        return;
    }
    rule_add_suffixes(in, list, path);
}
