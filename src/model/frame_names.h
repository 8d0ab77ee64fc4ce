/* SPDX-License-Identifier: Apache-2.0 */
/*
 * model/frame_names.h - function names of frames as numbers of one table, across several symbol
 * tables.
 */
#pragma once

#include "base/err.h"
#include "model/frames.h"
#include "model/intern.h"

/* For one symbol table: name_of[slot] is found when it is first asked for. */
typedef struct FrameNames {
    Intern *names;
    const Symbols *symbols;
    uint32_t *name_of; /* [frame_n_slots], INTERN_FAILED: not asked yet */
} FrameNames;

bool frame_names_init(FrameNames *frame_names, Intern *names, const Symbols *symbols) MUST_CHECK;
void frame_names_done(FrameNames *frame_names);

uint32_t frame_name_slow(FrameNames *frame_names, const Frame *frame);

/* Number of the frame's function name; INTERN_FAILED when out of memory. */
static inline uint32_t frame_name(FrameNames *frame_names, const Frame *frame)
{
    uint32_t name = frame_names->name_of[frame->slot];

    return name != INTERN_FAILED ? name : frame_name_slow(frame_names, frame);
}

/* A path of function names from the root; stacks that start with it pass. Empty: every stack. */
typedef struct CallSite {
    const uint32_t *names; /* [n], root first, numbers of the Intern */
    size_t n;
} CallSite;

/* Numbers the names of a call site in the table. */
bool call_site_init(CallSite *call_site, Intern *names, const Str *path, size_t n, Arena *arena,
                    Err *err) MUST_CHECK;

/*
 * Collects the names of a stack, root first, into path (room for capacity); returns how many there
 * are, which may be more than fit. INTERN_FAILED inside path: out of memory.
 */
size_t stack_names(FrameNames *frame_names, uint32_t stack, uint32_t *path, size_t capacity);

/* Whether the path starts with the call site. */
static inline bool call_site_matches(const CallSite *call_site, const uint32_t *path, size_t n)
{
    return n >= call_site->n &&
           (call_site->n == 0 || memcmp(path, call_site->names, call_site->n * sizeof(*path)) == 0);
}
