/* SPDX-License-Identifier: Apache-2.0 */
/* A whole upload of pprof: decode, validate, normalise, split into rows. */
#include "codec/gzip.h"
#include "ingest/normalize.h"
#include "ingest/series.h"
#include "ingest/validate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(const Pprof *profile, const NormalProfile *normal, Arena *arena, Err *err)
{
    IngestLimits limits = INGEST_LIMITS_INIT;
    Label items[4] = { { LABEL_NAME, STR("process_cpu") }, { LABEL_SERVICE_NAME, STR("fuzz") } };
    Labels labels = { items, series_prepare_labels(items, 2) };
    StoreRow *rows = NULL;
    size_t n = 0;

    if (!series_make_rows(profile, normal, labels, &limits, arena, &rows, &n, err)) {
        return;
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < rows[i].n_pairs; j++) {
            CHECK(rows[i].pairs[j].stack < normal->symbols.n_stacks);
            CHECK(rows[i].pairs[j].value > 0);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Pprof profile = { 0 };
    Buf raw = BUF_INIT(MiB(4));
    IngestLimits limits = INGEST_LIMITS_INIT;
    NormalProfile normal;
    Err err = ERR_INIT;
    Str bytes = { (const char *)data, size };
    Arena *arena = arena_create(MiB(64));

    limits.reject_older_than_ns = 0;
    limits.reject_newer_than_ns = 0;
    bool ok = true;
    if (gzip_has_magic(bytes)) {
        ok = gzip_inflate(bytes, MiB(4), &raw, &err);
        bytes = buf_str(&raw);
    }
    if (ok && pprof_decode(bytes, &profile, &err) &&
        profile_validate(&profile, bytes.len, (Labels){ 0 }, &limits, 1, &err) &&
        profile_normalize(&profile, true, arena, &normal, &err)) {
        use(&profile, &normal, arena, &err);
    }
    pprof_done(&profile);
    buf_done(&raw);
    arena_destroy(arena);
    return 0;
}
