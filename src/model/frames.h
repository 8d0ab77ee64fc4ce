/* SPDX-License-Identifier: Apache-2.0 */
/*
 * model/frames.h - stacks as sequences of frames.
 *
 * A frame is one line of a location; inlined functions are frames of their own. A location without
 * lines is one frame whose name is made from its address. Frames are numbered by "slot" within a
 * symbol table: line i has slot i, location j without lines has slot n_lines + j, so that whatever
 * is known about a frame can stand in a plain array.
 */
#pragma once

#include "base/buf.h"
#include "model/symbols.h"

/* Number of slots of a table. */
static inline size_t frame_n_slots(const Symbols *symbols)
{
    return (size_t)symbols->n_lines + symbols->n_locations;
}

typedef struct FrameIter {
    const Symbols *symbols;
    const uint32_t *location; /* current one, going to the root */
    const uint32_t *end;
    uint32_t line; /* next line within the location */
} FrameIter;

typedef struct Frame {
    uint32_t slot;
    uint32_t location;
    bool first_of_location; /* innermost line */
    bool has_line_info;     /* false: a location without lines */
} Frame;

/* Walks from the leaf to the root. */
static inline FrameIter frames_of(const Symbols *symbols, uint32_t stack)
{
    const SymStack *s = &symbols->stacks[stack];
    const uint32_t *first = symbols->stack_locations + s->first_location;

    return (FrameIter){ symbols, first, first + s->n_locations, 0 };
}

static inline bool frame_next(FrameIter *iter, Frame *ret_frame)
{
    if (iter->location == iter->end) {
        return false;
    }
    uint32_t at = *iter->location;
    const SymLocation *location = &iter->symbols->locations[at];
    ret_frame->location = at;
    ret_frame->first_of_location = iter->line == 0;
    ret_frame->has_line_info = location->n_lines > 0;
    if (location->n_lines == 0) {
        ret_frame->slot = iter->symbols->n_lines + at;
        iter->location++;
        return true;
    }
    ret_frame->slot = location->first_line + iter->line;
    if (++iter->line == location->n_lines) {
        iter->line = 0;
        iter->location++;
    }
    return true;
}

/* Appends the name of a location without lines: "libc.so.6+0x1f0", or "0x1f0" without a mapping
 * file. */
void location_add_name(Buf *buf, const Symbols *symbols, uint32_t location);
