/* SPDX-License-Identifier: Apache-2.0 */
#include "ingest/ingest_form.h"

#include <jansson.h>

#include "codec/attime.h"
#include "codec/gzip.h"
#include "codec/multipart.h"
#include "ingest/app_name.h"
#include "ingest/spy_repair.h"

/* The parts of an upload. */
typedef struct Parts {
    Str profile;
    Str prev_profile;
    Str config;
    bool has_config;
} Parts;

static bool read_form(Str content_type, Str body, Parts *parts, Err *err)
{
    MultipartReader reader;
    MultipartPart part;
    bool more;

    if (!multipart_begin(content_type, body, &reader, err)) {
        return false;
    }
    for (;;) {
        if (!multipart_next(&reader, &part, &more, err)) {
            return false;
        }
        if (!more) {
            return true;
        }
        if (!part.has_filename) {
            continue; /* plain fields are not ours */
        }
        if (str_eq(part.name, STR("profile"))) {
            parts->profile = part.content;
        } else if (str_eq(part.name, STR("prev_profile"))) {
            parts->prev_profile = part.content;
        } else if (str_eq(part.name, STR("sample_type_config"))) {
            parts->config = part.content;
            parts->has_config = true;
        }
    }
}

typedef enum Format {
    FORMAT_PPROF,
    FORMAT_FORM,
    FORMAT_OTHER,
} Format;

/* The order of ingest.md 3.4, as far as the formats are read. */
static Format choose_format(const IngestParams *params)
{
    static const Str others[] = { STR_CONST("trie"), STR_CONST("tree"), STR_CONST("lines"),
                                  STR_CONST("jfr"), STR_CONST("speedscope") };

    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        if (str_eq(params->format, others[i])) {
            return FORMAT_OTHER;
        }
    }
    if (multipart_is_form(params->content_type)) {
        return FORMAT_FORM;
    }
    return str_eq(params->format, STR("pprof")) ? FORMAT_PPROF : FORMAT_OTHER;
}

static bool parse_config(Str text, json_t **ret_config, Err *err)
{
    json_error_t where;

    *ret_config = json_loadb(text.ptr, text.len, 0, &where);
    if (!json_is_object(*ret_config)) {
        return err_set(err, ERR_INVALID_ARGUMENT, "sample_type_config is not a JSON object: %s",
                       *ret_config == NULL ? where.text : "another type");
    }
    return true;
}

/* Fields that other agents leave out or fill with another unit (ingest.md 3.5 step 1). */
static void repair_time(Pprof *profile, Str from, int64_t now_ns)
{
    const int64_t year_ns = 365 * NS_PER_DAY;

    if (profile->time_nanos >= 0 && profile->time_nanos < year_ns &&
        !attime_parse(from, now_ns, &profile->time_nanos)) {
        profile->time_nanos = now_ns;
    }
}

static size_t add_labels(const AppName *name, const IngestParams *params, Str metric, Label *items)
{
    size_t n = 0;
    bool has_spy = false;
    bool has_service = app_name_label(name, LABEL_SERVICE_NAME).len > 0;

    for (size_t i = 0; i < name->n_labels; i++) {
        Str key = name->labels[i].name;
        if (str_starts_with(key, STR("__"))) {
            continue;
        }
        has_spy |= str_eq(key, STR("pyroscope_spy"));
        items[n++] = name->labels[i];
    }
    items[n++] = (Label){ LABEL_NAME, metric };
    if (!has_spy) {
        items[n++] = (Label){ STR("pyroscope_spy"),
                              params->spy_name.len > 0 ? params->spy_name : STR("unknown") };
    }
    if (!has_service) {
        items[n++] = (Label){ LABEL_SERVICE_NAME, name->name };
    }
    return n;
}

static bool store_profile(Upload *upload, const IngestParams *params, const AppName *name,
                          Str bytes, const json_t *config, Err *err)
{
    const IngestLimits *limits = &upload->ingest->limits;
    size_t max_bytes = limits->profile_bytes > 0 ? limits->profile_bytes : limits->body_bytes;
    Pprof *profile;
    size_t raw_bytes;

    if (!upload_decode(upload, bytes, max_bytes, &profile, &raw_bytes, err)) {
        return false;
    }
    repair_time(profile, params->from, upload->ingest->now_ns());
    if (!spy_repair(profile, params->spy_name, config, upload->arena, err)) {
        return false;
    }
    Label *items = ARENA_NEW(upload->arena, Label, name->n_labels + APP_NAME_ROOM);
    Str metric = spy_metric_name(profile, config);
    if (items == NULL) {
        return err_no_memory(err);
    }
    size_t n = add_labels(name, params, metric, items);
    if (!upload_add(upload, profile, raw_bytes, items, n)) {
        *err = upload->first_error;
        return false;
    }
    return true;
}

static bool store_parts(Ingest *ingest, Str tenant, const IngestParams *params, const AppName *name,
                        const Parts *parts, Arena *arena, IngestFailure *ret_failure, Err *err)
{
    Upload upload;
    json_t *config = NULL;

    if (parts->prev_profile.len > 0) {
        return err_set(err, ERR_INVALID_ARGUMENT,
                       "prev_profile is not supported: update the client (pyroscope-go)");
    }
    if (parts->profile.len == 0) {
        return true;
    }
    if (parts->has_config && !parse_config(parts->config, &config, err)) {
        json_decref(config);
        return false;
    }
    upload_init(&upload, ingest, tenant, arena);
    bool ok = store_profile(&upload, params, name, parts->profile, config, err);
    if (ok) {
        *ret_failure = INGEST_STORE;
        ok = upload_commit(&upload, err);
    }
    upload_done(&upload);
    json_decref(config);
    return ok;
}

bool ingest_store(Ingest *ingest, Str tenant, const IngestParams *params, Str body, Arena *arena,
                  IngestFailure *ret_failure, Err *err)
{
    AppName name;
    Parts parts = { .profile = body };

    *ret_failure = INGEST_BAD_NAME;
    if (!app_name_parse(params->name, arena, &name, err)) {
        return false;
    }
    *ret_failure = INGEST_BAD_PROFILE;
    switch (choose_format(params)) {
    case FORMAT_OTHER:
        if (params->format.len == 0 && gzip_has_magic(body)) {
            return err_set(err, ERR_INVALID_ARGUMENT,
                           "the body is gzip, not folded text: send pprof with format=pprof");
        }
        *ret_failure = INGEST_NOT_BUILT;
        return err_set(err, ERR_UNIMPLEMENTED,
                       "format \"%.*s\" is not supported yet: send pprof with format=pprof",
                       STR_ARG(params->format.len > 0 ? params->format : STR("groups")));
    case FORMAT_FORM:
        parts = (Parts){ 0 };
        if (!read_form(params->content_type, body, &parts, err)) {
            return false;
        }
        break;
    case FORMAT_PPROF:
        break;
    }
    return store_parts(ingest, tenant, params, &name, &parts, arena, ret_failure, err);
}
