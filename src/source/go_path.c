/* SPDX-License-Identifier: Apache-2.0 */
#include "source/go_path.h"

#include "source/path.h"

Str go_unescape(Arena *arena, Str text)
{
    if (str_find_char(text, '!') == STR_NPOS) {
        return text;
    }
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c >= 'A' && c <= 'Z') {
            return text;
        }
        if (c == '!' && (i + 1 == text.len || text.ptr[i + 1] < 'a' || text.ptr[i + 1] > 'z')) {
            return text;
        }
    }
    char *out = arena_alloc_raw(arena, text.len + 1);
    size_t n = 0;
    if (out == NULL) {
        return text;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '!') {
            i++;
            out[n++] = (char)(text.ptr[i] - 'a' + 'A');
        } else {
            out[n++] = text.ptr[i];
        }
    }
    out[n] = '\0';
    return (Str){ out, n };
}

Str go_escape(Arena *arena, Str text)
{
    char *out = arena_alloc_raw(arena, 2 * text.len + 1);
    size_t n = 0;

    if (out == NULL) {
        return (Str){ NULL, 0 };
    }
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c >= 'A' && c <= 'Z') {
            out[n++] = '!';
        }
        out[n++] = ascii_lower(c);
    }
    out[n] = '\0';
    return (Str){ out, n };
}

/* Lower-case letters, digits and '-' in at least two dotted parts, the last one of letters. */
static bool plausible_host(Str segment)
{
    size_t dot = str_rfind_char(segment, '.');

    if (dot == STR_NPOS || dot == 0 || dot + 3 > segment.len) {
        return false;
    }
    for (size_t i = 0; i < segment.len; i++) {
        char c = segment.ptr[i];
        bool lower = c >= 'a' && c <= 'z';
        if (!lower && !(i < dot && (ascii_is_digit(c) || c == '-')) && c != '.') {
            return false;
        }
        if (c == '.' && (i == 0 || segment.ptr[i - 1] == '.')) {
            return false;
        }
    }
    return true;
}

static bool well_known_host(Str segment)
{
    static const char *const hosts[] = {
        "github.com",          "gitlab.com",        "bitbucket.org",    "codeberg.org",
        "golang.org",          "gopkg.in",          "k8s.io",           "sigs.k8s.io",
        "go.uber.org",         "google.golang.org", "cloud.google.com", "go.opentelemetry.io",
        "go.googlesource.com",
    };

    for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
        if (str_eq(segment, str_from(hosts[i]))) {
            return true;
        }
    }
    return false;
}

/* Where the module text begins in the part before '@' (4.4, "Do"). STR_NPOS: no module. */
static size_t module_start(Str text)
{
    static const char marker[] = "pkg/mod/";
    size_t at = str_rfind(text, STR("pkg/mod/"));
    size_t first_plausible = STR_NPOS;
    size_t last_known = STR_NPOS;

    if (at != STR_NPOS && (at == 0 || text.ptr[at - 1] == '/')) {
        return at + sizeof(marker) - 1;
    }
    for (size_t start = 0; start < text.len;) {
        size_t slash = str_find_char(str_skip(text, start), '/');
        Str segment = str_first(str_skip(text, start), slash == STR_NPOS ? text.len : slash);
        if (well_known_host(segment)) {
            last_known = start;
        }
        /* only where a path can begin: a trimmed build records the module first */
        if (first_plausible == STR_NPOS && plausible_host(segment)) {
            first_plausible = start;
        }
        if (slash == STR_NPOS) {
            break;
        }
        start += slash + 1;
    }
    return last_known != STR_NPOS ? last_known : first_plausible;
}

bool go_module_path_parse(Arena *arena, Str path, GoModulePath *ret_path)
{
    size_t at = STR_NPOS;

    for (size_t i = path.len; i > 2 && at == STR_NPOS; i--) { /* the last "@v" before a digit */
        if (path.ptr[i - 3] == '@' && path.ptr[i - 2] == 'v' && ascii_is_digit(path.ptr[i - 1])) {
            at = i - 3;
        }
    }
    if (at == STR_NPOS || at == 0) {
        return false;
    }
    Str after = str_skip(path, at + 1);
    Str version;
    Str file;
    if (!str_cut(after, '/', &version, &file) || file.len == 0) {
        return false;
    }
    Str before = str_first(path, at);
    size_t start = module_start(before);
    if (start == STR_NPOS || start >= before.len) {
        return false;
    }
    Str module = str_skip(before, start);
    Str clean;
    if (!path_clean(arena, module, &clean) || !str_eq(clean, module)) {
        return false;
    }
    *ret_path = (GoModulePath){ .module = go_unescape(arena, module),
                                .version = go_unescape(arena, version),
                                .file = file };
    return true;
}

/* A decimal number without leading zeros; its length or 0. */
static size_t number_length(Str text)
{
    size_t n = 0;

    while (n < text.len && ascii_is_digit(text.ptr[n])) {
        n++;
    }
    return n > 1 && text.ptr[0] == '0' ? 0 : n;
}

/* Length of "vX.Y.Z", or 0. */
static size_t core_length(Str version)
{
    size_t n = 1;

    if (version.len == 0 || version.ptr[0] != 'v') {
        return 0;
    }
    for (int part = 0; part < 3; part++) {
        if (part > 0) {
            if (n >= version.len || version.ptr[n] != '.') {
                return 0;
            }
            n++;
        }
        size_t digits = number_length(str_skip(version, n));
        if (digits == 0) {
            return 0;
        }
        n += digits;
    }
    return n;
}

bool go_version_is_semantic(Str version)
{
    size_t n = core_length(version);

    return n > 0 && (n == version.len || version.ptr[n] == '-' || version.ptr[n] == '+');
}

