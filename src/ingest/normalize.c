/* SPDX-License-Identifier: Apache-2.0 */
#include "ingest/normalize.h"

#include "ingest/id_index.h"
#include "ingest/limits.h"

typedef struct Builder {
    const Pprof *profile;
    Arena *arena;
    IdIndex mappings;
    IdIndex functions;
    IdIndex locations;
    bool *location_ok; /* [profile->locations.len] */
    uint64_t n_frames; /* of the stacks so far */
} Builder;

/* Indexes that nothing checks (units, comments) may be wrong: then the text is "". */
static uint32_t string_index(const Pprof *profile, int64_t index)
{
    bool inside = index >= 0 && (uint64_t)index < profile->strings.len;

    return inside ? (uint32_t)index : 0;
}

#define MAX_ID(vec)                                                                                \
    ({                                                                                             \
        uint64_t max_ = 0;                                                                         \
        for (size_t i_ = 0; i_ < (vec).len; i_++) {                                                \
            max_ = MAX(max_, (vec).items[i_].id);                                                  \
        }                                                                                          \
        max_;                                                                                      \
    })

#define INDEX_IDS(builder, index, vec)                                                             \
    ({                                                                                             \
        bool ok_ = id_index_init(&(builder)->index, (vec).len, MAX_ID(vec), (builder)->arena);     \
        for (size_t i_ = 0; ok_ && i_ < (vec).len; i_++) {                                         \
            if ((vec).items[i_].id != 0) {                                                         \
                id_index_put(&(builder)->index, (vec).items[i_].id, (uint32_t)i_);                 \
            }                                                                                      \
        }                                                                                          \
        ok_;                                                                                       \
    })

static bool build_strings(Builder *builder, bool is_go, Symbols *symbols)
{
    const Pprof *profile = builder->profile;

    symbols->strings = profile->strings.items;
    symbols->n_strings = (uint32_t)profile->strings.len;
    if (!is_go) {
        return true;
    }
    Str *repaired = NULL;
    for (size_t i = 0; i < profile->strings.len; i++) {
        Str before = profile->strings.items[i];
        Str after = go_name_without_shapes(before, builder->arena);
        if (after.ptr == NULL) {
            return false;
        }
        if (after.len == before.len) {
            continue;
        }
        if (repaired == NULL) {
            repaired = ARENA_NEW(builder->arena, Str, profile->strings.len);
            if (repaired == NULL) {
                return false;
            }
            memcpy(repaired, profile->strings.items, profile->strings.len * sizeof(Str));
            symbols->strings = repaired;
        }
        repaired[i] = after;
    }
    return true;
}

static bool build_mappings(Builder *builder, Symbols *symbols)
{
    const Pprof *profile = builder->profile;
    SymMapping *mappings = ARENA_NEW(builder->arena, SymMapping, profile->mappings.len);

    if (mappings == NULL || !INDEX_IDS(builder, mappings, profile->mappings)) {
        return false;
    }
    for (size_t i = 0; i < profile->mappings.len; i++) {
        const PprofMapping *in = &profile->mappings.items[i];
        SymMapping *out = &mappings[i];
        out->filename = string_index(profile, in->filename);
        out->build_id = string_index(profile, in->build_id);
        out->flags = (uint8_t)((in->has_functions ? SYM_HAS_FUNCTIONS : 0) |
                               (in->has_filenames ? SYM_HAS_FILENAMES : 0) |
                               (in->has_line_numbers ? SYM_HAS_LINE_NUMBERS : 0) |
                               (in->has_inline_frames ? SYM_HAS_INLINE_FRAMES : 0));
        if (!in->has_functions) { /* symbolised code: addresses would only tell processes apart */
            out->memory_start = in->memory_start;
            out->memory_limit = in->memory_limit;
            out->file_offset = in->file_offset;
        }
    }
    symbols->mappings = mappings;
    symbols->n_mappings = (uint32_t)profile->mappings.len;
    return true;
}

static bool build_functions(Builder *builder, Symbols *symbols)
{
    const Pprof *profile = builder->profile;
    SymFunction *functions = ARENA_NEW(builder->arena, SymFunction, profile->functions.len);

    if (functions == NULL || !INDEX_IDS(builder, functions, profile->functions)) {
        return false;
    }
    for (size_t i = 0; i < profile->functions.len; i++) {
        const PprofFunction *in = &profile->functions.items[i];
        functions[i] = (SymFunction){
            .name = string_index(profile, in->name),
            .system_name = string_index(profile, in->system_name),
            .filename = string_index(profile, in->filename),
            .start_line = (int32_t)in->start_line, /* wider numbers are cut, ingest.md 2.1 */
        };
    }
    symbols->functions = functions;
    symbols->n_functions = (uint32_t)profile->functions.len;
    return true;
}

