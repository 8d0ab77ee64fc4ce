/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/multipart.h"

/* Takes "; name=value" or "; name=\"value\"" from *rest. Escapes in quotes are kept as they are. */
static bool next_parameter(Str *rest, Str *ret_name, Str *ret_value)
{
    Str s = *rest;

    while (s.len > 0 && (s.ptr[0] == ';' || ascii_is_space(s.ptr[0]))) {
        s = str_skip(s, 1);
    }
    size_t eq = str_find_char(s, '=');
    if (eq == STR_NPOS) {
        return false;
    }
    *ret_name = str_trim(str_first(s, eq));
    s = str_skip(s, eq + 1);
    if (s.len > 0 && s.ptr[0] == '"') {
        size_t end = 1;
        while (end < s.len && s.ptr[end] != '"') {
            end += s.ptr[end] == '\\' ? 2U : 1U;
        }
        if (end >= s.len) {
            return false;
        }
        *ret_value = (Str){ s.ptr + 1, end - 1 };
        s = str_skip(s, end + 1);
    } else {
        size_t end = str_find_char(s, ';');
        end = end == STR_NPOS ? s.len : end;
        *ret_value = str_trim(str_first(s, end));
        s = str_skip(s, end);
    }
    *rest = s;
    return true;
}

bool multipart_is_form(Str content_type)
{
    return str_find(content_type, STR("multipart/form-data"), 0) != STR_NPOS;
}

bool multipart_begin(Str content_type, Str body, MultipartReader *ret_reader, Err *err)
{
    Str rest = str_skip(content_type, MIN(str_find_char(content_type, ';'), content_type.len));
    Str name;
    Str value;

    while (next_parameter(&rest, &name, &value)) {
        if (str_eq_ignore_case(name, STR("boundary")) && value.len > 0 && value.len <= 70) {
            *ret_reader = (MultipartReader){ .boundary = value, .rest = body };
            return true;
        }
    }
    return err_set(err, ERR_INVALID_ARGUMENT, "the multipart content type has no usable boundary");
}

/*
 * Position of "--boundary" at the start of a line at or behind from; *ret_end is behind it.
 * STR_NPOS when there is none.
 */
static size_t find_boundary(const MultipartReader *reader, size_t from, size_t *ret_end)
{
    Str s = reader->rest;

    for (;;) {
        size_t at = str_find(s, STR("--"), from);
        if (at == STR_NPOS) {
            return STR_NPOS;
        }
        bool line_start = at == 0 || s.ptr[at - 1] == '\n';
        if (line_start && str_starts_with(str_skip(s, at + 2), reader->boundary)) {
            *ret_end = at + 2 + reader->boundary.len;
            return at;
        }
        from = at + 1;
    }
}

/* Takes one line without its line end; false when there is no line end. */
static bool take_line(Str *rest, Str *ret_line)
{
    size_t end = str_find_char(*rest, '\n');

    if (end == STR_NPOS) {
        return false;
    }
    *ret_line = str_first(*rest, end);
    if (ret_line->len > 0 && ret_line->ptr[ret_line->len - 1] == '\r') {
        ret_line->len--;
    }
    *rest = str_skip(*rest, end + 1);
    return true;
}

static void parse_disposition(Str value, MultipartPart *part)
{
    Str rest = str_skip(value, MIN(str_find_char(value, ';'), value.len));
    Str name;
    Str text;

    while (next_parameter(&rest, &name, &text)) {
        if (str_eq_ignore_case(name, STR("name"))) {
            part->name = text;
        } else if (str_eq_ignore_case(name, STR("filename"))) {
            part->filename = text;
            part->has_filename = true;
        }
    }
}

static bool parse_headers(MultipartReader *reader, MultipartPart *part, Err *err)
{
    Str line;

    for (;;) {
        if (!take_line(&reader->rest, &line)) {
            return err_set(err, ERR_INVALID_ARGUMENT,
                           "part %zu of the form has no end of its headers", reader->n_parts);
        }
        if (line.len == 0) {
            return true;
        }
        Str name;
        Str value;
        if (str_cut(line, ':', &name, &value) &&
            str_eq_ignore_case(str_trim(name), STR("content-disposition"))) {
            parse_disposition(str_trim(value), part);
        }
    }
}

bool multipart_next(MultipartReader *reader, MultipartPart *ret_part, bool *ret_more, Err *err)
{
    size_t end = 0;
    Str line;

    *ret_more = false;
    if (reader->done) {
        return true;
    }
    if (reader->n_parts == 0) { /* text before the first boundary is ignored */
        if (find_boundary(reader, 0, &end) == STR_NPOS) {
            return err_set(err, ERR_INVALID_ARGUMENT, "the form does not contain its boundary");
        }
        reader->rest = str_skip(reader->rest, end);
    }
    if (str_starts_with(reader->rest, STR("--"))) {
        reader->done = true;
        return true;
    }
    if (++reader->n_parts > MULTIPART_MAX_PARTS) {
        return err_set(err, ERR_INVALID_ARGUMENT, "the form has more than %d parts",
                       MULTIPART_MAX_PARTS);
    }
    *ret_part = (MultipartPart){ .name = STR_EMPTY, .filename = STR_EMPTY };
    if (!take_line(&reader->rest, &line) || !parse_headers(reader, ret_part, err)) {
        if (err->code == ERR_OK) {
            (void)err_set(err, ERR_INVALID_ARGUMENT, "the form is cut");
        }
        return false;
    }
    size_t at = find_boundary(reader, 0, &end);
    if (at == STR_NPOS) {
        return err_set(err, ERR_INVALID_ARGUMENT, "part %zu of the form has no closing boundary",
                       reader->n_parts);
    }
    /* the line end in front of a boundary belongs to it */
    size_t content = at >= 2 && reader->rest.ptr[at - 2] == '\r' ? at - 2 : at >= 1 ? at - 1 : 0;
    ret_part->content = str_first(reader->rest, content);
    reader->rest = str_skip(reader->rest, end);
    *ret_more = true;
    return true;
}
