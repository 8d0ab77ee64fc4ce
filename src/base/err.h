/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/err.h - how a function says why it failed.
 *
 * A function that can fail returns bool (true = done) and takes an Err last. The origin sets code
 * and cause; a layer that knows more puts it in front with err_wrap(). Codes are those of Connect
 * and gRPC, so one table (api/connect_codes.c) gives the HTTP status.
 */
#pragma once

#include "base/macros.h"

typedef enum ErrCode {
    ERR_OK = 0,
    ERR_CANCELED = 1,
    ERR_UNKNOWN = 2,
    ERR_INVALID_ARGUMENT = 3,
    ERR_DEADLINE_EXCEEDED = 4,
    ERR_NOT_FOUND = 5,
    ERR_ALREADY_EXISTS = 6,
    ERR_PERMISSION_DENIED = 7,
    ERR_RESOURCE_EXHAUSTED = 8,
    ERR_FAILED_PRECONDITION = 9,
    ERR_ABORTED = 10,
    ERR_OUT_OF_RANGE = 11,
    ERR_UNIMPLEMENTED = 12,
    ERR_INTERNAL = 13,
    ERR_UNAVAILABLE = 14,
    ERR_DATA_LOSS = 15,
    ERR_UNAUTHENTICATED = 16,
} ErrCode;

typedef struct Err {
    ErrCode code;
    int saved_errno;
    char msg[1024]; /* NUL-terminated; cut at the end when longer */
} Err;

#define ERR_INIT ((Err){ .code = ERR_OK })

/* Sets code and message; returns false, so that a caller can write "return err_set(...)". */
bool err_set(Err *err, ErrCode code, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Sets message plus ": " plus the text of errnum (an errno value); returns false. */
bool err_set_errno(Err *err, ErrCode code, int errnum, const char *fmt, ...) PRINTF_LIKE(4, 5);

/* Puts text plus ": " in front of the message; returns false. */
bool err_wrap(Err *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

bool err_no_memory(Err *err);

void err_clear(Err *err);
