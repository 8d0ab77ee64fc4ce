/* SPDX-License-Identifier: Apache-2.0 */
/* codec/pb_json.h for a C++ program: plain buffers in and out. */
#ifndef ORACLE_JSON_SHIM_H
#define ORACLE_JSON_SHIM_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum JsonShimForm {
    SHIM_BINARY,
    SHIM_JSON,
} JsonShimForm;

/* The full names of the messages that can be translated; NULL behind the last one. */
extern const char *const json_shim_types[];

/*
 * Reads a message in one form and writes it in the other. Returns malloced bytes, or NULL with the
 * reason in error (size bytes).
 */
char *json_shim_translate(size_t type, const char *bytes, size_t n, JsonShimForm from,
                          JsonShimForm to, size_t *ret_n, char *error, size_t size);

#ifdef __cplusplus
}
#endif

#endif
