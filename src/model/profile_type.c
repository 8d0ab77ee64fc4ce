/* SPDX-License-Identifier: Apache-2.0 */
#include "model/profile_type.h"

#include "base/utf8.h"

bool profile_type_parse(Str text, ProfileType *ret_type, Err *err)
{
    Str parts[6] = { 0 };
    Str rest = text;
    size_t n = 0;
    Str part;

    while (str_next(&rest, ':', &part)) {
        if (n < ARRAY_LEN(parts)) {
            parts[n] = part;
        }
        n++;
    }
    if (n != 5 && n != 6) {
        Str shown = str_first(text, utf8_valid_prefix(text.ptr, MIN(text.len, (size_t)200)));
        return err_set(err, ERR_INVALID_ARGUMENT,
                       "profile-type selection must be of the form "
                       "<name>:<sample-type>:<sample-unit>:<period-type>:<period-unit>(:delta), "
                       "got(%zu): \"%.*s\"",
                       n, STR_ARG(shown));
    }
    *ret_type = (ProfileType){
        .id = { text.ptr, (size_t)(parts[4].ptr - text.ptr) + parts[4].len },
        .name = parts[0],
        .sample_type = parts[1],
        .sample_unit = parts[2],
        .period_type = parts[3],
        .period_unit = parts[4],
    };
    return true;
}

Str profile_type_display_unit(const ProfileType *type)
{
    if (str_eq(type->sample_unit, STR("nanoseconds"))) {
        return STR("ns");
    }
    return str_eq(type->sample_unit, STR("count")) ? STR("short") : type->sample_unit;
}
