/* SPDX-License-Identifier: Apache-2.0 */
#include "source/path.h"

bool path_has_control(Str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c < 0x20 || c == 0x7f) {
            return true;
        }
    }
    return false;
}

Str path_slashes(Arena *arena, Str text)
{
    char *out = arena_alloc_raw(arena, text.len + 1);

    if (out == NULL) {
        return (Str){ NULL, 0 };
    }
    for (size_t i = 0; i < text.len; i++) {
        out[i] = text.ptr[i] == '\\' ? '/' : text.ptr[i];
    }
    out[text.len] = '\0';
    return (Str){ out, text.len };
}

/* Drops the last segment of out[len]; the new length. */
static size_t drop_segment(const char *out, size_t len)
{
    while (len > 0 && out[len - 1] != '/') {
        len--;
    }
    return len > 0 ? len - 1 : 0;
}

bool path_clean(Arena *arena, Str text, Str *ret_path)
{
    if (path_has_control(text)) {
        return false;
    }
    char *out = arena_alloc_raw(arena, text.len + 1);
    if (out == NULL) {
        return false;
    }
    size_t len = 0;
    size_t at = 0;
    while (at < text.len) {
        size_t end = at;
        while (end < text.len && text.ptr[end] != '/' && text.ptr[end] != '\\') {
            end++;
        }
        Str segment = { text.ptr + at, end - at };
        at = end + 1;
        if (segment.len == 0 || str_eq(segment, STR("."))) {
            continue;
        }
        if (str_eq(segment, STR(".."))) {
            if (len == 0) {
                return false;
            }
            len = drop_segment(out, len);
            continue;
        }
        if (len > 0) {
            out[len++] = '/';
        }
        memcpy(out + len, segment.ptr, segment.len);
        len += segment.len;
    }
    out[len] = '\0';
    *ret_path = (Str){ out, len };
    return true;
}

bool path_join(Arena *arena, Str dir, Str rest, Str *ret_path)
{
    const char *joined = arena_printf(arena, "%.*s/%.*s", STR_ARG(dir), STR_ARG(rest));

    return joined != NULL && path_clean(arena, str_from(joined), ret_path);
}

Str path_base(Str path)
{
    size_t slash = str_rfind_char(path, '/');

    return slash == STR_NPOS ? path : str_skip(path, slash + 1);
}

Str path_parent(Str path)
{
    size_t slash = str_rfind_char(path, '/');

    return slash == STR_NPOS ? STR_EMPTY : str_first(path, slash);
}

Str path_extension(Str path)
{
    Str base = path_base(path);
    size_t dot = str_rfind_char(base, '.');

    return dot == STR_NPOS || dot == 0 ? STR_EMPTY : str_skip(base, dot);
}

bool path_is_under(Str path, Str dir)
{
    return dir.len == 0 ||
           (str_starts_with(path, dir) && (path.len == dir.len || path.ptr[dir.len] == '/'));
}

bool path_has_suffix(Str path, Str suffix)
{
    return suffix.len > 0 && str_ends_with(path, suffix) &&
           (path.len == suffix.len || path.ptr[path.len - suffix.len - 1] == '/');
}

size_t path_depth(Str path)
{
    if (path.len == 0) {
        return 0;
    }
    size_t n = 1;
    for (size_t i = 0; i < path.len; i++) {
        n += path.ptr[i] == '/';
    }
    return n;
}
