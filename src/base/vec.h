/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/vec.h - growable array of any type on the heap.
 *
 *     VEC(uint32_t) ids = { 0 };
 *     if (!VEC_PUSH(&ids, 7)) { return err_no_memory(err); }
 *     VEC_DONE(&ids);
 */
#pragma once

#include "base/macros.h"

#define VEC(T)                                                                                     \
    struct {                                                                                       \
        T *items;                                                                                  \
        size_t len;                                                                                \
        size_t cap;                                                                                \
    }

/* Grows *items (item_bytes each) so that need items fit; false when out of memory, nothing lost. */
bool vec_grow(void **items, size_t *cap, size_t need, size_t item_bytes);

#define VEC_RESERVE(vec, n)                                                                        \
    ((vec)->len + (n) <= (vec)->cap ||                                                             \
     vec_grow((void **)&(vec)->items, &(vec)->cap, (vec)->len + (n), sizeof(*(vec)->items)))

/* Appends; false when out of memory. */
#define VEC_PUSH(vec, ...)                                                                         \
    (VEC_RESERVE(vec, 1) ? ((vec)->items[(vec)->len++] = (__VA_ARGS__), true) : false)

#define VEC_DONE(vec)                                                                              \
    do {                                                                                           \
        free((vec)->items);                                                                        \
        (vec)->items = NULL;                                                                       \
        (vec)->len = (vec)->cap = 0;                                                               \
    } while (0)
