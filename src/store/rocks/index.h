/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/rocks/index.h - tenants, services, profile types and series in memory, with the postings
 * that matchers run on.
 *
 * Built from the family "meta" at start and kept up to date by the append path. Everything here is
 * guarded by Index.lock, except what is immutable once a Series exists (labels, numbers) and its
 * reference count. A series is in the index while it has days; who needs its labels longer holds a
 * reference.
 */
#pragma once

#include <stdatomic.h>

#include "base/thread.h"
#include "base/vec.h"
#include "model/labels.h"
#include "model/matcher.h"
#include "store/rocks/hash.h"

typedef struct Tenant Tenant;

/* What is known of the rows of one series on one day. */
typedef struct SeriesDay {
    int32_t day;
    bool is_marked;    /* the mark is stored or queued: no further one is needed */
    bool is_committed; /* there is a durable row */
    bool is_exact;     /* first and last are known; otherwise the rows must be asked */
    int64_t first_ns;  /* of the durable rows */
    int64_t last_ns;
    int64_t queued_last_ns; /* with those that wait for their commit */
} SeriesDay;

typedef struct Series {
    atomic_uint refs;
    uint32_t tenant;
    uint32_t service;
    uint32_t type;
    uint32_t id;
    Labels labels; /* in the same allocation */
    uint64_t hash;
    bool is_stored;      /* its record in "meta" is stored or queued */
    VEC(SeriesDay) days; /* ascending */
} Series;

Series *series_ref(Series *series);
void series_unref(Series *series);

/* A service or a profile type. */
typedef struct Name {
    Str text; /* heap */
    uint32_t id;
    bool is_stored;
} Name;

typedef VEC(Name) Names;

/* The series that have one value of one label. */
typedef struct Posting {
    Str name; /* borrowed from the first of the series */
    Str value;
    uint64_t hash;
    uint32_t next_of_name; /* further values of the name: index + 1 */
    VEC(uint32_t) slots;   /* positions in Tenant.series, ascending */
} Posting;

struct Tenant {
    uint32_t id;
    Str name; /* heap */
    uint8_t secret[TENANT_SECRET_BYTES];
    bool is_stored;
    Names services; /* by id */
    Names types;
    VEC(Series *) series;
    VEC(Posting) postings;
    uint32_t *series_table; /* hash table over series: slot + 1 */
    size_t n_series_table;
    uint32_t *posting_table; /* over postings: index + 1 */
    size_t n_posting_table;
};

/* Next numbers to allot, the same for all tenants. */
typedef struct Counters {
    uint32_t tenant;
    uint32_t service;
    uint32_t type;
    uint32_t series;
} Counters;

typedef struct Index {
    Mutex lock;
    VEC(Tenant *) tenants;
    Counters counters;
    bool counters_changed;
    uint64_t n_series;
    uint64_t n_services;
} Index;

void index_init(Index *index);
void index_done(Index *index);

/* Forgets everything; series that are referred to live on outside. */
void index_clear_locked(Index *index) REQUIRES(index->lock);

Tenant *index_find_tenant_locked(Index *index, Str name) REQUIRES(index->lock);
Tenant *index_tenant_by_id_locked(Index *index, uint32_t id) REQUIRES(index->lock);

/* The tenant with this name, a new one with a fresh secret when there is none; NULL: no memory. */
Tenant *index_add_tenant_locked(Index *index, Str name) REQUIRES(index->lock);

/* Enters a tenant that was stored. */
bool index_load_tenant_locked(Index *index, uint32_t id, Str name, const uint8_t *secret)
    REQUIRES(index->lock);

/* The number of a text, a new one when it has none; NULL: no memory. */
Name *index_add_name(Names *names, Str text, uint32_t *counter);
Name *index_find_name_by_id(Names *names, uint32_t id);
bool index_load_name(Names *names, uint32_t id, Str text);

uint64_t labels_hash(Labels labels);
Series *index_find_series(const Tenant *tenant, Labels labels, uint64_t hash);

/* Enters a series; labels are copied. NULL: no memory. */
Series *index_add_series_locked(Index *index, Tenant *tenant, Labels labels, uint32_t service,
                                uint32_t type, uint32_t id) REQUIRES(index->lock);

/* What is known of a day; NULL when the series has no rows on it. */
SeriesDay *series_find_day(Series *series, int32_t day);

/* The same, entered when missing; NULL: no memory. */
SeriesDay *series_add_day(Series *series, int32_t day);

/* Notes a durable row. */
void series_day_commit(SeriesDay *day, int64_t time_ns);

typedef void (*IndexSeriesFn)(void *ctx, const Series *series);

/* Forgets a day; series without days leave the index, on_gone is told first. False: no memory, and
 * the index then holds series without days, which is harmless. */
bool index_drop_day_locked(Index *index, int32_t day, IndexSeriesFn on_gone, void *ctx)
    REQUIRES(index->lock);

/* Removes the series that have no day. */
bool index_drop_empty_locked(Index *index, IndexSeriesFn on_gone, void *ctx) REQUIRES(index->lock);

/* Appends the slots of the series that match, ascending; false: no memory. */
typedef VEC(uint32_t) Slots;
bool index_select(const Tenant *tenant, Matchers matchers, Slots *slots);

/* Lower level, used by the two above. */
bool postings_add_series(Tenant *tenant, uint32_t slot);
void postings_clear(Tenant *tenant);
