/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ingest/ingest_form.h - POST /ingest with pprof, raw or as a form (ingest.md 3.1 to 3.5).
 */
#pragma once

#include "ingest/upload.h"

/* The decoded query parameters; absent ones are empty. */
typedef struct IngestParams {
    Str name;
    Str from;
    Str spy_name;
    Str format;
    Str content_type; /* header */
} IngestParams;

/* What the answer says about whose fault a failure is (ingest.md 3.7). */
typedef enum IngestFailure {
    INGEST_BAD_NAME,    /* 400 */
    INGEST_BAD_PROFILE, /* 422 */
    INGEST_NOT_BUILT,   /* 501: a format that this server does not read yet */
    INGEST_STORE,       /* the status of the error's code */
} IngestFailure;

/*
 * Stores the profile in body (already decompressed when Content-Encoding said so).
 * An empty profile is fine and stores nothing.
 */
bool ingest_store(Ingest *ingest, Str tenant, const IngestParams *params, Str body, Arena *arena,
                  IngestFailure *ret_failure, Err *err) MUST_CHECK;
