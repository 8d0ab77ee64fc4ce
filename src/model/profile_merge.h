/* SPDX-License-Identifier: Apache-2.0 */
/*
 * model/profile_merge.h - one profile out of many: tables united by content, stacks with summed
 * values.
 *
 * What counts as equal: query.md 4.2. Different versions (and build ids) keep mappings apart, and
 * with them locations and samples; that is what the function details of Drilldown rely on.
 */
#pragma once

#include "base/err.h"
#include "base/vec.h"
#include "model/frame_names.h"
#include "model/labels.h"

typedef struct MergeOptions {
    const Str *call_site; /* [n_call_site], root first: only stacks that start with it */
    size_t n_call_site;
    bool go_pgo; /* keep the first keep_locations from the leaf; call_site is ignored then */
    uint32_t keep_locations; /* 0: all */
    bool aggregate_callees;  /* forget the innermost line of locations that occur as a leaf */
} MergeOptions;

typedef struct MergedMapping {
    SymMapping mapping; /* filename and build_id are numbers in strings */
} MergedMapping;

/* A location as it is keyed: this header, then n_lines lines. */
typedef struct MergedLocation {
    uint64_t address;
    uint32_t mapping;
    uint32_t is_folded;
} MergedLocation;

typedef struct ProfileMerge {
    MergeOptions options;
    Arena *arena;
    Intern strings;   /* 0 is "" */
    Intern functions; /* keys are SymFunction */
    Intern mapping_keys;
    VEC(MergedMapping) mappings; /* [mapping_keys.n] */
    Intern locations;            /* keys: MergedLocation, SymLine[] */
    Intern stacks;               /* keys: uint32_t[] of locations, leaf first */
    VEC(int64_t) values;         /* [stacks.n] */
    CallSite call_site;
    bool has_samples; /* something was added, whether or not it passed the call site */
} ProfileMerge;

bool profile_merge_init(ProfileMerge *merge, const MergeOptions *options, Arena *arena,
                        Err *err) MUST_CHECK;
void profile_merge_done(ProfileMerge *merge);

/*
 * Adds the stacks of one symbol table that ran in one version: sums[symbols->n_stacks]. Values of 0
 * or less and empty stacks are left out. Errors: RESOURCE_EXHAUSTED.
 */
bool profile_merge_add(ProfileMerge *merge, const Symbols *symbols, Version version,
                       const int64_t *sums, Err *err) MUST_CHECK;

/*
 * Cuts the leaf side of stacks so that about max_nodes functions of the call tree stay, and puts a
 * location "other" in place of what was cut (query.md 4.3). max_nodes < 1: nothing happens.
 */
bool profile_merge_truncate(ProfileMerge *merge, int64_t max_nodes, Err *err) MUST_CHECK;

/* Lines of a location; *ret_n may be 0. */
const SymLine *merged_location_lines(const ProfileMerge *merge, uint32_t location,
                                     MergedLocation *ret_location, size_t *ret_n);

/* Locations of a stack, leaf first. */
const uint32_t *merged_stack(const ProfileMerge *merge, uint32_t stack, size_t *ret_n);
