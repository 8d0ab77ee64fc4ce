/* SPDX-License-Identifier: Apache-2.0 */
#include "source/cache.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "base/thread.h"

enum {
    N_BUCKETS = 1 << 12,
    ENTRY_OVERHEAD_BYTES = 256, /* entry, value, arena and allocator headers */
};

typedef struct CacheEntry {
    struct CacheEntry *next; /* in its bucket */
    struct CacheEntry *newer;
    struct CacheEntry *older;
    CacheValue *value;
    int64_t expires_ns;
    size_t size_bytes;
    size_t bucket;
    size_t key_len;
    char key[];
} CacheEntry;

/* A lookup that is under way. */
typedef struct Flight {
    struct Flight *next;
    CacheValue *value;
    unsigned n_waiting;
    bool done;
    size_t key_len;
    char key[];
} Flight;

struct Cache {
    Mutex lock;
    Cond landed; /* some flight is done */
    CacheEntry *buckets[N_BUCKETS];
    CacheEntry *newest;
    CacheEntry *oldest;
    Flight *flights;
    size_t max_bytes;
    size_t bytes;
    size_t n_entries;
    uint64_t seed; /* keys hold paths from profiles: their buckets must not be predictable */
    uint64_t hits;
    uint64_t misses;
};

/* CacheValue with its count in front. */
typedef struct Counted {
    CacheValue value; /* first: a CacheValue pointer is a Counted pointer */
    atomic_int refs;
} Counted;

CacheValue *cache_value_create(size_t budget_bytes)
{
    Counted *counted = calloc(1, sizeof(*counted));

    if (counted == NULL) {
        return NULL;
    }
    counted->value.arena = arena_create(budget_bytes);
    if (counted->value.arena == NULL) {
        free(counted);
        return NULL;
    }
    atomic_init(&counted->refs, 1);
    return &counted->value;
}

bool cache_value_compact(CacheValue *value)
{
    Str *const texts[] = {
        &value->bytes,
        &value->ref.commit,
        &value->commit.sha,
        &value->commit.message,
        &value->commit.author_login,
        &value->commit.author_name,
        &value->commit.avatar_url,
        &value->commit.date,
        &value->commit.url,
    };
    size_t total = 0;

    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        if (CK_ADD(&total, total, texts[i]->len)) {
            return false;
        }
    }
    char *block = malloc(total + 1);
    if (block == NULL) {
        return false;
    }
    size_t at = 0;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        if (texts[i]->len > 0) {
            memcpy(block + at, texts[i]->ptr, texts[i]->len);
        }
        *texts[i] = (Str){ block + at, texts[i]->len };
        at += texts[i]->len;
    }
    arena_destroy(value->arena);
    value->arena = NULL;
    value->block = block;
    value->block_bytes = total + 1;
    return true;
}

CacheValue *cache_value_ref(CacheValue *value)
{
    (void)atomic_fetch_add_explicit(&((Counted *)value)->refs, 1,
                                    memory_order_relaxed); /* old count unused */
    return value;
}

CacheValue *cache_value_unref(CacheValue *value)
{
    Counted *counted = (Counted *)value;

    if (value != NULL && atomic_fetch_sub_explicit(&counted->refs, 1, memory_order_acq_rel) == 1) {
        tree_index_unref(value->tree);
        arena_destroy(value->arena);
        free(value->block);
        free(counted);
    }
    return NULL;
}

Cache *cache_create(size_t max_bytes)
{
    Cache *cache = calloc(1, sizeof(*cache));

    if (cache != NULL) {
        mutex_init(&cache->lock);
        cond_init(&cache->landed);
        cache->max_bytes = max_bytes;
        (void)gnutls_rnd(GNUTLS_RND_NONCE, &cache->seed, sizeof(cache->seed)); /* else 0: slower */
    }
    return cache;
}

static size_t bucket_of(const Cache *cache, Str key)
{
    uint64_t hash = cache->seed ^ UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < key.len; i++) {
        hash = (hash ^ (unsigned char)key.ptr[i]) * UINT64_C(0x100000001b3);
        hash ^= hash >> 29;
    }
    return (size_t)(hash ^ hash >> 32) % N_BUCKETS;
}

static void unlink_age(Cache *cache, CacheEntry *entry)
{
    if (entry->newer != NULL) {
        entry->newer->older = entry->older;
    } else {
        cache->newest = entry->older;
    }
    if (entry->older != NULL) {
        entry->older->newer = entry->newer;
    } else {
        cache->oldest = entry->newer;
    }
}

static void link_newest(Cache *cache, CacheEntry *entry)
{
    entry->newer = NULL;
    entry->older = cache->newest;
    if (cache->newest != NULL) {
        cache->newest->newer = entry;
    } else {
        cache->oldest = entry;
    }
    cache->newest = entry;
}

static void remove_locked(Cache *cache, CacheEntry *entry)
{
    CacheEntry **at = &cache->buckets[entry->bucket];

    while (*at != entry) {
        at = &(*at)->next;
    }
    *at = entry->next;
    unlink_age(cache, entry);
    cache->bytes -= entry->size_bytes;
    cache->n_entries--;
    cache_value_unref(entry->value);
    free(entry);
}

static CacheEntry *find_locked(Cache *cache, Str key)
{
    for (CacheEntry *entry = cache->buckets[bucket_of(cache, key)]; entry != NULL;
         entry = entry->next) {
        if (str_eq((Str){ entry->key, entry->key_len }, key)) {
            return entry;
        }
    }
    return NULL;
}

