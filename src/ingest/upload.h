/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ingest/upload.h - one request's worth of profiles on its way into the store.
 *
 * Profiles are added one by one; each may fail on its own without harm to the others (ingest.md
 * 0.2). upload_commit() then stores all good ones at once and reports the first failure.
 */
#pragma once

#include <stdatomic.h>

#include "base/thread.h"
#include "codec/pprof.h"
#include "ingest/limits.h"
#include "store/store.h"

typedef struct UploadScratch UploadScratch;

/* Shared by all requests. Counters are read by the metrics page. */
typedef struct Ingest {
    Store *store;
    IngestLimits limits;
    int64_t (*now_ns)(void);
    Mutex lock;
    UploadScratch *free_scratch; /* decoders of earlier requests with their memory */
    unsigned n_free_scratch;
    _Atomic uint64_t received_profiles;
    _Atomic uint64_t received_bytes; /* decompressed */
    _Atomic uint64_t received_samples;
    _Atomic uint64_t rejected_profiles;
} Ingest;

void ingest_init(Ingest *ingest, Store *store, const IngestLimits *limits);
void ingest_done(Ingest *ingest);

typedef struct Upload {
    Ingest *ingest;
    Str tenant;
    Arena *arena;
    UploadScratch *scratch; /* list of those in use; their texts are referred to until the end */
    VEC(StoreProfile) profiles;
    size_t raw_bytes; /* decompressed size of all profiles */
    size_t n_added;
    size_t n_failed;
    Err first_error;
} Upload;

void upload_init(Upload *upload, Ingest *ingest, Str tenant, Arena *arena);
void upload_done(Upload *upload);

/*
 * Decompresses (when gzip) and decodes a profile as it was sent. The result belongs to the upload.
 * max_bytes: decompressed. Errors: INVALID_ARGUMENT, RESOURCE_EXHAUSTED (too large).
 */
bool upload_decode(Upload *upload, Str bytes, size_t max_bytes, Pprof **ret_profile,
                   size_t *ret_raw_bytes, Err *err) MUST_CHECK;

/*
 * Checks a decoded profile and makes it ready for the store. items: labels of the series, [n] with
 * room for two more; changed in place. A failure is remembered in first_error; the result says
 * whether it was good.
 */
bool upload_add(Upload *upload, Pprof *profile, size_t raw_bytes, Label *items, size_t n);

/* Counts a profile that failed before upload_add(). */
void upload_fail(Upload *upload, const Err *err);

/*
 * Stores everything that was added. Fails with the first error (and the number of failed profiles
 * when there were several) even if others were stored.
 */
bool upload_commit(Upload *upload, Err *err) MUST_CHECK;
