/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/request_stats.h - how often each provider was asked for what, how that went and how long
 * it took.
 *
 * A row per configured provider and operation, made once: whatever requests hold, the number of
 * rows stays the same. Thread-safe: counters only.
 */
#pragma once

#include "source/source.h"

typedef enum SourceOperation {
    SOURCE_OP_REF,
    SOURCE_OP_FILE,
    SOURCE_OP_TREE,
    SOURCE_OP_COMMIT,
    SOURCE_OP_TAGS,
    SOURCE_OP_BEFORE, /* the newest commit before a time */
    SOURCE_OP_ACCESS,
    SOURCE_N_OPS,
} SourceOperation;

const char *source_operation_name(SourceOperation op);

typedef struct RequestStats RequestStats;

/* NULL when out of memory. */
RequestStats *request_stats_create(size_t n_providers);
void request_stats_destroy(RequestStats *stats); /* NULL is fine */

/* One question to the provider, answered with state after duration_ns. */
void request_stats_add(RequestStats *stats, size_t provider_idx, SourceOperation op,
                       SourceState state, int64_t duration_ns);
/* One question that the cache, or another request under way, answered. */
void request_stats_add_hit(RequestStats *stats, size_t provider_idx, SourceOperation op);

/* Without the provider's name. */
void request_stats_read(const RequestStats *stats, size_t provider_idx, SourceOperation op,
                        SourceRequestStats *ret_row);
