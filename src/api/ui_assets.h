/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/ui_assets.h - files of the web UI that are part of the program; the table is made by
 * cmake/embed_ui.cmake from ui/dist.
 */
#pragma once

#include "base/str.h"

typedef struct UiAsset {
    const char *path; /* without a leading slash */
    const char *start;
    const char *end;
    const char *gzip_start; /* NULL: not worth compressing */
    const char *gzip_end;
} UiAsset;

extern const UiAsset ui_assets[];
extern const size_t n_ui_assets;