Str go_version_tag(Str version)
{
    size_t plus = str_find_char(version, '+');

    return plus == STR_NPOS ? version : str_first(version, plus);
}

Str go_version_revision(Str version)
{
    Str tag = go_version_tag(version);
    size_t core = core_length(tag);
    size_t dash = str_rfind_char(tag, '-');

    /* vX.0.0-T-R, vX.Y.Z-0.T-R, vX.Y.Z-pre.0.T-R with a 14 digit T */
    if (core == 0 || dash == STR_NPOS || dash <= core || dash < 15) {
        return STR_EMPTY;
    }
    Str revision = str_skip(tag, dash + 1);
    Str time = str_skip(str_first(tag, dash), dash - 14);
    char before = tag.ptr[dash - 15];
    if (revision.len == 0 || number_length(time) != 14 || (before != '-' && before != '.')) {
        return STR_EMPTY;
    }
    for (size_t i = 0; i < revision.len; i++) {
        if (!ascii_is_digit(revision.ptr[i]) && !ascii_is_alpha(revision.ptr[i])) {
            return STR_EMPTY;
        }
    }
    return revision;
}

void go_module_split_major(Str module, Str *ret_path, Str *ret_suffix)
{
    Str last = path_base(module);
    size_t digits = last.len > 1 && last.ptr[0] == 'v' ? number_length(str_skip(last, 1)) : 0;

    *ret_path = module;
    *ret_suffix = STR_EMPTY;
    if (digits > 0 && digits + 1 == last.len && !str_eq(last, STR("v0")) &&
        !str_eq(last, STR("v1")) && last.len < module.len) {
        *ret_path = path_parent(module);
        *ret_suffix = last;
    }
}

/* Brackets of generics hold import paths with slashes and dots: cut them off first. */
static Str cut_generics(Str function)
{
    size_t bracket = str_find_char(function, '[');

    return bracket == STR_NPOS ? function : str_first(function, bracket);
}

Str go_function_import_path(Arena *arena, Str function)
{
    Str name = cut_generics(function);
    size_t slash = str_rfind_char(name, '/');
    size_t from = slash == STR_NPOS ? 0 : slash + 1;
    size_t dot = str_find_char(str_skip(name, from), '.');

    if (dot == STR_NPOS || from + dot == 0) {
        return STR_EMPTY;
    }
    Str path = str_first(name, from + dot);
    if (str_find(path, STR("%2e"), 0) == STR_NPOS) {
        return path;
    }
    char *out = arena_alloc_raw(arena, path.len + 1);
    size_t n = 0;
    if (out == NULL) {
        return STR_EMPTY;
    }
    for (size_t i = 0; i < path.len; i++) {
        if (str_starts_with(str_skip(path, i), STR("%2e"))) {
            out[n++] = '.';
            i += 2;
        } else {
            out[n++] = path.ptr[i];
        }
    }
    return (Str){ out, n };
}

/* "func1", "1", "gowrap2", "deferwrap1", "init": parts that closures and wrappers add. */
static bool is_closure_part(Str part)
{
    static const char *const prefixes[] = { "func", "gowrap", "deferwrap", "" };

    for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
        Str prefix = str_from(prefixes[i]);
        Str digits = str_skip(part, prefix.len);
        if (str_starts_with(part, prefix) && digits.len > 0) {
            size_t n = 0;
            while (n < digits.len && ascii_is_digit(digits.ptr[n])) {
                n++;
            }
            if (n == digits.len) {
                return true;
            }
        }
    }
    return false;
}

/* "-fm" of method values, "-range1" of loop bodies, ".abi0" of assembly wrappers. */
static Str cut_markers(Str name)
{
    size_t range = str_rfind(name, STR("-range"));

    if (range != STR_NPOS && range > 0) {
        return str_first(name, range);
    }
    if (str_ends_with(name, STR("-fm"))) {
        return str_first(name, name.len - 3);
    }
    return str_ends_with(name, STR(".abi0")) ? str_first(name, name.len - 5) : name;
}

bool go_function_is_closure(Str function)
{
    Str name = cut_markers(function);
    size_t last = str_rfind_char(name, '.');

    if (str_rfind(function, STR("-range")) != STR_NPOS) {
        return true;
    }
    function = name;
    return last != STR_NPOS && is_closure_part(str_skip(function, last + 1));
}

Str go_function_bare_name(Str function)
{
    size_t bracket = str_find_char(function, '[');
    Str name = cut_generics(function);
    size_t slash = str_rfind_char(name, '/');
    name = slash == STR_NPOS ? name : str_skip(name, slash + 1);
    size_t dot = str_find_char(name, '.');
    if (dot == STR_NPOS) {
        return name;
    }
    name = str_skip(name, dot + 1);
    if (bracket != STR_NPOS && name.len > 0 && name.ptr[0] == '(') {
        /* "(*List[...]).Push": the method stands behind the bracket */
        size_t close = str_rfind(function, STR("])."));
        if (close != STR_NPOS) {
            name = str_skip(function, close + 3);
        }
    } else if (name.len > 0 && name.ptr[0] == '(') {
        size_t close = str_find(name, STR(")."), 0);
        name = close == STR_NPOS ? name : str_skip(name, close + 2);
    }
    name = cut_markers(name);
    for (;;) { /* from the right: drop what the compiler appended */
        size_t last = str_rfind_char(name, '.');
        if (last == STR_NPOS || !is_closure_part(str_skip(name, last + 1))) {
            return last == STR_NPOS ? name : str_skip(name, last + 1);
        }
        name = str_first(name, last);
    }
}
