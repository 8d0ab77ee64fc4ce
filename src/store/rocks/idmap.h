/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/rocks/idmap.h - content hash to id, for one (tenant, service, day).
 *
 * Ids are dense numbers per kind. A stack costs one probe; its locations are looked up only when
 * the stack is new, their functions only when the location is, and so on. What is new is written as
 * records into a SymDelta, whose values are stored together with the row that needs them.
 *
 * Not thread-safe: guarded by the append lock of the engine.
 */
#pragma once

#include "store/rocks/hash.h"
#include "store/rocks/symbols.h"

typedef struct IdSlot {
    uint64_t hash;  /* low half of the content hash */
    uint32_t check; /* 32 more bits of it */
    uint32_t id;    /* id + 1; 0: free */
} IdSlot;

typedef struct IdTable {
    IdSlot *slots;
    size_t n_slots; /* a power of two, or 0 */
    size_t used;
    uint32_t next_id;
} IdTable;

typedef struct IdMap {
    IdTable tables[SYM_KINDS];
} IdMap;

void idmap_done(IdMap *map);

/* Bytes of memory that the map takes. */
size_t idmap_bytes(const IdMap *map);

/* Enters all symbols of a loaded table under their own ids. secret is that of the tenant. */
bool idmap_fill(IdMap *map, const SymTable *table, const uint8_t *secret, Arena *arena,
                Err *err) MUST_CHECK;

/*
 * Room for extra[kind] further ids, so that idmap_stack() cannot fail. extra counts everything
 * that may be added before the next reservation.
 */
bool idmap_reserve(IdMap *map, const size_t extra[SYM_KINDS], Err *err) MUST_CHECK;

/* New records of one profile, per kind; each becomes one value under the key of first_id. */
typedef struct SymDelta {
    Buf records[SYM_KINDS];
    uint32_t first_id[SYM_KINDS];
} SymDelta;

#define SYM_DELTA_LIMIT_BYTES MiB(1024)

void delta_init(SymDelta *delta);
void delta_done(SymDelta *delta);

/* Room for the records of all of symbols. */
bool delta_reserve(SymDelta *delta, const Symbols *symbols, Err *err) MUST_CHECK;

/* The id of a stack of the upload; both map and delta must have the room reserved. */
uint32_t idmap_stack(IdMap *map, SymHasher *hasher, uint32_t stack, SymDelta *delta);

/* Fetches the slot that idmap_stack() will look at. */
void idmap_prefetch(const IdMap *map, Hash128 stack);
