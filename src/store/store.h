/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/store.h - where profiles are kept.
 *
 * The interface knows rows (one profile of one series), the symbols that its stacks refer to,
 * series and their labels, and small values (settings, sessions). It does not know how they are
 * stored: the embedded engine is store/rocks/, a cluster can implement the same table of functions
 * (StoreEngine) on ClickHouse. Identity of symbols is content, so an engine may number them as it
 * likes.
 *
 * All functions may be called from any thread. Times are Unix nanoseconds; a range includes both
 * ends.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "model/labels.h"
#include "model/matcher.h"
#include "model/symbols.h"

typedef struct Store Store;

/* Span and trace of a sample, bytes in the order of their hexadecimal text; all zero: none. */
typedef struct SpanId {
    uint8_t bytes[8];
} SpanId;

typedef struct TraceId {
    uint8_t bytes[16];
} TraceId;

/* Names one stored profile; derived from its place in the store, so it costs no space. */
typedef struct ProfileId {
    uint8_t bytes[16];
} ProfileId;

/* ---- writing ---- */

typedef struct StorePair {
    uint32_t stack; /* index into the symbols of the upload */
    int64_t value;  /* not 0 */
} StorePair;

typedef struct StoreSpan {
    SpanId span;
    TraceId trace;
} StoreSpan;

/* The values of one series at one time. */
typedef struct StoreRow {
    Labels labels; /* complete: service_name and __profile_type__ must be there */
    const StorePair
        *pairs; /* [n_pairs], any order; equal (stack, span, trace) are added up by the store */
    const StoreSpan *spans; /* [n_pairs], or NULL when no sample has a span or trace */
    size_t n_pairs;
} StoreRow;

typedef struct StoreProfile {
    Str tenant;
    int64_t time_ns;        /* > 0 */
    const Symbols *symbols; /* shared by the rows */
    const StoreRow *rows;   /* [n_rows] */
    size_t n_rows;
} StoreProfile;

/*
 * Stores profiles and returns when they are durable. All or nothing for one call.
 * A row whose (series, time, content) was stored within the last minutes is a resent one: it is not
 * stored again, and the call succeeds once the first one is durable. Errors: UNAVAILABLE (full,
 * read-only, reopening: the text says which; a retry may help), INVALID_ARGUMENT,
 * RESOURCE_EXHAUSTED (memory), INTERNAL.
 */
bool store_append(Store *store, const StoreProfile *profiles, size_t n_profiles,
                  Err *err) MUST_CHECK;

/* ---- series ---- */

/* Series of one tenant; labels are borrowed from the list. Order: by labels. */
typedef struct StoreSeriesList {
    const Labels *labels; /* [n] */
    size_t n;
    void *engine; /* the engine's own part */
    Store *store;
} StoreSeriesList;

/*
 * The series that match and have at least one profile in the range. start_ns = end_ns = 0: any
 * time. ret_list: release with store_series_done().
 */
bool store_series(Store *store, Str tenant, Matchers matchers, int64_t start_ns, int64_t end_ns,
                  StoreSeriesList *ret_list, Err *err) MUST_CHECK;
void store_series_done(StoreSeriesList *list);

/* ---- reading ---- */

typedef struct StoreFilter {
    int64_t start_ns;
    int64_t end_ns;
    const ProfileId *profile_ids; /* [n_profile_ids]; 0: all profiles */
    size_t n_profile_ids;
    const SpanId *span_ids; /* [n_span_ids]; 0: all samples */
    size_t n_span_ids;
    const TraceId *trace_ids; /* [n_trace_ids]; 0: all samples */
    size_t n_trace_ids;
    int64_t deadline_steady_ns; /* clock_steady_ns(); 0: none. Past it: DEADLINE_EXCEEDED */
    size_t max_bytes;           /* memory for sums; beyond it: RESOURCE_EXHAUSTED. 0: no limit */
} StoreFilter;

/*
 * Sums over one set of symbols. A query gets one block per set (the embedded engine: per service
 * and day); equal stacks of two blocks have different numbers, so the receiver unites them by
 * content.
 */
typedef struct StoreBlock {
    const Symbols *symbols; /* valid during the call */
    const int64_t *const
        *sums; /* [n_groups][symbols->n_stacks]; NULL where the group has no rows here */
    size_t n_groups;
} StoreBlock;

typedef bool (*StoreBlockFn)(void *ctx, const StoreBlock *block, Err *err);

/*
 * Adds up the rows of the series per stack, apart for each group: group[i] < n_groups is that of
 * series i. ret_partial: set when damaged rows had to be left out.
 */
bool store_merge(Store *store, const StoreSeriesList *series, const uint32_t *group,
                 size_t n_groups, const StoreFilter *filter, StoreBlockFn on_block, void *ctx,
                 bool *ret_partial, Err *err) MUST_CHECK;

typedef struct StorePoint {
    size_t series; /* index into the list */
    int64_t time_ns;
    int64_t total; /* sum of the values that pass the filter */
    ProfileId profile_id;
} StorePoint;

