/* SPDX-License-Identifier: Apache-2.0 */
#include "source/verify.h"

#include "base/utf8.h"

enum {
    BINARY_PROBE_BYTES = 8192,
    LFS_MAX_BYTES = 1024,
    /* "a few lines": profilers record the line of the signature, of an attribute or of the body,
     * and a file that is found must not be of the very same version */
    LINES_BEFORE = 3,
    LINES_AFTER = 6,
    MAX_DECLARATIONS = 64,
};

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

VerifyResult verify_function(const TextLines *lines, RuleLanguage language, Str function,
                             int32_t start_line)
{
    FunctionName name = declarations_name(lines, language, function);
    Declaration found[MAX_DECLARATIONS];

    if (name.name.len == 0) {
        return VERIFY_UNKNOWN;
    }
    size_t n = declarations_find(lines, language, &name, found, MAX_DECLARATIONS);
    if (n == 0 || start_line <= 0) {
        return n == 0 ? VERIFY_ABSENT : VERIFY_AT_LINE;
    }
    for (size_t i = 0; i < MIN(n, (size_t)MAX_DECLARATIONS); i++) {
        int64_t line = (int64_t)found[i].line;
        bool inside = name.inner && line <= start_line && start_line <= (int64_t)found[i].end;
        if (inside || (line >= start_line - LINES_BEFORE && line <= start_line + LINES_AFTER)) {
            return VERIFY_AT_LINE;
        }
    }
    return VERIFY_ELSEWHERE;
}

static bool ends_with_type_word(Str before)
{
    static const char *const words[] = {
        "class", "interface", "object", "record", "enum", "trait"
    };

    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        Str word = str_from(words[i]);
        Str rest = str_first(before, before.len - MIN(before.len, word.len));
        if (str_ends_with(before, word) &&
            (rest.len == 0 || !ascii_is_alpha(rest.ptr[rest.len - 1]))) {
            return true;
        }
    }
    return false;
}

bool verify_declares_type(const TextLines *lines, Str type)
{
    Str text = lines->text;

    for (size_t from = 0; type.len > 0;) {
        size_t at = str_find(text, type, from);
        if (at == STR_NPOS) {
            break;
        }
        Str line = text_lines_at(lines, text_lines_number(lines, at));
        Str before = str_first(line, at - (size_t)(line.ptr - text.ptr));
        char next = at + type.len < text.len ? text.ptr[at + type.len] : ' ';
        bool ends = !ascii_is_alpha(next) && !ascii_is_digit(next) && next != '_' && next != '$';
        bool blank = before.len > 0 && ascii_is_space(before.ptr[before.len - 1]);
        if (ends && blank && ends_with_type_word(str_trim(before))) {
            return true;
        }
        from = at + type.len;
    }
    return false;
}
