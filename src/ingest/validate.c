/* SPDX-License-Identifier: Apache-2.0 */
#include "ingest/validate.h"

#include "base/utf8.h"
#include "model/label_text.h"

static bool invalid(Err *err, const char *reason)
{
    return err_set(err, ERR_INVALID_ARGUMENT, "%s", reason);
}

/* Labels as text for a message; the arena lives only as long as the message is made. */
#define WITH_LABELS_TEXT(labels, text, body)                                                       \
    do {                                                                                           \
        Arena *arena_ = arena_create(KiB(64));                                                     \
        const char *text = labels_text((labels), arena_);                                          \
        body;                                                                                      \
        arena_destroy(arena_);                                                                     \
    } while (0)

static bool above_limit(Err *err, Labels labels, const char *what, const char *name, size_t actual,
                        size_t limit)
{
    WITH_LABELS_TEXT(labels, text,
                     (void)err_set(err, ERR_INVALID_ARGUMENT,
                                   "the profile with labels '%s' exceeds the %s limit (%s, actual: "
                                   "%zu, limit: %zu)",
                                   text, what, name, actual, limit));
    return false;
}

static void add_window(Buf *buf, int64_t start_ns, int64_t end_ns)
{
    if (start_ns != 0) {
        buf_add(buf, STR(", the ingestion window starts at "));
        clock_add_utc(buf, start_ns);
    }
    if (end_ns != 0) {
        buf_add(buf, start_ns != 0 ? STR(" and ends at ") : STR(", the ingestion window ends at "));
        clock_add_utc(buf, end_ns);
    }
}

/* Compared in milliseconds, as senders round to them. */
static bool check_time(Pprof *profile, Labels labels, const IngestLimits *limits, int64_t now_ns,
                       Err *err)
{
    if (profile->time_nanos <= 0) {
        profile->time_nanos = now_ns;
        return true;
    }
    int64_t day_end_ns = (profile->time_nanos / NS_PER_DAY + 1) * NS_PER_DAY;
    if (limits->retention_age_ns > 0 && day_end_ns <= now_ns - limits->retention_age_ns) {
        /* here and not by the store, which takes all profiles of a request or none */
        return err_set(err, ERR_INVALID_ARGUMENT,
                       "cannot store a profile that is older than the retention of %lld hours",
                       (long long)(limits->retention_age_ns / NS_PER_S / 3600));
    }
    int64_t older = limits->reject_older_than_ns;
    int64_t newer = limits->reject_newer_than_ns;
    int64_t start_ns = older > 0 ? now_ns - older : 0;
    int64_t end_ns = newer > 0 ? now_ns + newer : 0;
    int64_t time_ms = profile->time_nanos / NS_PER_MS;
    bool too_old = start_ns != 0 && time_ms <= start_ns / NS_PER_MS;
    bool too_new = end_ns != 0 && time_ms >= end_ns / NS_PER_MS;
    if (!too_old && !too_new) {
        return true;
    }
    Buf window = BUF_INIT(KiB(1));
    clock_add_utc(&window, profile->time_nanos);
    add_window(&window, start_ns, end_ns);
    WITH_LABELS_TEXT(labels, text,
                     (void)err_set(err, ERR_INVALID_ARGUMENT,
                                   "profile with labels '%s' is outside of ingestion window "
                                   "(profile timestamp: %.*s)",
                                   text, STR_ARG(buf_str(&window))));
    buf_done(&window);
    return false;
}

static bool check_sizes(Pprof *profile, size_t raw_bytes, Labels labels, const IngestLimits *limits,
                        Err *err)
{
    if (limits->profile_bytes > 0 && raw_bytes > limits->profile_bytes) {
        return above_limit(err, labels, "size", "max_profile_size_byte", raw_bytes,
                           limits->profile_bytes);
    }
    if (limits->profile_samples > 0 && profile->samples.len > limits->profile_samples) {
        return above_limit(err, labels, "samples count", "max_profile_stacktrace_samples",
                           profile->samples.len, limits->profile_samples);
    }
    if (profile->sample_types.len > INGEST_MAX_SAMPLE_TYPES) {
        return above_limit(err, labels, "sample types", "fixed", profile->sample_types.len,
                           INGEST_MAX_SAMPLE_TYPES);
    }
    for (size_t i = 0; i < profile->samples.len; i++) {
        PprofSample *sample = &profile->samples.items[i];
        if (limits->stack_depth > 0 && sample->n_locations > limits->stack_depth) {
            sample->first_location += sample->n_locations - (uint32_t)limits->stack_depth;
            sample->n_locations = (uint32_t)limits->stack_depth;
        }
        if (limits->sample_labels > 0 && sample->n_labels > limits->sample_labels) {
            return above_limit(err, labels, "sample labels", "max_profile_stacktrace_sample_labels",
                               sample->n_labels, limits->sample_labels);
        }
    }
    return true;
}

