/* SPDX-License-Identifier: Apache-2.0 */
#include "source/session_cookie.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <jansson.h>

#include "base/buf.h"
#include "base/clock.h"
#include "source/path.h"

enum {
    KEY_BYTES = 32,
    TAG_BYTES = 16,
    MAX_TOKEN_JSON_BYTES = 16 * 1024,
};

/* How "expiry unknown" is written by the reference: the zero time of Go. */
static const char zero_time[] = "0001-01-01T00:00:00Z";

static bool invalid(Err *err)
{
    return err_set(err, ERR_UNAUTHENTICATED, "invalid token");
}

bool session_cookie_find(Str cookie_header, Str *ret_value)
{
    Str rest = cookie_header;
    Str pair;
    Str name;
    Str value;

    while (str_next(&rest, ';', &pair)) {
        if (str_cut(str_trim(pair), '=', &name, &value) &&
            str_eq(str_trim(name), STR(SESSION_COOKIE_NAME))) {
            value = str_trim(value);
            *ret_value = str_trim_char(value, '"'); /* RFC 6265 4.1.1: quotes are allowed */
            return true;
        }
    }
    return false;
}

static bool derive_key(Str secret, Str tenant, unsigned char key[KEY_BYTES])
{
    gnutls_hash_hd_t hash;

    if (secret.len == 0 || tenant.len == 0 || gnutls_hash_init(&hash, GNUTLS_DIG_SHA256) < 0) {
        return false;
    }
    bool ok = gnutls_hash(hash, secret.ptr, secret.len) == 0 && gnutls_hash(hash, ":", 1) == 0 &&
              gnutls_hash(hash, tenant.ptr, tenant.len) == 0;
    gnutls_hash_deinit(hash, key);
    return ok;
}

static bool start_cipher(Str secret, Str tenant, gnutls_aead_cipher_hd_t *ret_cipher)
{
    unsigned char key[KEY_BYTES];
    gnutls_datum_t datum = { key, sizeof(key) };

    bool ok = derive_key(secret, tenant, key) &&
              gnutls_aead_cipher_init(ret_cipher, GNUTLS_CIPHER_AES_256_GCM, &datum) == 0;
    explicit_bzero(key, sizeof(key));
    return ok;
}

/* Base64 text to bytes in the arena. */
static bool decode(Arena *arena, Str text, Str *ret_bytes)
{
    Buf bytes = BUF_INIT(SESSION_COOKIE_MAX_BYTES);
    bool ok = buf_add_base64_decoded(&bytes, text, true) && buf_ok(&bytes);

    if (ok) {
        *ret_bytes = arena_str(arena, buf_str(&bytes));
        ok = ret_bytes->ptr != NULL;
    }
    if (bytes.ptr != NULL) {
        explicit_bzero(bytes.ptr, bytes.cap);
    }
    buf_done(&bytes);
    return ok;
}

/* Nonce, ciphertext, tag to the token's JSON text. */
static bool open_sealed(Arena *arena, Str secret, Str tenant, Str sealed, Str *ret_plain)
{
    gnutls_aead_cipher_hd_t cipher;

    if (sealed.len < SESSION_NONCE_BYTES + TAG_BYTES || !start_cipher(secret, tenant, &cipher)) {
        return false;
    }
    size_t plain_len = sealed.len - SESSION_NONCE_BYTES - TAG_BYTES;
    char *plain = arena_alloc(arena, plain_len + 1);
    bool ok = plain != NULL &&
              gnutls_aead_cipher_decrypt(cipher, sealed.ptr, SESSION_NONCE_BYTES, NULL, 0,
                                         TAG_BYTES, sealed.ptr + SESSION_NONCE_BYTES,
                                         sealed.len - SESSION_NONCE_BYTES, plain, &plain_len) == 0;
    gnutls_aead_cipher_deinit(cipher);
    if (ok) {
        *ret_plain = (Str){ plain, plain_len };
    }
    return ok;
}

static bool parse_number(Str text, size_t at, size_t n, int64_t *ret_value)
{
    Str digits = str_first(str_skip(text, at), n);

    return digits.len == n && ascii_is_digit(digits.ptr[0]) && str_to_i64(digits, ret_value);
}

