/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ingest/limits.h - what one upload may contain. Names and defaults: ingest.md 0.3.
 */
#pragma once

#include "base/clock.h"

typedef struct IngestLimits {
    size_t body_bytes;      /* one request, and all its profiles decompressed */
    size_t profile_bytes;   /* one profile, decompressed; 0: no limit of its own */
    size_t profile_samples; /* 0: no limit */
    size_t sample_labels;   /* per sample; 0: no limit */
    size_t stack_depth;     /* deeper stacks lose frames at the leaf; 0: no limit */
    size_t string_bytes;    /* longer texts lose their beginning; 0: no limit */
    size_t label_names;     /* per series */
    size_t label_name_bytes;
    size_t label_value_bytes;
    int64_t reject_older_than_ns; /* 0: any age */
    int64_t reject_newer_than_ns; /* 0: any time */
    int64_t retention_age_ns;     /* days (UTC) that ended before it are not kept; 0: all are */
} IngestLimits;

/* Not settable: what no real profile comes near, and few bytes could ask for. */
enum {
    INGEST_MAX_SAMPLE_TYPES = 128,        /* each makes a series of its own */
    INGEST_MAX_FRAMES = 16 * 1000 * 1000, /* of all stacks, with inlined functions; every query
                                              walks through them (default samples x depth) */
};

#define INGEST_LIMITS_INIT                                                                         \
    ((IngestLimits){ .body_bytes = MiB(256),                                                       \
                     .profile_bytes = 4194304,                                                     \
                     .profile_samples = 16000,                                                     \
                     .sample_labels = 100,                                                         \
                     .stack_depth = 1000,                                                          \
                     .string_bytes = 65535,                                                        \
                     .label_names = 64,                                                            \
                     .label_name_bytes = 1024,                                                     \
                     .label_value_bytes = 2048,                                                    \
                     .reject_older_than_ns = 3600 * NS_PER_S,                                      \
                     .reject_newer_than_ns = 600 * NS_PER_S })
