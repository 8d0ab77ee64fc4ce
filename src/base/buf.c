/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>

void buf_done(Buf *buf)
{
    free(buf->ptr);
    budget_give(buf->budget, buf->cap);
    buf->ptr = NULL;
    buf->len = 0;
    buf->cap = 0;
}

bool buf_reserve(Buf *buf, size_t n)
{
    size_t need;

    if (buf->failed) {
        return false;
    }
    if (CK_ADD(&need, buf->len, n) || need > buf->limit) {
        buf->failed = true;
        return false;
    }
    if (need <= buf->cap) {
        return true;
    }
    size_t cap = MAX(buf->cap * 2, (size_t)256);
    cap = MIN(MAX(cap, need), buf->limit);
    if (!budget_take(buf->budget, cap - buf->cap)) {
        buf->failed = true;
        return false;
    }
    char *grown = realloc(buf->ptr, cap);
    if (grown == NULL) {
        budget_give(buf->budget, cap - buf->cap);
        buf->failed = true;
        return false;
    }
    buf->ptr = grown;
    buf->cap = cap;
    return true;
}

void buf_add(Buf *buf, Str s)
{
    if (s.len > 0 && buf_reserve(buf, s.len)) {
        memcpy(buf->ptr + buf->len, s.ptr, s.len);
        buf->len += s.len;
    }
}

void buf_add_char(Buf *buf, char c)
{
    if (buf_reserve(buf, 1)) {
        buf->ptr[buf->len++] = c;
    }
}

void buf_add_fill(Buf *buf, char c, size_t n)
{
    if (buf_reserve(buf, n)) {
        memset(buf->ptr + buf->len, c, n);
        buf->len += n;
    }
}

void buf_add_u64(Buf *buf, uint64_t value)
{
    char digits[20];
    size_t at = sizeof(digits);

    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    buf_add(buf, (Str){ digits + at, sizeof(digits) - at });
}

void buf_add_i64(Buf *buf, int64_t value)
{
    if (value < 0) {
        buf_add_char(buf, '-');
        buf_add_u64(buf, 0 - (uint64_t)value);
    } else {
        buf_add_u64(buf, (uint64_t)value);
    }
}

void buf_addf(Buf *buf, const char *fmt, ...)
{
    va_list args;
    char small[256];

    va_start(args, fmt);
    int n = vsnprintf(small, sizeof(small), fmt, args);
    va_end(args);
    if (n < 0) {
        buf->failed = true;
        return;
    }
    if ((size_t)n < sizeof(small)) {
        buf_add(buf, (Str){ small, (size_t)n });
        return;
    }
    if (buf_reserve(buf, (size_t)n + 1)) { /* vsnprintf writes a NUL behind the text */
        va_start(args, fmt);
        (void)vsnprintf(buf->ptr + buf->len, (size_t)n + 1, fmt,
                        args); /* length known from above */
        va_end(args);
        buf->len += (size_t)n;
    }
}

void buf_add_base64(Buf *buf, Str bytes)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *in = (const unsigned char *)bytes.ptr;

    if (!buf_reserve(buf, (bytes.len + 2) / 3 * 4)) {
        return;
    }
    char *out = buf->ptr + buf->len;
    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t left = bytes.len - i;
        unsigned b1 = left > 1 ? in[i + 1] : 0U;
        unsigned b2 = left > 2 ? in[i + 2] : 0U;
        unsigned v = (unsigned)in[i] << 16 | b1 << 8 | b2;
        *out++ = alphabet[v >> 18];
        *out++ = alphabet[(v >> 12) & 63U];
        *out++ = left > 1 ? alphabet[(v >> 6) & 63U] : '=';
        *out++ = left > 2 ? alphabet[v & 63U] : '=';
    }
    buf->len = (size_t)(out - buf->ptr);
}

void buf_add_hex(Buf *buf, Str bytes)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < bytes.len; i++) {
        unsigned char c = (unsigned char)bytes.ptr[i];
        buf_add_char(buf, digits[c >> 4]);
        buf_add_char(buf, digits[c & 15U]);
    }
}

static int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    switch (c) {
    case '+':
    case '-':
        return 62;
    case '/':
    case '_':
        return 63;
    default:
        return -1;
    }
}

bool buf_add_base64_decoded(Buf *buf, Str text, bool skip_newlines)
{
    size_t start = buf->len;
    uint32_t bits = 0;
    unsigned n_bits = 0;
    size_t n_digits = 0;
    size_t n_padding = 0;

    if (!buf_reserve(buf, text.len / 4 * 3 + 3)) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (skip_newlines && (c == '\r' || c == '\n')) {
            continue;
        }
        if (c == '=') {
            n_padding++;
            continue;
        }
        int value = base64_value(c);
        if (value < 0 || n_padding > 0) {
            buf->len = start;
            return false;
        }
        n_digits++;
        bits = (bits << 6) | (uint32_t)value;
        n_bits += 6;
        if (n_bits >= 8) {
            n_bits -= 8;
            buf->ptr[buf->len++] = (char)(bits >> n_bits);
            bits &= (1U << n_bits) - 1U;
        }
    }
    bool padding_fits = n_padding == 0 || (n_digits + n_padding) % 4 == 0;
    if (n_digits % 4 == 1 || n_padding > 2 || !padding_fits) {
        buf->len = start;
        return false;
    }
    return true;
}

void buf_add_url_escaped(Buf *buf, Str s, Str keep)
{
    static const char digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        bool unreserved =
            ascii_is_alpha(c) || ascii_is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
        if (unreserved || str_find_char(keep, c) != STR_NPOS) {
            buf_add_char(buf, c);
        } else {
            unsigned char u = (unsigned char)c;
            buf_add(buf, (Str){ (char[]){ '%', digits[u >> 4], digits[u & 15U] }, 3 });
        }
    }
}

char *buf_take_text(Buf *buf)
{
    buf->limit = MAX(buf->limit, buf->len + 1); /* the NUL is not content */
    buf_add_char(buf, '\0');
    if (!buf_ok(buf)) {
        buf_done(buf);
        return NULL;
    }
    char *text = TAKE(buf->ptr);
    buf->len = 0;
    buf->cap = 0;
    return text;
}
