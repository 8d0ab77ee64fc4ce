/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/rule_java.c - Java, Kotlin, Scala, Groovy (5.1): the class name gives the file.
 */
#include "source/path.h"
#include "source/rule.h"

enum {
    MAX_PACKAGE_FILES = 12, /* fewer are read to find a class without a file of its own */
    MAX_PACKAGE_DIRECTORIES = 8,
};

Str rule_java_slashes(Arena *arena, Str function)
{
    Str name = str_first(function, MIN(function.len, str_find_char(function, '(')));
    size_t last_dot = str_rfind_char(name, '.');
    size_t n_dots = 0;

    for (size_t i = 0; i < name.len; i++) {
        n_dots += name.ptr[i] == '.';
    }
    if (str_find_char(name, '/') != STR_NPOS || n_dots < 2) {
        return name;
    }
    char *out = arena_text(arena, name);
    if (out == NULL) {
        return name;
    }
    for (size_t i = 0; i < last_dot; i++) {
        out[i] = out[i] == '.' ? '/' : out[i];
    }
    return (Str){ out, name.len };
}

/* LambdaForm$MH, Name/0x..., $Proxy12: made by the virtual machine. */
static bool is_glue(Str name)
{
    return str_find(name, STR("LambdaForm$"), 0) != STR_NPOS ||
           str_starts_with(path_base(name), STR("$Proxy")) ||
           str_find(name, STR("/$Proxy"), 0) != STR_NPOS ||
           str_find(name, STR("GeneratedMethodAccessor"), 0) != STR_NPOS ||
           str_find(name, STR("GeneratedConstructorAccessor"), 0) != STR_NPOS;
}

static Str cut_at(Str segment, const char *chars)
{
    for (size_t i = 1; i < segment.len; i++) {
        if (strchr(chars, segment.ptr[i]) != NULL) {
            return str_first(segment, i);
        }
    }
    return segment;
}

Str rule_java_class(Arena *arena, Str function)
{
    Str name = rule_java_slashes(arena, function);
    size_t at = 0;

    if (is_glue(name) || name.len == 0) {
        return STR_EMPTY;
    }
    for (;;) { /* the first segment with '$', else the last one */
        size_t slash = str_find_char(str_skip(name, at), '/');
        Str segment = str_first(str_skip(name, at), slash == STR_NPOS ? name.len : slash);
        if (str_find_char(str_skip(segment, 1), '$') != STR_NPOS) {
            return str_first(name, at + cut_at(segment, ".$").len);
        }
        if (slash == STR_NPOS) {
            return str_first(name, at + cut_at(segment, ".").len);
        }
        at += slash + 1;
    }
}

size_t rule_java_files(Arena *arena, Str class_path, Str *ret_files, size_t max)
{
    static const char *const extensions[] = { ".java", ".kt", ".scala", ".groovy" };
    size_t n = 0;

    if (class_path.len == 0) {
        return 0;
    }
    if (str_ends_with(class_path, STR("Kt")) && max > 0) {
        /* Kotlin puts the functions of Util.kt into the class UtilKt */
        const char *text = arena_printf(arena, "%.*s.kt", (int)class_path.len - 2, class_path.ptr);
        if (text != NULL) {
            ret_files[n++] = str_from(text);
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(extensions) && n < max; i++) {
        const char *text = arena_printf(arena, "%.*s%s", STR_ARG(class_path), extensions[i]);
        if (text != NULL) {
            ret_files[n++] = str_from(text);
        }
    }
    return n;
}

static bool is_jdk(Str class_path)
{
    static const char *const prefixes[] = { "java/", "javax/", "jdk/", "sun/", "com/sun/" };

    for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
        if (str_starts_with(class_path, str_from(prefixes[i]))) {
            return true;
        }
    }
    return false;
}

/* A class whose own name has '$' ("$Gson$Types.java") wins over the cut name. */
static bool add_dollar_class(const RuleInput *in, CandidateList *list)
{
    Str name = rule_java_slashes(in->arena, in->function);
    size_t slash = str_rfind_char(name, '/');
    Str last = slash == STR_NPOS ? name : str_skip(name, slash + 1);
    Str whole = str_first(name, name.len - last.len + cut_at(last, ".").len);
    const char *file = arena_printf(in->arena, "%.*s.java", STR_ARG(whole));
    Str found;

    if (file == NULL || str_find_char(whole, '$') == STR_NPOS ||
        tree_index_by_suffix(in->tree, str_from(file), &found, 1) != 1) {
        return false;
    }
    rule_add_own(list, in, "java_class", found);
    return true;
}

