/* SPDX-License-Identifier: Apache-2.0 */
#include "query/profile_message.h"

#include "base/clock.h"

/* An array of n pointers to n new messages; false when the arena is used up. */
#define NEW_MESSAGES(arena, ret_list, type, init, n)                                               \
    ({                                                                                             \
        type **list_ = ARENA_NEW(arena, type *, n);                                                \
        type *items_ = ARENA_NEW(arena, type, n);                                                  \
        for (size_t i_ = 0; list_ != NULL && items_ != NULL && i_ < (n); i_++) {                   \
            items_[i_] = (type)init;                                                               \
            list_[i_] = &items_[i_];                                                               \
        }                                                                                          \
        (ret_list) = list_;                                                                        \
        list_ != NULL &&items_ != NULL;                                                            \
    })

static bool add_mappings(const ProfileMerge *merge, Arena *arena, Google__V1__Profile *profile)
{
    size_t n = merge->mappings.len;

    if (!NEW_MESSAGES(arena, profile->mapping, Google__V1__Mapping, GOOGLE__V1__MAPPING__INIT, n)) {
        return false;
    }
    profile->n_mapping = n;
    for (size_t i = 0; i < n; i++) {
        const SymMapping *in = &merge->mappings.items[i].mapping;
        Google__V1__Mapping *out = profile->mapping[i];
        out->id = i + 1;
        out->memory_start = in->memory_start;
        out->memory_limit = in->memory_limit;
        out->file_offset = in->file_offset;
        out->filename = in->filename;
        out->build_id = in->build_id;
        out->has_functions = (in->flags & SYM_HAS_FUNCTIONS) != 0;
        out->has_filenames = (in->flags & SYM_HAS_FILENAMES) != 0;
        out->has_line_numbers = (in->flags & SYM_HAS_LINE_NUMBERS) != 0;
        out->has_inline_frames = (in->flags & SYM_HAS_INLINE_FRAMES) != 0;
    }
    return true;
}

static bool add_functions(const ProfileMerge *merge, Arena *arena, Google__V1__Profile *profile)
{
    size_t n = merge->functions.n;

    if (!NEW_MESSAGES(arena, profile->function, Google__V1__Function, GOOGLE__V1__FUNCTION__INIT,
                      n)) {
        return false;
    }
    profile->n_function = n;
    for (size_t i = 0; i < n; i++) {
        SymFunction in;
        memcpy(&in, merge->functions.items[i].ptr, sizeof(in));
        Google__V1__Function *out = profile->function[i];
        out->id = i + 1;
        out->name = in.name;
        out->system_name = in.system_name;
        out->filename = in.filename;
        out->start_line = in.start_line;
    }
    return true;
}

static bool add_locations(const ProfileMerge *merge, Arena *arena, Google__V1__Profile *profile)
{
    size_t n = merge->locations.n;

    if (!NEW_MESSAGES(arena, profile->location, Google__V1__Location, GOOGLE__V1__LOCATION__INIT,
                      n)) {
        return false;
    }
    profile->n_location = n;
    for (uint32_t i = 0; i < n; i++) {
        MergedLocation in;
        size_t n_lines;
        const SymLine *lines = merged_location_lines(merge, i, &in, &n_lines);
        Google__V1__Location *out = profile->location[i];
        out->id = (uint64_t)i + 1;
        out->mapping_id = (uint64_t)in.mapping + 1;
        out->address = in.address;
        out->is_folded = in.is_folded != 0;
        if (!NEW_MESSAGES(arena, out->line, Google__V1__Line, GOOGLE__V1__LINE__INIT, n_lines)) {
            return false;
        }
        out->n_line = n_lines;
        for (size_t j = 0; j < n_lines; j++) {
            out->line[j]->function_id = (uint64_t)lines[j].function + 1;
            out->line[j]->line = lines[j].line;
        }
    }
    return true;
}

static bool add_samples(const ProfileMerge *merge, Arena *arena, Google__V1__Profile *profile)
{
    size_t n = merge->stacks.n;

    int64_t *values = ARENA_NEW(arena, int64_t, n);
    if (values == NULL ||
        !NEW_MESSAGES(arena, profile->sample, Google__V1__Sample, GOOGLE__V1__SAMPLE__INIT, n)) {
        return false;
    }
    profile->n_sample = n;
    for (uint32_t i = 0; i < n; i++) {
        size_t depth;
        const uint32_t *locations = merged_stack(merge, i, &depth);
        Google__V1__Sample *out = profile->sample[i];
        out->location_id = ARENA_NEW(arena, uint64_t, depth);
        if (out->location_id == NULL) {
            return false;
        }
        out->n_location_id = depth;
        for (size_t j = 0; j < depth; j++) {
            out->location_id[j] = (uint64_t)locations[j] + 1;
        }
        values[i] = merge->values.items[i];
        out->n_value = 1;
        out->value = &values[i];
    }
    return true;
}

