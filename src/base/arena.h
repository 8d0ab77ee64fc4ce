/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/arena.h - memory that is released all at once: one per request, decode or query.
 *
 * The budget bounds what a single request can take; an allocation beyond it gives NULL. Not
 * thread-safe. With -DARENA_MALLOC=ON every allocation is a malloc of its own, so that sanitizers
 * see overruns.
 */
#pragma once

#include "base/budget.h"
#include "base/str.h"

typedef struct Arena Arena;

/* budget_bytes: the most that all allocations together may take. NULL when out of memory. */
Arena *arena_create(size_t budget_bytes);
/*
 * Also takes its memory from a budget that several arenas share (NULL: none), except for its first
 * chunk: a small request is served whatever the others hold.
 */
Arena *arena_create_shared(size_t budget_bytes, Budget *shared);
Budget *arena_shared(const Arena *arena); /* what the arena was created with */
void arena_destroy(Arena *arena);         /* NULL is fine */
DEFINE_CLEANUP(Arena *, arena_destroy);

/* Zeroed memory, aligned for any type; NULL beyond the budget, out of memory, or on a NULL arena.
 */
void *arena_alloc(Arena *arena, size_t bytes);

/* Like arena_alloc, not zeroed. */
void *arena_alloc_raw(Arena *arena, size_t bytes);

/* An array of n zeroed items; NULL on overflow too. */
void *arena_alloc_array(Arena *arena, size_t n, size_t item_bytes);
#define ARENA_NEW(arena, type, n) ((type *)arena_alloc_array((arena), (n), sizeof(type)))

/* Forgets all allocations but keeps the largest chunk for reuse: no heap call in steady state. */
void arena_reset(Arena *arena);

/* Bytes handed out since creation or reset. */
size_t arena_used(const Arena *arena);

/* Copies; ptr is NULL on failure. The copy is NUL-terminated behind len. */
Str arena_str(Arena *arena, Str s);
char *arena_text(Arena *arena, Str s);
char *arena_printf(Arena *arena, const char *fmt, ...) PRINTF_LIKE(2, 3);