static bool build_locations(Builder *builder, Symbols *symbols)
{
    const Pprof *profile = builder->profile;
    SymLocation *locations = ARENA_NEW(builder->arena, SymLocation, profile->locations.len);
    SymLine *lines = ARENA_NEW(builder->arena, SymLine, profile->lines.len);

    builder->location_ok = ARENA_NEW(builder->arena, bool, profile->locations.len);
    if (locations == NULL || lines == NULL || builder->location_ok == NULL ||
        !INDEX_IDS(builder, locations, profile->locations)) {
        return false;
    }
    for (size_t i = 0; i < profile->locations.len; i++) {
        const PprofLocation *in = &profile->locations.items[i];
        bool ok = in->n_lines > 0 || in->address != 0;
        uint32_t mapping = 0;
        bool keep_address = true;
        if (in->mapping_id != 0) {
            uint32_t at = id_index_get(&builder->mappings, in->mapping_id);
            ok = ok && at != ID_INDEX_NONE;
            mapping = at == ID_INDEX_NONE ? 0 : at + 1;
            keep_address = at == ID_INDEX_NONE || !profile->mappings.items[at].has_functions;
        }
        for (uint32_t j = 0; j < in->n_lines; j++) {
            const PprofLine *line = &profile->lines.items[in->first_line + j];
            uint32_t function = id_index_get(&builder->functions, line->function_id);
            ok = ok && function != ID_INDEX_NONE;
            lines[in->first_line + j] = (SymLine){
                .function = function == ID_INDEX_NONE ? 0 : function,
                .line = (int32_t)line->line, /* wider numbers are cut, ingest.md 2.1 */
            };
        }
        builder->location_ok[i] = ok;
        locations[i] = (SymLocation){
            .address = keep_address ? in->address : 0,
            .mapping = mapping,
            .first_line = in->first_line,
            .n_lines = ok ? in->n_lines : 0,
            .is_folded = in->is_folded,
        };
    }
    symbols->locations = locations;
    symbols->n_locations = (uint32_t)profile->locations.len;
    symbols->lines = lines;
    symbols->n_lines = (uint32_t)profile->lines.len;
    return true;
}

/* A sample counts when no value is negative and at least one is positive. */
static bool has_cost(const int64_t *values, size_t n)
{
    int64_t any = 0;

    for (size_t i = 0; i < n; i++) {
        if (values[i] < 0) {
            return false;
        }
        any |= values[i];
    }
    return any != 0;
}

/* Translates the stack of a sample; false when it refers to a location that is not there. */
static bool build_stack(Builder *builder, const PprofSample *sample, uint32_t *out)
{
    const uint64_t *ids = builder->profile->location_ids.items; /* NULL when no sample has any */

    for (uint32_t i = 0; i < sample->n_locations; i++) {
        uint32_t at = id_index_get(&builder->locations, ids[sample->first_location + i]);
        if (at == ID_INDEX_NONE || !builder->location_ok[at]) {
            return false;
        }
        out[i] = at;
        builder->n_frames += MAX(builder->profile->locations.items[at].n_lines, 1U);
    }
    return true;
}

static bool build_samples(Builder *builder, NormalProfile *normal)
{
    const Pprof *profile = builder->profile;
    size_t n = profile->samples.len;
    NormalSample *samples = ARENA_NEW(builder->arena, NormalSample, n);
    SymStack *stacks = ARENA_NEW(builder->arena, SymStack, n);
    uint32_t *stack_locations = ARENA_NEW(builder->arena, uint32_t, profile->location_ids.len);
    NormalLabel *labels = ARENA_NEW(builder->arena, NormalLabel, profile->labels.len);
    uint32_t n_kept = 0;
    uint32_t n_stack_locations = 0;
    uint32_t n_labels = 0;

    if (samples == NULL || stacks == NULL || stack_locations == NULL || labels == NULL) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        const PprofSample *sample = &profile->samples.items[i];
        const int64_t *values = &profile->values.items[sample->first_value];
        if (!has_cost(values, sample->n_values) ||
            !build_stack(builder, sample, stack_locations + n_stack_locations)) {
            continue;
        }
        stacks[n_kept] = (SymStack){ n_stack_locations, sample->n_locations };
        n_stack_locations += sample->n_locations;
        NormalSample *out = &samples[n_kept];
        *out = (NormalSample){ .stack = n_kept,
                               .first_value = sample->first_value,
                               .first_label = n_labels };
        for (uint32_t j = 0; j < sample->n_labels; j++) {
            const PprofLabel *label = &profile->labels.items[sample->first_label + j];
            if (pprof_string(profile, label->str).len > 0) {
                labels[n_labels++] = (NormalLabel){ (uint32_t)label->key, (uint32_t)label->str };
                out->n_labels++;
            }
        }
        n_kept++;
    }
    normal->samples = samples;
    normal->n_samples = n_kept;
    normal->labels = labels;
    normal->values = profile->values.items;
    normal->symbols.stacks = stacks;
    normal->symbols.n_stacks = n_kept;
    normal->symbols.stack_locations = stack_locations;
    normal->symbols.n_stack_locations = n_stack_locations;
    return true;
}

bool profile_normalize(const Pprof *profile, bool is_go, Arena *arena, NormalProfile *ret_normal,
                       Err *err)
{
    Builder builder = { .profile = profile, .arena = arena };

    *ret_normal = (NormalProfile){ 0 };
    if (!build_strings(&builder, is_go, &ret_normal->symbols) ||
        !build_mappings(&builder, &ret_normal->symbols) ||
        !build_functions(&builder, &ret_normal->symbols) ||
        !build_locations(&builder, &ret_normal->symbols) || !build_samples(&builder, ret_normal)) {
        return err_set(err, ERR_RESOURCE_EXHAUSTED, "profile needs too much memory");
    }
    if (builder.n_frames > INGEST_MAX_FRAMES) {
        return err_set(err, ERR_INVALID_ARGUMENT,
                       "the stacks of the profile have %llu frames, inlined functions included "
                       "(limit: %d)",
                       (unsigned long long)builder.n_frames, INGEST_MAX_FRAMES);
    }
    return true;
}
