/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/resolver_suggestion.c - the .pyroscope.yaml fragment that would map a failing path, so
 * that people have something to start from. What cannot be known is written <like this>.
 */
#include "base/buf.h"
#include "source/path.h"
#include "source/resolver_internal.h"

static void add_quoted(Buf *out, Str text)
{
    buf_add_char(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"' || text.ptr[i] == '\\') {
            buf_add_char(out, '\\');
        }
        buf_add_char(out, text.ptr[i]);
    }
    buf_add_char(out, '"');
}

static void begin_mapping(Buf *out, const char *kind, Str prefix, const char *language)
{
    buf_addf(out, "source_code:\n  mappings:\n    - %s:\n        - prefix: ", kind);
    add_quoted(out, prefix);
    buf_addf(out, "\n      language: %s\n      source:\n", language);
}

static void add_local(Buf *out, Str path)
{
    buf_add(out, STR("        local:\n          path: "));
    add_quoted(out, path);
    buf_add_char(out, '\n');
}

static void add_github(Buf *out, Str repo)
{
    buf_add(out, STR("        github:\n          owner: <owner>\n          repo: "));
    if (repo.len > 0) {
        add_quoted(out, repo);
    } else {
        buf_add(out, STR("<repository>"));
    }
    buf_add(out, STR("\n          ref: <commit or tag>\n          path: <directory>\n"));
}

/* "org/example" of "org/example/shop/Cart": two packages are specific enough. */
static Str package_prefix(Str class_path)
{
    size_t first = str_find_char(class_path, '/');
    size_t second =
        first == STR_NPOS ? STR_NPOS : str_find_char(str_skip(class_path, first + 1), '/');

    return second == STR_NPOS ? path_parent(class_path) : str_first(class_path, first + 1 + second);
}

static void suggest_java(const Resolver *r, Buf *out)
{
    Str class_path = rule_java_class(r->arena, r->request->function);
    Str prefix = package_prefix(class_path);

    if (prefix.len > 0) {
        begin_mapping(out, "function_name", prefix, "java");
        add_local(out, STR("src/main/java"));
    }
}

/* The part of the recorded path that the tree does not share, for its best suffix. */
static bool suggest_from_tree(const Resolver *r, const char *language, Buf *out)
{
    Str file = r->input.file;
    Str suffix = str_trim_char_left(file, '/');

    while (r->input.tree != NULL && suffix.len > 0) {
        Str path;
        if (tree_index_by_suffix(r->input.tree, suffix, &path, 1) > 0) {
            Str prefix = str_first(file, file.len - suffix.len);
            Str local = str_trim_char(str_first(path, path.len - suffix.len), '/');
            if (prefix.len == 0) {
                return false;
            }
            begin_mapping(out, "path", prefix, language);
            add_local(out, local);
            return true;
        }
        Str first;
        Str rest = STR_EMPTY;
        (void)str_cut(suffix, '/', &first, &rest); /* without a slash: nothing left */
        suffix = rest;
    }
    return false;
}

/* "/usr/lib/python3.11/site-packages/requests/api.py": up to the package's own directory. */
static bool suggest_package(const Resolver *r, const char *language, Buf *out)
{
    static const char *const markers[] = { "site-packages/", "dist-packages/", "node_modules/" };
    Str file = r->input.file;

    for (size_t i = 0; i < ARRAY_LEN(markers); i++) {
        Str marker = str_from(markers[i]);
        size_t at = str_rfind(file, marker);
        if (at == STR_NPOS) {
            continue;
        }
        Str below = str_skip(file, at + marker.len);
        Str name = str_first(below, MIN(below.len, str_find_char(below, '/')));
        begin_mapping(out, "path", str_first(file, at + marker.len + name.len), language);
        add_github(out, name);
        return true;
    }
    return false;
}

Str resolver_suggestion(const Resolver *r)
{
    static const char *const languages[] = { [RULE_GO] = "go",
                                             [RULE_PYTHON] = "python",
                                             [RULE_JAVASCRIPT] = "javascript",
                                             [RULE_JAVA] = "java",
                                             [RULE_OTHER] = NULL };
    RuleLanguage language = rule_language(&r->input);
    Buf out = BUF_INIT(KiB(16));

    SourceState state = r->result->state;
    bool mapping_helps = state == SOURCE_FILE_NOT_FOUND || state == SOURCE_NO_MAPPING ||
                         state == SOURCE_JAVA_NEEDS_MAPPING;
    if (languages[language] == NULL || !r->input.own_readable || !mapping_helps) {
        return STR_EMPTY; /* of the standard library on a host that is not read, for one */
    }
    if (language == RULE_JAVA) {
        suggest_java(r, &out);
    } else if (path_depth(r->input.file) > 1 && !suggest_package(r, languages[language], &out) &&
               !suggest_from_tree(r, languages[language], &out)) {
        begin_mapping(&out, "path", path_parent(r->input.file), languages[language]);
        add_local(&out, STR("<directory in the repository>"));
    }
    Str text = buf_ok(&out) ? arena_str(r->arena, buf_str(&out)) : STR_EMPTY;
    buf_done(&out);
    return text.ptr != NULL ? text : STR_EMPTY;
}
