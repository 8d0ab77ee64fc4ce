/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ingest/validate.h - what a profile must satisfy before it is taken (ingest.md 2.4).
 */
#pragma once

#include "codec/pprof.h"
#include "ingest/limits.h"
#include "model/labels.h"

/*
 * Checks the profile in the order of ingest.md 2.4 and applies the silent cuts (depth, length of
 * texts); a time of 0 or less becomes now_ns. labels only appear in messages. raw_bytes:
 * decompressed size. Errors: INVALID_ARGUMENT.
 */
bool profile_validate(Pprof *profile, size_t raw_bytes, Labels labels, const IngestLimits *limits,
                      int64_t now_ns, Err *err) MUST_CHECK;
