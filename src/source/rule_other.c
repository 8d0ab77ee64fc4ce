/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/rule_other.c - every other language (5.4): the recorded path in the own repository, after
 * prefixes that compilers and build systems are known to write.
 */
#include "source/composer_lock.h"
#include "source/path.h"
#include "source/ref_name.h"
#include "source/rule.h"

enum {
    COMMIT_HEX = 40,
};

/* "/rustc/<commit>/library/...": the standard library of Rust names its commit itself. */
static bool add_rust_std(const RuleInput *in, CandidateList *list)
{
    Str rest = str_skip(in->file, sizeof("/rustc/") - 1);

    if (!str_starts_with(in->file, STR("/rustc/")) || rest.len <= COMMIT_HEX + 1 ||
        rest.ptr[COMMIT_HEX] != '/') {
        return false;
    }
    for (size_t i = 0; i < COMMIT_HEX; i++) {
        if (ascii_hex_value(rest.ptr[i]) < 0) {
            return false;
        }
    }
    rule_add_github(list, in, "rust_stdlib", "rust-lang/rust", str_first(rest, COMMIT_HEX),
                    str_skip(rest, COMMIT_HEX + 1), NULL);
    return true;
}

/* "vendor/org/package/..." of a PHP file; "": no such part. */
static Str php_vendored(Str file)
{
    size_t at = str_rfind(file, STR("/vendor/"));
    Str vendored = at != STR_NPOS                          ? str_skip(file, at + 1)
                   : str_starts_with(file, STR("vendor/")) ? file
                                                           : STR_EMPTY;

    return str_eq(path_extension(file), STR(".php")) && path_depth(vendored) > 3 ? vendored
                                                                                 : STR_EMPTY;
}

static bool vendored_is_there(const RuleInput *in, Str vendored)
{
    Str path;

    return in->tree != NULL && path_join(in->arena, in->root, vendored, &path) &&
           tree_index_has(in->tree, path);
}

/* Packages of Composer: composer.lock names repository and commit. */
static bool add_php_package(const RuleInput *in, CandidateList *list)
{
    Str vendored = php_vendored(in->file);
    ComposerPackage package;
    Str below;
    Str owner;
    Str name;
    Err err = ERR_INIT;

    if (vendored.len == 0 || vendored_is_there(in, vendored) ||
        !str_cut(str_skip(vendored, sizeof("vendor/") - 1), '/', &owner, &below) ||
        !str_cut(below, '/', &name, &below)) {
        return false;
    }
    const char *full = arena_printf(in->arena, "%.*s/%.*s", STR_ARG(owner), STR_ARG(name));
    Candidate candidate = { .rule = "composer_lock" };
    if (full == NULL ||
        !composer_lock_find(in->arena, in->composer_lock, str_from(full), &package) ||
        !repo_address_parse(in->arena, package.url, STR("github.com"), &candidate.repo.address,
                            &err) ||
        !ref_name_valid(package.reference) || !path_clean(in->arena, below, &candidate.path)) {
        rule_add_note(list, "php_package", vendored, SOURCE_NO_MAPPING,
                      "the path is inside an installed package and composer.lock does not tell its "
                      "repository; a mapping can");
        return true;
    }
    candidate.ref = package.reference;
    rule_add(list, &candidate);
    return true;
}

/* The part behind marker at a segment border; "": it is not there. */
static Str behind(Str path, Str marker)
{
    size_t at = str_rfind(path, marker);

    return at == STR_NPOS || (at > 0 && path.ptr[at - 1] != '/') ? STR_EMPTY
                                                                 : str_skip(path, at + marker.len);
}

/* Installed packages whose repository no file of the own repository names. */
static bool add_installed_package(const RuleInput *in, CandidateList *list)
{
    static const struct {
        const char *marker;
        const char *rule;
        const char *note;
    } kinds[] = {
        { "registry/src/", "rust_crate",
          "the path is inside a crate of the registry; a mapping can tell its repository" },
        { "git/checkouts/", "rust_crate",
          "the path is inside a crate that cargo took from git; a mapping can tell its repository" },
        { "gems/", "ruby_gem", "the path is inside a gem; a mapping can tell its repository" },
    };

    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        Str below = behind(in->file, str_from(kinds[i].marker));
        if (path_depth(below) > 2) {
            rule_add_note(list, kinds[i].rule, below, SOURCE_NO_MAPPING, kinds[i].note);
            return true;
        }
    }
    return false;
}

/* "/usr/local/lib/ruby/3.2.0/json/common.rb": the directory names the interface, not the patch. */
static bool add_ruby_std(const RuleInput *in, CandidateList *list)
{
    Str below = behind(in->file, STR("lib/ruby/"));
    Str version;
    Str major;
    Str minor;
    Str rest;

    if (!str_eq(path_extension(in->file), STR(".rb")) || !str_cut(below, '/', &version, &below) ||
        !str_cut(version, '.', &major, &rest) || !str_cut(rest, '.', &minor, &rest)) {
        return false;
    }
    const char *ref = arena_printf(in->arena, "ruby_%.*s_%.*s", STR_ARG(major), STR_ARG(minor));
    const char *path = arena_printf(in->arena, "lib/%.*s", STR_ARG(below));
    if (ref != NULL && path != NULL && ref_name_valid(str_from(ref))) {
        rule_add_github(list, in, "ruby_stdlib", "ruby/ruby", str_from(ref), str_from(path),
                        "only X.Y of the Ruby release is known, not its patch");
    }
    return true;
}

RuleNeeds rule_other_needs(const RuleInput *in)
{
    Str vendored = php_vendored(in->file);

    return (RuleNeeds){ .composer_lock = vendored.len > 0 && !vendored_is_there(in, vendored) };
}

void rule_other(const RuleInput *in, CandidateList *list)
{
    static const char *const prefixes[] = { "/proc/self/cwd/", "/_/", "file://" };
    Str path = in->file;

    if (path.len == 0) {
        rule_add_generated(list, in->function, "the profile names no file for this function");
        return;
    }
    if (add_rust_std(in, list) || add_php_package(in, list) || add_installed_package(in, list) ||
        add_ruby_std(in, list)) {
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
        Str prefix = str_from(prefixes[i]);
        if (str_starts_with(path, prefix)) {
            path = str_skip(path, prefix.len);
        }
    }
    rule_add_suffixes(in, list, path);
}
