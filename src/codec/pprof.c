/* SPDX-License-Identifier: Apache-2.0 */
/* Field numbers: pprof's profile.proto. */
#include "codec/pprof.h"

#include "codec/pb/wire.h"

static bool damaged(Err *err, const char *what)
{
    return err_set(err, ERR_INVALID_ARGUMENT, "profile is damaged or cut: %s", what);
}

/* Room for n more items; like VEC_RESERVE, with the memory taken from the budget. */
static bool grow(Pprof *profile, void **items, size_t *cap, size_t need, size_t item_bytes)
{
    size_t before = *cap;
    size_t wanted = MAX(need, MAX(before * 2, (size_t)8));
    size_t more;

    if (CK_MUL(&more, wanted - before, item_bytes) || !budget_take(profile->budget, more)) {
        return false;
    }
    if (!vec_grow(items, cap, wanted, item_bytes)) {
        budget_give(profile->budget, more);
        return false;
    }
    profile->held_bytes += more;
    return true;
}

#define RESERVE(profile, vec, n)                                                                   \
    ((vec)->len + (n) <= (vec)->cap || grow((profile), (void **)&(vec)->items, &(vec)->cap,        \
                                            (vec)->len + (n), sizeof(*(vec)->items)))

#define PUSH(profile, vec, ...)                                                                    \
    (RESERVE(profile, vec, 1) ? ((vec)->items[(vec)->len++] = (__VA_ARGS__), true) : false)

/* A singular number: the last one wins, as everywhere in protobuf. */
static bool take_u64(const PbField *field, uint64_t *ret_value)
{
    *ret_value = field->value;
    return field->wire == PB_VARINT;
}

static bool take_i64(const PbField *field, int64_t *ret_value)
{
    *ret_value = (int64_t)field->value;
    return field->wire == PB_VARINT;
}

static bool take_bool(const PbField *field, bool *ret_value)
{
    *ret_value = field->value != 0;
    return field->wire == PB_VARINT;
}

static bool decode_value_type(Str bytes, PprofValueType *type)
{
    PbReader reader = pb_reader(bytes);
    PbField field;
    PbResult result;

    while ((result = pb_next(&reader, &field)) == PB_FIELD) {
        bool ok = true;
        switch (field.number) {
        case 1:
            ok = take_i64(&field, &type->type);
            break;
        case 2:
            ok = take_i64(&field, &type->unit);
            break;
        default:
            break;
        }
        if (!ok) {
            return false;
        }
    }
    return result == PB_END;
}

/* Repeated numbers come packed, unpacked, or as a mix (ingest.md 2.1). */
#define DEFINE_TAKE_NUMBERS(name, type)                                                            \
    static bool name(Pprof *profile, const PbField *field, uint32_t *n, bool *no_memory)           \
    {                                                                                              \
        if (field->wire == PB_VARINT) {                                                            \
            *no_memory =                                                                           \
                !PUSH(profile, &profile->type, (__typeof__(*profile->type.items))field->value);    \
            *n += 1;                                                                               \
            return !*no_memory;                                                                    \
        }                                                                                          \
        if (field->wire != PB_BYTES) {                                                             \
            return false;                                                                          \
        }                                                                                          \
        /* a number takes a byte or more */                                                        \
        if (!RESERVE(profile, &profile->type, field->bytes.len)) {                                 \
            *no_memory = true;                                                                     \
            return false;                                                                          \
        }                                                                                          \
        PbReader reader = pb_reader(field->bytes);                                                 \
        while (reader.at < reader.end) {                                                           \
            uint64_t value;                                                                        \
            if (!pb_read_varint(&reader, &value)) {                                                \
                return false;                                                                      \
            }                                                                                      \
            profile->type.items[profile->type.len++] = (__typeof__(*profile->type.items))value;    \
            *n += 1;                                                                               \
        }                                                                                          \
        return true;                                                                               \
    }

DEFINE_TAKE_NUMBERS(take_location_ids, location_ids)
DEFINE_TAKE_NUMBERS(take_values, values)

static bool decode_label(Str bytes, PprofLabel *label)
{
    PbReader reader = pb_reader(bytes);
    PbField field;
    PbResult result;

    while ((result = pb_next(&reader, &field)) == PB_FIELD) {
        bool ok = true;
        switch (field.number) {
        case 1:
            ok = take_i64(&field, &label->key);
            break;
        case 2:
            ok = take_i64(&field, &label->str);
            break;
        case 3:
            ok = take_i64(&field, &label->num);
            break;
        case 4:
            ok = take_i64(&field, &label->num_unit);
            break;
        default:
            break;
        }
        if (!ok) {
            return false;
        }
    }
    return result == PB_END;
}

