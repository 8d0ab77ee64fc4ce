/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/macros.h - compiler attributes, scoped clean-up and checked arithmetic.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define UNUSED __attribute__((unused))

/* Runs fn(&variable) when the variable leaves its scope. */
#define CLEANUP(fn) __attribute__((cleanup(fn)))

/* Defines fn##p for CLEANUP(): calls fn on the pointer unless it is NULL. */
#define DEFINE_CLEANUP(type, fn)                                                                   \
    static inline void fn##p(type *p)                                                              \
    {                                                                                              \
        if (*p != NULL) {                                                                          \
            (void)fn(*p);                                                                          \
        }                                                                                          \
    }                                                                                              \
    struct cleanup_needs_semicolon

static inline void freep(void *p)
{
    free(*(void **)p);
}

/* Moves a pointer out of a variable, which becomes NULL. */
#define TAKE(p)                                                                                    \
    ({                                                                                             \
        __typeof__(p) take_ = (p);                                                                 \
        (p) = NULL;                                                                                \
        take_;                                                                                     \
    })

/* Checked arithmetic: true means overflow. */
#define CK_ADD(ret, a, b) __builtin_add_overflow((a), (b), (ret))
#define CK_SUB(ret, a, b) __builtin_sub_overflow((a), (b), (ret))
#define CK_MUL(ret, a, b) __builtin_mul_overflow((a), (b), (ret))

#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#define KiB(n) ((size_t)(n)*1024)
#define MiB(n) ((size_t)(n)*1024 * 1024)

/* Adds without wrapping: a sum outside int64 stays at the nearest end. */
static inline int64_t sat_add_i64(int64_t a, int64_t b)
{
    int64_t sum;

    if (CK_ADD(&sum, a, b)) {
        return a > 0 ? INT64_MAX : INT64_MIN;
    }
    return sum;
}

/* For programmer errors only, never for input or I/O. Stays on in release builds. */
#define CHECK(cond)                                                                                \
    do {                                                                                           \
        if (!(cond)) {                                                                             \
            check_failed(__FILE__, __LINE__, #cond);                                               \
        }                                                                                          \
    } while (0)

void check_failed(const char *file, int line, const char *expr) __attribute__((noreturn));
