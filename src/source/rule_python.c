/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/rule_python.c - Python (5.2): installed packages are never the standard library; the
 * standard library is python/cpython at the version that the path names.
 */
#include "source/path.h"
#include "source/rule.h"

enum {
    MAX_INSTALLED = 8, /* places of the repository where one package path may be */
};

typedef struct PythonStd {
    Str path;
    Str version; /* "3.11" */
    bool is_pypy;
} PythonStd;

/* "X.Y" with one or two minor digits at the start; its length or 0. */
static size_t minor_version_length(Str text)
{
    size_t n = 2;

    if (text.len < 3 || !ascii_is_digit(text.ptr[0]) || text.ptr[1] != '.') {
        return 0;
    }
    while (n < text.len && n < 4 && ascii_is_digit(text.ptr[n])) {
        n++;
    }
    return n > 2 ? n : 0;
}

/* "python3.11", "python3.13t", "pypy3.10": the version. */
static Str interpreter_version(Str segment, bool *is_pypy)
{
    Str rest;

    *is_pypy = str_starts_with(segment, STR("pypy"));
    if (*is_pypy) {
        rest = str_skip(segment, 4);
    } else if (str_starts_with(segment, STR("python"))) {
        rest = str_skip(segment, 6);
    } else {
        return STR_EMPTY;
    }
    size_t n = minor_version_length(rest);
    Str tail = str_skip(rest, n);
    return n > 0 && (tail.len == 0 || str_eq(tail, STR("t"))) ? str_first(rest, n) : STR_EMPTY;
}

/* Windows: "Python311" before "Lib" is 3.11. */
static Str windows_version(Arena *arena, Str segment)
{
    if (!str_starts_with(segment, STR("Python3")) || segment.len < 8) {
        return STR_EMPTY;
    }
    Str digits = str_skip(segment, 7);
    for (size_t i = 0; i < digits.len; i++) {
        if (!ascii_is_digit(digits.ptr[i])) {
            return STR_EMPTY;
        }
    }
    const char *text = digits.len <= 2 ? arena_printf(arena, "3.%.*s", STR_ARG(digits)) : NULL;
    return text != NULL ? str_from(text) : STR_EMPTY;
}

static bool is_library_directory(Str segment)
{
    return str_eq(segment, STR("lib")) || str_eq(segment, STR("lib64")) ||
           str_eq(segment, STR("Lib")) || str_eq(segment, STR("lib-dynload"));
}

/* The last "lib/pythonX.Y/" or "Python3Y/Lib/" of the path. */
static bool find_std(Arena *arena, Str path, PythonStd *ret_std)
{
    Str previous = STR_EMPTY;
    Str rest = path;
    Str segment;
    bool found = false;

    while (str_next(&rest, '/', &segment)) {
        bool is_pypy = false;
        Str version = interpreter_version(segment, &is_pypy);
        Str below = rest.ptr != NULL ? rest : STR_EMPTY;
        if (version.len > 0 && is_library_directory(previous) && below.len > 0) {
            *ret_std = (PythonStd){ below, version, is_pypy };
            found = true;
        }
        version = windows_version(arena, previous);
        if (version.len > 0 && str_eq_ignore_case(segment, STR("Lib")) && below.len > 0) {
            *ret_std = (PythonStd){ below, version, false };
            found = true;
        }
        previous = segment;
    }
    return found;
}

/* "X.Y.Z" somewhere in the path with the same X.Y: the tag "vX.Y.Z", or "". */
static Str patch_tag(Arena *arena, Str path, Str version)
{
    for (size_t from = 0;;) {
        size_t at = str_find(path, version, from);
        if (at == STR_NPOS) {
            return STR_EMPTY;
        }
        Str rest = str_skip(path, at + version.len);
        size_t n = 1;
        while (n < rest.len && ascii_is_digit(rest.ptr[n])) {
            n++;
        }
        bool starts = at == 0 || (!ascii_is_digit(path.ptr[at - 1]) && path.ptr[at - 1] != '.');
        if (starts && rest.len > 1 && rest.ptr[0] == '.' && n > 1) {
            const char *tag =
                arena_printf(arena, "v%.*s%.*s", STR_ARG(version), STR_ARG(str_first(rest, n)));
            return tag != NULL ? str_from(tag) : STR_EMPTY;
        }
        from = at + 1;
    }
}

static void add_std(const RuleInput *in, CandidateList *list, const PythonStd *std)
{
    const char *path = arena_printf(in->arena, "Lib/%.*s", STR_ARG(std->path));
    Str tag = patch_tag(in->arena, in->file, std->version);
    const char *pypy = std->is_pypy ? "PyPy ships a changed copy of this file" : NULL;

    if (path == NULL) {
        return;
    }
    if (tag.len > 0) {
        rule_add_github(list, in, "python_stdlib", "python/cpython", tag, str_from(path), pypy);
    }
    const char *listed = arena_printf(in->arena, "v%.*s", STR_ARG(std->version));
    if (tag.len == 0 && listed != NULL) {
        ReleaseSearch search = { .listed = str_from(listed),
                                 .prefix = STR("v"),
                                 .span = { .minor = std->version, .at_least = STR_EMPTY } };
        rule_add_releases(list, in, "python_stdlib", "python/cpython", &search, str_from(path),
                          pypy);
    }
    rule_add_github(list, in, "python_stdlib", "python/cpython", std->version, str_from(path),
                    pypy != NULL ? pypy : "only X.Y of the Python release is known, not its patch");
    rule_add_github(list, in, "python_stdlib", "python/cpython", STR("main"), str_from(path),
                    "the file is taken from the development branch of Python");
}