static bool add_class_files(const RuleInput *in, CandidateList *list, Str class_path)
{
    Str files[6];
    size_t n = rule_java_files(in->arena, class_path, files, ARRAY_LEN(files));

    for (size_t i = 0; i < n; i++) {
        Str paths[4];
        size_t hits = tree_index_by_suffix(in->tree, files[i], paths, ARRAY_LEN(paths));
        Str chosen = paths[0];
        size_t n_under = 0;
        for (size_t p = 0; in->root.len > 0 && p < MIN(hits, ARRAY_LEN(paths)); p++) {
            if (path_is_under(paths[p], in->root)) {
                chosen = paths[p];
                n_under++;
            }
        }
        if (hits == 1 || n_under == 1) {
            bool has_package = path_depth(files[i]) > 1;
            rule_add(list, &(Candidate){ .rule = "java_class",
                                         .repo = { .address = in->own, .own = true },
                                         .path = chosen,
                                         .proof = has_package ? PROOF_NONE : PROOF_VERIFY });
            return true;
        }
        if (hits > 1) {
            rule_add_note(list, "java_class", files[i], SOURCE_JAVA_NEEDS_MAPPING,
                          "several files of the repository have this class");
            return true;
        }
    }
    return false;
}

static bool is_jvm_source(Str path)
{
    static const char *const extensions[] = { ".java", ".kt", ".scala", ".groovy" };
    Str extension = path_extension(path);

    for (size_t i = 0; i < ARRAY_LEN(extensions); i++) {
        if (str_eq(extension, str_from(extensions[i]))) {
            return true;
        }
    }
    return false;
}

/* The directories of a package: of the root path, if it has any. */
static size_t package_directories(const RuleInput *in, Str package, Str *ret_dirs, size_t max)
{
    size_t n = MIN(tree_index_directories(in->tree, package, ret_dirs, max), max);
    size_t n_under = 0;

    for (size_t i = 0; in->root.len > 0 && i < n; i++) {
        n_under += path_is_under(ret_dirs[i], in->root);
    }
    size_t n_kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (n_under == 0 || path_is_under(ret_dirs[i], in->root)) {
            ret_dirs[n_kept++] = ret_dirs[i];
        }
    }
    return n_kept;
}

/*
 * A class that has no file of its own is declared in another one of its package: the usual way in
 * Kotlin and Scala, and allowed in Java. A package may lie in several source folders.
 */
static void add_package_files(const RuleInput *in, CandidateList *list, Str class_path)
{
    Str package = path_parent(class_path);
    Str dirs[MAX_PACKAGE_DIRECTORIES];
    Str files[MAX_PACKAGE_FILES];
    size_t n = 0;
    unsigned group = ++list->n_groups;

    size_t n_dirs =
        package.len > 0 ? package_directories(in, package, dirs, MAX_PACKAGE_DIRECTORIES) : 0;
    for (size_t i = 0; i < n_dirs; i++) {
        Str found[MAX_PACKAGE_FILES];
        size_t n_found = tree_index_in_directory(in->tree, dirs[i], found, MAX_PACKAGE_FILES);
        for (size_t k = 0; k < MIN(n_found, (size_t)MAX_PACKAGE_FILES); k++) {
            if (is_jvm_source(found[k]) && n < MAX_PACKAGE_FILES) {
                files[n++] = found[k];
            }
        }
        if (n_found > MAX_PACKAGE_FILES) {
            return; /* too many to look into: no guess */
        }
    }
    for (size_t i = 0; i < n && n < MAX_PACKAGE_FILES; i++) {
        rule_add(list, &(Candidate){ .rule = "java_package",
                                     .repo = { .address = in->own, .own = true },
                                     .path = files[i],
                                     .proof = PROOF_TYPE,
                                     .type = path_base(class_path),
                                     .group = group });
    }
}

void rule_java(const RuleInput *in, CandidateList *list)
{
    Str class_path = rule_java_class(in->arena, in->function);

    if (class_path.len == 0 && in->function.len > 0) {
        rule_add_generated(list, in->function,
                           "the class is made by the virtual machine and has no file");
        return;
    }
    if (in->tree != NULL && in->function.len > 0 &&
        (add_dollar_class(in, list) || add_class_files(in, list, class_path))) {
        return;
    }
    if (in->tree != NULL && !is_jdk(class_path)) {
        add_package_files(in, list, class_path);
    }
    if (path_depth(in->file) > 1) {
        rule_add_suffixes(in, list, in->file);
    }
    rule_add_note(list, "java_class", class_path, SOURCE_JAVA_NEEDS_MAPPING,
                  is_jdk(class_path)
                      ? "the class is part of the JDK; a mapping can tell its repository"
                      : "Java names carry no path; a mapping tells where the package is");
}
