/* SPDX-License-Identifier: Apache-2.0 */
/*
 * model/labels.h - label sets.
 *
 * A set is sorted by name (byte order), names are unique and values are not empty: an absent label
 * and an empty one are the same. Memory belongs to whoever made the set.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* Labels that the server gives every series (query.md 1.5, ingest.md 4.4). */
#define LABEL_NAME STR("__name__")
#define LABEL_PROFILE_TYPE STR("__profile_type__")
#define LABEL_SERVICE_NAME STR("service_name")
#define LABEL_SERVICE_NAME_PRIVATE STR("__service_name__")
#define LABEL_TYPE STR("__type__")
#define LABEL_UNIT STR("__unit__")
#define LABEL_PERIOD_TYPE STR("__period_type__")
#define LABEL_PERIOD_UNIT STR("__period_unit__")
/* Labels that name the version of the program (source-resolution.md 6.1). */
#define LABEL_REPOSITORY STR("service_repository")
#define LABEL_GIT_REF STR("service_git_ref")
#define LABEL_GIT_REF_OLD STR("service_ref") /* read when service_git_ref is absent */
#define LABEL_ROOT_PATH STR("service_root_path")

typedef struct Label {
    Str name;
    Str value;
} Label;

typedef struct Labels {
    const Label *items; /* [n], sorted by name */
    size_t n;
} Labels;

/* The value, or an empty text when the set has no such label. O(log n). */
Str labels_get(Labels labels, Str name);

/* Byte order of the (name, value) pairs; a set that is a prefix of another comes first. */
int labels_cmp(Labels a, Labels b);

static inline bool labels_eq(Labels a, Labels b)
{
    return labels_cmp(a, b) == 0;
}

/* Sorts items by name, keeping the order of equal names. */
void labels_sort(Label *items, size_t n);

/*
 * A set with exactly the names asked for that labels has, in the order asked (not sorted by name
 * when the caller asks otherwise). ret_projection->items is NULL only when out of memory.
 */
bool labels_project(Labels labels, const Str *names, size_t n_names, Arena *arena,
                    Labels *ret_projection, Err *err) MUST_CHECK;

/* The version that a series belongs to; empty texts where its labels say nothing. */
typedef struct Version {
    Str repository;
    Str git_ref;
    Str root_path;
} Version;

Version labels_version(Labels labels);
int version_cmp(Version a, Version b);

static inline bool version_is_empty(Version v)
{
    return v.repository.len == 0 && v.git_ref.len == 0 && v.root_path.len == 0;
}