/* Behind the last site-packages/ or dist-packages/; "" when it is no installed package. */
static Str package_path(Str path)
{
    size_t site = str_rfind(path, STR("site-packages/"));
    size_t dist = str_rfind(path, STR("dist-packages/"));
    size_t at = site == STR_NPOS ? dist : dist == STR_NPOS || site > dist ? site : dist;

    return at == STR_NPOS ? STR_EMPTY : str_skip(path, at + sizeof("site-packages/") - 1);
}

/* A directory that pip installs from: it has one of the files that say how. */
static bool is_project(const RuleInput *in, Str dir)
{
    static const char *const names[] = { "pyproject.toml", "setup.py", "setup.cfg" };

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        Str path;
        if (path_join(in->arena, dir, str_from(names[i]), &path) &&
            tree_index_has(in->tree, path)) {
            return true;
        }
    }
    return false;
}

/* The file lies where a project keeps its packages: beside the project's file or in src/ or lib/.
 */
static bool is_in_project(const RuleInput *in, Str path, Str package)
{
    Str dir = str_first(path, path.len - package.len);
    Str base;

    dir = dir.len > 0 ? str_first(dir, dir.len - 1) : dir; /* the slash */
    base = path_base(dir);
    return is_project(in, dir) || ((str_eq(base, STR("src")) || str_eq(base, STR("lib"))) &&
                                   is_project(in, path_parent(dir)));
}

/*
 * An installed package that may be a project of the own repository. Others ship files of the same
 * names ("requests/api.py" in examples/, "http/request.py" of any framework), so the whole path
 * has to be there, and where no project is there is doubt.
 */
static void add_installed(const RuleInput *in, CandidateList *list, Str package)
{
    Str paths[MAX_INSTALLED];
    Str whole;
    Str under_root;
    size_t n_projects = 0;
    Candidate candidate = { .rule = "suffix", .repo = { .address = in->own, .own = true } };

    if (!path_clean(in->arena, package, &whole) || whole.len == 0 ||
        !path_join(in->arena, in->root, whole, &under_root)) {
        return;
    }
    if (in->tree == NULL || tree_index_truncated(in->tree) ||
        tree_index_has(in->tree, under_root)) {
        rule_add_suffixes(in, list, package);
        return;
    }
    rule_add_own(list, in, "relative_path", under_root);
    size_t n = tree_index_by_suffix(in->tree, whole, paths, ARRAY_LEN(paths));
    for (size_t i = 0; i < MIN(n, ARRAY_LEN(paths)); i++) {
        if (is_in_project(in, paths[i], whole)) {
            candidate.path = paths[i];
            n_projects++;
        }
    }
    if (n <= ARRAY_LEN(paths) && n_projects == 1) {
        rule_add(list, &candidate);
    } else if (n == 1) {
        candidate.path = paths[0];
        candidate.proof = PROOF_LIKELY;
        candidate.doubt =
            "an installed package has this path, and nothing says that it is this one";
        rule_add(list, &candidate);
    } else if (n > 1) {
        rule_add_suffixes(in, list, package); /* the function decides */
    }
}

/*
 * "<frozen importlib._bootstrap>" is Lib/importlib/_bootstrap.py of a release that no path names;
 * the lines of the functions may tell it.
 */
static void add_frozen(const RuleInput *in, CandidateList *list)
{
    static const ReleaseSearch search = { .listed = STR("v3."),
                                          .prefix = STR("v"),
                                          .span = { STR(""), STR("") } };
    static const char *const endings[] = { ".py", "/__init__.py" };
    Str name = str_skip(in->file, sizeof("<frozen ") - 1);
    char *path = arena_text(in->arena, name);

    if (!str_starts_with(in->file, STR("<frozen ")) || !str_ends_with(name, STR(">")) ||
        path == NULL) {
        return;
    }
    for (char *p = path; *p != '\0'; p++) {
        *p = *p == '.' ? '/' : *p == '>' ? '\0' : *p;
    }
    for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
        const char *file = arena_printf(in->arena, "Lib/%s%s", path, endings[i]);
        if (file != NULL) {
            rule_add_releases(list, in, "python_stdlib", "python/cpython", &search, str_from(file),
                              NULL);
        }
    }
}

bool rule_python_wants_tree(const RuleInput *in)
{
    PythonStd std = { .path = STR_EMPTY, .version = STR_EMPTY };

    return package_path(in->file).len > 0 || !find_std(in->arena, in->file, &std) ||
           patch_tag(in->arena, in->file, std.version).len == 0;
}

void rule_python(const RuleInput *in, CandidateList *list)
{
    Str package = package_path(in->file);
    PythonStd std = { .path = STR_EMPTY, .version = STR_EMPTY };

    if (str_starts_with(in->file, STR("<"))) {
        add_frozen(in, list);
        rule_add_generated(list, in->file, "the code was not read from a file");
        return;
    }
    if (package.len > 0) {
        /* projects are usually installed into their own image */
        add_installed(in, list, package);
        rule_add_note(list, "python_package", package, SOURCE_NO_MAPPING,
                      "the path is inside an installed package; a mapping can tell its repository");
        return;
    }
    if (find_std(in->arena, in->file, &std)) {
        add_std(in, list, &std);
    }
    rule_add_suffixes(in, list, in->file);
}
