/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/rule_go.c - Go (section 4): module@version, GOROOT, bare standard library paths, vendor,
 * then the own repository. The first rule that recognises the path decides.
 */
#include <stdio.h>

#include "source/go_std.h"
#include "source/path.h"
#include "source/rule.h"

/* "1.22" is no release name from Go 1.21 on, "1.22.0" is; before, "1.20" is one (4.2). */
static bool is_release_tag(Str version)
{
    Str major;
    Str minor;
    uint64_t number;

    if (!str_cut(version, '.', &major, &minor) || str_find_char(minor, '.') != STR_NPOS ||
        !str_to_u64(minor, &number)) {
        return true; /* X.Y.Z, rc, beta */
    }
    return number < 21;
}

static void add_std(const RuleInput *in, CandidateList *list, Str ref, Str path, const char *doubt)
{
    const char *below = arena_printf(in->arena, "src/%.*s", STR_ARG(path));

    if (below != NULL) {
        rule_add_github(list, in, "go_stdlib", "golang/go", ref, str_from(below), doubt);
    }
}

static void add_std_version(const RuleInput *in, CandidateList *list, Str version, Str path,
                            const char *doubt)
{
    const char *tag = arena_printf(in->arena, "go%.*s", STR_ARG(version));
    const char *branch = arena_printf(in->arena, "release-branch.go%.*s", STR_ARG(version));

    if (tag == NULL || branch == NULL) {
        return;
    }
    if (is_release_tag(version)) {
        add_std(in, list, str_from(tag), path, doubt);
        return;
    }
    add_std(in, list, str_from(branch), path,
            doubt != NULL ? doubt : "only X.Y of the Go release is known, not its patch");
}

/* The release that the profile fits; what is known bounds the search. */
static void add_std_search(const RuleInput *in, CandidateList *list, const GoStdPath *std)
{
    ReleaseSearch search = { .listed = STR("go1."),
                             .prefix = STR("go"),
                             .span = { .minor = STR_EMPTY, .at_least = STR_EMPTY } };
    const char *below = arena_printf(in->arena, "src/%.*s", STR_ARG(std->path));
    const GoMod *mod = in->go_mod;

    if (std->version.len > 0 && is_release_tag(std->version)) {
        return; /* known */
    }
    if (std->version.len > 0) {
        search.span.minor = std->version;
    } else if (mod != NULL && str_starts_with(mod->toolchain, STR("go"))) {
        search.span.at_least = str_skip(mod->toolchain, 2);
    } else if (mod != NULL) {
        search.span.at_least = text_or_empty(mod->go);
    }
    if (below != NULL) {
        rule_add_releases(list, in, "go_stdlib", "golang/go", &search, str_from(below), NULL);
    }
}

static void add_std_candidates(const RuleInput *in, CandidateList *list, const GoStdPath *std)
{
    static const char lower_bound[] = "the Go release is taken from go.mod, which is a lower bound";
    const char *in_goroot = arena_printf(in->arena, "$GOROOT/src/%.*s", STR_ARG(std->path));

    bool known = std->version.len > 0 && is_release_tag(std->version);

    if (known) {
        add_std_version(in, list, std->version, std->path, NULL);
    }
    if (in_goroot != NULL) {
        rule_add_mappings(in, list, str_from(in_goroot));
    }
    add_std_search(in, list, std);
    if (std->version.len > 0) {
        if (!known) {
            add_std_version(in, list, std->version, std->path, NULL);
        }
        return;
    }
    if (in->go_mod != NULL && str_starts_with(in->go_mod->toolchain, STR("go"))) {
        add_std(in, list, in->go_mod->toolchain, std->path, lower_bound);
    }
    if (in->go_mod != NULL && go_std_version_length(in->go_mod->go) > 0) {
        add_std_version(in, list, in->go_mod->go, std->path, lower_bound);
    }
    add_std(in, list, STR("master"), std->path, "the Go release is not known");
}

/* golang.org/toolchain@v0.0.1-go1.23.4.linux-amd64 is a GOROOT (4.2). */
static bool toolchain_std(const GoModulePath *module, GoStdPath *ret_std)
{
    size_t at = str_find(module->version, STR("-go"), 0);

    if (!str_eq(module->module, STR("golang.org/toolchain")) || at == STR_NPOS) {
        return false;
    }
    Str version = str_skip(module->version, at + 3);
    ret_std->version = str_first(version, go_std_version_length(version));
    ret_std->path =
        str_starts_with(module->file, STR("src/")) ? str_skip(module->file, 4) : module->file;
    return true;
}

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

