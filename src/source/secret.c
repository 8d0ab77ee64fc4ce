/* SPDX-License-Identifier: Apache-2.0 */
#include "source/secret.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <jansson.h>
#include <sys/random.h>

bool secret_random(unsigned char *out, size_t n)
{
    return getrandom(out, n, 0) == (ssize_t)n; /* up to 256 bytes come whole or not at all */
}

Str secret_url_text(Arena *arena, const unsigned char *bytes, size_t n)
{
    Buf text = BUF_INIT(64);

    buf_add_base64(&text, (Str){ (const char *)bytes, n });
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        text.ptr[i] = (char)(c == '+' ? '-' : c == '/' ? '_' : c);
    }
    while (text.len > 0 && text.ptr[text.len - 1] == '=') {
        text.len--;
    }
    Str copy = buf_ok(&text) ? arena_str(arena, buf_str(&text)) : (Str){ NULL, 0 };
    secret_buf_done(&text);
    return copy;
}

Str secret_random_text(Arena *arena, size_t n)
{
    unsigned char bytes[SECRET_BYTES];

    if (n > sizeof(bytes) || !secret_random(bytes, n)) {
        return (Str){ NULL, 0 };
    }
    Str text = secret_url_text(arena, bytes, n);
    explicit_bzero(bytes, sizeof(bytes));
    return text;
}

bool secret_digest(const Str *parts, size_t n_parts, unsigned char ret_digest[SECRET_BYTES])
{
    gnutls_hash_hd_t hash;

    if (gnutls_hash_init(&hash, GNUTLS_DIG_SHA256) < 0) {
        return false;
    }
    bool ok = true;
    for (size_t i = 0; ok && i < n_parts; i++) {
        ok = (i == 0 || gnutls_hash(hash, "", 1) == 0) &&
             (parts[i].len == 0 || gnutls_hash(hash, parts[i].ptr, parts[i].len) == 0);
    }
    gnutls_hash_deinit(hash, ret_digest);
    return ok;
}

bool secret_text_valid(Str text, size_t n_chars)
{
    if (text.len != n_chars) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (!ascii_is_alpha(c) && !ascii_is_digit(c) && c != '-' && c != '_') {
            return false;
        }
    }
    return true;
}

bool secret_equal(const unsigned char *a, const unsigned char *b, size_t n)
{
    return gnutls_memcmp(a, b, n) == 0;
}

void secret_wipe(Str text)
{
    if (text.ptr != NULL && text.len > 0) {
        char *bytes = (char *)(uintptr_t)text.ptr; /* our own copy */
        explicit_bzero(bytes, text.len);
    }
}

void secret_buf_done(Buf *buf)
{
    if (buf->ptr != NULL) {
        explicit_bzero(buf->ptr, buf->cap);
    }
    buf_done(buf);
}

/* depth: what we parse and write is flat; whatever a host nests deeper holds no token of ours */
static void wipe_json(json_t *value, int depth)
{
    const char *key;
    json_t *item;
    size_t i;

    if (json_is_string(value)) {
        secret_wipe((Str){ json_string_value(value), json_string_length(value) });
    } else if (json_is_object(value) && depth > 0) {
        json_object_foreach(value, key, item)
        {
            wipe_json(item, depth - 1);
        }
    } else if (json_is_array(value) && depth > 0) {
        json_array_foreach(value, i, item)
        {
            wipe_json(item, depth - 1);
        }
    }
}

void secret_json_done(json_t *root)
{
    wipe_json(root, 8);
    json_decref(root);
}