static bool decode_sample(Pprof *profile, Str bytes, bool *no_memory)
{
    PprofSample sample = {
        .first_location = (uint32_t)profile->location_ids.len,
        .first_value = (uint32_t)profile->values.len,
        .first_label = (uint32_t)profile->labels.len,
    };
    PbReader reader = pb_reader(bytes);
    PbField field;
    PbResult result;

    while ((result = pb_next(&reader, &field)) == PB_FIELD) {
        bool ok = true;
        PprofLabel label = { 0 };
        switch (field.number) {
        case 1:
            ok = take_location_ids(profile, &field, &sample.n_locations, no_memory);
            break;
        case 2:
            ok = take_values(profile, &field, &sample.n_values, no_memory);
            break;
        case 3:
            ok = field.wire == PB_BYTES && decode_label(field.bytes, &label);
            if (ok && !PUSH(profile, &profile->labels, label)) {
                *no_memory = true;
                ok = false;
            }
            sample.n_labels++;
            break;
        default:
            break;
        }
        if (!ok) {
            return false;
        }
    }
    if (result == PB_END && !PUSH(profile, &profile->samples, sample)) {
        *no_memory = true;
        return false;
    }
    return result == PB_END;
}

static bool decode_mapping(Str bytes, PprofMapping *mapping)
{
    PbReader reader = pb_reader(bytes);
    PbField field;
    PbResult result;

    while ((result = pb_next(&reader, &field)) == PB_FIELD) {
        bool ok = true;
        switch (field.number) {
        case 1:
            ok = take_u64(&field, &mapping->id);
            break;
        case 2:
            ok = take_u64(&field, &mapping->memory_start);
            break;
        case 3:
            ok = take_u64(&field, &mapping->memory_limit);
            break;
        case 4:
            ok = take_u64(&field, &mapping->file_offset);
            break;
        case 5:
            ok = take_i64(&field, &mapping->filename);
            break;
        case 6:
            ok = take_i64(&field, &mapping->build_id);
            break;
        case 7:
            ok = take_bool(&field, &mapping->has_functions);
            break;
        case 8:
            ok = take_bool(&field, &mapping->has_filenames);
            break;
        case 9:
            ok = take_bool(&field, &mapping->has_line_numbers);
            break;
        case 10:
            ok = take_bool(&field, &mapping->has_inline_frames);
            break;
        default:
            break;
        }
        if (!ok) {
            return false;
        }
    }
    return result == PB_END;
}

static bool decode_line(Str bytes, PprofLine *line)
{
    PbReader reader = pb_reader(bytes);
    PbField field;
    PbResult result;

    while ((result = pb_next(&reader, &field)) == PB_FIELD) {
        bool ok = true;
        switch (field.number) {
        case 1:
            ok = take_u64(&field, &line->function_id);
            break;
        case 2:
            ok = take_i64(&field, &line->line);
            break;
        default:
            break;
        }
        if (!ok) {
            return false;
        }
    }
    return result == PB_END;
}

static bool decode_location(Pprof *profile, Str bytes, bool *no_memory)
{
    PprofLocation location = { .first_line = (uint32_t)profile->lines.len };
    PbReader reader = pb_reader(bytes);
    PbField field;
    PbResult result;

    while ((result = pb_next(&reader, &field)) == PB_FIELD) {
        bool ok = true;
        PprofLine line = { 0 };
        switch (field.number) {
        case 1:
            ok = take_u64(&field, &location.id);
            break;
        case 2:
            ok = take_u64(&field, &location.mapping_id);
            break;
        case 3:
            ok = take_u64(&field, &location.address);
            break;
        case 4:
            ok = field.wire == PB_BYTES && decode_line(field.bytes, &line);
            if (ok && !PUSH(profile, &profile->lines, line)) {
                *no_memory = true;
                ok = false;
            }
            location.n_lines++;
            break;
        case 5:
            ok = take_bool(&field, &location.is_folded);
            break;
        default:
            break;
        }
        if (!ok) {
            return false;
        }
    }
    if (result == PB_END && !PUSH(profile, &profile->locations, location)) {
        *no_memory = true;
        return false;
    }
    return result == PB_END;
}

