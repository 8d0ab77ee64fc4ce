/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of net/http_server.h that only handle text: headers, query strings, paths. */
#include "net/http_internal.h"

Str http_request_header(const HttpRequest *request, Str name)
{
    for (size_t i = 0; i < request->n_headers; i++) {
        if (str_eq_ignore_case(request->headers[i].name, name)) {
            return request->headers[i].value;
        }
    }
    return STR_EMPTY;
}

void http_response_add_header(HttpResponse *response, Str name, Str value)
{
    CHECK(response->n_headers < HTTP_MAX_RESPONSE_HEADERS);
    response->headers[response->n_headers++] = (HttpHeader){ name, value };
}

/* A '%' without two hexadecimal digits stands for itself. */
Str http_url_decode(Str text, bool plus_is_blank, Arena *arena)
{
    char *out = arena_alloc_raw(arena, text.len + 1);
    size_t n = 0;

    if (out == NULL) {
        return (Str){ NULL, 0 };
    }
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '%' && i + 2 < text.len) {
            int high = ascii_hex_value(text.ptr[i + 1]);
            int low = ascii_hex_value(text.ptr[i + 2]);
            if (high >= 0 && low >= 0) {
                c = (char)(high * 16 + low);
                i += 2;
            }
        } else if (c == '+' && plus_is_blank) {
            c = ' ';
        }
        out[n++] = c;
    }
    out[n] = '\0';
    return (Str){ out, n };
}

bool http_query_next(HttpQueryIter *iter, Arena *arena, Str *ret_name, Str *ret_value)
{
    Str pair;

    while (str_next(&iter->rest, '&', &pair)) {
        if (pair.len == 0) {
            continue;
        }
        Str name = pair;
        Str value = STR_EMPTY;
        (void)str_cut(pair, '=', &name, &value); /* a name alone has an empty value */
        *ret_name = http_url_decode(name, true, arena);
        *ret_value = http_url_decode(value, true, arena);
        return ret_name->ptr != NULL && ret_value->ptr != NULL;
    }
    return false;
}

bool http_query_get(Str query, Str name, Arena *arena, Str *ret_value)
{
    HttpQueryIter iter = http_query_iter(query);
    Str key;
    Str value;

    while (http_query_next(&iter, arena, &key, &value)) {
        if (str_eq(key, name)) {
            *ret_value = value;
            return true;
        }
    }
    return false;
}

bool http_split_target(Str target, Arena *arena, Str *ret_path, Str *ret_query)
{
    /* the HTTP library takes its own copy of the target apart in place */
    target = arena_str(arena, target);
    Str path = target;

    if (target.ptr == NULL) {
        return false;
    }
    *ret_query = STR_EMPTY;
    (void)str_cut(target, '?', &path, ret_query); /* without '?' all of it is the path */
    size_t scheme = str_find(path, STR("://"), 0);
    if (path.len > 0 && path.ptr[0] != '/' && scheme != STR_NPOS) {
        path = str_skip(path, scheme + 3); /* absolute form, RFC 9112 3.2.2 */
        size_t slash = str_find_char(path, '/');
        path = slash == STR_NPOS ? STR("/") : str_skip(path, slash);
    }
    Str decoded = http_url_decode(path, false, arena);
    char *out = arena_alloc_raw(arena, decoded.len + 2);
    if (decoded.ptr == NULL || out == NULL) {
        return false;
    }
    size_t n = 0;
    out[n++] = '/';
    for (size_t i = 0; i < decoded.len; i++) {
        if (decoded.ptr[i] != '/' || out[n - 1] != '/') {
            out[n++] = decoded.ptr[i];
        }
    }
    *ret_path = (Str){ out, n };
    return true;
}

bool http_parse_listen(Str listen, char *host, size_t host_size, char *port, size_t port_size)
{
    size_t colon = str_rfind_char(listen, ':');

    if (colon == STR_NPOS) {
        return false;
    }
    Str h = str_first(listen, colon);
    Str p = str_skip(listen, colon + 1);
    if (h.len >= 2 && h.ptr[0] == '[' && h.ptr[h.len - 1] == ']') {
        h = (Str){ h.ptr + 1, h.len - 2 };
    }
    uint64_t number;
    if (!str_to_u64(p, &number) || number > UINT16_MAX || h.len >= host_size ||
        p.len >= port_size) {
        return false;
    }
    memcpy(host, h.ptr, h.len);
    host[h.len] = '\0';
    memcpy(port, p.ptr, p.len);
    port[p.len] = '\0';
    return true;
}
