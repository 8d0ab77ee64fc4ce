/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/rule_go.c - Go (section 4): module@version, GOROOT, bare standard library paths, vendor,
 * then the own repository. The first rule that recognises the path decides.
 */
#include <stdio.h>

#include "source/path.h"
#include "source/rule_go.h"

enum {
    MAX_PACKAGE_FILES = 12, /* of a package that are looked into for a function */
};

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
        rule_go_add_replaced(in, list, module, STR_EMPTY,
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
        rule_go_add_std(in, list, &(GoStdPath){ .path = in->file, .version = STR_EMPTY });
    }
    return true;
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

/*
 * Go's runtime gives some inlined functions the file of a neighbour, even of another package. The
 * import path knows the directory, and the function is declared in one of its files.
 */
static void add_package_files(const RuleInput *in, CandidateList *list, const OwnModule *own)
{
    Str import_path = go_function_import_path(in->arena, in->function);
    Str files[MAX_PACKAGE_FILES];
    Str dir;
    Str recorded;

    if (own->module.len == 0 || !path_is_under(import_path, own->module) ||
        !path_join(in->arena, own->dir,
                   str_trim_char_left(str_skip(import_path, own->module.len), '/'), &dir) ||
        !path_join(in->arena, dir, path_base(in->file), &recorded) ||
        tree_index_has(in->tree, recorded)) {
        return;
    }
    size_t n = tree_index_in_directory(in->tree, dir, files, MAX_PACKAGE_FILES);
    unsigned group = ++list->n_groups;
    for (size_t i = 0; n <= MAX_PACKAGE_FILES && i < n; i++) {
        if (str_eq(path_extension(files[i]), STR(".go")) &&
            !str_ends_with(files[i], STR("_test.go"))) {
            rule_add(list, &(Candidate){ .rule = "go_package",
                                         .repo = { .address = in->own, .own = true },
                                         .path = files[i],
                                         .proof = PROOF_ONE_OF,
                                         .group = group });
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
        rule_go_add_replaced(in, list, module, STR_EMPTY, file);
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
    return !(rule_go_is_goroot(in, &std) && std.version.len > 0);
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
    if (rule_go_is_goroot(in, &std)) {
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
    return (RuleNeeds){ .go_mod = rule_go_is_bare_std(in) || !plain };
}

Str rule_page_module(const RuleInput *in, bool *ret_needed)
{
    GoModuleHome homes[GO_MODULE_MAX_HOMES];
    GoModulePath path = { .module = STR_EMPTY, .version = STR_EMPTY };
    GoStdPath std;
    Str vendored = STR_EMPTY;

    *ret_needed = false;
    if (rule_language(in) != RULE_GO || rule_go_is_goroot(in, &std)) {
        return STR_EMPTY;
    }
    if (!go_module_path_parse(in->arena, in->file, &path)) {
        vendored = vendored_part(in->file, true);
        path.module = vendored.len > 0 ? vendored_module(in, vendored) : STR_EMPTY;
        path.version = STR_EMPTY;
    } else if (toolchain_std(&path, &std)) {
        return STR_EMPTY;
    }
    GoReplaced replaced = rule_go_replace(in, path.module, path.version);
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
            rule_go_add_std(in, list, &std);
        } else {
            rule_go_add_module_path(in, list, &module);
        }
        return;
    }
    if (rule_go_is_goroot(in, &std)) {
        rule_go_add_std(in, list, &std);
        return;
    }
    if (add_vendor_rule(in, list)) {
        return;
    }
    bool bare_std = rule_go_is_bare_std(in);
    if (bare_std && in->function.len > 0) {
        rule_go_add_std(in, list, &(GoStdPath){ .path = in->file, .version = STR_EMPTY });
        return;
    }
    if (add_required_module(in, list)) {
        return;
    }
    add_exact_own(in, list);
    rule_add_suffixes(in, list, in->file);
    for (size_t i = 0; in->tree != NULL && i < in->n_own_modules; i++) {
        add_package_files(in, list, &in->own_modules[i]);
    }
    if (bare_std) { /* no function name to tell: the own repository came first */
        rule_go_add_std(in, list, &(GoStdPath){ .path = in->file, .version = STR_EMPTY });
    }
}
