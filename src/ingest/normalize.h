/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ingest/normalize.h - from a checked pprof to symbols and samples that the store understands.
 *
 * Rules: ingest.md 2.5 (what is removed and repaired) and 2.6 (a) (Go type parameters). Merging
 * equal stacks is left to the store, which finds equal ones by content anyway.
 */
#pragma once

#include "base/arena.h"
#include "codec/pprof.h"
#include "model/symbols.h"

typedef struct NormalSample {
    uint32_t stack; /* index into symbols.stacks */
    uint32_t
        first_value; /* into the values of the profile, one per sample type; at least one is > 0 */
    uint32_t first_label; /* into labels */
    uint32_t n_labels;
} NormalSample;

typedef struct NormalLabel {
    uint32_t key;   /* string */
    uint32_t value; /* string, not empty */
} NormalLabel;

typedef struct NormalProfile {
    Symbols symbols;
    const NormalSample *samples; /* [n_samples] */
    size_t n_samples;
    const NormalLabel *labels; /* string labels of all samples */
    const int64_t *values;     /* borrowed from the pprof */
} NormalProfile;

/*
 * is_go: apply the repairs for Go. Everything is allocated in the arena or borrowed from profile.
 * Errors: RESOURCE_EXHAUSTED.
 */
bool profile_normalize(const Pprof *profile, bool is_go, Arena *arena, NormalProfile *ret_normal,
                       Err *err) MUST_CHECK;

/* Whether the profile was made by a Go program: label pyroscope_spy, else the texts
 * (ingest.md 2.3). */
bool profile_is_go(const Pprof *profile, Str spy_label);

/* A Go function name without sections "[go.shape.…]"; the name itself when there is none. */
Str go_name_without_shapes(Str name, Arena *arena);