/* Keeps the end of a text, beginning at a character. */
static Str keep_end(Str s, size_t limit)
{
    s = str_skip(s, s.len - limit);
    while (s.len > 0 && ((unsigned char)s.ptr[0] & 0xC0U) == 0x80U) {
        s = str_skip(s, 1);
    }
    return s;
}

static bool check_samples(const Pprof *profile, Err *err)
{
    for (size_t i = 0; i < profile->samples.len; i++) {
        const PprofSample *sample = &profile->samples.items[i];
        for (uint32_t j = 0; j < sample->n_locations; j++) {
            if (profile->location_ids.items[sample->first_location + j] == 0) {
                return invalid(err, "location id is 0");
            }
        }
    }
    for (size_t i = 0; i < profile->lines.len; i++) {
        if (profile->lines.items[i].function_id == 0) {
            return invalid(err, "function id is 0");
        }
    }
    for (size_t i = 0; i < profile->samples.len; i++) {
        if (profile->samples.items[i].n_values != profile->sample_types.len) {
            return invalid(err, "sample value length mismatch");
        }
    }
    return true;
}

/* Locations and functions themselves must have an id too, or no sample could name them. */
static bool check_ids(const Pprof *profile, Err *err)
{
    for (size_t i = 0; i < profile->locations.len; i++) {
        if (profile->locations.items[i].id == 0) {
            return invalid(err, "location id is 0");
        }
    }
    for (size_t i = 0; i < profile->functions.len; i++) {
        if (profile->functions.items[i].id == 0) {
            return invalid(err, "function id is 0");
        }
    }
    return true;
}

static bool in_table(const Pprof *profile, int64_t index)
{
    return index >= 0 && (uint64_t)index < profile->strings.len;
}

static bool check_string_indexes(const Pprof *profile, Err *err)
{
    if (profile->strings.len == 0 || profile->strings.items[0].len != 0) {
        return invalid(err, "string 0 should be empty string");
    }
    for (size_t i = 0; i < profile->sample_types.len; i++) {
        if (!in_table(profile, profile->sample_types.items[i].type)) {
            return invalid(err, "sample type type string index out of range");
        }
    }
    for (size_t i = 0; i < profile->labels.len; i++) {
        const PprofLabel *label = &profile->labels.items[i];
        if (!in_table(profile, label->key) || !in_table(profile, label->str)) {
            return invalid(err, "sample label string index out of range");
        }
    }
    for (size_t i = 0; i < profile->functions.len; i++) {
        const PprofFunction *function = &profile->functions.items[i];
        if (!in_table(profile, function->name)) {
            return invalid(err, "function name string index out of range");
        }
        if (!in_table(profile, function->system_name)) {
            return invalid(err, "function system name string index out of range");
        }
        if (!in_table(profile, function->filename)) {
            return invalid(err, "function file name string index out of range");
        }
    }
    for (size_t i = 0; i < profile->mappings.len; i++) {
        const PprofMapping *mapping = &profile->mappings.items[i];
        if (!in_table(profile, mapping->filename)) {
            return invalid(err, "mapping file name string index out of range");
        }
        if (!in_table(profile, mapping->build_id)) {
            return invalid(err, "mapping build id string index out of range");
        }
    }
    return true;
}

static bool check_texts(const Pprof *profile, Err *err)
{
    for (size_t i = 0; i < profile->sample_types.len; i++) {
        Str name = pprof_string(profile, profile->sample_types.items[i].type);
        if (str_find_char(name, '-') != STR_NPOS) {
            return invalid(err, "sample type contains -");
        }
        Str unit = pprof_string(profile, profile->sample_types.items[i].unit);
        if (str_find_char(name, ':') != STR_NPOS || str_find_char(unit, ':') != STR_NPOS) {
            return invalid(err, "sample type or unit contains :");
        }
    }
    for (size_t i = 0; i < profile->strings.len; i++) {
        Str s = profile->strings.items[i];
        if (!utf8_valid(s.ptr, s.len)) {
            Buf hex = BUF_INIT(KiB(1));
            buf_add_hex(&hex, str_first(s, 256));
            (void)err_set(err, ERR_INVALID_ARGUMENT, "invalid utf8 string hex: %.*s",
                          STR_ARG(buf_str(&hex)));
            buf_done(&hex);
            return false;
        }
    }
    return true;
}

bool profile_validate(Pprof *profile, size_t raw_bytes, Labels labels, const IngestLimits *limits,
                      int64_t now_ns, Err *err)
{
    if (profile->sample_types.len == 0) {
        return invalid(err, "empty profile");
    }
    if (!check_time(profile, labels, limits, now_ns, err) ||
        !check_sizes(profile, raw_bytes, labels, limits, err)) {
        return false;
    }
    for (size_t i = 0; limits->string_bytes > 0 && i < profile->strings.len; i++) {
        if (profile->strings.items[i].len > limits->string_bytes) {
            profile->strings.items[i] = keep_end(profile->strings.items[i], limits->string_bytes);
        }
    }
    return check_samples(profile, err) && check_ids(profile, err) &&
           check_string_indexes(profile, err) && check_texts(profile, err);
}
