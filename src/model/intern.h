/* SPDX-License-Identifier: Apache-2.0 */
/*
 * model/intern.h - numbers byte strings: equal content, equal number.
 *
 * Numbers are dense and in order of first occurrence. Used for texts and, with fixed layouts as
 * keys, for every other thing that must be united by content (functions, locations, stacks).
 */
#pragma once

#include "base/arena.h"

#define INTERN_FAILED UINT32_MAX

typedef struct Intern {
    Arena *arena;     /* keys are copied there */
    Str *items;       /* [n], by number */
    uint64_t *hashes; /* [n] */
    uint32_t n;
    uint32_t cap;
    uint32_t *slots; /* number + 1; 0: free */
    size_t n_slots;
} Intern;

static inline void intern_init(Intern *intern, Arena *arena)
{
    *intern = (Intern){ .arena = arena };
}

void intern_done(Intern *intern);

/* The number of the key, a new one when it was not seen before; INTERN_FAILED when out of memory.
 */
uint32_t intern_add(Intern *intern, Str key);

/* The number of the key, or INTERN_FAILED when it was never added. */
uint32_t intern_find(const Intern *intern, Str key);
