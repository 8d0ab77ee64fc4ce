/* SPDX-License-Identifier: Apache-2.0 */
#include "model/matcher.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const Label items[] = { { STR_CONST("pod"), STR_CONST("a") },
                                   { STR_CONST("service_name"), STR_CONST("shop") } };
    Labels labels = { items, ARRAY_LEN(items) };
    Matchers matchers = { 0 };
    Err err = ERR_INIT;
    Arena *arena = arena_create(MiB(16));

    if (selector_parse((Str){ (const char *)data, size }, arena, &matchers, &err)) {
        (void)matchers_match(matchers, labels); /* must not crash, whatever the answer is */
        matchers_done(&matchers);
    } else {
        CHECK(err.code == ERR_INVALID_ARGUMENT || err.code == ERR_RESOURCE_EXHAUSTED);
    }
    arena_destroy(arena);
    return 0;
}