typedef bool (*StorePointFn)(void *ctx, const StorePoint *point, Err *err);

/* Every profile of the series in the range; ascending time within a series, series in any order. */
bool store_points(Store *store, const StoreSeriesList *series, const StoreFilter *filter,
                  StorePointFn on_point, void *ctx, bool *ret_partial, Err *err) MUST_CHECK;

typedef struct StoreTenantStats {
    bool has_data;
    int64_t oldest_ns;
    int64_t newest_ns;
} StoreTenantStats;

bool store_tenant_stats(Store *store, Str tenant, StoreTenantStats *ret_stats, Err *err) MUST_CHECK;

/* ---- small values: settings, sessions ---- */

/* space names the use ("setting", "session"); keys are unique within (tenant, space). Durable on
 * return. */
bool store_value_put(Store *store, Str tenant, Str space, Str key, Str value, Err *err) MUST_CHECK;
bool store_value_delete(Store *store, Str tenant, Str space, Str key, Err *err) MUST_CHECK;
/* Appends to value. NOT_FOUND when there is none. */
bool store_value_get(Store *store, Str tenant, Str space, Str key, Buf *value, Err *err) MUST_CHECK;
typedef bool (*StoreValueFn)(void *ctx, Str key, Str value, Err *err);
/* In order of the keys. */
bool store_value_each(Store *store, Str tenant, Str space, StoreValueFn on_value, void *ctx,
                      Err *err) MUST_CHECK;

/* ---- state ---- */

typedef enum StoreState {
    STORE_READY,
    STORE_REOPENING, /* a write failed; the engine is being opened again. Reads may fail for a
                        moment */
    STORE_FULL, /* too little free space: reads only, by itself ready again when space is freed */
    STORE_DEGRADED, /* corruption: damaged data is left out of answers, which say that they are
                       partial */
} StoreState;

typedef struct StoreStatus {
    StoreState state;
    char reason[256]; /* for people; empty when ready */
    uint64_t n_series;
    uint64_t n_services;
    uint64_t n_days;
    uint64_t disk_bytes;
    uint64_t free_bytes;   /* of the file system */
    uint64_t symbol_bytes; /* memory of the id maps and symbol tables */
    uint64_t block_cache_bytes;
    uint64_t write_buffer_bytes;
    uint64_t profiles_appended; /* rows, since start */
    uint64_t profiles_deduplicated;
    uint64_t commits;
    uint64_t commit_failures;
    uint64_t background_errors;
    bool write_stopped;
} StoreStatus;

void store_status(Store *store, StoreStatus *ret_status);

/* A consistent copy in a new directory dir, which can be opened as a store. */
bool store_backup(Store *store, const char *dir, Err *err) MUST_CHECK;

/* Waits until everything appended is durable, then releases the store. NULL is fine. */
void store_close(Store *store);
DEFINE_CLEANUP(Store *, store_close);

/* ---- the embedded engine ---- */

typedef struct StoreOptions {
    const char *path;         /* directory, created when missing */
    int64_t retention_age_ns; /* 0: keep for ever */
    uint64_t retention_bytes; /* 0: 80 % of the file system */
    uint64_t min_free_bytes;  /* 0: the smaller of 1 GiB and 10 % of the file system */
    size_t memory_bytes;      /* for block cache, write buffers and symbol maps together */
    uint64_t max_series;      /* each takes memory for as long as it is kept; 0: no limit */
    bool sync; /* acknowledged means synced to disk; false only as a documented fast mode */
    int64_t (*now_ns)(void); /* clock for retention and day close; NULL: clock_unix_ns */
} StoreOptions;

#define STORE_OPTIONS_INIT                                                                         \
    ((StoreOptions){ .path = "./flameline-data", .memory_bytes = MiB(256), .sync = true })

/*
 * Opens or creates the data directory.
 * Errors: FAILED_PRECONDITION (held by another process; written by a newer version), UNAVAILABLE,
 * INTERNAL.
 */
bool store_open_rocks(const StoreOptions *options, Store **ret_store, Err *err) MUST_CHECK;

/* Whether there is a store in the directory: opening would make one. Errors: NOT_FOUND. */
bool store_find_rocks(const char *path, Err *err) MUST_CHECK;

/* What "flameline store check" prints: reads everything and reports what is damaged. */
typedef struct StoreCheckReport {
    uint64_t n_rows;
    uint64_t n_symbol_rows;
    uint64_t n_series;
    uint64_t n_damaged; /* rows or blocks that cannot be read or refer to missing symbols */
} StoreCheckReport;

typedef void (*StoreCheckFn)(void *ctx, const char *finding);

/* Opens the directory read-only. on_finding is called once per kind and place of damage. */
bool store_check_rocks(const char *path, StoreCheckFn on_finding, void *ctx,
                       StoreCheckReport *ret_report, Err *err) MUST_CHECK;