void cache_clear(Cache *cache)
{
    mutex_lock(&cache->lock);
    while (cache->oldest != NULL) {
        remove_locked(cache, cache->oldest);
    }
    mutex_unlock(&cache->lock);
}

void cache_destroy(Cache *cache)
{
    if (cache != NULL) {
        cache_clear(cache);
        cond_done(&cache->landed);
        mutex_done(&cache->lock);
        free(cache);
    }
}

CacheValue *cache_get(Cache *cache, Str key)
{
    CacheValue *value = NULL;
    int64_t now = clock_steady_ns();

    mutex_lock(&cache->lock);
    CacheEntry *entry = find_locked(cache, key);
    if (entry != NULL && entry->expires_ns <= now) {
        remove_locked(cache, entry);
        entry = NULL;
    }
    if (entry != NULL) {
        value = cache_value_ref(entry->value);
        unlink_age(cache, entry);
        link_newest(cache, entry);
        cache->hits++;
    } else {
        cache->misses++;
    }
    mutex_unlock(&cache->lock);
    return value;
}

static size_t value_bytes(const CacheValue *value, Str key)
{
    size_t tree = value->tree != NULL ? tree_index_size_bytes(value->tree) : 0;

    size_t texts = value->arena != NULL ? arena_used(value->arena) : value->block_bytes;

    return ENTRY_OVERHEAD_BYTES + key.len + texts + tree;
}

void cache_put(Cache *cache, Str key, CacheValue *value, int64_t life_ns)
{
    size_t size = value_bytes(value, key);
    CacheEntry *entry = NULL;

    if (life_ns > 0 && size <= cache->max_bytes) {
        entry = calloc(1, sizeof(*entry) + key.len);
    }
    mutex_lock(&cache->lock);
    CacheEntry *old = find_locked(cache, key);
    if (old != NULL) {
        remove_locked(cache, old);
    }
    if (entry != NULL) {
        memcpy(entry->key, key.ptr, key.len);
        entry->key_len = key.len;
        entry->value = cache_value_ref(value);
        entry->size_bytes = size;
        entry->bucket = bucket_of(cache, key);
        entry->expires_ns =
            life_ns == CACHE_FOREVER ? INT64_MAX : sat_add_i64(clock_steady_ns(), life_ns);
        entry->next = cache->buckets[entry->bucket];
        cache->buckets[entry->bucket] = entry;
        link_newest(cache, entry);
        cache->bytes += size;
        cache->n_entries++;
        while (cache->bytes > cache->max_bytes) {
            remove_locked(cache, cache->oldest);
        }
    }
    mutex_unlock(&cache->lock);
}

static Flight *find_flight_locked(Cache *cache, Str key)
{
    for (Flight *flight = cache->flights; flight != NULL; flight = flight->next) {
        if (!flight->done && str_eq((Str){ flight->key, flight->key_len }, key)) {
            return flight;
        }
    }
    return NULL;
}

static void remove_flight_locked(Cache *cache, Flight *flight)
{
    Flight **at = &cache->flights;

    while (*at != flight) {
        at = &(*at)->next;
    }
    *at = flight->next;
    cache_value_unref(flight->value);
    free(flight);
}

static bool wait_locked(Cache *cache, Flight *flight, int64_t deadline_ns, CacheValue **ret_value)
    REQUIRES(cache->lock);

/* Waits for the leader. False when the time is over. */
static bool wait_locked(Cache *cache, Flight *flight, int64_t deadline_ns, CacheValue **ret_value)
{
    bool in_time = true;

    flight->n_waiting++;
    while (!flight->done && in_time) {
        in_time = cond_wait_until(&cache->landed, &cache->lock, deadline_ns);
    }
    bool done = flight->done;
    if (done && flight->value != NULL) {
        *ret_value = cache_value_ref(flight->value);
    }
    flight->n_waiting--;
    if (done && flight->n_waiting == 0) {
        remove_flight_locked(cache, flight);
    }
    return done && *ret_value != NULL;
}

bool cache_join(Cache *cache, Str key, int64_t deadline_ns, CacheValue **ret_value)
{
    bool ok = true;

    *ret_value = NULL;
    mutex_lock(&cache->lock);
    Flight *flight = find_flight_locked(cache, key);
    if (flight != NULL) {
        ok = wait_locked(cache, flight, deadline_ns, ret_value);
    } else {
        flight = calloc(1, sizeof(*flight) + key.len);
        if (flight != NULL) { /* out of memory: load alone, unmerged */
            memcpy(flight->key, key.ptr, key.len);
            flight->key_len = key.len;
            flight->next = cache->flights;
            cache->flights = flight;
        }
    }
    mutex_unlock(&cache->lock);
    return ok;
}

void cache_finish(Cache *cache, Str key, CacheValue *value)
{
    mutex_lock(&cache->lock);
    Flight *flight = find_flight_locked(cache, key);
    if (flight != NULL) {
        flight->done = true;
        if (flight->n_waiting == 0) {
            remove_flight_locked(cache, flight);
        } else {
            flight->value = value != NULL ? cache_value_ref(value) : NULL;
            cond_broadcast(&cache->landed);
        }
    }
    mutex_unlock(&cache->lock);
}

void cache_stats(Cache *cache, CacheStats *ret_stats)
{
    mutex_lock(&cache->lock);
    *ret_stats = (CacheStats){ cache->bytes, cache->n_entries, cache->hits, cache->misses };
    mutex_unlock(&cache->lock);
}
