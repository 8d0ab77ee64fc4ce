/* SPDX-License-Identifier: Apache-2.0 */
#include "account/origin.h"

enum {
    MAX_HOST_BYTES = 255,
    MAX_RETURN_BYTES = 2048,
};

bool origin_is_https(const OriginRequest *request)
{
    Str proto = request->proto;
    Str ignored;

    if (str_starts_with(request->public_url, STR("https://"))) {
        return true;
    }
    (void)str_cut(request->proto, ',', &proto, &ignored); /* the first proxy saw the browser */
    return str_eq_ignore_case(str_trim(proto), STR("https"));
}

static bool is_host(Str host)
{
    for (size_t i = 0; i < host.len; i++) {
        char c = host.ptr[i];
        if (!ascii_is_alpha(c) && !ascii_is_digit(c) &&
            (c == '\0' || strchr("-.:[]_", c) == NULL)) {
            return false;
        }
    }
    return host.len > 0 && host.len <= MAX_HOST_BYTES;
}

Str origin_of(const OriginRequest *request, Arena *arena)
{
    if (request->public_url.len > 0) {
        return request->public_url;
    }
    if (!is_host(request->host)) {
        return (Str){ NULL, 0 };
    }
    const char *text = arena_printf(arena, "%s://%.*s", origin_is_https(request) ? "https" : "http",
                                    STR_ARG(request->host));
    return text != NULL ? str_from(text) : (Str){ NULL, 0 };
}

/* "host:port" behind the scheme. */
static Str authority(Str origin)
{
    size_t at = str_find(origin, STR("://"), 0);

    return at != STR_NPOS ? str_skip(origin, at + 3) : STR_EMPTY;
}

/*
 * A proxy may end TLS without saying so, hence the scheme counts only where public_url gives it:
 * a page of the same host by the other scheme is no foreign one to us.
 */
bool origin_allowed(const OriginRequest *request, Str origin_header, Arena *arena)
{
    Str own = origin_of(request, arena);

    if (origin_header.len == 0) {
        return true; /* not a browser, or an old one; then the content type asks for a preflight */
    }
    if (own.ptr != NULL && str_eq_ignore_case(origin_header, own)) {
        return true;
    }
    return is_host(request->host) && str_eq_ignore_case(authority(origin_header), request->host);
}

Str origin_of_url(Str url)
{
    size_t at = str_find(url, STR("://"), 0);

    if (at == STR_NPOS) {
        return STR_EMPTY;
    }
    size_t slash = str_find_char(str_skip(url, at + 3), '/');
    return slash == STR_NPOS ? url : str_first(url, at + 3 + slash);
}

bool return_path_valid(Str path)
{
    if (path.len == 0 || path.len > MAX_RETURN_BYTES || path.ptr[0] != '/' ||
        (path.len > 1 && path.ptr[1] == '/')) {
        return false;
    }
    for (size_t i = 0; i < path.len; i++) {
        unsigned char c = (unsigned char)path.ptr[i];
        if (c <= ' ' || c >= 0x7F || c == '\\') {
            return false;
        }
    }
    return true;
}