static bool decode_function(Str bytes, PprofFunction *function)
{
    PbReader reader = pb_reader(bytes);
    PbField field;
    PbResult result;

    while ((result = pb_next(&reader, &field)) == PB_FIELD) {
        bool ok = true;
        switch (field.number) {
        case 1:
            ok = take_u64(&field, &function->id);
            break;
        case 2:
            ok = take_i64(&field, &function->name);
            break;
        case 3:
            ok = take_i64(&field, &function->system_name);
            break;
        case 4:
            ok = take_i64(&field, &function->filename);
            break;
        case 5:
            ok = take_i64(&field, &function->start_line);
            break;
        default:
            break;
        }
        if (!ok) {
            return false;
        }
    }
    return result == PB_END;
}

static void pprof_clear(Pprof *profile)
{
    profile->strings.len = 0;
    profile->sample_types.len = 0;
    profile->samples.len = 0;
    profile->location_ids.len = 0;
    profile->values.len = 0;
    profile->labels.len = 0;
    profile->mappings.len = 0;
    profile->locations.len = 0;
    profile->lines.len = 0;
    profile->functions.len = 0;
    profile->period_type = (PprofValueType){ 0 };
    profile->has_period_type = false;
    profile->period = 0;
    profile->time_nanos = 0;
    profile->duration_nanos = 0;
    profile->default_sample_type = 0;
}

/* One field of the profile message. what: its name, for the error. */
static bool decode_field(Pprof *profile, const PbField *field, const char **what, bool *no_memory)
{
    bool is_message = field->wire == PB_BYTES;
    PprofValueType type = { 0 };
    PprofMapping mapping = { 0 };
    PprofFunction function = { 0 };

    switch (field->number) {
    case 1:
        *what = "sample_type";
        if (!is_message || !decode_value_type(field->bytes, &type)) {
            return false;
        }
        *no_memory = !PUSH(profile, &profile->sample_types, type);
        return !*no_memory;
    case 2:
        *what = "sample";
        return is_message && decode_sample(profile, field->bytes, no_memory);
    case 3:
        *what = "mapping";
        if (!is_message || !decode_mapping(field->bytes, &mapping)) {
            return false;
        }
        *no_memory = !PUSH(profile, &profile->mappings, mapping);
        return !*no_memory;
    case 4:
        *what = "location";
        return is_message && decode_location(profile, field->bytes, no_memory);
    case 5:
        *what = "function";
        if (!is_message || !decode_function(field->bytes, &function)) {
            return false;
        }
        *no_memory = !PUSH(profile, &profile->functions, function);
        return !*no_memory;
    case 6:
        *what = "string_table";
        *no_memory = is_message && !PUSH(profile, &profile->strings, field->bytes);
        return is_message && !*no_memory;
    case 9:
        *what = "time_nanos";
        return take_i64(field, &profile->time_nanos);
    case 10:
        *what = "duration_nanos";
        return take_i64(field, &profile->duration_nanos);
    case 11:
        *what = "period_type";
        profile->has_period_type = true;
        return is_message && decode_value_type(field->bytes, &profile->period_type);
    case 12:
        *what = "period";
        return take_i64(field, &profile->period);
    case 14:
        *what = "default_sample_type";
        return take_i64(field, &profile->default_sample_type);
    default:
        return true;
    }
}

bool pprof_decode(Str bytes, Pprof *profile, Err *err)
{
    PbReader reader = pb_reader(bytes);
    PbField field;
    PbResult result;

    pprof_clear(profile);
    if (bytes.len > UINT32_MAX) {
        return err_set(err, ERR_INVALID_ARGUMENT, "profile is larger than 4 GiB");
    }
    while ((result = pb_next(&reader, &field)) == PB_FIELD) {
        const char *what = "field";
        bool no_memory = false;
        if (!decode_field(profile, &field, &what, &no_memory)) {
            return no_memory ? err_set(err, ERR_UNAVAILABLE, "no memory for the profile, try again")
                             : damaged(err, what);
        }
    }
    return result == PB_END || damaged(err, "field");
}

void pprof_done(Pprof *profile)
{
    VEC_DONE(&profile->strings);
    VEC_DONE(&profile->sample_types);
    VEC_DONE(&profile->samples);
    VEC_DONE(&profile->location_ids);
    VEC_DONE(&profile->values);
    VEC_DONE(&profile->labels);
    VEC_DONE(&profile->mappings);
    VEC_DONE(&profile->locations);
    VEC_DONE(&profile->lines);
    VEC_DONE(&profile->functions);
    budget_give(profile->budget, profile->held_bytes);
    profile->held_bytes = 0;
}