/* What was compiled in place of a module: directory set: of the own repository, at path. */
typedef struct Replaced {
    Str module;
    Str version;
    bool in_own;
    Str path; /* with in_own: the directory */
    const char *doubt;
} Replaced;

static Replaced replace_module(const RuleInput *in, Str module, Str version)
{
    const GoMod *mod = in->go_mod;

    if (version.len == 0 && mod != NULL) {
        version = go_mod_required(mod, module);
    }
    if (version.len == 0 && in->modules_txt != NULL) {
        version = go_mod_required(in->modules_txt, module);
    }
    Replaced result = { .module = module, .version = version, .path = STR_EMPTY };
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

static void add_replaced_module(const RuleInput *in, CandidateList *list, Str module, Str version,
                                Str file)
{
    Replaced replaced = replace_module(in, module, version);
    Str path;

    if (replaced.in_own && path_join(in->arena, replaced.path, file, &path)) {
        rule_add_own(list, in, "go_replace", path);
        return;
    }
    add_module(in, list, replaced.module, replaced.version, file, replaced.doubt);
}

static void add_module_path(const RuleInput *in, CandidateList *list, const GoModulePath *module)
{
    add_replaced_module(in, list, module->module, module->version, module->file);
    add_own_module_directory(in, list, module->module, module->file);
}

/* Root path, its parents, the repository root. */
static void add_vendor_places(const RuleInput *in, CandidateList *list, Str vendored)
{
    for (Str dir = in->root;; dir = path_parent(dir)) {
        Str path;
        /* with a tree only what is there, and the first place to show where it was expected */
        if (path_join(in->arena, dir, vendored, &path) &&
            (in->tree == NULL || tree_index_has(in->tree, path) || str_eq(dir, in->root))) {
            rule_add_own(list, in, "vendor", path);
        }
        if (dir.len == 0) {
            return;
        }
    }
}

/* Vendored copies of the standard library itself: only these four exist (4.2). */
static bool is_std_vendor(Str path)
{
    static const char *const names[] = { "crypto", "net", "sys", "text" };

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        char prefix[64];
        (void)snprintf(prefix, sizeof(prefix), "vendor/golang.org/x/%s/", names[i]); /* fits */
        if (str_starts_with(path, str_from(prefix))) {
            return true;
        }
    }
    return false;
}

/* The part from "vendor/" on; first: of the first one in the path, else of the last one. */
static Str vendored_part(Str file, bool first)
{
    size_t at = first ? str_find(file, STR("/vendor/"), 0) : str_rfind(file, STR("/vendor/"));

    if (str_starts_with(file, STR("vendor/")) && (first || at == STR_NPOS)) {
        return file;
    }
    return at == STR_NPOS ? STR_EMPTY : str_skip(file, at + 1);
}

/* The module of a vendored path, by vendor/modules.txt or go.mod; "": not known. */
static Str vendored_module(const RuleInput *in, Str vendored)
{
    Str directory = path_parent(str_skip(vendored, sizeof("vendor/") - 1));
    Str module = STR_EMPTY;

    if (in->modules_txt != NULL) {
        module = go_mod_module_of(in->modules_txt, directory);
    }
    if (module.len == 0 && in->go_mod != NULL) {
        module = go_mod_module_of(in->go_mod, directory);
    }
    return module;
}

static void add_vendor(const RuleInput *in, CandidateList *list, Str vendored)
{
    Str below = str_skip(vendored, sizeof("vendor/") - 1);
    Str module = vendored_module(in, vendored);

    add_vendor_places(in, list, vendored);
    if (module.len > 0) {
        add_replaced_module(in, list, module, STR_EMPTY,
                            str_trim_char_left(str_skip(below, module.len), '/'));
    }
}

static bool add_vendor_rule(const RuleInput *in, CandidateList *list)
{
    Str first = vendored_part(in->file, true);
    Str last = vendored_part(in->file, false);

    if (first.len == 0) {
        return false;
    }
    add_vendor(in, list, first);
    if (last.len != first.len) {
        add_vendor(in, list, last);
    }
    if (is_std_vendor(in->file)) {
        add_std_candidates(in, list, &(GoStdPath){ .path = in->file, .version = STR_EMPTY });
    }
    return true;
}

/* Whether the function can belong to the standard library; true when it does not tell. */
static bool function_may_be_std(const RuleInput *in)
{
    Str import_path = go_function_import_path(in->arena, in->function);
    Str first = import_path;
    Str rest;

    if (import_path.len == 0 || str_eq(import_path, STR("type")) ||
        str_eq(import_path, STR("go")) || str_eq(import_path, STR("main"))) {
        return true;
    }
    (void)str_cut(import_path, '/', &first, &rest); /* without a slash: all of it */
    return str_find_char(first, '.') == STR_NPOS && go_std_is_top_directory(first);
}

