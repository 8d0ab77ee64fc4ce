/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/rule_go_module.c - Go modules (4.4 to 4.6): replacements, places, refs, directories.
 */
#include "source/path.h"
#include "source/rule_go.h"

static void add_module_home(const RuleInput *in, CandidateList *list, const GoModuleHome *home,
                            Str module, Str version, Str file, const char *doubt)
{
    Str refs[GO_MODULE_MAX_REFS];
    size_t n_refs = go_module_refs(in->arena, home, version, refs);

    for (size_t r = 0; r < n_refs; r++) {
        unsigned group = home->major.len > 0 ? ++list->n_groups : 0;
        for (int with_major = home->major.len > 0 ? 1 : 0; with_major >= 0; with_major--) {
            Candidate candidate = { .rule = "go_module",
                                    .repo = { .address = home->repo },
                                    .ref = refs[r],
                                    .group = group,
                                    .doubt = doubt,
                                    .module = home->major.len > 0 ? module : STR_EMPTY };
            if (path_join(in->arena, home->directory, with_major ? home->major : STR_EMPTY,
                          &candidate.module_dir) &&
                path_join(in->arena, candidate.module_dir, file, &candidate.path)) {
                rule_add(list, &candidate);
            }
        }
    }
}

/* The module itself, without replacement. */
static void add_module(const RuleInput *in, CandidateList *list, Str module, Str version, Str file,
                       const char *doubt)
{
    GoModuleHome homes[GO_MODULE_MAX_HOMES];
    bool needs_page = false;
    size_t n = go_module_homes(in->arena, module, &in->homes, homes, &needs_page);

    for (size_t i = 0; i < n; i++) {
        add_module_home(in, list, &homes[i], module, version, file, doubt);
    }
    bool proxied = in->has_proxy && go_version_is_semantic(version);
    if (proxied) {
        rule_add(list, &(Candidate){ .rule = "go_proxy",
                                     .ref = version,
                                     .proxy_module = module,
                                     .path = file,
                                     .doubt = doubt });
    }
    if (n == 0 && !proxied) {
        rule_add_note(list, "go_module", module, SOURCE_NO_MAPPING,
                      needs_page ? "where this module lives is not known; a mapping can tell"
                                 : "this is not the path of a module");
    }
}

/* A module that is an own module or lies under one is a directory of the own repository (4.5). */
static void add_own_module_directory(const RuleInput *in, CandidateList *list, Str module, Str file)
{
    for (size_t i = 0; i < in->n_own_modules; i++) {
        const OwnModule *own = &in->own_modules[i];
        Str path;
        if (!path_is_under(module, own->module)) {
            continue;
        }
        Str below = str_trim_char_left(str_skip(module, own->module.len), '/');
        if (path_join(in->arena, own->dir, below, &path) &&
            path_join(in->arena, path, file, &path)) {
            rule_add_own(list, in, "go_main_module", path);
        }
    }
}

/* go.work overrides go.mod; ret_dir: what a directory replacement is relative to. */
static const GoReplace *find_replacement(const RuleInput *in, Str module, Str version, Str *ret_dir)
{
    const GoMod *const files[] = { in->go_work, in->go_mod, in->modules_txt };
    const Str dirs[] = { STR_EMPTY, in->go_mod_dir, in->go_mod_dir };

    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        const GoReplace *replace =
            files[i] != NULL ? go_mod_replacement(files[i], module, version) : NULL;
        if (replace != NULL) {
            *ret_dir = dirs[i];
            return replace;
        }
    }
    return NULL;
}

GoReplaced rule_go_replace(const RuleInput *in, Str module, Str version)
{
    const GoMod *mod = in->go_mod;

    if (version.len == 0 && mod != NULL) {
        version = go_mod_required(mod, module);
    }
    if (version.len == 0 && in->modules_txt != NULL) {
        version = go_mod_required(in->modules_txt, module);
    }
    GoReplaced result = { .module = module, .version = version, .path = STR_EMPTY };
    Str dir = STR_EMPTY;
    const GoReplace *replace = find_replacement(in, module, version, &dir);
    if (replace == NULL) {
        return result;
    }
    if (!go_replace_is_directory(replace)) {
        result.module = replace->to;
        result.version = replace->to_version;
        return result;
    }
    bool absolute =
        str_starts_with(replace->to, STR("/")) || str_find_char(replace->to, ':') != STR_NPOS;
    result.in_own = !absolute && path_join(in->arena, dir, replace->to, &result.path);
    if (!result.in_own) {
        result.doubt = "go.mod replaces this module by a directory outside the repository";
    }
    return result;
}

void rule_go_add_replaced(const RuleInput *in, CandidateList *list, Str module, Str version,
                          Str file)
{
    GoReplaced replaced = rule_go_replace(in, module, version);
    Str path;

    if (replaced.in_own && path_join(in->arena, replaced.path, file, &path)) {
        rule_add_own(list, in, "go_replace", path);
        return;
    }
    add_module(in, list, replaced.module, replaced.version, file, replaced.doubt);
}

void rule_go_add_module_path(const RuleInput *in, CandidateList *list, const GoModulePath *module)
{
    rule_go_add_replaced(in, list, module->module, module->version, module->file);
    add_own_module_directory(in, list, module->module, module->file);
}
