/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/rocks/symcache.c - loads symbol tables and keeps those that queries use.
 *
 * Tables are immutable and counted. One may be older than the rows that a query sees; the query
 * notices an id behind its end and asks for a fresh one.
 */
#include "store/rocks/internal.h"
#include "store/rocks/wire.h"

static bool load_kind(Db *db, const Day *day, const rocksdb_snapshot_t *snapshot, uint32_t tenant,
                      uint32_t service, SymKind kind, SymTable *table, Err *err)
{
    Scan scan;
    uint8_t first_key[KEY_SYMBOL_BYTES];
    Str key;
    Str value;
    bool ok = true;

    key_symbol(first_key, tenant, sym_day_kind(kind), service, 0);
    scan_init_kind(&scan, db, day, snapshot, tenant, sym_day_kind(kind));
    for (scan_seek(&scan, (Str){ (const char *)first_key, KEY_SYMBOL_BYTES - 4 }, 4, 0, UINT32_MAX);
         ok && scan_get(&scan, &key, &value); scan_next(&scan)) {
        if (scan.is_damaged) {
            symtable_lost(table, kind);
            scan.is_damaged = false;
        }
        ok = symtable_add(table, kind, (uint32_t)scan.position, value);
    }
    if (scan.is_damaged) {
        symtable_lost(table, kind);
    }
    ok = ok ? scan_ok(&scan, err) : err_no_memory(err);
    scan_done(&scan);
    return ok;
}

bool symtable_load(Db *db, const Day *day, uint32_t tenant, uint32_t service, SymTable **ret_table,
                   Err *err)
{
    CLEANUP(symtable_destroyp) SymTable *table = symtable_create();
    bool ok = table != NULL || err_no_memory(err);
    /* one snapshot for all kinds: stacks then never refer past the locations read before */
    const rocksdb_snapshot_t *snapshot = db->read_only ? NULL : rocksdb_create_snapshot(db->db);

    for (int kind = 0; ok && kind < SYM_KINDS; kind++) {
        ok = load_kind(db, day, snapshot, tenant, service, (SymKind)kind, table, err);
    }
    if (snapshot != NULL) {
        rocksdb_release_snapshot(db->db, snapshot);
    }
    if (!ok) {
        return false;
    }
    if (!symtable_finish(table)) {
        return err_no_memory(err);
    }
    *ret_table = TAKE(table);
    return true;
}

void symcache_init(SymCache *cache, size_t max_bytes)
{
    *cache = (SymCache){ .max_bytes = max_bytes };
    mutex_init(&cache->lock);
}

static void unref_locked(SymTable *table)
{
    if (--table->refs == 0) {
        symtable_destroy(table);
    }
}

void symcache_unref(SymCache *cache, SymTable *table)
{
    if (table == NULL) {
        return;
    }
    mutex_lock(&cache->lock);
    unref_locked(table);
    mutex_unlock(&cache->lock);
}

static SymCacheEntry **bucket_of(SymCache *cache, uint32_t tenant, uint32_t service, int32_t day)
{
    uint32_t hash = (tenant * 31 + service) * 2654435761U + (uint32_t)day * 40503U;

    return &cache->buckets[(hash >> 16) % SCOPE_BUCKETS];
}

static SymCacheEntry *find_locked(SymCache *cache, uint32_t tenant, uint32_t service, int32_t day)
{
    SymCacheEntry *entry = *bucket_of(cache, tenant, service, day);

    while (entry != NULL &&
           (entry->tenant != tenant || entry->service != service || entry->day != day)) {
        entry = entry->next;
    }
    return entry;
}

static void remove_locked(SymCache *cache, SymCacheEntry **link)
{
    SymCacheEntry *entry = *link;

    *link = entry->next;
    cache->bytes -= entry->table->bytes;
    unref_locked(entry->table);
    free(entry);
}

/* Removes the entries of a day, or all. */
static void remove_where(SymCache *cache, bool all, int32_t day)
{
    mutex_lock(&cache->lock);
    for (size_t i = 0; i < SCOPE_BUCKETS; i++) {
        for (SymCacheEntry **link = &cache->buckets[i]; *link != NULL;) {
            if (all || (*link)->day == day) {
                remove_locked(cache, link);
            } else {
                link = &(*link)->next;
            }
        }
    }
    mutex_unlock(&cache->lock);
}

void symcache_clear(SymCache *cache)
{
    remove_where(cache, true, 0);
}

void symcache_drop_day(SymCache *cache, int32_t day)
{
    remove_where(cache, false, day);
}

void symcache_done(SymCache *cache)
{
    symcache_clear(cache);
    mutex_done(&cache->lock);
}

static void evict_locked(SymCache *cache)
{
    while (cache->bytes > cache->max_bytes) {
        SymCacheEntry **oldest = NULL;
        for (size_t i = 0; i < SCOPE_BUCKETS; i++) {
            for (SymCacheEntry **link = &cache->buckets[i]; *link != NULL; link = &(*link)->next) {
                if (oldest == NULL || (*link)->last_use < (*oldest)->last_use) {
                    oldest = link;
                }
            }
        }
        if (oldest == NULL) {
            return;
        }
        remove_locked(cache, oldest);
    }
}

/* Puts the table in place of the cached one. Without memory for the entry it is just not cached. */
static void store_locked(SymCache *cache, uint32_t tenant, uint32_t service, int32_t day,
                         SymTable *table)
{
    SymCacheEntry *entry = find_locked(cache, tenant, service, day);

    if (entry == NULL) {
        entry = calloc(1, sizeof(*entry));
        if (entry == NULL) {
            return;
        }
        SymCacheEntry **bucket = bucket_of(cache, tenant, service, day);
        *entry =
            (SymCacheEntry){ .next = *bucket, .tenant = tenant, .service = service, .day = day };
        *bucket = entry;
    } else {
        cache->bytes -= entry->table->bytes;
        unref_locked(entry->table);
    }
    table->refs++;
    entry->table = table;
    entry->last_use = ++cache->clock;
    cache->bytes += table->bytes;
    evict_locked(cache);
}

bool symcache_get(SymCache *cache, Db *db, const Day *day, uint32_t tenant, uint32_t service,
                  bool fresh, SymTable **ret_table, Err *err)
{
    SymTable *table = NULL;

    mutex_lock(&cache->lock);
    SymCacheEntry *entry = fresh ? NULL : find_locked(cache, tenant, service, day->number);
    if (entry != NULL) {
        entry->last_use = ++cache->clock;
        table = entry->table;
        table->refs++;
    }
    mutex_unlock(&cache->lock);
    if (table == NULL) {
        if (!symtable_load(db, day, tenant, service, &table, err)) {
            return false;
        }
        mutex_lock(&cache->lock);
        store_locked(cache, tenant, service, day->number, table);
        mutex_unlock(&cache->lock);
    }
    *ret_table = table;
    return true;
}

size_t symcache_bytes(SymCache *cache)
{
    mutex_lock(&cache->lock);
    size_t bytes = cache->bytes;
    mutex_unlock(&cache->lock);
    return bytes;
}
