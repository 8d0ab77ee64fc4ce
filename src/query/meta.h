/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query/meta.h - what there is: profile types, labels, series (query.md 1.6). No samples are read.
 */
#pragma once

#include "query/query.h"

/* A list of texts, sorted and unique, in the arena. */
typedef struct TextList {
    char **items; /* [n], NUL-terminated */
    size_t n;
} TextList;

/* matchers: several selectors, all of which must hold. Both ends of the range 0: any time. */
typedef struct MetaRequest {
    Tenants tenants;
    char *const *matchers; /* [n_matchers] */
    size_t n_matchers;
    QueryRange range;
} MetaRequest;

bool meta_profile_types(const Query *query, const MetaRequest *request, Arena *arena,
                        TextList *ret_ids, Err *err) MUST_CHECK;

/* classic_only: leave out names that are no [a-zA-Z_][a-zA-Z0-9_]*. */
bool meta_label_names(const Query *query, const MetaRequest *request, bool classic_only,
                      Arena *arena, TextList *ret_names, Err *err) MUST_CHECK;

bool meta_label_values(const Query *query, const MetaRequest *request, Str name, Arena *arena,
                       TextList *ret_values, Err *err) MUST_CHECK;

/* Label sets projected to names (none: all labels), unique and sorted; those without any label are
 * left out. */
bool meta_series(const Query *query, const MetaRequest *request, char *const *names, size_t n_names,
                 bool classic_only, Arena *arena, Labels **ret_sets, size_t *ret_n,
                 Err *err) MUST_CHECK;

bool label_name_is_classic(Str name);
