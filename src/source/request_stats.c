/* SPDX-License-Identifier: Apache-2.0 */
#include "source/request_stats.h"

#include <stdatomic.h>

#include "base/clock.h"

#define FIRST_BUCKET_NS (NS_PER_S / 10) /* SOURCE_N_BUCKETS says how it goes on */

typedef struct Row {
    atomic_uint_least64_t outcomes[SOURCE_N_STATES];
    atomic_uint_least64_t buckets[SOURCE_N_BUCKETS];
    atomic_uint_least64_t sum_ns;
    atomic_uint_least64_t cache_hits;
} Row;

struct RequestStats {
    size_t n_providers;
    Row rows[]; /* n_providers * SOURCE_N_OPS */
};

const char *source_operation_name(SourceOperation op)
{
    static const char *const names[] = {
        [SOURCE_OP_REF] = "ref",       [SOURCE_OP_FILE] = "file", [SOURCE_OP_TREE] = "tree",
        [SOURCE_OP_COMMIT] = "commit", [SOURCE_OP_TAGS] = "tags", [SOURCE_OP_BEFORE] = "before",
        [SOURCE_OP_ACCESS] = "access",
    };

    return names[op];
}

RequestStats *request_stats_create(size_t n_providers)
{
    /* providers come from the configuration: a handful */
    RequestStats *stats = calloc(1, sizeof(*stats) + n_providers * SOURCE_N_OPS * sizeof(Row));

    if (stats != NULL) {
        stats->n_providers = n_providers;
    }
    return stats;
}

void request_stats_destroy(RequestStats *stats)
{
    free(stats);
}

static const Row *row_of(const RequestStats *stats, size_t provider_idx, SourceOperation op)
{
    CHECK(provider_idx < stats->n_providers && op < SOURCE_N_OPS);
    return &stats->rows[provider_idx * SOURCE_N_OPS + (size_t)op];
}

static Row *row_to_change(RequestStats *stats, size_t provider_idx, SourceOperation op)
{
    CHECK(provider_idx < stats->n_providers && op < SOURCE_N_OPS);
    return &stats->rows[provider_idx * SOURCE_N_OPS + (size_t)op];
}

void request_stats_add(RequestStats *stats, size_t provider_idx, SourceOperation op,
                       SourceState state, int64_t duration_ns)
{
    Row *row = row_to_change(stats, provider_idx, op);
    int64_t bound_ns = FIRST_BUCKET_NS;

    /* old counts are not used */
    for (size_t i = 0; i < SOURCE_N_BUCKETS; i++, bound_ns *= 2) {
        if (duration_ns <= bound_ns) {
            (void)atomic_fetch_add(&row->buckets[i], 1);
            break;
        }
    }
    (void)atomic_fetch_add(&row->outcomes[state], 1);
    (void)atomic_fetch_add(&row->sum_ns, (uint64_t)MAX(duration_ns, (int64_t)0));
}

void request_stats_add_hit(RequestStats *stats, size_t provider_idx, SourceOperation op)
{
    (void)atomic_fetch_add(&row_to_change(stats, provider_idx, op)->cache_hits, 1); /* as above */
}

void request_stats_read(const RequestStats *stats, size_t provider_idx, SourceOperation op,
                        SourceRequestStats *ret_row)
{
    const Row *row = row_of(stats, provider_idx, op);
    SourceRequestStats read = { .operation = source_operation_name(op) };

    for (size_t i = 0; i < SOURCE_N_BUCKETS; i++) {
        read.buckets[i] = atomic_load(&row->buckets[i]);
    }
    for (size_t i = 0; i < SOURCE_N_STATES; i++) {
        read.outcomes[i] = atomic_load(&row->outcomes[i]);
        read.count += read.outcomes[i];
    }
    read.sum_ns = atomic_load(&row->sum_ns);
    read.cache_hits = atomic_load(&row->cache_hits);
    *ret_row = read;
}
