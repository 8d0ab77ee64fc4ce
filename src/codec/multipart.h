/* SPDX-License-Identifier: Apache-2.0 */
/*
 * codec/multipart.h - reader of multipart/form-data bodies (RFC 7578, RFC 2046 5.1).
 */
#pragma once

#include "base/err.h"
#include "base/str.h"

enum { MULTIPART_MAX_PARTS = 1000 };

typedef struct MultipartReader {
    Str boundary;
    Str rest;
    size_t n_parts;
    bool done;
} MultipartReader;

typedef struct MultipartPart {
    Str name;
    Str filename;
    bool has_filename;
    Str content; /* points into the body */
} MultipartPart;

/* Whether a content type is a form; takes the boundary from it. Errors: INVALID_ARGUMENT (no
 * boundary). */
bool multipart_is_form(Str content_type);
bool multipart_begin(Str content_type, Str body, MultipartReader *ret_reader, Err *err) MUST_CHECK;

/*
 * The next part. *ret_more is false behind the last one.
 * Errors: INVALID_ARGUMENT (no closing boundary, damaged part headers, too many parts).
 */
bool multipart_next(MultipartReader *reader, MultipartPart *ret_part, bool *ret_more,
                    Err *err) MUST_CHECK;
