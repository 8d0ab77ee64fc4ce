/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/file.h - whole files and directories.
 */
#pragma once

#include "base/buf.h"

/* Appends the content of the file to buf, up to its limit. Errors: NOT_FOUND, RESOURCE_EXHAUSTED,
 * INTERNAL. */
bool file_read(const char *path, Buf *buf, Err *err) MUST_CHECK;

/* Creates or replaces the file. Errors: INTERNAL. */
bool file_write(const char *path, Str content, Err *err) MUST_CHECK;

/* Creates the directory and its parents; an existing one is fine. Errors: INTERNAL. */
bool dir_create(const char *path, Err *err) MUST_CHECK;

/* Removes a directory tree; a missing one is fine. Does not follow symbolic links. */
bool dir_remove(const char *path, Err *err) MUST_CHECK;
