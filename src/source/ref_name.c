/* SPDX-License-Identifier: Apache-2.0 */
#include "source/ref_name.h"

bool ref_name_valid(Str ref)
{
    /* git check-ref-format(1) */
    for (size_t i = 0; i < ref.len; i++) {
        unsigned char c = (unsigned char)ref.ptr[i];
        if (c <= 0x20 || c == 0x7f || strchr("~^:?*[\\", c) != NULL) {
            return false;
        }
    }
    Str rest = ref;
    Str part;
    while (str_next(&rest, '/', &part)) {
        if (part.len == 0 || part.ptr[0] == '.' || str_ends_with(part, STR(".lock"))) {
            return false;
        }
    }
    return str_find(ref, STR(".."), 0) == STR_NPOS && str_find(ref, STR("@{"), 0) == STR_NPOS &&
           !str_ends_with(ref, STR(".")) && !str_eq(ref, STR("@")) && ref.ptr[0] != '-';
}

static bool all_hex(Str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (ascii_hex_value(text.ptr[i]) < 0) {
            return false;
        }
    }
    return true;
}

bool ref_name_is_full_id(Str ref)
{
    return (ref.len == 40 || ref.len == 64) && all_hex(ref);
}

bool ref_name_may_be_short_id(Str ref)
{
    return ref.len >= 7 && ref.len <= 64 && all_hex(ref);
}

bool ref_name_is_version_tag(Str ref)
{
    size_t slash = str_rfind_char(ref, '/');
    Str name = slash == STR_NPOS ? ref : str_skip(ref, slash + 1);
    size_t dots = 0;

    if (str_starts_with(name, STR("go"))) {
        name = str_skip(name, 2);
    } else if (str_starts_with(name, STR("v"))) {
        name = str_skip(name, 1);
    }
    for (size_t i = 0; i < name.len; i++) {
        dots += name.ptr[i] == '.';
    }
    return name.len > 0 && ascii_is_digit(name.ptr[0]) && dots >= 2;
}
