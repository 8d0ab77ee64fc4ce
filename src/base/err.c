/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

void check_failed(const char *file, int line, const char *expr)
{
    (void)fprintf(stderr, "%s:%d: check failed: %s\n", file, line, expr); /* last words */
    abort();
}

/* A message cut in the middle of a character would make the JSON around it invalid. */
static void cut_at_character(Err *err, size_t wanted)
{
    if (wanted >= sizeof(err->msg)) {
        err->msg[utf8_floor(err->msg, sizeof(err->msg) - 1)] = '\0';
    }
}

bool err_set(Err *err, ErrCode code, const char *fmt, ...)
{
    va_list args;

    err->code = code;
    err->saved_errno = 0;
    va_start(args, fmt);
    int n = vsnprintf(err->msg, sizeof(err->msg), fmt, args);
    va_end(args);
    cut_at_character(err, n < 0 ? 0 : (size_t)n);
    return false;
}

bool err_set_errno(Err *err, ErrCode code, int errnum, const char *fmt, ...)
{
    va_list args;
    char reason[128];

    err->code = code;
    err->saved_errno = errnum;
    va_start(args, fmt);
    int n = vsnprintf(err->msg, sizeof(err->msg), fmt, args);
    va_end(args);
    size_t used = n < 0 ? 0 : MIN((size_t)n, sizeof(err->msg) - 1);
    /* GNU strerror_r: thread-safe, may return a constant instead of filling the buffer */
    const char *text = strerror_r(errnum, reason, sizeof(reason));
    n = snprintf(err->msg + used, sizeof(err->msg) - used, ": %s", text);
    cut_at_character(err, used + (n < 0 ? 0 : (size_t)n));
    return false;
}

bool err_wrap(Err *err, const char *fmt, ...)
{
    va_list args;
    char inner[sizeof(err->msg)];

    memcpy(inner, err->msg, sizeof(inner));
    va_start(args, fmt);
    int n = vsnprintf(err->msg, sizeof(err->msg), fmt, args);
    va_end(args);
    size_t used = n < 0 ? 0 : MIN((size_t)n, sizeof(err->msg) - 1);
    n = snprintf(err->msg + used, sizeof(err->msg) - used, ": %s", inner);
    cut_at_character(err, used + (n < 0 ? 0 : (size_t)n));
    return false;
}

bool err_no_memory(Err *err)
{
    return err_set(err, ERR_RESOURCE_EXHAUSTED, "out of memory");
}

void err_clear(Err *err)
{
    err->code = ERR_OK;
    err->saved_errno = 0;
    err->msg[0] = '\0';
}
