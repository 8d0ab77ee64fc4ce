/* SPDX-License-Identifier: Apache-2.0 */
#include "ingest/upload.h"

#include "codec/gzip.h"
#include "ingest/normalize.h"
#include "ingest/series.h"
#include "ingest/validate.h"

enum {
    SCRATCH_KEPT = 32,               /* more are freed after use */
    SCRATCH_MAX_BYTES = 1024 * 1024, /* a larger one is freed after use */
};

struct UploadScratch {
    UploadScratch *next;
    Pprof profile;
    Buf raw;
};

static void scratch_free(UploadScratch *scratch)
{
    pprof_done(&scratch->profile);
    buf_done(&scratch->raw);
    free(scratch);
}

void ingest_init(Ingest *ingest, Store *store, const IngestLimits *limits)
{
    *ingest = (Ingest){ .store = store, .limits = *limits, .now_ns = clock_unix_ns };
    mutex_init(&ingest->lock);
}

void ingest_done(Ingest *ingest)
{
    while (ingest->free_scratch != NULL) {
        UploadScratch *next = ingest->free_scratch->next;
        scratch_free(ingest->free_scratch);
        ingest->free_scratch = next;
    }
    mutex_done(&ingest->lock);
}

static size_t scratch_bytes(const UploadScratch *scratch)
{
    return scratch->raw.cap + scratch->profile.held_bytes;
}

/* What waits for the next upload is nobody's: it is counted in no budget. */
static void scratch_set_budget(UploadScratch *scratch, Budget *budget)
{
    budget_give(scratch->raw.budget, scratch_bytes(scratch));
    budget_add(budget, scratch_bytes(scratch));
    scratch->raw.budget = budget;
    scratch->profile.budget = budget;
}

static UploadScratch *scratch_take(Upload *upload)
{
    Ingest *ingest = upload->ingest;

    mutex_lock(&ingest->lock);
    UploadScratch *scratch = ingest->free_scratch;
    if (scratch != NULL) {
        ingest->free_scratch = scratch->next;
        ingest->n_free_scratch--;
    }
    mutex_unlock(&ingest->lock);
    if (scratch == NULL) {
        scratch = calloc(1, sizeof(*scratch));
        if (scratch == NULL) {
            return NULL;
        }
    }
    buf_clear(&scratch->raw);
    scratch_set_budget(scratch, arena_shared(upload->arena));
    scratch->next = upload->scratch;
    upload->scratch = scratch;
    return scratch;
}

/* A refused profile holds nothing until the end of its request: there may be many of them. */
static void scratch_drop(Upload *upload)
{
    UploadScratch *scratch = upload->scratch;

    upload->scratch = scratch->next;
    scratch_free(scratch);
}

void upload_init(Upload *upload, Ingest *ingest, Str tenant, Arena *arena)
{
    *upload = (Upload){ .ingest = ingest, .tenant = tenant, .arena = arena };
}

void upload_done(Upload *upload)
{
    Ingest *ingest = upload->ingest;

    while (upload->scratch != NULL) {
        UploadScratch *scratch = upload->scratch;
        upload->scratch = scratch->next;
        bool keep = scratch_bytes(scratch) <= SCRATCH_MAX_BYTES;
        mutex_lock(&ingest->lock);
        keep = keep && ingest->n_free_scratch < SCRATCH_KEPT;
        if (keep) {
            scratch_set_budget(scratch, NULL);
            scratch->next = ingest->free_scratch;
            ingest->free_scratch = scratch;
            ingest->n_free_scratch++;
        }
        mutex_unlock(&ingest->lock);
        if (!keep) {
            scratch_free(scratch);
        }
    }
    VEC_DONE(&upload->profiles);
}

