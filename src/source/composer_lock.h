/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/composer_lock.h - composer.lock of PHP: where each installed package comes from.
 */
#pragma once

#include "base/arena.h"

typedef struct ComposerPackage {
    Str url;       /* git address */
    Str reference; /* commit id */
} ComposerPackage;

enum {
    COMPOSER_LOCK_MAX_BYTES = 4 * 1024 * 1024,
};

/* name: "vendor/package". False when the file does not say. */
bool composer_lock_find(Arena *arena, Str text, Str name, ComposerPackage *ret_package) MUST_CHECK;
