/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench/stream.h - a mixed stream of made-up CPU profiles; the same for the same seed.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"

typedef struct StreamOptions {
    size_t n_services;
    size_t per_service;   /* profiles */
    size_t n_samples;     /* of one profile, about */
    unsigned new_percent; /* of the stacks of a profile that no other has */
    uint64_t seed;
} StreamOptions;

typedef struct StreamPair {
    uint32_t stack; /* dense, per service */
    int64_t value;  /* nanoseconds */
} StreamPair;

typedef struct StreamProfile {
    size_t service;
    Str packed; /* gzip */
    size_t raw_bytes;
    const StreamPair *pairs; /* [n_pairs]: what a query has to add up */
    size_t n_pairs;
} StreamProfile;

typedef struct Stream {
    Arena *arena;
    StreamProfile *profiles; /* [n], shuffled */
    size_t n;
    size_t packed_bytes; /* of all */
    size_t raw_bytes;
    size_t n_samples;
} Stream;

void stream_make(const StreamOptions *options, Stream *ret_stream);
void stream_done(Stream *stream);

/* The profile with its time set: a second gzip member with the field time_nanos (the last one
 * counts). */
void stream_add_profile_at(Buf *out, const StreamProfile *profile, int64_t time_ns);
