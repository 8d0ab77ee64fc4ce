/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/source_profile.h"

#include "model/version_json.h"

/* A profile that came out of a server carries its version in the build ids. */
static Version first_version(const ProfileFile *file, Arena *arena)
{
    const Symbols *symbols = &file->normal.symbols;
    Version version = { STR_EMPTY, STR_EMPTY, STR_EMPTY };
    Str build_id;

    for (uint32_t i = 0; i < symbols->n_mappings; i++) {
        if (version_json_parse(symbols->strings[symbols->mappings[i].build_id], arena, &version,
                               &build_id)) {
            return version;
        }
    }
    return (Version){ STR_EMPTY, STR_EMPTY, STR_EMPTY };
}

bool profile_functions_read(const ProfileFile *file, Arena *arena, ProfileFunctions *ret_functions,
                            Err *err)
{
    LinesOptions options = { .mode = LINES_ALL };
    Flameline__V1__FunctionsResponse response = FLAMELINE__V1__FUNCTIONS_RESPONSE__INIT;
    Lines lines;

    if (!profile_file_lines(file, &options, arena, &lines, err)) {
        return false;
    }
    bool ok = report_functions(&lines, profile_type_display_unit(&file->type), INT32_MAX, arena,
                               &response, err);
    lines_done(&lines);
    ProfileFunction *items =
        ok ? ARENA_NEW(arena, ProfileFunction, response.n_functions + 1) : NULL;
    if (items == NULL) {
        return ok ? err_no_memory(err) : false;
    }
    for (size_t i = 0; i < response.n_functions; i++) {
        const Flameline__V1__FunctionRow *row = response.functions[i];
        items[i] = (ProfileFunction){ .name = str_from(row->name),
                                      .file = str_from(row->file),
                                      .start_line = row->startline,
                                      .self = row->self,
                                      .total = row->total };
    }
    *ret_functions = (ProfileFunctions){ .items = items,
                                         .n = response.n_functions,
                                         .total = response.querytotal,
                                         .unit = str_from(response.unit),
                                         .version = first_version(file, arena) };
    return true;
}

bool profile_function_has(const ProfileFunction *function, Str text)
{
    return str_find(function->name, text, 0) != STR_NPOS ||
           str_find(function->file, text, 0) != STR_NPOS;
}
