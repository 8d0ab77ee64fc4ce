/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define POISON(ptr, n) ASAN_POISON_MEMORY_REGION((ptr), (n))
#define UNPOISON(ptr, n) ASAN_UNPOISON_MEMORY_REGION((ptr), (n))
#else
#define POISON(ptr, n) ((void)(ptr), (void)(n))
#define UNPOISON(ptr, n) ((void)(ptr), (void)(n))
#endif

enum {
    ARENA_ALIGN = 16,
    ARENA_FIRST_CHUNK = 16 * 1024,
    ARENA_LARGEST_STEP = 4 * 1024 * 1024, /* chunks double up to here, then follow the request */
};

typedef struct Chunk {
    struct Chunk *next;
    size_t cap;
    size_t used;
    size_t charged; /* in the shared budget */
    _Alignas(ARENA_ALIGN) char data[];
} Chunk;

struct Arena {
    size_t budget;
    size_t used;
    Budget *shared; /* may be NULL */
    Chunk *chunks;  /* newest first; allocations come from the first one */
};

Arena *arena_create_shared(size_t budget_bytes, Budget *shared)
{
    Arena *arena = calloc(1, sizeof(*arena));

    if (arena != NULL) {
        arena->budget = budget_bytes;
        arena->shared = shared;
    }
    return arena;
}

Arena *arena_create(size_t budget_bytes)
{
    return arena_create_shared(budget_bytes, NULL);
}

Budget *arena_shared(const Arena *arena)
{
    return arena->shared;
}

static void chunk_free(Arena *arena, Chunk *chunk)
{
    budget_give(arena->shared, chunk->charged);
    UNPOISON(chunk->data, chunk->cap);
    free(chunk);
}

void arena_destroy(Arena *arena)
{
    if (arena == NULL) {
        return;
    }
    for (Chunk *chunk = arena->chunks; chunk != NULL;) {
        Chunk *next = chunk->next;
        chunk_free(arena, chunk);
        chunk = next;
    }
    free(arena);
}

static Chunk *chunk_add(Arena *arena, size_t need)
{
    size_t cap = ARENA_FIRST_CHUNK;

#ifdef ARENA_MALLOC
    cap = need;
#else
    if (arena->chunks != NULL) {
        cap = MIN(arena->chunks->cap * 2, (size_t)ARENA_LARGEST_STEP);
    }
    cap = MAX(cap, need);
#endif
    bool free_of_charge = arena->chunks == NULL && cap <= ARENA_FIRST_CHUNK;
    size_t charged = free_of_charge ? 0 : cap;
    if (!budget_take(arena->shared, charged)) {
        return NULL;
    }
    Chunk *chunk = malloc(sizeof(*chunk) + cap);
    if (chunk == NULL) {
        budget_give(arena->shared, charged);
        return NULL;
    }
    *chunk = (Chunk){ .next = arena->chunks, .cap = cap, .charged = charged };
    POISON(chunk->data, cap);
    arena->chunks = chunk;
    return chunk;
}

void *arena_alloc_raw(Arena *arena, size_t bytes)
{
    size_t need;

    if (arena == NULL || CK_ADD(&need, bytes, (size_t)ARENA_ALIGN - 1)) {
        return NULL;
    }
    need &= ~((size_t)ARENA_ALIGN - 1);
    need = MAX(need, (size_t)ARENA_ALIGN);
    if (need > arena->budget - arena->used) {
        return NULL;
    }
    Chunk *chunk = arena->chunks;
    if (chunk == NULL || chunk->cap - chunk->used < need) {
        chunk = chunk_add(arena, need);
        if (chunk == NULL) {
            return NULL;
        }
    }
    char *memory = chunk->data + chunk->used;
    chunk->used += need;
    arena->used += need;
    UNPOISON(memory, bytes);
    return memory;
}

void *arena_alloc(Arena *arena, size_t bytes)
{
    void *memory = arena_alloc_raw(arena, bytes);

    if (memory != NULL && bytes > 0) {
        memset(memory, 0, bytes);
    }
    return memory;
}

void *arena_alloc_array(Arena *arena, size_t n, size_t item_bytes)
{
    size_t bytes;

    if (CK_MUL(&bytes, n, item_bytes)) {
        return NULL;
    }
    return arena_alloc(arena, bytes);
}

void arena_reset(Arena *arena)
{
    Chunk *keep = NULL;

    for (Chunk *chunk = arena->chunks; chunk != NULL;) {
        Chunk *next = chunk->next;
        if (keep == NULL || chunk->cap > keep->cap) {
            if (keep != NULL) {
                chunk_free(arena, keep);
            }
            keep = chunk;
        } else {
            chunk_free(arena, chunk);
        }
        chunk = next;
    }
    if (keep != NULL) {
        keep->next = NULL;
        keep->used = 0;
        POISON(keep->data, keep->cap);
    }
    arena->chunks = keep;
    arena->used = 0;
}

size_t arena_used(const Arena *arena)
{
    return arena->used;
}

char *arena_text(Arena *arena, Str s)
{
    size_t bytes;

    if (CK_ADD(&bytes, s.len, (size_t)1)) {
        return NULL;
    }
    char *copy = arena_alloc_raw(arena, bytes);
    if (copy != NULL) {
        if (s.len > 0) {
            memcpy(copy, s.ptr, s.len);
        }
        copy[s.len] = '\0';
    }
    return copy;
}

Str arena_str(Arena *arena, Str s)
{
    char *copy = arena_text(arena, s);

    return (Str){ copy, copy != NULL ? s.len : 0 };
}

char *arena_printf(Arena *arena, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (n < 0) {
        return NULL;
    }
    char *text = arena_alloc_raw(arena, (size_t)n + 1);
    if (text != NULL) {
        va_start(args, fmt);
        (void)vsnprintf(text, (size_t)n + 1, fmt, args); /* length known from above */
        va_end(args);
    }
    return text;
}
