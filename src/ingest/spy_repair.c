/* SPDX-License-Identifier: Apache-2.0 */
#include "ingest/spy_repair.h"

/* ---- names of interpreted languages ---- */

static bool renames_functions(Str spy_name)
{
    return str_eq(spy_name, STR("pyspy")) || str_eq(spy_name, STR("rbspy")) ||
           str_eq(spy_name, STR("scripting"));
}

static bool add_string(Pprof *profile, Str s, int64_t *ret_index)
{
    *ret_index = (int64_t)profile->strings.len;
    return VEC_PUSH(&profile->strings, s);
}

/*
 * Function names become "file name": these agents send bare names, which would unite functions of
 * the same name. The file name stays, so that the source is still found.
 */
static bool prefix_names(Pprof *profile, Str spy_name, Arena *arena, Err *err)
{
    for (size_t i = 0; i < profile->functions.len; i++) {
        PprofFunction *function = &profile->functions.items[i];
        Str file = pprof_string(profile, function->filename);
        Str name = pprof_string(profile, function->name);
        if (str_eq(spy_name, STR("pyspy")) && str_starts_with(file, STR("/"))) {
            continue;
        }
        char *joined = arena_printf(arena, "%.*s %.*s", STR_ARG(file), STR_ARG(name));
        if (joined == NULL || !add_string(profile, str_from(joined), &function->name)) {
            return err_no_memory(err);
        }
    }
    return true;
}

/* ---- .NET ---- */

static bool is_dotnet(Str spy_name, const json_t *config)
{
    bool unknown = spy_name.len == 0 || str_eq(spy_name, STR("unknown"));

    return str_eq(spy_name, STR("dotnetspy")) ||
           (unknown && json_object_get(config, "inuse-space") != NULL);
}

/* An old agent left all function ids 0; there the n-th location means the n-th function. */
static void repair_function_ids(Pprof *profile)
{
    if (profile->functions.len != profile->locations.len) {
        return;
    }
    for (size_t i = 0; i < profile->functions.len; i++) {
        if (profile->functions.items[i].id != 0) {
            return;
        }
    }
    for (size_t i = 0; i < profile->locations.len; i++) {
        const PprofLocation *location = &profile->locations.items[i];
        profile->functions.items[i].id = location->id;
        for (uint32_t j = 0; j < location->n_lines; j++) {
            profile->lines.items[location->first_line + j].function_id = location->id;
        }
    }
}

static bool dashes_to_underscores(Pprof *profile, Arena *arena, Err *err)
{
    for (size_t i = 0; i < profile->sample_types.len; i++) {
        PprofValueType *type = &profile->sample_types.items[i];
        Str name = pprof_string(profile, type->type);
        if (str_find_char(name, '-') == STR_NPOS) {
            continue;
        }
        char *fixed = arena_text(arena, name);
        if (fixed == NULL) {
            return err_no_memory(err);
        }
        for (char *c = fixed; *c != '\0'; c++) {
            *c = *c == '-' ? '_' : *c;
        }
        if (!add_string(profile, (Str){ fixed, name.len }, &type->type)) {
            return err_no_memory(err);
        }
    }
    return true;
}

bool spy_repair(Pprof *profile, Str spy_name, const json_t *config, Arena *arena, Err *err)
{
    if (renames_functions(spy_name) && !prefix_names(profile, spy_name, arena, err)) {
        return false;
    }
    if (is_dotnet(spy_name, config)) {
        repair_function_ids(profile);
        return dashes_to_underscores(profile, arena, err);
    }
    return true;
}

/* ---- metric name ---- */

static Str default_display_name(Str type)
{
    static const struct {
        Str type;
        Str display;
    } names[] = {
        { STR_CONST("samples"), STR_CONST("cpu") },
        { STR_CONST("goroutine"), STR_CONST("goroutines") },
        { STR_CONST("contentions"), STR_CONST("mutex_count") },
        { STR_CONST("delay"), STR_CONST("mutex_duration") },
    };

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (str_eq(type, names[i].type)) {
            return names[i].display;
        }
    }
    return type;
}

static Str display_name(Str type, const json_t *config)
{
    if (config == NULL) {
        return default_display_name(type);
    }
    json_t *entry = json_object_getn(config, type.ptr, type.len);
    const char *name = json_string_value(json_object_get(entry, "display-name"));
    return name != NULL && *name != '\0' ? str_from(name) : type;
}

static bool contains(Str s, Str part)
{
    return str_find(s, part, 0) != STR_NPOS;
}

static bool metric_of(Str display, Str *ret_metric)
{
    if (contains(display, STR("cpu"))) {
        *ret_metric = STR("process_cpu");
    } else if (contains(display, STR("alloc_")) || contains(display, STR("inuse_")) ||
               str_eq(display, STR("space")) || str_eq(display, STR("objects"))) {
        *ret_metric = STR("memory");
    } else if (contains(display, STR("mutex_"))) {
        *ret_metric = STR("mutex");
    } else if (contains(display, STR("block_"))) {
        *ret_metric = STR("block");
    } else if (contains(display, STR("goroutines"))) {
        *ret_metric = STR("goroutines");
    } else {
        return false;
    }
    return true;
}

Str spy_metric_name(const Pprof *profile, const json_t *config)
{
    Str metric = STR_EMPTY;

    for (size_t i = 0; i < profile->sample_types.len; i++) {
        if (str_eq(pprof_string(profile, profile->sample_types.items[i].type), STR("wall"))) {
            return STR("wall");
        }
    }
    for (size_t i = 0; i < profile->sample_types.len; i++) {
        Str type = pprof_string(profile, profile->sample_types.items[i].type);
        Str display = display_name(type, config);
        if (metric_of(display, &metric)) {
            return metric;
        }
        metric = display;
    }
    return metric;
}
