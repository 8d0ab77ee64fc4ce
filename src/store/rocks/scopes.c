/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/rocks/scopes.c - the id maps in memory: made from the symbol rows when first needed, given
 * up by least recent use. A map with ids that are not durable yet cannot be read back, so it stays.
 */
#include "store/rocks/internal.h"

#define SCOPE_LOAD_LIMIT_BYTES MiB(2048)

static Scope **bucket_of(Engine *engine, uint32_t tenant, uint32_t service, int32_t day)
{
    uint32_t hash = (tenant * 31 + service) * 2654435761U + (uint32_t)day * 40503U;

    return &engine->scopes[(hash >> 16) % SCOPE_BUCKETS];
}

static Scope *scope_find(Engine *engine, uint32_t tenant, uint32_t service, int32_t day)
{
    Scope *scope = *bucket_of(engine, tenant, service, day);

    while (scope != NULL &&
           (scope->tenant != tenant || scope->service != service || scope->day != day)) {
        scope = scope->next;
    }
    return scope;
}

static bool scope_load(Scope *scope, Db *db, const Day *day, const Tenant *tenant, Err *err)
{
    CLEANUP(symtable_destroyp) SymTable *table = NULL;
    CLEANUP(arena_destroyp) Arena *arena = arena_create(SCOPE_LOAD_LIMIT_BYTES);

    if (arena == NULL) {
        return err_no_memory(err);
    }
    return symtable_load(db, day, scope->tenant, scope->service, &table, err) &&
           idmap_fill(&scope->map, table, tenant->secret, arena, err);
}

bool scope_get_locked(Engine *engine, Db *db, const Day *day, const Tenant *tenant,
                      uint32_t service, Scope **ret_scope, Err *err)
{
    Scope *scope = scope_find(engine, tenant->id, service, day->number);

    if (scope == NULL) {
        scope = calloc(1, sizeof(*scope));
        if (scope == NULL) {
            return err_no_memory(err);
        }
        *scope = (Scope){ .tenant = tenant->id, .service = service, .day = day->number };
        if (!scope_load(scope, db, day, tenant, err)) {
            idmap_done(&scope->map);
            free(scope);
            return err_wrap(err, "could not read the symbols of the service");
        }
        Scope **bucket = bucket_of(engine, tenant->id, service, day->number);
        scope->next = *bucket;
        *bucket = scope;
    }
    scope->last_use = ++engine->scope_clock;
    *ret_scope = scope;
    return true;
}

void scopes_account_locked(Engine *engine, Scope *scope)
{
    size_t bytes = sizeof(*scope) + idmap_bytes(&scope->map);

    engine->scope_bytes = engine->scope_bytes - scope->bytes + bytes;
    scope->bytes = bytes;
}

static void scope_remove(Engine *engine, Scope **link)
{
    Scope *scope = *link;

    *link = scope->next;
    engine->scope_bytes -= scope->bytes;
    idmap_done(&scope->map);
    free(scope);
}

void scopes_evict_locked(Engine *engine)
{
    while (engine->scope_bytes > engine->scope_max_bytes) {
        Scope **oldest = NULL;
        for (size_t i = 0; i < SCOPE_BUCKETS; i++) {
            for (Scope **link = &engine->scopes[i]; *link != NULL; link = &(*link)->next) {
                Scope *scope = *link;
                if (!scope->is_in_call && scope->last_ticket <= engine->committed_ticket &&
                    (oldest == NULL || scope->last_use < (*oldest)->last_use)) {
                    oldest = link;
                }
            }
        }
        if (oldest == NULL) {
            return;
        }
        scope_remove(engine, oldest);
    }
}

void scopes_clear_locked(Engine *engine)
{
    for (size_t i = 0; i < SCOPE_BUCKETS; i++) {
        while (engine->scopes[i] != NULL) {
            scope_remove(engine, &engine->scopes[i]);
        }
    }
}

void scopes_drop_day_locked(Engine *engine, int32_t day)
{
    for (size_t i = 0; i < SCOPE_BUCKETS; i++) {
        for (Scope **link = &engine->scopes[i]; *link != NULL;) {
            if ((*link)->day == day) {
                scope_remove(engine, link);
            } else {
                link = &(*link)->next;
            }
        }
    }
}
