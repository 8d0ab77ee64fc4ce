/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ingest/app_name.h - the "name" parameter of /ingest: shop.cpu{env=prod,az=eu-1} (ingest.md 3.2).
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "model/labels.h"

typedef struct AppName {
    Str name;
    Label *labels; /* [n_labels], unsorted, unique; room for 8 more */
    size_t n_labels;
} AppName;

enum { APP_NAME_ROOM = 8 };

/* Errors: INVALID_ARGUMENT with "name: ..." in front. */
bool app_name_parse(Str text, Arena *arena, AppName *ret_name, Err *err) MUST_CHECK;

/* The value of a label, or empty. */
Str app_name_label(const AppName *name, Str label);
