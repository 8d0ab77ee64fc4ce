/* SPDX-License-Identifier: Apache-2.0 */
/*
 * codec/pprof.h - decoder of pprof profiles (perftools.profiles.Profile) into flat arrays.
 *
 * One pass, no checks of meaning: ids and string indexes stand as they were sent, strings point
 * into the input. What is allowed is decided in ingest/validate.c. A Pprof may be used again for
 * the next profile, which keeps its memory: no heap allocation in steady state.
 *
 * An empty message of two bytes becomes a struct of up to 64: the arrays take their memory from a
 * budget, when there is one.
 */
#pragma once

#include "base/budget.h"
#include "base/err.h"
#include "base/str.h"
#include "base/vec.h"

typedef struct PprofValueType {
    int64_t type; /* string index */
    int64_t unit; /* string index */
} PprofValueType;

typedef struct PprofSample {
    uint32_t first_location; /* into location_ids, leaf first */
    uint32_t n_locations;
    uint32_t first_value; /* into values */
    uint32_t n_values;
    uint32_t first_label; /* into labels */
    uint32_t n_labels;
} PprofSample;

typedef struct PprofLabel {
    int64_t key; /* string index */
    int64_t str; /* string index; 0: a numeric label */
    int64_t num;
    int64_t num_unit; /* string index */
} PprofLabel;

typedef struct PprofMapping {
    uint64_t id;
    uint64_t memory_start;
    uint64_t memory_limit;
    uint64_t file_offset;
    int64_t filename; /* string index */
    int64_t build_id; /* string index */
    bool has_functions;
    bool has_filenames;
    bool has_line_numbers;
    bool has_inline_frames;
} PprofMapping;

typedef struct PprofLine {
    uint64_t function_id;
    int64_t line;
} PprofLine;

typedef struct PprofLocation {
    uint64_t id;
    uint64_t mapping_id;
    uint64_t address;
    uint32_t first_line; /* into lines, innermost first */
    uint32_t n_lines;
    bool is_folded;
} PprofLocation;

typedef struct PprofFunction {
    uint64_t id;
    int64_t name;        /* string index */
    int64_t system_name; /* string index */
    int64_t filename;    /* string index */
    int64_t start_line;
} PprofFunction;

typedef struct Pprof {
    VEC(Str) strings;
    VEC(PprofValueType) sample_types;
    VEC(PprofSample) samples;
    VEC(uint64_t) location_ids;
    VEC(int64_t) values;
    VEC(PprofLabel) labels;
    VEC(PprofMapping) mappings;
    VEC(PprofLocation) locations;
    VEC(PprofLine) lines;
    VEC(PprofFunction) functions;
    PprofValueType period_type;
    bool has_period_type;
    int64_t period;
    int64_t time_nanos;
    int64_t duration_nanos;
    int64_t default_sample_type; /* string index */
    Budget *budget;              /* shared with others; NULL: none */
    size_t held_bytes;           /* of the arrays; counted in the budget */
} Pprof;

/*
 * Decodes bytes (raw protobuf, already decompressed), replacing what profile held. The texts in it
 * point into bytes. Errors: INVALID_ARGUMENT with the field that is damaged; UNAVAILABLE (no memory
 * left in the budget).
 */
bool pprof_decode(Str bytes, Pprof *profile, Err *err) MUST_CHECK;

void pprof_done(Pprof *profile);

/* A text of the table; empty when the index is outside. */
static inline Str pprof_string(const Pprof *profile, int64_t index)
{
    bool inside = index >= 0 && (uint64_t)index < profile->strings.len;

    return inside ? profile->strings.items[index] : STR_EMPTY;
}
