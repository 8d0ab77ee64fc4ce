/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ingest/push.h - push.v1.PusherService/Push (ingest.md section 1).
 */
#pragma once

#include "ingest/upload.h"

typedef struct PushSeries {
    Label *labels; /* [n_labels], as sent, room for two more */
    size_t n_labels;
    const Str *profiles; /* [n_profiles], each gzip or raw pprof */
    size_t n_profiles;
} PushSeries;

/*
 * Reads a binary PushRequest without copying the profiles. Errors: INVALID_ARGUMENT ("unmarshal
 * message: ...").
 */
bool push_decode(Str body, Arena *arena, PushSeries **ret_series, size_t *ret_n_series,
                 Err *err) MUST_CHECK;

/*
 * Stores every profile of every series; one that fails does not stop the others.
 * Errors: INVALID_ARGUMENT ("no profiles received", or that of the first profile that failed),
 * those of store_append().
 */
bool push_store(Ingest *ingest, Str tenant, const PushSeries *series, size_t n_series, Arena *arena,
                Err *err) MUST_CHECK;
