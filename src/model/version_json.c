/* SPDX-License-Identifier: Apache-2.0 */
#include "model/version_json.h"

#include "base/utf8.h"

/* ---- writing ---- */

static void add_character(Buf *buf, Str s, size_t i, size_t n)
{
    unsigned char c = (unsigned char)s.ptr[i];

    if (c == '"' || c == '\\') {
        buf_add_char(buf, '\\');
        buf_add_char(buf, (char)c);
    } else if (c == '\n') {
        buf_add(buf, STR("\\n"));
    } else if (c == '\r') {
        buf_add(buf, STR("\\r"));
    } else if (c == '\t') {
        buf_add(buf, STR("\\t"));
    } else if (c < ' ' || c == '<' || c == '>' || c == '&') {
        buf_addf(buf, "\\u%04x", c);
    } else if (n == 3 && memcmp(s.ptr + i, "\xE2\x80\xA8", 3) == 0) {
        buf_add(buf, STR("\\u2028"));
    } else if (n == 3 && memcmp(s.ptr + i, "\xE2\x80\xA9", 3) == 0) {
        buf_add(buf, STR("\\u2029"));
    } else {
        buf_add(buf, (Str){ s.ptr + i, n });
    }
}

static size_t character_length(unsigned char c)
{
    return c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
}

static void add_string(Buf *buf, Str s)
{
    buf_add_char(buf, '"');
    for (size_t i = 0; i < s.len;) { /* labels and profiles hold valid UTF-8 only */
        size_t n = MIN(character_length((unsigned char)s.ptr[i]), s.len - i);
        add_character(buf, s, i, n);
        i += n;
    }
    buf_add_char(buf, '"');
}

static void add_member(Buf *buf, const char *name, Str value, bool *first)
{
    if (value.len == 0) {
        return;
    }
    buf_addf(buf, "%s\"%s\":", *first ? "" : ",", name);
    add_string(buf, value);
    *first = false;
}

void version_json_add(Buf *buf, Version version, Str build_id)
{
    bool first = true;

    buf_add_char(buf, '{');
    add_member(buf, "repository", version.repository, &first);
    add_member(buf, "git_ref", version.git_ref, &first);
    add_member(buf, "build_id", build_id, &first);
    add_member(buf, "root_path", version.root_path, &first);
    buf_add_char(buf, '}');
}

/* ---- reading ---- */

static void skip_blanks(Str *rest)
{
    while (rest->len > 0 && ascii_is_space(rest->ptr[0])) {
        *rest = str_skip(*rest, 1);
    }
}

static bool take(Str *rest, char c)
{
    skip_blanks(rest);
    if (rest->len == 0 || rest->ptr[0] != c) {
        return false;
    }
    *rest = str_skip(*rest, 1);
    return true;
}

static bool take_code_unit(Str *rest, uint32_t *ret_unit)
{
    uint32_t unit = 0;

    for (size_t i = 0; i < 4; i++) {
        int digit = i < rest->len ? ascii_hex_value(rest->ptr[i]) : -1;
        if (digit < 0) {
            return false;
        }
        unit = unit * 16 + (uint32_t)digit;
    }
    *rest = str_skip(*rest, 4);
    *ret_unit = unit;
    return true;
}

static bool take_unicode_escape(Str *rest, Buf *out)
{
    uint32_t cp;
    char utf8[4];

    if (!take_code_unit(rest, &cp)) {
        return false;
    }
    if (cp >= 0xD800 && cp <= 0xDBFF) {
        uint32_t low;
        if (!str_starts_with(*rest, STR("\\u"))) {
            return false;
        }
        *rest = str_skip(*rest, 2);
        if (!take_code_unit(rest, &low) || low < 0xDC00 || low > 0xDFFF) {
            return false;
        }
        cp = 0x10000 + ((cp - 0xD800) << 10) + (low - 0xDC00);
    } else if (cp >= 0xDC00 && cp <= 0xDFFF) {
        return false;
    }
    buf_add(out, (Str){ utf8, utf8_encode(cp, utf8) });
    return true;
}

static bool take_escape(Str *rest, Buf *out)
{
    static const char names[] = "\"\\/bfnrt";
    static const char values[] = "\"\\/\b\f\n\r\t";

    if (rest->len == 0) {
        return false;
    }
    char c = rest->ptr[0];
    *rest = str_skip(*rest, 1);
    if (c == 'u') {
        return take_unicode_escape(rest, out);
    }
    const char *at = c == '\0' ? NULL : strchr(names, c);
    if (at == NULL) {
        return false;
    }
    buf_add_char(out, values[at - names]);
    return true;
}

static bool take_string(Str *rest, Arena *arena, Str *ret_text)
{
    Buf out = BUF_INIT(rest->len + 8);
    bool ok = take(rest, '"');

    while (ok && rest->len > 0 && rest->ptr[0] != '"') {
        char c = rest->ptr[0];
        *rest = str_skip(*rest, 1);
        if (c == '\\') {
            ok = take_escape(rest, &out);
        } else {
            buf_add_char(&out, c);
        }
    }
    ok = ok && rest->len > 0;
    if (ok) {
        *rest = str_skip(*rest, 1);
        *ret_text = arena_str(arena, buf_str(&out));
        ok = buf_ok(&out) && ret_text->ptr != NULL;
    }
    buf_done(&out);
    return ok;
}

bool version_json_parse(Str text, Arena *arena, Version *ret_version, Str *ret_build_id)
{
    Version version = { STR_EMPTY, STR_EMPTY, STR_EMPTY };
    Str build_id = STR_EMPTY;
    Str rest = text;

    if (text.len == 0 || text.ptr[0] != '{' || !take(&rest, '{')) {
        return false;
    }
    bool first = true;
    while (!take(&rest, '}')) {
        Str key;
        Str value;
        if ((!first && !take(&rest, ',')) || !take_string(&rest, arena, &key) ||
            !take(&rest, ':') || !take_string(&rest, arena, &value)) {
            return false;
        }
        first = false;
        if (str_eq(key, STR("repository"))) {
            version.repository = value;
        } else if (str_eq(key, STR("git_ref"))) {
            version.git_ref = value;
        } else if (str_eq(key, STR("root_path"))) {
            version.root_path = value;
        } else if (str_eq(key, STR("build_id"))) {
            build_id = value;
        } else {
            return false;
        }
    }
    skip_blanks(&rest);
    if (rest.len > 0) {
        return false;
    }
    *ret_version = version;
    *ret_build_id = build_id;
    return true;
}

void version_of_mapping(Version series, Str raw_build_id, Arena *arena, Version *ret_version,
                        Str *ret_build_id)
{
    Version inner;

    *ret_version = series;
    *ret_build_id = raw_build_id;
    if (!version_json_parse(raw_build_id, arena, &inner, ret_build_id)) {
        return;
    }
    if (series.repository.len == 0) {
        ret_version->repository = inner.repository;
    }
    if (series.git_ref.len == 0) {
        ret_version->git_ref = inner.git_ref;
    }
    if (series.root_path.len == 0) {
        ret_version->root_path = inner.root_path;
    }
}
