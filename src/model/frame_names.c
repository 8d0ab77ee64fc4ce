/* SPDX-License-Identifier: Apache-2.0 */
#include "model/frame_names.h"

bool frame_names_init(FrameNames *frame_names, Intern *names, const Symbols *symbols)
{
    size_t bytes = MAX(frame_n_slots(symbols), (size_t)1) * sizeof(uint32_t);

    *frame_names = (FrameNames){ .names = names, .symbols = symbols, .name_of = malloc(bytes) };
    if (frame_names->name_of == NULL) {
        return false;
    }
    memset(frame_names->name_of, 0xFF, bytes); /* INTERN_FAILED everywhere */
    return true;
}

void frame_names_done(FrameNames *frame_names)
{
    free(frame_names->name_of);
    frame_names->name_of = NULL;
}

uint32_t frame_name_slow(FrameNames *frame_names, const Frame *frame)
{
    const Symbols *symbols = frame_names->symbols;
    uint32_t name;

    if (frame->has_line_info) {
        const SymFunction *function = &symbols->functions[symbols->lines[frame->slot].function];
        name = intern_add(frame_names->names, symbols->strings[function->name]);
    } else {
        Buf text = BUF_INIT(KiB(64) + 64);
        location_add_name(&text, symbols, frame->location);
        name = buf_ok(&text) ? intern_add(frame_names->names, buf_str(&text)) : INTERN_FAILED;
        buf_done(&text);
    }
    frame_names->name_of[frame->slot] = name;
    return name;
}

bool call_site_init(CallSite *call_site, Intern *names, const Str *path, size_t n, Arena *arena,
                    Err *err)
{
    uint32_t *numbers = ARENA_NEW(arena, uint32_t, n);

    if (numbers == NULL) {
        return err_no_memory(err);
    }
    for (size_t i = 0; i < n; i++) {
        numbers[i] = intern_add(names, path[i]);
        if (numbers[i] == INTERN_FAILED) {
            return err_no_memory(err);
        }
    }
    *call_site = (CallSite){ numbers, n };
    return true;
}

size_t stack_names(FrameNames *frame_names, uint32_t stack, uint32_t *path, size_t capacity)
{
    FrameIter iter = frames_of(frame_names->symbols, stack);
    Frame frame;
    size_t n = 0;

    while (frame_next(&iter, &frame)) {
        if (n < capacity) {
            path[n] = frame_name(frame_names, &frame);
        }
        n++;
    }
    for (size_t i = 0, j = MIN(n, capacity); i + 1 < j; i++, j--) {
        uint32_t swapped = path[i];
        path[i] = path[j - 1];
        path[j - 1] = swapped;
    }
    return n;
}
