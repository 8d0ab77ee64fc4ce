/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ingest/series.h - from one profile to the series it belongs to (ingest.md section 4).
 *
 * String labels of samples split a profile into several series; each sample type is a series of its
 * own.
 */
#pragma once

#include "ingest/limits.h"
#include "ingest/normalize.h"
#include "store/store.h"

/*
 * Prepares the labels of an upload: service_name gets its default, labels that are only meant for
 * the server are dropped, renames of older senders are applied, the set is sorted. items has room
 * for n + 2; returns the new number of labels. Nothing is checked yet.
 */
size_t series_prepare_labels(Label *items, size_t n);

/*
 * Makes the rows of a profile: one per group of samples with equal labels and per sample type.
 * labels: prepared. Everything is allocated in the arena. No rows: nothing to store.
 * Errors: INVALID_ARGUMENT (labels, ingest.md 4.2), RESOURCE_EXHAUSTED.
 */
bool series_make_rows(const Pprof *profile, const NormalProfile *normal, Labels labels,
                      const IngestLimits *limits, Arena *arena, StoreRow **ret_rows,
                      size_t *ret_n_rows, Err *err) MUST_CHECK;
