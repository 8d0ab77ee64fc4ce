/* SPDX-License-Identifier: Apache-2.0 */
#include "ingest/app_name.h"

#include "base/buf.h"
#include "base/utf8.h"

static bool is_name_char(char c)
{
    return ascii_is_alpha(c) || ascii_is_digit(c) || c == '_' || c == '-' || c == '.' || c == '/';
}

static bool is_key_char(char c)
{
    return ascii_is_alpha(c) || ascii_is_digit(c) || c == '_' || c == '.';
}

static bool check_chars(Str s, bool (*allowed)(char), const char *what, Err *err)
{
    if (s.len == 0) {
        return err_set(err, ERR_INVALID_ARGUMENT, "name: %s name is required", what);
    }
    for (size_t i = 0; i < s.len; i++) {
        if (!allowed(s.ptr[i])) {
            Str shown = str_first(s, utf8_valid_prefix(s.ptr, MIN(s.len, (size_t)200)));
            return err_set(err, ERR_INVALID_ARGUMENT,
                           "name: invalid %s name: %.*s: character is not allowed: '%c'", what,
                           STR_ARG(shown), (unsigned char)s.ptr[i] < 0x80 ? s.ptr[i] : '?');
        }
    }
    return true;
}

/* Bytes that are no UTF-8 become U+FFFD. */
static Str repaired_utf8(Str s, Arena *arena)
{
    if (utf8_valid(s.ptr, s.len)) {
        return s;
    }
    Buf out = BUF_INIT(s.len * 3);
    while (s.len > 0) {
        size_t valid = utf8_valid_prefix(s.ptr, s.len);
        buf_add(&out, str_first(s, valid));
        s = str_skip(s, valid);
        if (s.len > 0) {
            buf_add(&out, STR("\xEF\xBF\xBD"));
            s = str_skip(s, 1);
        }
    }
    Str copy = arena_str(arena, buf_str(&out));
    buf_done(&out);
    return copy;
}

static void set_label(AppName *name, Str key, Str value)
{
    for (size_t i = 0; i < name->n_labels; i++) {
        if (str_eq(name->labels[i].name, key)) {
            name->labels[i].value = value;
            return;
        }
    }
    name->labels[name->n_labels++] = (Label){ key, value };
}

static bool parse_labels(Str rest, Arena *arena, AppName *name, Err *err)
{
    for (;;) {
        size_t eq = str_find_char(rest, '=');
        size_t brace = str_find_char(rest, '}');
        if (eq == STR_NPOS || brace < eq) {
            return true; /* a '}' where a key is expected ends the list; what follows is ignored */
        }
        Str key = str_trim(str_first(rest, eq));
        if (!check_chars(key, is_key_char, "label", err)) {
            return false;
        }
        rest = str_skip(rest, eq + 1);
        size_t end = 0;
        while (end < rest.len && rest.ptr[end] != ',' && rest.ptr[end] != '}') {
            end++;
        }
        if (end == rest.len) {
            return true; /* a value that is not closed is lost */
        }
        Str value = repaired_utf8(str_trim(str_first(rest, end)), arena);
        if (value.ptr == NULL) {
            return err_no_memory(err);
        }
        if (str_eq(key, LABEL_NAME)) {
            name->name = value; /* replaces the application name */
        } else {
            set_label(name, key, value);
        }
        rest = str_skip(rest, end + 1);
    }
}

bool app_name_parse(Str text, Arena *arena, AppName *ret_name, Err *err)
{
    size_t brace = MIN(str_find_char(text, '{'), text.len);
    size_t n_pairs = APP_NAME_ROOM;

    for (size_t i = 0; i < text.len; i++) {
        n_pairs += text.ptr[i] == '=';
    }
    *ret_name = (AppName){ .name = str_trim(str_first(text, brace)),
                           .labels = ARENA_NEW(arena, Label, n_pairs) };
    if (ret_name->labels == NULL) {
        return err_no_memory(err);
    }
    if (ret_name->name.len == 0) {
        return err_set(err, ERR_INVALID_ARGUMENT, "name: service name is required");
    }
    return check_chars(ret_name->name, is_name_char, "service", err) &&
           parse_labels(str_skip(text, brace + 1), arena, ret_name, err);
}

Str app_name_label(const AppName *name, Str label)
{
    for (size_t i = 0; i < name->n_labels; i++) {
        if (str_eq(name->labels[i].name, label)) {
            return name->labels[i].value;
        }
    }
    return STR_EMPTY;
}
