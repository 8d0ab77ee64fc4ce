/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/embedded.h - files that are part of the program; cmake/embed.cmake makes the tables.
 */
#pragma once

#include "base/str.h"

typedef struct EmbeddedFile {
    const char *path; /* relative to the folder that was embedded */
    const char *start;
    const char *end;
    const char *gzip_start; /* NULL: not compressed beforehand */
    const char *gzip_end;
} EmbeddedFile;

static inline Str embedded_content(const EmbeddedFile *file)
{
    return (Str){ file->start, (size_t)(file->end - file->start) };
}
