/* SPDX-License-Identifier: Apache-2.0 */
#include "account/seal.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

enum {
    NONCE_BYTES = 12,
    TAG_BYTES = 16,
    MAX_INFO_BYTES = 1024,
};

bool seal_id(const unsigned char cookie_secret[SECRET_BYTES], Str tenant,
             char ret_id[SEAL_ID_CHARS])
{
    const Str parts[] = { STR("flameline session id"),
                          tenant,
                          { (const char *)cookie_secret, SECRET_BYTES } };
    unsigned char digest[SECRET_BYTES];
    Buf hex = BUF_INIT(SEAL_ID_CHARS + 1);

    bool ok = secret_digest(parts, ARRAY_LEN(parts), digest);
    buf_add_hex(&hex, (Str){ (const char *)digest, sizeof(digest) });
    ok = ok && buf_ok(&hex) && hex.len == SEAL_ID_CHARS;
    if (ok) {
        memcpy(ret_id, hex.ptr, SEAL_ID_CHARS);
    }
    buf_done(&hex);
    return ok;
}

static bool derive_key(const SealContext *context, Str server_secret,
                       unsigned char key[SECRET_BYTES])
{
    unsigned char cookie[SECRET_BYTES];
    unsigned char extracted[SECRET_BYTES];
    unsigned char salt[1] = { 0 };
    char *own = NULL;
    Buf info = BUF_INIT(MAX_INFO_BYTES);

    memcpy(cookie, context->cookie_secret, sizeof(cookie));
    if (server_secret.len > 0 && (own = str_dup(server_secret)) == NULL) {
        return false;
    }
    gnutls_datum_t ikm = { cookie, sizeof(cookie) };
    gnutls_datum_t salted = { own != NULL ? (unsigned char *)own : salt,
                              (unsigned)server_secret.len };
    gnutls_datum_t prk = { extracted, sizeof(extracted) };
    buf_add(&info, STR("flameline session 1"));
    buf_add_char(&info, '\0');
    buf_add(&info, context->tenant);
    gnutls_datum_t about = { (unsigned char *)info.ptr, (unsigned)info.len };
    bool ok = buf_ok(&info) &&
              gnutls_hkdf_extract(GNUTLS_MAC_SHA256, &ikm, &salted, extracted) == 0 &&
              gnutls_hkdf_expand(GNUTLS_MAC_SHA256, &prk, &about, key, SECRET_BYTES) == 0;
    if (own != NULL) {
        explicit_bzero(own, server_secret.len);
    }
    free(own);
    buf_done(&info);
    explicit_bzero(cookie, sizeof(cookie));
    explicit_bzero(extracted, sizeof(extracted));
    return ok;
}

static bool start_cipher(const SealContext *context, Str server_secret,
                         gnutls_aead_cipher_hd_t *ret_cipher)
{
    unsigned char key[SECRET_BYTES];
    gnutls_datum_t datum = { key, sizeof(key) };

    bool ok = derive_key(context, server_secret, key) &&
              gnutls_aead_cipher_init(ret_cipher, GNUTLS_CIPHER_AES_256_GCM, &datum) == 0;
    explicit_bzero(key, sizeof(key));
    return ok;
}

bool seal_close(const SealContext *context, Str bound, Str plain, Buf *out, Err *err)
{
    unsigned char nonce[NONCE_BYTES];
    size_t n = plain.len + TAG_BYTES;
    Str server_secret = context->n_server_secrets > 0 ? context->server_secrets[0] : STR_EMPTY;
    gnutls_aead_cipher_hd_t cipher;

    if (!buf_reserve(out, NONCE_BYTES + n)) {
        return err_no_memory(err);
    }
    if (!secret_random(nonce, sizeof(nonce)) || !start_cipher(context, server_secret, &cipher)) {
        return err_set(err, ERR_INTERNAL, "could not seal the session");
    }
    buf_add(out, (Str){ (const char *)nonce, sizeof(nonce) });
    bool ok =
        gnutls_aead_cipher_encrypt(cipher, nonce, sizeof(nonce), bound.ptr, bound.len, TAG_BYTES,
                                   plain.ptr, plain.len, out->ptr + out->len, &n) == 0;
    gnutls_aead_cipher_deinit(cipher);
    out->len += ok ? n : 0;
    return ok || err_set(err, ERR_INTERNAL, "could not seal the session");
}

static bool open_with(const SealContext *context, Str server_secret, Str bound, Str sealed,
                      char *plain, size_t *ret_len)
{
    gnutls_aead_cipher_hd_t cipher;

    if (!start_cipher(context, server_secret, &cipher)) {
        return false;
    }
    bool ok = gnutls_aead_cipher_decrypt(cipher, sealed.ptr, NONCE_BYTES, bound.ptr, bound.len,
                                         TAG_BYTES, sealed.ptr + NONCE_BYTES,
                                         sealed.len - NONCE_BYTES, plain, ret_len) == 0;
    gnutls_aead_cipher_deinit(cipher);
    return ok;
}

bool seal_open(const SealContext *context, Str bound, Str sealed, Arena *arena, Str *ret_plain)
{
    size_t n = MAX(context->n_server_secrets, (size_t)1);

    if (sealed.len < NONCE_BYTES + TAG_BYTES) {
        return false;
    }
    char *plain = arena_alloc(arena, sealed.len);
    for (size_t i = 0; plain != NULL && i < n; i++) {
        Str secret = context->n_server_secrets > 0 ? context->server_secrets[i] : STR_EMPTY;
        size_t len = sealed.len;
        if (open_with(context, secret, bound, sealed, plain, &len)) {
            *ret_plain = (Str){ plain, len };
            return true;
        }
    }
    return false;
}
