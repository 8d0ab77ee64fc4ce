/* SPDX-License-Identifier: Apache-2.0 */
/* The parameters of /ingest that are grammars of their own: name and from. */
#include "codec/attime.h"
#include "ingest/app_name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Str text = { (const char *)data, size };
    AppName name;
    int64_t ns;
    Err err = ERR_INIT;
    Arena *arena = arena_create(MiB(16));

    if (app_name_parse(text, arena, &name, &err)) {
        for (size_t i = 0; i < name.n_labels; i++) {
            CHECK(name.labels[i].name.len > 0);
        }
    }
    if (!attime_parse(text, 1, &ns)) {
        ns = 0;
    }
    arena_destroy(arena);
    return 0;
}