/* Days since 1970-01-01 of a civil date (Howard Hinnant, "chrono-compatible date algorithms"). */
static int64_t days_from_civil(int64_t y, int64_t m, int64_t d)
{
    y -= m <= 2;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

/* "Z" or "+02:00" in seconds. */
static bool parse_offset(Str text, int64_t *ret_seconds)
{
    int64_t hours;
    int64_t minutes;

    if (str_eq(text, STR("Z")) || str_eq(text, STR("z"))) {
        *ret_seconds = 0;
        return true;
    }
    if (text.len != 6 || (text.ptr[0] != '+' && text.ptr[0] != '-') || text.ptr[3] != ':' ||
        !parse_number(text, 1, 2, &hours) || !parse_number(text, 4, 2, &minutes) || hours > 23 ||
        minutes > 59) {
        return false;
    }
    *ret_seconds = (text.ptr[0] == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
    return true;
}

bool session_parse_time(Str text, int64_t *ret_unix_ms)
{
    int64_t year;
    int64_t month;
    int64_t day;
    int64_t hour;
    int64_t minute;
    int64_t second;
    int64_t offset;
    int64_t ms = 0;

    if (text.len < 20 || text.ptr[4] != '-' || text.ptr[7] != '-' ||
        (text.ptr[10] != 'T' && text.ptr[10] != 't') || text.ptr[13] != ':' ||
        text.ptr[16] != ':' || !parse_number(text, 0, 4, &year) ||
        !parse_number(text, 5, 2, &month) || !parse_number(text, 8, 2, &day) ||
        !parse_number(text, 11, 2, &hour) || !parse_number(text, 14, 2, &minute) ||
        !parse_number(text, 17, 2, &second)) {
        return false;
    }
    if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) {
        return false;
    }
    Str rest = str_skip(text, 19);
    if (str_starts_with(rest, STR("."))) {
        size_t n = 1;
        for (; n < rest.len && ascii_is_digit(rest.ptr[n]); n++) {
            if (n <= 3) {
                ms += (rest.ptr[n] - '0') * (n == 1 ? 100 : n == 2 ? 10 : 1);
            }
        }
        if (n == 1 || n > 10) {
            return false;
        }
        rest = str_skip(rest, n);
    }
    if (!parse_offset(rest, &offset)) {
        return false;
    }
    int64_t seconds =
        days_from_civil(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - offset;
    *ret_unix_ms = seconds * 1000 + ms;
    return true;
}

static Str json_text(Arena *arena, const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);

    return json_is_string(value)
               ? arena_str(arena, (Str){ json_string_value(value), json_string_length(value) })
               : STR_EMPTY;
}

static bool parse_token(Arena *arena, Str json, SessionToken *ret_token)
{
    json_t *root = json_loadb(json.ptr, json.len, 0, NULL);
    SessionToken token = {
        .access_token = json_text(arena, root, "access_token"),
        .token_type = json_text(arena, root, "token_type"),
        .refresh_token = json_text(arena, root, "refresh_token"),
    };
    Str expiry = json_text(arena, root, "expiry");
    bool ok = json_is_object(root) && token.access_token.len > 0 &&
              token.access_token.ptr != NULL && token.token_type.ptr != NULL &&
              token.refresh_token.ptr != NULL && !path_has_control(token.access_token);

    json_decref(root);
    if (!ok || expiry.ptr == NULL) {
        return false;
    }
    /* zero or absent: the host's tokens do not expire (1.5, fault a) */
    if (expiry.len > 0 && !str_starts_with(expiry, STR("0001-01-01T")) &&
        !session_parse_time(expiry, &token.expires_at_ms)) {
        return false;
    }
    *ret_token = token;
    return true;
}

/* The sealed token of either layout. */
static bool unwrap(Arena *arena, Str value, Str *ret_sealed)
{
    Str json;
    bool ok = false;

    if (!decode(arena, value, &json)) {
        return false;
    }
    json_t *root = json_loadb(json.ptr, json.len, 0, NULL);
    const json_t *sealed = json_object_get(root, "token");
    if (sealed == NULL) {
        sealed = json_object_get(root, "metadata"); /* deprecated layout */
    }
    if (json_is_string(sealed)) {
        ok = decode(arena, (Str){ json_string_value(sealed), json_string_length(sealed) },
                    ret_sealed);
    }
    json_decref(root);
    return ok;
}

bool session_cookie_open(Arena *arena, const Str *secrets, size_t n_secrets, Str tenant, Str value,
                         SessionToken *ret_token, Err *err)
{
    Str sealed;

    if (value.len == 0 || value.len > SESSION_COOKIE_MAX_BYTES || !unwrap(arena, value, &sealed)) {
        return invalid(err);
    }
    for (size_t i = 0; i < n_secrets; i++) {
        Str plain;
        if (open_sealed(arena, secrets[i], tenant, sealed, &plain)) {
            return parse_token(arena, plain, ret_token) ? true : invalid(err);
        }
    }
    return invalid(err);
}

/* The token as the reference writes it: same members, same order. */
static json_t *token_json(const SessionToken *token)
{
    Buf expiry = BUF_INIT(64);
    json_t *root = json_object();

    if (token->expires_at_ms > 0) {
        clock_add_rfc3339(&expiry, token->expires_at_ms * NS_PER_MS, false);
    } else {
        buf_add(&expiry, str_from(zero_time));
    }
    (void)json_object_set_new(root, "access_token",
                              json_stringn(token->access_token.ptr, token->access_token.len));
    if (token->token_type.len > 0) {
        (void)json_object_set_new(root, "token_type",
                                  json_stringn(token->token_type.ptr, token->token_type.len));
    }
    if (token->refresh_token.len > 0) {
        (void)json_object_set_new(root, "refresh_token",
                                  json_stringn(token->refresh_token.ptr, token->refresh_token.len));
    }
    /* a failed set shows as a missing member when the text is read back */
    (void)json_object_set_new(root, "expiry", json_stringn(expiry.ptr, expiry.len));
    buf_done(&expiry);
    return root;
}

static bool seal_bytes(Arena *arena, gnutls_aead_cipher_hd_t cipher, const unsigned char *nonce,
                       Str plain, Str *ret_sealed, Err *err)
{
    size_t cipher_len = plain.len + TAG_BYTES;
    char *sealed = arena_alloc(arena, SESSION_NONCE_BYTES + cipher_len);
    Buf text = BUF_INIT(4 * (size_t)MAX_TOKEN_JSON_BYTES);

    if (sealed == NULL) {
        return err_no_memory(err);
    }
    memcpy(sealed, nonce, SESSION_NONCE_BYTES);
    if (gnutls_aead_cipher_encrypt(cipher, nonce, SESSION_NONCE_BYTES, NULL, 0, TAG_BYTES,
                                   plain.ptr, plain.len, sealed + SESSION_NONCE_BYTES,
                                   &cipher_len) != 0) {
        return err_set(err, ERR_INTERNAL, "could not seal the session token");
    }
    buf_add_base64(&text, (Str){ sealed, SESSION_NONCE_BYTES + cipher_len });
    *ret_sealed = arena_str(arena, buf_str(&text));
    buf_done(&text);
    return ret_sealed->ptr != NULL ? true : err_no_memory(err);
}

bool session_token_seal(Arena *arena, Str secret, Str tenant, const SessionToken *token,
                        const unsigned char *nonce, Str *ret_sealed, Err *err)
{
    unsigned char random[SESSION_NONCE_BYTES];
    gnutls_aead_cipher_hd_t cipher;

    if (nonce == NULL) {
        if (gnutls_rnd(GNUTLS_RND_NONCE, random, sizeof(random)) != 0) {
            return err_set(err, ERR_INTERNAL, "could not seal the session token");
        }
        nonce = random;
    }
    if (!start_cipher(secret, tenant, &cipher)) {
        return err_set(err, ERR_INTERNAL, "could not seal the session token");
    }
    json_t *root = token_json(token);
    char *plain = json_dumps(root, JSON_COMPACT | JSON_PRESERVE_ORDER);
    bool ok = plain != NULL ? seal_bytes(arena, cipher, nonce, str_from(plain), ret_sealed, err)
                            : err_no_memory(err);
    gnutls_aead_cipher_deinit(cipher);
    if (plain != NULL) {
        explicit_bzero(plain, strlen(plain));
    }
    free(plain);
    json_decref(root);
    return ok;
}

static Str wrap(Arena *arena, const char *json)
{
    Buf text = BUF_INIT(4 * (size_t)SESSION_COOKIE_MAX_BYTES);

    if (json == NULL) {
        return (Str){ NULL, 0 };
    }
    buf_add_base64(&text, str_from(json));
    Str value = buf_ok(&text) ? arena_str(arena, buf_str(&text)) : (Str){ NULL, 0 };
    buf_done(&text);
    return value;
}

Str session_cookie_value(Arena *arena, Str sealed, int64_t expires_at_ms,
                         int64_t refresh_expires_at_ms)
{
    return wrap(arena, arena_printf(arena,
                                    "{\"token\":\"%.*s\",\"token_expires_at\":%lld,"
                                    "\"refresh_token_expires_at\":%lld}",
                                    STR_ARG(sealed), (long long)expires_at_ms,
                                    (long long)refresh_expires_at_ms));
}

Str session_cookie_value_deprecated(Arena *arena, Str sealed, int64_t expires_at_ms)
{
    if (expires_at_ms <= 0) { /* a zero would be in the past: scripts take a missing one as never */
        return wrap(arena, arena_printf(arena, "{\"metadata\":\"%.*s\"}", STR_ARG(sealed)));
    }
    return wrap(arena, arena_printf(arena, "{\"metadata\":\"%.*s\",\"expiry\":%lld}",
                                    STR_ARG(sealed), (long long)expires_at_ms));
}
