/* SPDX-License-Identifier: Apache-2.0 */
/* Field numbers: api/push/v1/push.proto. */
#include "ingest/push.h"

#include "codec/pb/wire.h"

static bool bad_message(Err *err)
{
    return err_set(err, ERR_INVALID_ARGUMENT, "unmarshal message: not a valid push.v1.PushRequest");
}

static bool decode_label(Str bytes, Label *label)
{
    PbReader reader = pb_reader(bytes);
    PbField field;
    PbResult result;

    *label = (Label){ STR_EMPTY, STR_EMPTY };
    while ((result = pb_next(&reader, &field)) == PB_FIELD) {
        if (field.number > 2) {
            continue;
        }
        if (field.wire != PB_BYTES) {
            return false;
        }
        *(field.number == 1 ? &label->name : &label->value) = field.bytes;
    }
    return result == PB_END;
}

static bool decode_sample(Str bytes, Str *raw_profile)
{
    PbReader reader = pb_reader(bytes);
    PbField field;
    PbResult result;

    *raw_profile = STR_EMPTY;
    while ((result = pb_next(&reader, &field)) == PB_FIELD) {
        if (field.number > 2) {
            continue;
        }
        if (field.wire != PB_BYTES) {
            return false;
        }
        if (field.number == 1) {
            *raw_profile = field.bytes;
        }
    }
    return result == PB_END;
}

/* How often each of the fields 1 and 2 occurs; false when the message is damaged. */
static bool count_fields(Str bytes, size_t *n_first, size_t *n_second)
{
    PbReader reader = pb_reader(bytes);
    PbField field;
    PbResult result;

    *n_first = 0;
    *n_second = 0;
    while ((result = pb_next(&reader, &field)) == PB_FIELD) {
        if (field.number <= 2 && field.wire != PB_BYTES) {
            return false;
        }
        *n_first += field.number == 1;
        *n_second += field.number == 2;
    }
    return result == PB_END;
}

static bool decode_series(Str bytes, Arena *arena, PushSeries *series, Err *err)
{
    size_t n_labels;
    size_t n_profiles;

    if (!count_fields(bytes, &n_labels, &n_profiles)) {
        return bad_message(err);
    }
    Str *profiles = ARENA_NEW(arena, Str, n_profiles);
    series->labels = ARENA_NEW(arena, Label, n_labels + 2);
    if (profiles == NULL || series->labels == NULL) {
        return err_set(err, ERR_RESOURCE_EXHAUSTED, "request needs too much memory");
    }
    PbReader reader = pb_reader(bytes);
    PbField field;
    while (pb_next(&reader, &field) == PB_FIELD) {
        bool ok = true;
        if (field.number == 1) {
            ok = decode_label(field.bytes, &series->labels[series->n_labels++]);
        } else if (field.number == 2) {
            ok = decode_sample(field.bytes, &profiles[series->n_profiles++]);
        }
        if (!ok) {
            return bad_message(err);
        }
    }
    series->profiles = profiles;
    return true;
}

bool push_decode(Str body, Arena *arena, PushSeries **ret_series, size_t *ret_n_series, Err *err)
{
    size_t n_series;
    size_t ignored;

    if (!count_fields(body, &n_series, &ignored)) {
        return bad_message(err);
    }
    PushSeries *series = ARENA_NEW(arena, PushSeries, n_series);
    if (series == NULL) {
        return err_set(err, ERR_RESOURCE_EXHAUSTED, "request needs too much memory");
    }
    PbReader reader = pb_reader(body);
    PbField field;
    size_t n = 0;
    while (pb_next(&reader, &field) == PB_FIELD) {
        if (field.number == 1 && !decode_series(field.bytes, arena, &series[n++], err)) {
            return false;
        }
    }
    *ret_series = series;
    *ret_n_series = n_series;
    return true;
}

/* The same labels for each profile of the series: preparing them changes the array. */
static Label *copy_labels(const PushSeries *series, Arena *arena)
{
    Label *items = ARENA_NEW(arena, Label, series->n_labels + 2);

    if (items != NULL && series->n_labels > 0) {
        memcpy(items, series->labels, series->n_labels * sizeof(*items));
    }
    return items;
}

static bool too_large_together(const Upload *upload, Err *err)
{
    return err_set(err, ERR_INVALID_ARGUMENT,
                   "uncompressed batched profile payload size exceeds limit of %zu bytes",
                   upload->ingest->limits.body_bytes);
}

/* Adds one profile; false only when the whole request must be refused. */
static bool push_profile(Upload *upload, const PushSeries *series, Str bytes, Err *err)
{
    const IngestLimits *limits = &upload->ingest->limits;
    size_t max_bytes = limits->profile_bytes > 0 ? limits->profile_bytes : limits->body_bytes;
    Pprof *profile;
    size_t raw_bytes = 0;
    Err own = ERR_INIT;

    if (!upload_decode(upload, bytes, max_bytes, &profile, &raw_bytes, &own)) {
        if (own.code == ERR_RESOURCE_EXHAUSTED) {
            (void)err_set(&own, ERR_INVALID_ARGUMENT,
                          "uncompressed profile payload size exceeds limit of %.1f MB",
                          (double)max_bytes / 1e6);
        }
        upload_fail(upload, &own);
        return true;
    }
    upload->raw_bytes += raw_bytes;
    if (upload->raw_bytes > limits->body_bytes) {
        return too_large_together(upload, err);
    }
    Label *items = copy_labels(series, upload->arena);
    if (items == NULL) {
        return err_no_memory(err);
    }
    (void)upload_add(upload, profile, raw_bytes, items,
                     series->n_labels); /* failures are collected */
    return true;
}

static bool push_all(Upload *upload, const PushSeries *series, size_t n_series, Err *err)
{
    for (size_t i = 0; i < n_series; i++) {
        for (size_t j = 0; j < series[i].n_profiles; j++) {
            if (!push_profile(upload, &series[i], series[i].profiles[j], err)) {
                return false;
            }
        }
    }
    if (upload->n_added == 0 && upload->n_failed == 0) {
        return err_set(err, ERR_INVALID_ARGUMENT, "no profiles received");
    }
    return upload_commit(upload, err);
}

bool push_store(Ingest *ingest, Str tenant, const PushSeries *series, size_t n_series, Arena *arena,
                Err *err)
{
    Upload upload;

    upload_init(&upload, ingest, tenant, arena);
    bool ok = push_all(&upload, series, n_series, err);
    upload_done(&upload);
    return ok;
}
