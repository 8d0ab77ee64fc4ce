/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"
#include "cli/annotate.h"
#include "codec/gzip.h"
#include "ingest/limits.h"
#include "ingest/validate.h"

#define PROFILE_FILE_MAX_BYTES MiB(512)

/* A file on disk is the user's own: no age and no size is too much, only damage is refused. */
static bool validate(ProfileFile *file, size_t raw_bytes, Err *err)
{
    IngestLimits limits = INGEST_LIMITS_INIT;

    limits.profile_bytes = 0;
    limits.profile_samples = 0;
    limits.sample_labels = 0;
    limits.stack_depth = 0;
    limits.reject_older_than_ns = 0;
    limits.reject_newer_than_ns = 0;
    return profile_validate(&file->profile, raw_bytes, (Labels){ 0 }, &limits, 1, err);
}

static size_t default_type(const Pprof *profile)
{
    for (size_t i = 0; i < profile->sample_types.len; i++) {
        if (profile->default_sample_type != 0 &&
            str_eq(pprof_string(profile, profile->sample_types.items[i].type),
                   pprof_string(profile, profile->default_sample_type))) {
            return i;
        }
    }
    return profile->sample_types.len - 1;
}

static bool choose_type(ProfileFile *file, Str wanted, size_t *ret_at, Err *err)
{
    const Pprof *profile = &file->profile;
    size_t at = wanted.len == 0 ? default_type(profile) : profile->sample_types.len;
    Buf known = BUF_INIT(KiB(4));

    for (size_t i = 0; i < profile->sample_types.len; i++) {
        Str name = pprof_string(profile, profile->sample_types.items[i].type);
        buf_addf(&known, "%s%.*s", i > 0 ? ", " : "", STR_ARG(name));
        if (wanted.len > 0 && str_eq(name, wanted)) {
            at = i;
        }
    }
    bool ok = at < profile->sample_types.len;
    if (!ok) {
        (void)err_set(err, ERR_INVALID_ARGUMENT, "no sample type \"%.*s\", there are: %.*s",
                      STR_ARG(wanted), STR_ARG(buf_str(&known)));
    }
    buf_done(&known);
    *ret_at = at;
    return ok;
}

static bool sum_up(ProfileFile *file, size_t type, Arena *arena, Err *err)
{
    const PprofValueType *value_type = &file->profile.sample_types.items[type];

    file->sums = ARENA_NEW(arena, int64_t, file->normal.symbols.n_stacks);
    if (file->sums == NULL) {
        return err_no_memory(err);
    }
    for (size_t i = 0; i < file->normal.n_samples; i++) {
        const NormalSample *sample = &file->normal.samples[i];
        file->sums[sample->stack] =
            sat_add_i64(file->sums[sample->stack], file->normal.values[sample->first_value + type]);
    }
    file->type.sample_type = pprof_string(&file->profile, value_type->type);
    file->type.sample_unit = pprof_string(&file->profile, value_type->unit);
    return true;
}

bool profile_file_read(const char *path, Str type, Arena *arena, ProfileFile *ret_file, Err *err)
{
    ProfileFile *file = ret_file;
    size_t at;

    *file = (ProfileFile){ .packed = BUF_INIT(PROFILE_FILE_MAX_BYTES),
                           .raw = BUF_INIT(PROFILE_FILE_MAX_BYTES) };
    if (!file_read(path, &file->packed, err)) {
        return false;
    }
    Str bytes = buf_str(&file->packed);
    if (gzip_has_magic(bytes)) {
        if (!gzip_inflate(bytes, PROFILE_FILE_MAX_BYTES, &file->raw, err)) {
            return err_wrap(err, "%s", path);
        }
        bytes = buf_str(&file->raw);
    }
    if (!pprof_decode(bytes, &file->profile, err) || !validate(file, bytes.len, err)) {
        return err_wrap(err, "%s is no pprof profile", path);
    }
    return choose_type(file, type, &at, err) &&
           profile_normalize(&file->profile, profile_is_go(&file->profile, STR_EMPTY), arena,
                             &file->normal, err) &&
           sum_up(file, at, arena, err);
}

void profile_file_done(ProfileFile *file)
{
    buf_done(&file->packed);
    buf_done(&file->raw);
    pprof_done(&file->profile);
}

bool profile_file_lines(const ProfileFile *file, const LinesOptions *options, Arena *arena,
                        Lines *ret_lines, Err *err)
{
    Version none = { STR_EMPTY, STR_EMPTY, STR_EMPTY };

    if (!lines_init(ret_lines, options, arena, err)) {
        return false;
    }
    if (!lines_add(ret_lines, &file->normal.symbols, none, file->sums, err)) {
        lines_done(ret_lines);
        return false;
    }
    return true;
}