/* "$GOROOT/src/x", "GOROOT/src/x", "external/go_sdk/src/x" and every GOROOT on disk. */
static bool goroot_path(const RuleInput *in, GoStdPath *ret_std)
{
    if (!go_std_from_goroot(in->file, ret_std)) {
        return false;
    }
    return function_may_be_std(in);
}

/* "fmt/scan.go": no leading slash, first segment without dot, package known (4.2). */
static bool bare_std_path(const RuleInput *in)
{
    Str first;
    Str rest;

    return str_cut(in->file, '/', &first, &rest) && first.len > 0 &&
           str_find_char(first, '.') == STR_NPOS && go_std_is_package(path_parent(in->file)) &&
           function_may_be_std(in);
}

/* Position behind needle + "/" at a segment border of the path, or STR_NPOS. */
static size_t behind_prefix(Str path, Str needle)
{
    for (size_t from = 0; needle.len > 0;) {
        size_t at = str_find(path, needle, from);
        if (at == STR_NPOS) {
            return STR_NPOS;
        }
        size_t end = at + needle.len;
        if ((at == 0 || path.ptr[at - 1] == '/') && end < path.len && path.ptr[end] == '/') {
            return end + 1;
        }
        from = at + 1;
    }
    return STR_NPOS;
}

/* Files of an own module: by the module path in the recorded one, or by the import path. */
static void add_own_module_file(const RuleInput *in, CandidateList *list, const OwnModule *own)
{
    size_t in_module = behind_prefix(in->file, own->module);
    Str import_path = go_function_import_path(in->arena, in->function);
    Str path;

    if (in_module != STR_NPOS &&
        path_join(in->arena, own->dir, str_skip(in->file, in_module), &path)) {
        rule_add_own(list, in, "go_main_module", path);
    }
    if (own->module.len > 0 && path_is_under(import_path, own->module)) {
        Str below = str_trim_char_left(str_skip(import_path, own->module.len), '/');
        if (path_join(in->arena, own->dir, below, &path) &&
            path_join(in->arena, path, path_base(in->file), &path)) {
            rule_add_own(list, in, "go_import_path", path);
        }
    }
}

/* Places that module path, repository name or import path name exactly (4.8, "Do"). */
static void add_exact_own(const RuleInput *in, CandidateList *list)
{
    Str name = repo_address_text(in->arena, &in->own);
    size_t at = name.ptr != NULL ? behind_prefix(in->file, name) : STR_NPOS;

    for (size_t i = 0; i < in->n_own_modules; i++) {
        add_own_module_file(in, list, &in->own_modules[i]);
    }
    if (at != STR_NPOS) {
        rule_add_own(list, in, "repository_prefix", str_skip(in->file, at));
    }
}

/*
 * A function of a required module whose path names no version, as build systems of their own write
 * it ("external/com_github_acme_kit/kit.go"): the import path tells the module, go.mod the version.
 * True when the function cannot be of the own repository, whatever its files are called.
 */
static bool add_required_module(const RuleInput *in, CandidateList *list)
{
    Str import_path = go_function_import_path(in->arena, in->function);
    Str first = import_path;
    Str rest = STR_EMPTY;
    Str file;

    (void)str_cut(import_path, '/', &first, &rest); /* without a slash: all of it */
    if (in->go_mod == NULL || str_find_char(first, '.') == STR_NPOS) {
        return false;
    }
    for (size_t i = 0; i < in->n_own_modules; i++) {
        if (path_is_under(import_path, in->own_modules[i].module)) {
            return false;
        }
    }
    Str module = go_mod_module_of(in->go_mod, import_path);
    if (module.len == 0) {
        return false;
    }
    Str below = str_trim_char_left(str_skip(import_path, module.len), '/');
    if (path_join(in->arena, below, path_base(in->file), &file)) {
        add_replaced_module(in, list, module, STR_EMPTY, file);
    }
    return true;
}

static bool is_generated(Str file)
{
    return file.len == 0 || str_eq(file, STR("<autogenerated>")) ||
           str_starts_with(path_base(file), STR("_cgo_")) || str_eq(file, STR("_testmain.go"));
}

/*
 * The import path names the repository or has no host at all (package main, or not known): then
 * go.mod would say nothing against a file of the own repository.
 */
