/* SPDX-License-Identifier: Apache-2.0 */
#include "ingest/label_check.h"

#include "base/utf8.h"
#include "model/label_text.h"

static bool valid_text(Str s)
{
    return utf8_valid(s.ptr, s.len);
}

/* The start of a name or value, made safe for a message. */
static Str shown(Str s)
{
    return str_first(s, utf8_valid_prefix(s.ptr, MIN(s.len, (size_t)100)));
}

static bool check_set(Labels labels, const IngestLimits *limits, const char *text, Err *err)
{
    if (labels.n == 0) {
        return err_set(err, ERR_INVALID_ARGUMENT,
                       "error at least one label pair is required per profile");
    }
    if (labels.n > limits->label_names) {
        return err_set(err, ERR_INVALID_ARGUMENT,
                       "profile series '%s' has %zu label names; limit %zu", text, labels.n,
                       limits->label_names);
    }
    Str name = labels_get(labels, LABEL_NAME);
    if (name.len == 0 || !valid_text(name) || str_find_char(name, ':') != STR_NPOS) {
        return err_set(err, ERR_INVALID_ARGUMENT,
                       "invalid labels '%s' with error: invalid metric name", text);
    }
    if (labels_get(labels, LABEL_SERVICE_NAME).len == 0) {
        return err_set(err, ERR_INVALID_ARGUMENT,
                       "invalid labels '%s' with error: service name is not provided", text);
    }
    return true;
}

static bool check_label(const Label *label, const Label *previous, const IngestLimits *limits,
                        const char *text, Err *err)
{
    const char *problem = NULL;
    Str what = shown(label->name);

    if (label->name.len > limits->label_name_bytes) {
        problem = "has label name too long";
    } else if (label->value.len > limits->label_value_bytes) {
        problem = "has label value too long";
        what = shown(label->value);
    } else if (label->name.len == 0 || !valid_text(label->name)) {
        problem = "has invalid label name";
    } else if (!valid_text(label->value)) {
        problem = "has invalid label value";
        what = shown(label->value);
    } else if (previous != NULL && str_eq(previous->name, label->name)) {
        problem = "has duplicate label name";
    }
    return problem == NULL ||
           err_set(err, ERR_INVALID_ARGUMENT, "profile with labels '%s' %s: '%.*s'", text, problem,
                   STR_ARG(what));
}

static bool check(Labels labels, const IngestLimits *limits, const char *text, Err *err)
{
    if (!check_set(labels, limits, text, err)) {
        return false;
    }
    for (size_t i = 0; i < labels.n; i++) {
        const Label *previous = i > 0 ? &labels.items[i - 1] : NULL;
        if (!check_label(&labels.items[i], previous, limits, text, err)) {
            return false;
        }
    }
    return true;
}

bool labels_check(Labels labels, const IngestLimits *limits, Err *err)
{
    /* the text of the set is only made when something is wrong */
    if (check(labels, limits, "", err)) {
        return true;
    }
    Arena *arena = arena_create(KiB(64));
    bool ok = check(labels, limits, labels_text(labels, arena), err);
    arena_destroy(arena);
    return ok;
}
