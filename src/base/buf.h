/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/buf.h - byte buffer that grows up to a limit and remembers failure.
 *
 * A writer appends without checking and asks buf_ok() once at the end: after a failure (limit
 * reached or out of memory) further additions do nothing. The caller owns the struct; buf_done()
 * frees its memory.
 */
#pragma once

#include "base/budget.h"
#include "base/err.h"
#include "base/str.h"

typedef struct Buf {
    char *ptr; /* len bytes, plus room up to cap */
    size_t len;
    size_t cap;
    size_t limit; /* bytes */
    bool failed;
    Budget *budget; /* counts cap, shared with others; NULL: none */
} Buf;

#define BUF_INIT(limit_bytes) ((Buf){ .limit = (limit_bytes) })

void buf_done(Buf *buf);

static inline bool buf_ok(const Buf *buf)
{
    return !buf->failed;
}

static inline Str buf_str(const Buf *buf)
{
    return (Str){ buf->ptr != NULL ? buf->ptr : "", buf->len };
}

static inline void buf_clear(Buf *buf)
{
    buf->len = 0;
    buf->failed = false;
}

/* Room for n more bytes behind ptr + len; false after a failure. */
bool buf_reserve(Buf *buf, size_t n);

void buf_add(Buf *buf, Str s);
void buf_add_char(Buf *buf, char c);
void buf_add_fill(Buf *buf, char c, size_t n);
void buf_add_u64(Buf *buf, uint64_t value);
void buf_add_i64(Buf *buf, int64_t value);
void buf_addf(Buf *buf, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Standard base64 with padding (RFC 4648 section 4). */
void buf_add_base64(Buf *buf, Str bytes);

/* Lower-case hexadecimal. */
void buf_add_hex(Buf *buf, Str bytes);

/*
 * Appends the bytes of base64 text: standard or URL-safe alphabet, padding optional, line ends
 * skipped when skip_newlines. False, and nothing appended, when the text is no base64.
 */
bool buf_add_base64_decoded(Buf *buf, Str text, bool skip_newlines) MUST_CHECK;

/* Appends with URL percent-encoding of everything but unreserved characters (RFC 3986 2.3) and
 * keep. */
void buf_add_url_escaped(Buf *buf, Str s, Str keep);

/* Takes the memory as a NUL-terminated heap text; NULL after a failure. The buffer is empty then.
 */
char *buf_take_text(Buf *buf);
