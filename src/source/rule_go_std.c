/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/rule_go_std.c - Go's standard library (4.2): which paths are of it, and at which release.
 */
#include "source/path.h"
#include "source/rule_go.h"

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

void rule_go_add_std(const RuleInput *in, CandidateList *list, const GoStdPath *std)
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

bool rule_go_is_goroot(const RuleInput *in, GoStdPath *ret_std)
{
    if (!go_std_from_goroot(in->file, ret_std)) {
        return false;
    }
    return function_may_be_std(in);
}

bool rule_go_is_bare_std(const RuleInput *in)
{
    Str first;
    Str rest;

    return str_cut(in->file, '/', &first, &rest) && first.len > 0 &&
           str_find_char(first, '.') == STR_NPOS && go_std_is_package(path_parent(in->file)) &&
           function_may_be_std(in);
}
