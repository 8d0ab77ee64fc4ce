/* SPDX-License-Identifier: Apache-2.0 */
#include "source/composer_lock.h"

#include <jansson.h>

static Str member(Arena *arena, const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);

    return json_is_string(value)
               ? arena_str(arena, (Str){ json_string_value(value), json_string_length(value) })
               : STR_EMPTY;
}

static bool find_in(Arena *arena, const json_t *packages, Str name, ComposerPackage *ret_package)
{
    size_t n = json_array_size(packages);

    for (size_t i = 0; i < n; i++) {
        const json_t *package = json_array_get(packages, i);
        const char *found = json_string_value(json_object_get(package, "name"));
        const json_t *source = json_object_get(package, "source");
        const char *type = json_string_value(json_object_get(source, "type"));
        if (found == NULL || !str_eq_ignore_case(str_from(found), name) || type == NULL ||
            strcmp(type, "git") != 0) {
            continue;
        }
        *ret_package =
            (ComposerPackage){ member(arena, source, "url"), member(arena, source, "reference") };
        return ret_package->url.len > 0 && ret_package->reference.len > 0;
    }
    return false;
}

bool composer_lock_find(Arena *arena, Str text, Str name, ComposerPackage *ret_package)
{
    if (text.len == 0 || text.len > COMPOSER_LOCK_MAX_BYTES) {
        return false;
    }
    json_t *root = json_loadb(text.ptr, text.len, 0, NULL);
    bool ok = find_in(arena, json_object_get(root, "packages"), name, ret_package) ||
              find_in(arena, json_object_get(root, "packages-dev"), name, ret_package);
    json_decref(root);
    return ok;
}