static bool decode(UploadScratch *scratch, Str bytes, size_t max_bytes, size_t *ret_raw_bytes,
                   Err *err)
{
    if (bytes.len < 10) {
        return err_set(err, ERR_INVALID_ARGUMENT, "profile of %zu bytes is neither gzip nor pprof",
                       bytes.len);
    }
    if (gzip_has_magic(bytes)) {
        scratch->raw.limit = max_bytes;
        if (!gzip_inflate(bytes, max_bytes, &scratch->raw, err)) {
            return false;
        }
        bytes = buf_str(&scratch->raw);
    } else if (bytes.len > max_bytes) {
        return err_set(err, ERR_RESOURCE_EXHAUSTED,
                       "decompressed size exceeds maximum allowed size of %zu bytes", max_bytes);
    }
    *ret_raw_bytes = bytes.len;
    return pprof_decode(bytes, &scratch->profile, err);
}

bool upload_decode(Upload *upload, Str bytes, size_t max_bytes, Pprof **ret_profile,
                   size_t *ret_raw_bytes, Err *err)
{
    UploadScratch *scratch = scratch_take(upload);

    if (scratch == NULL) {
        return err_no_memory(err);
    }
    if (!decode(scratch, bytes, max_bytes, ret_raw_bytes, err)) {
        scratch_drop(upload);
        return false;
    }
    *ret_profile = &scratch->profile;
    return true;
}

void upload_fail(Upload *upload, const Err *err)
{
    if (upload->n_failed++ == 0) {
        upload->first_error = *err;
    }
    (void)atomic_fetch_add(&upload->ingest->rejected_profiles, 1);
}

static bool prepare(Upload *upload, Pprof *profile, size_t raw_bytes, Label *items, size_t n,
                    StoreProfile *ret_profile, Err *err)
{
    Ingest *ingest = upload->ingest;
    Labels labels = { items, series_prepare_labels(items, n) };
    bool is_go = profile_is_go(profile, labels_get(labels, STR("pyroscope_spy")));

    if (!profile_validate(profile, raw_bytes, labels, &ingest->limits, ingest->now_ns(), err)) {
        return false;
    }
    NormalProfile *normal = ARENA_NEW(upload->arena, NormalProfile, 1);
    StoreRow *rows = NULL;
    size_t n_rows = 0;
    if (normal == NULL) {
        return err_no_memory(err);
    }
    if (!profile_normalize(profile, is_go, upload->arena, normal, err) ||
        !series_make_rows(profile, normal, labels, &ingest->limits, upload->arena, &rows, &n_rows,
                          err)) {
        return false;
    }
    *ret_profile = (StoreProfile){ .tenant = upload->tenant,
                                   .time_ns = profile->time_nanos,
                                   .symbols = &normal->symbols,
                                   .rows = rows,
                                   .n_rows = n_rows };
    return true;
}

bool upload_add(Upload *upload, Pprof *profile, size_t raw_bytes, Label *items, size_t n)
{
    StoreProfile ready = { 0 };
    Err err = ERR_INIT;

    upload->n_added++;
    (void)atomic_fetch_add(&upload->ingest->received_profiles, 1);
    (void)atomic_fetch_add(&upload->ingest->received_bytes, raw_bytes);
    (void)atomic_fetch_add(&upload->ingest->received_samples, profile->samples.len);
    bool ok = prepare(upload, profile, raw_bytes, items, n, &ready, &err);
    if (ok && ready.n_rows > 0 && !VEC_PUSH(&upload->profiles, ready)) {
        ok = err_no_memory(&err);
    }
    if (!ok) {
        upload_fail(upload, &err);
        scratch_drop(upload);
    }
    return ok;
}

bool upload_commit(Upload *upload, Err *err)
{
    if (upload->profiles.len > 0 &&
        !store_append(upload->ingest->store, upload->profiles.items, upload->profiles.len, err)) {
        return false;
    }
    if (upload->n_failed == 0) {
        return true;
    }
    *err = upload->first_error;
    if (upload->n_failed > 1) {
        (void)err_wrap(err, "%zu profiles were refused, the first one", upload->n_failed);
    }
    return false;
}
