/* SPDX-License-Identifier: Apache-2.0 */
#include "source/verify.h"

#include "base/utf8.h"

enum {
    BINARY_PROBE_BYTES = 8192,
    LFS_MAX_BYTES = 1024,
    LINES_BEFORE =
        3, /* profilers record the line of the signature, of an attribute or of the body */
    LINES_AFTER = 6,
};

size_t verify_count_lines(Str text)
{
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++) {
        n += text.ptr[i] == '\n';
    }
    return n + (text.len > 0 && text.ptr[text.len - 1] != '\n');
}

bool verify_is_binary(Str bytes)
{
    return str_find_char(str_first(bytes, BINARY_PROBE_BYTES), '\0') != STR_NPOS;
}

bool verify_is_lfs_pointer(Str bytes)
{
    return bytes.len < LFS_MAX_BYTES &&
           str_starts_with(bytes, STR("version https://git-lfs.github.com/spec/v1"));
}

Str verify_repair_utf8(Arena *arena, Str bytes, bool *ret_repaired)
{
    static const char replacement[] = "\xef\xbf\xbd";
    size_t n_bad = 0;
    size_t at = 0;

    while (at < bytes.len) {
        at += utf8_valid_prefix(bytes.ptr + at, bytes.len - at);
        if (at < bytes.len) {
            n_bad++;
            at++;
        }
    }
    *ret_repaired = n_bad > 0;
    if (n_bad == 0) {
        return bytes;
    }
    size_t extra;
    if (CK_MUL(&extra, n_bad, (size_t)2)) {
        return (Str){ NULL, 0 };
    }
    char *out = arena_alloc_raw(arena, bytes.len + extra + 1);
    size_t n = 0;
    if (out == NULL) {
        return (Str){ NULL, 0 };
    }
    for (at = 0; at < bytes.len;) {
        size_t good = utf8_valid_prefix(bytes.ptr + at, bytes.len - at);
        memcpy(out + n, bytes.ptr + at, good);
        n += good;
        at += good;
        if (at < bytes.len) {
            memcpy(out + n, replacement, 3);
            n += 3;
            at++;
        }
    }
    out[n] = '\0';
    return (Str){ out, n };
}

static bool is_word_char(char c)
{
    return ascii_is_alpha(c) || ascii_is_digit(c) || c == '_' || c == '$' || (c & 0x80) != 0;
}

static bool has_word(Str line, Str word)
{
    for (size_t from = 0;;) {
        size_t at = str_find(line, word, from);
        if (at == STR_NPOS) {
            return false;
        }
        size_t end = at + word.len;
        if ((at == 0 || !is_word_char(line.ptr[at - 1])) &&
            (end == line.len || !is_word_char(line.ptr[end]))) {
            return true;
        }
        from = at + 1;
    }
}

/* The name to look for; "" when the function has none of its own. */
static Str bare_name(RuleLanguage language, Str function)
{
    Str name = str_first(function, MIN(function.len, str_find_char(function, '(')));

    switch (language) {
    case RULE_GO:
        return go_function_bare_name(function);
    case RULE_JAVASCRIPT: { /* "./index.js:handler:47" */
        Str file;
        Str rest;
        Str line;
        if (str_cut(function, ':', &file, &rest)) {
            name = rest;
            (void)str_cut(rest, ':', &name, &line); /* without a second colon: all of rest */
        }
        break;
    }
    case RULE_JAVA:
    case RULE_PYTHON:
    case RULE_OTHER:
        break;
    }
    for (size_t i = name.len; i > 0; i--) {
        char c = name.ptr[i - 1];
        if (c == '.' || c == ':' || c == '#' || c == '/') {
            name = str_skip(name, i);
            break;
        }
    }
    if (str_find_char(name, '<') != STR_NPOS || str_find_char(name, '$') != STR_NPOS ||
        str_find_char(name, ' ') != STR_NPOS || str_find_char(name, '(') != STR_NPOS ||
        str_eq(name, STR("anonymous"))) {
        return STR_EMPTY; /* <lambda>, <init>, lambda$main$0, (anonymous) */
    }
    return name;
}

/* The line can be where the function is declared. Assembly has "TEXT .name(SB)". */
static bool declares(Str line, RuleLanguage language, Str name)
{
    if (!has_word(line, name)) {
        return false;
    }
    switch (language) {
    case RULE_GO:
        return str_find(line, STR("func"), 0) != STR_NPOS ||
               str_starts_with(str_trim(line), STR("TEXT"));
    case RULE_PYTHON:
        return str_find(line, STR("def "), 0) != STR_NPOS ||
               str_find(line, STR("class "), 0) != STR_NPOS;
    case RULE_JAVA:
    case RULE_JAVASCRIPT:
    case RULE_OTHER:
        return true;
    }
    return true;
}

VerifyResult verify_function(Str text, RuleLanguage language, Str function, int32_t start_line)
{
    Str name = bare_name(language, function);
    bool closure = language == RULE_GO && go_function_is_closure(function);
    bool elsewhere = false;
    int64_t number = 0;
    Str rest = text;
    Str line;

    if (name.len == 0) {
        return VERIFY_UNKNOWN;
    }
    while (str_next(&rest, '\n', &line)) {
        number++;
        if (!declares(line, language, name)) {
            continue;
        }
        if (start_line <= 0 || (closure && number < start_line) ||
            (number >= start_line - LINES_BEFORE && number <= start_line + LINES_AFTER)) {
            return VERIFY_AT_LINE;
        }
        elsewhere = true;
    }
    return elsewhere ? VERIFY_ELSEWHERE : VERIFY_ABSENT;
}
