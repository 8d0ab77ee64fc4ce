/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/rocks/symbols.h - symbols of one (tenant, service, day) as a table, made from its delta
 * rows.
 *
 * A delta row holds the records of ids first, first + 1, ... of one kind up to the end of its
 * value. Every reference in a finished table is valid: what is damaged or missing on disk is
 * replaced by an empty stand-in, and is_damaged says so.
 */
#pragma once

#include "base/arena.h"
#include "model/symbols.h"
#include "store/rocks/keys.h"

typedef enum SymKind {
    SYM_STACK,
    SYM_LOCATION,
    SYM_FUNCTION,
    SYM_STRING,
    SYM_MAPPING,
} SymKind;

enum {
    SYM_KINDS = 5,
    /* When a delta row is lost its ids are unknown: new ones start this far behind the last. */
    SYM_LOST_IDS = 65536,
    /* A first id further than this behind the last known one is damage. */
    SYM_MAX_GAP = 4 * SYM_LOST_IDS,
};

#define SYM_MAX_IDS ((uint32_t)1 << 31)

static inline DayKind sym_day_kind(SymKind kind)
{
    return (DayKind)(KIND_STACK + (int)kind);
}

typedef struct SymTable SymTable;

struct SymTable {
    Symbols symbols; /* points into the arrays below */
    uint32_t next_id[SYM_KINDS];
    bool is_damaged;
    size_t bytes; /* memory */
    unsigned refs;
    Arena *texts;
    struct SymArrays *arrays;
};

/* An empty table to add to; NULL when out of memory. */
SymTable *symtable_create(void);

/* Frees the table whatever its reference count: see symcache.h for shared ones. */
void symtable_destroy(SymTable *table);
DEFINE_CLEANUP(SymTable *, symtable_destroy);

/* Adds the records of one delta row, in ascending order of first_id. False only when out of
 * memory; damage is noted in the table. */
bool symtable_add(SymTable *table, SymKind kind, uint32_t first_id, Str value) MUST_CHECK;

/* Notes that delta rows of the kind could not be read. */
void symtable_lost(SymTable *table, SymKind kind);

/* Checks all references and fills in symbols; false when out of memory. */
bool symtable_finish(SymTable *table) MUST_CHECK;