/* Profile-wide fields, as the reference sets them for a query (query.md 4.2). */
static bool add_header(ProfileMerge *merge, const ProfileType *type, int64_t end_ms, Arena *arena,
                       Google__V1__Profile *profile)
{
    uint32_t sample_type = intern_add(&merge->strings, type->sample_type);
    uint32_t sample_unit = intern_add(&merge->strings, type->sample_unit);
    uint32_t period_type = intern_add(&merge->strings, type->period_type);
    uint32_t period_unit = intern_add(&merge->strings, type->period_unit);

    if (sample_type == INTERN_FAILED || sample_unit == INTERN_FAILED ||
        period_type == INTERN_FAILED || period_unit == INTERN_FAILED ||
        !NEW_MESSAGES(arena, profile->sample_type, Google__V1__ValueType,
                      GOOGLE__V1__VALUE_TYPE__INIT, 1)) {
        return false;
    }
    profile->n_sample_type = 1;
    profile->sample_type[0]->type = sample_type;
    profile->sample_type[0]->unit = sample_unit;
    profile->default_sample_type = sample_type;
    profile->period_type = ARENA_NEW(arena, Google__V1__ValueType, 1);
    if (profile->period_type == NULL) {
        return false;
    }
    *profile->period_type = (Google__V1__ValueType)GOOGLE__V1__VALUE_TYPE__INIT;
    profile->period_type->type = period_type;
    profile->period_type->unit = period_unit;
    if (CK_MUL(&profile->time_nanos, end_ms, NS_PER_MS)) {
        profile->time_nanos = INT64_MAX;
    }
    profile->period = 1;
    if (str_eq(type->name, STR("process_cpu"))) {
        profile->period = 1000000000;
    } else if (str_eq(type->name, STR("memory"))) {
        profile->period = 512 * 1024;
    }
    return true;
}

static bool add_strings(const ProfileMerge *merge, Arena *arena, Google__V1__Profile *profile)
{
    size_t n = merge->strings.n;

    profile->string_table = ARENA_NEW(arena, char *, n);
    if (profile->string_table == NULL) {
        return false;
    }
    profile->n_string_table = n;
    for (size_t i = 0; i < n; i++) {
        /* interned texts are NUL-terminated arena copies */
        profile->string_table[i] = (char *)(uintptr_t)merge->strings.items[i].ptr;
    }
    return true;
}

/* Data without a stack below the call site: the shell of a profile (golden case
 * profile-call-site-missing). */
static bool add_shell(const ProfileMerge *merge, Arena *arena, Google__V1__Profile *profile)
{
    if (!merge->has_samples) {
        return true;
    }
    profile->string_table = ARENA_NEW(arena, char *, 1);
    profile->period_type = ARENA_NEW(arena, Google__V1__ValueType, 1);
    if (profile->string_table == NULL || profile->period_type == NULL ||
        !NEW_MESSAGES(arena, profile->sample_type, Google__V1__ValueType,
                      GOOGLE__V1__VALUE_TYPE__INIT, 1)) {
        return false;
    }
    profile->n_sample_type = 1;
    *profile->period_type = (Google__V1__ValueType)GOOGLE__V1__VALUE_TYPE__INIT;
    profile->n_string_table = 1;
    profile->string_table[0] = arena_text(arena, STR_EMPTY);
    return profile->string_table[0] != NULL;
}

static bool add_everything(ProfileMerge *merge, const ProfileType *type, int64_t end_ms,
                           Arena *arena, Google__V1__Profile *profile)
{
    return add_header(merge, type, end_ms, arena, profile) && add_mappings(merge, arena, profile) &&
           add_functions(merge, arena, profile) && add_locations(merge, arena, profile) &&
           add_samples(merge, arena, profile) && add_strings(merge, arena, profile);
}

bool profile_message(ProfileMerge *merge, const ProfileType *type, int64_t end_ms, Arena *arena,
                     Google__V1__Profile **ret_profile, Err *err)
{
    Google__V1__Profile *profile = ARENA_NEW(arena, Google__V1__Profile, 1);

    if (profile == NULL) {
        return err_no_memory(err);
    }
    *profile = (Google__V1__Profile)GOOGLE__V1__PROFILE__INIT;
    bool ok = merge->stacks.n == 0 ? add_shell(merge, arena, profile)
                                   : add_everything(merge, type, end_ms, arena, profile);
    if (!ok) {
        return err_set(err, ERR_RESOURCE_EXHAUSTED, "merged profile needs too much memory");
    }
    *ret_profile = profile;
    return true;
}
