/* SPDX-License-Identifier: Apache-2.0 */
#include "account/cookie.h"

Str cookie_find(Str header, Str name)
{
    Str rest = header;
    Str pair;
    Str key;
    Str value;

    if (header.len > COOKIE_MAX_HEADER_BYTES) {
        return STR_EMPTY;
    }
    while (rest.len > 0 && str_next(&rest, ';', &pair)) {
        if (str_cut(str_trim(pair), '=', &key, &value) && str_eq(str_trim(key), name)) {
            return str_trim_char(str_trim(value), '"'); /* RFC 6265 4.1.1: quotes are allowed */
        }
    }
    return STR_EMPTY;
}

Str cookie_text(Arena *arena, Str name, Str value, Str path, int64_t max_age_s, bool secure)
{
    const char *text =
        arena_printf(arena, "%.*s=%.*s; Path=%.*s; Max-Age=%lld; HttpOnly; SameSite=Lax%s",
                     STR_ARG(name), STR_ARG(value), STR_ARG(path.len > 0 ? path : STR("/")),
                     (long long)max_age_s, secure ? "; Secure" : "");

    return text != NULL ? str_from(text) : (Str){ NULL, 0 };
}