static bool import_fits_path(const RuleInput *in, Str import_path)
{
    Str name = repo_address_text(in->arena, &in->own);
    Str first = import_path;
    Str rest = STR_EMPTY;

    (void)str_cut(import_path, '/', &first, &rest); /* without a slash: all of it */
    return str_find_char(first, '.') == STR_NPOS ||
           (name.ptr != NULL && path_is_under(import_path, name));
}

/* Committed vendored files need nothing else. */
static bool vendored_is_there(const RuleInput *in)
{
    Str vendored = vendored_part(in->file, true);

    for (Str dir = in->root; in->tree != NULL; dir = path_parent(dir)) {
        Str path;
        if (path_join(in->arena, dir, vendored, &path) && tree_index_has(in->tree, path)) {
            return true;
        }
        if (dir.len == 0) {
            break;
        }
    }
    return false;
}

bool rule_go_wants_tree(const RuleInput *in)
{
    GoModulePath module;
    GoStdPath std;

    if (go_module_path_parse(in->arena, in->file, &module)) {
        return !toolchain_std(&module, &std); /* go.mod is looked for, and own modules */
    }
    return !(goroot_path(in, &std) && std.version.len > 0);
}

RuleNeeds rule_go_needs(const RuleInput *in)
{
    GoModulePath module;
    GoStdPath std;

    if (is_generated(in->file)) {
        return (RuleNeeds){ 0 };
    }
    if (go_module_path_parse(in->arena, in->file, &module)) {
        return (RuleNeeds){ .go_mod = !toolchain_std(&module, &std) };
    }
    if (goroot_path(in, &std)) {
        return (RuleNeeds){ .go_mod = std.version.len == 0 };
    }
    if (vendored_part(in->file, true).len > 0) {
        bool there = vendored_is_there(in);
        return (RuleNeeds){ .go_mod = !there, .modules_txt = !there };
    }
    /* a file of that name may be there and yet belong to somebody else: the import path says whose
     */
    Str import_path = go_function_import_path(in->arena, in->function);
    bool plain = rule_suffix_is_plain(in, in->file) && import_fits_path(in, import_path);
    return (RuleNeeds){ .go_mod = bare_std_path(in) || !plain };
}

Str rule_page_module(const RuleInput *in, bool *ret_needed)
{
    GoModuleHome homes[GO_MODULE_MAX_HOMES];
    GoModulePath path = { .module = STR_EMPTY, .version = STR_EMPTY };
    GoStdPath std;
    Str vendored = STR_EMPTY;

    *ret_needed = false;
    if (rule_language(in) != RULE_GO || goroot_path(in, &std)) {
        return STR_EMPTY;
    }
    if (!go_module_path_parse(in->arena, in->file, &path)) {
        vendored = vendored_part(in->file, true);
        path.module = vendored.len > 0 ? vendored_module(in, vendored) : STR_EMPTY;
        path.version = STR_EMPTY;
    } else if (toolchain_std(&path, &std)) {
        return STR_EMPTY;
    }
    Replaced replaced = replace_module(in, path.module, path.version);
    if (path.module.len == 0 || replaced.in_own) {
        return STR_EMPTY;
    }
    size_t n = go_module_homes(in->arena, replaced.module, &in->homes, homes, ret_needed);
    /* github.com and gopkg.in are never vanity names */
    bool final = str_starts_with(replaced.module, STR("github.com/")) ||
                 str_starts_with(replaced.module, STR("gopkg.in/"));
    return final || (n == 0 && !*ret_needed) ? STR_EMPTY : replaced.module;
}

void rule_go(const RuleInput *in, CandidateList *list)
{
    GoModulePath module;
    GoStdPath std;

    if (is_generated(in->file)) {
        rule_add_generated(list, in->file,
                           "the function is generated by the compiler and has no file");
        return;
    }
    if (go_module_path_parse(in->arena, in->file, &module)) {
        if (toolchain_std(&module, &std)) {
            add_std_candidates(in, list, &std);
        } else {
            add_module_path(in, list, &module);
        }
        return;
    }
    if (goroot_path(in, &std)) {
        add_std_candidates(in, list, &std);
        return;
    }
    if (add_vendor_rule(in, list)) {
        return;
    }
    bool bare_std = bare_std_path(in);
    if (bare_std && in->function.len > 0) {
        add_std_candidates(in, list, &(GoStdPath){ .path = in->file, .version = STR_EMPTY });
        return;
    }
    if (add_required_module(in, list)) {
        return;
    }
    add_exact_own(in, list);
    rule_add_suffixes(in, list, in->file);
    if (bare_std) { /* no function name to tell: the own repository came first */
        add_std_candidates(in, list, &(GoStdPath){ .path = in->file, .version = STR_EMPTY });
    }
}
