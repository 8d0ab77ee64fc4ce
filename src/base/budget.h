/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/budget.h - a number of bytes that many holders share.
 *
 * Bounds what all requests hold together, where an arena's or a buffer's own limit bounds one.
 * Thread-safe.
 */
#pragma once

#include <stdatomic.h>

#include "base/macros.h"

typedef struct Budget {
    size_t limit; /* bytes */
    atomic_size_t used;
} Budget;

/* Counts n bytes; false, and nothing counted, when they do not fit. A NULL budget has no limit. */
static inline bool budget_take(Budget *budget, size_t n)
{
    if (budget == NULL) {
        return true;
    }
    size_t before = atomic_fetch_add(&budget->used, n);
    if (n <= budget->limit && before <= budget->limit - n) {
        return true;
    }
    (void)atomic_fetch_sub(&budget->used, n);
    return false;
}

/* Counts n bytes that are held already. */
static inline void budget_add(Budget *budget, size_t n)
{
    if (budget != NULL) {
        (void)atomic_fetch_add(&budget->used, n);
    }
}

static inline void budget_give(Budget *budget, size_t n)
{
    if (budget != NULL) {
        (void)atomic_fetch_sub(&budget->used, n);
    }
}
