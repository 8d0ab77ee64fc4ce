/* SPDX-License-Identifier: Apache-2.0 */
/* Stored form: version 1 (one byte), last use (8 bytes, big endian), then the sealed JSON. */
#include "account/session.h"

#include "account/session_json.h"

static const Str space = STR_CONST("session");

enum {
    VERSION = 1,
    HEAD_BYTES = 1 + 8,
};

/* ---- the cookie ---- */

bool session_init(Session *session, Str tenant, Err *err)
{
    *session = (Session){ .tenant = tenant };
    return secret_random(session->secret, sizeof(session->secret)) ||
           err_set(err, ERR_INTERNAL, "the system gives no random bytes");
}

Str session_cookie(const Session *session, Arena *arena)
{
    return secret_url_text(arena, session->secret, sizeof(session->secret));
}

bool session_secret_from(Str cookie_value, Arena *arena, unsigned char ret_secret[SECRET_BYTES])
{
    Buf bytes = BUF_INIT(2 * SECRET_BYTES);
    bool ok = secret_text_valid(cookie_value, SECRET_TEXT_CHARS) &&
              buf_add_base64_decoded(&bytes, cookie_value, false) && buf_ok(&bytes) &&
              bytes.len == SECRET_BYTES;

    if (ok) {
        /* two texts may decode to the same bytes: only the one that we write counts */
        memcpy(ret_secret, bytes.ptr, SECRET_BYTES);
        ok = str_eq(secret_url_text(arena, ret_secret, SECRET_BYTES), cookie_value);
    }
    secret_buf_done(&bytes);
    return ok;
}

/* ---- the store ---- */

static void put_head(Buf *out, int64_t last_used_ms)
{
    buf_add_char(out, VERSION);
    for (int shift = 56; shift >= 0; shift -= 8) {
        buf_add_char(out, (char)((uint64_t)last_used_ms >> shift));
    }
}

static bool read_head(Str value, int64_t *ret_last_used_ms)
{
    uint64_t ms = 0;

    if (value.len < HEAD_BYTES || value.ptr[0] != VERSION) {
        return false;
    }
    for (size_t i = 1; i < HEAD_BYTES; i++) {
        ms = ms << 8 | (unsigned char)value.ptr[i];
    }
    *ret_last_used_ms = (int64_t)ms;
    return true;
}

static bool is_over(int64_t last_used_ms, int64_t now_ms)
{
    return last_used_ms < now_ms - SESSION_LIFE_MS;
}

static SealContext context_of(const SessionStore *store, const Session *session)
{
    return (SealContext){ .cookie_secret = session->secret,
                          .tenant = session->tenant,
                          .server_secrets = store->secrets,
                          .n_server_secrets = store->n_secrets };
}

static bool key_of(const Session *session, char id[SEAL_ID_CHARS], Str *ret_key, Err *err)
{
    *ret_key = (Str){ id, SEAL_ID_CHARS };
    return seal_id(session->secret, session->tenant, id) ||
           err_set(err, ERR_INTERNAL, "could not hash");
}

bool session_load(const SessionStore *store, Session *session, int64_t now_ms, Arena *arena,
                  Err *err)
{
    Buf value CLEANUP(buf_done) = BUF_INIT(SESSION_MAX_VALUE_BYTES);
    SealContext context = context_of(store, session);
    char id[SEAL_ID_CHARS];
    Str key;
    Str plain;

    if (!key_of(session, id, &key, err)) {
        return false;
    }
    if (!store_value_get(store->store, session->tenant, space, key, &value, err)) {
        if (err->code == ERR_NOT_FOUND) {
            err_clear(err);
        }
        return false;
    }
    Str bytes = buf_str(&value);
    if (!read_head(bytes, &session->last_used_ms) || is_over(session->last_used_ms, now_ms) ||
        !seal_open(&context, str_first(bytes, HEAD_BYTES), str_skip(bytes, HEAD_BYTES), arena,
                   &plain)) {
        return false;
    }
    bool ok = session_json_read(plain, arena, session);
    secret_wipe(plain);
    return ok;
}

bool session_save(const SessionStore *store, Session *session, int64_t now_ms, Err *err)
{
    Buf value = BUF_INIT(SESSION_MAX_VALUE_BYTES);
    Buf plain = BUF_INIT(SESSION_MAX_VALUE_BYTES - HEAD_BYTES - SEAL_OVERHEAD_BYTES);
    SealContext context = context_of(store, session);
    char id[SEAL_ID_CHARS];
    char head[HEAD_BYTES];
    Str key;

    session->last_used_ms = now_ms;
    put_head(&value, now_ms);
    session_json_write(session, &plain);
    bool ok = buf_ok(&plain) && buf_ok(&value)
                  ? true
                  : err_set(err, ERR_RESOURCE_EXHAUSTED, "the session is too large");
    if (ok) {
        memcpy(head, value.ptr, sizeof(head));
        ok = key_of(session, id, &key, err) &&
             seal_close(&context, (Str){ head, sizeof(head) }, buf_str(&plain), &value, err) &&
             store_value_put(store->store, session->tenant, space, key, buf_str(&value), err);
    }
    secret_buf_done(&plain);
    buf_done(&value);
    return ok;
}

bool session_delete(const SessionStore *store, const Session *session, Err *err)
{
    char id[SEAL_ID_CHARS];
    Str key;

    return key_of(session, id, &key, err) &&
           store_value_delete(store->store, session->tenant, space, key, err);
}

/* ---- sweeping ---- */

typedef struct Kept {
    char key[SEAL_ID_CHARS];
    int64_t last_used_ms; /* 0: to be dropped */
} Kept;

typedef struct Sweep {
    VEC(Kept) items;
    int64_t now_ms;
} Sweep;

static bool collect(void *ctx, Str key, Str value, Err *err)
{
    Sweep *sweep = ctx;
    Kept kept = { .last_used_ms = 0 };

    if (key.len != SEAL_ID_CHARS) {
        return true; /* not written by us: leave it */
    }
    memcpy(kept.key, key.ptr, sizeof(kept.key));
    if (!read_head(value, &kept.last_used_ms) || is_over(kept.last_used_ms, sweep->now_ms)) {
        kept.last_used_ms = 0;
    }
    return VEC_PUSH(&sweep->items, kept) || err_no_memory(err);
}

static int newest_first(const void *a, const void *b)
{
    int64_t x = ((const Kept *)a)->last_used_ms;
    int64_t y = ((const Kept *)b)->last_used_ms;

    return (x < y) - (x > y);
}

bool session_sweep(const SessionStore *store, Str tenant, int64_t now_ms, size_t max, Err *err)
{
    Sweep sweep = { .now_ms = now_ms };
    bool ok = store_value_each(store->store, tenant, space, collect, &sweep, err);

    if (ok && sweep.items.len > 0) {
        qsort(sweep.items.items, sweep.items.len, sizeof(Kept), newest_first);
    }
    for (size_t i = 0; ok && i < sweep.items.len; i++) {
        const Kept *kept = &sweep.items.items[i];
        if (i >= max || kept->last_used_ms == 0) {
            ok = store_value_delete(store->store, tenant, space,
                                    (Str){ kept->key, sizeof(kept->key) }, err);
        }
    }
    VEC_DONE(&sweep.items);
    return ok;
}

/* ---- the accounts ---- */

SessionAccount *session_find(Session *session, Str provider)
{
    for (size_t i = 0; i < session->n_accounts; i++) {
        if (str_eq(session->accounts[i].provider, provider)) {
            return &session->accounts[i];
        }
    }
    return NULL;
}

bool session_put(Session *session, const SessionAccount *account)
{
    SessionAccount *place = session_find(session, account->provider);

    if (place == NULL) {
        if (session->n_accounts == SESSION_MAX_ACCOUNTS) {
            return false;
        }
        place = &session->accounts[session->n_accounts++];
    }
    *place = *account;
    return true;
}

void session_remove(Session *session, Str provider)
{
    SessionAccount *place = session_find(session, provider);

    if (place != NULL) {
        *place = session->accounts[--session->n_accounts];
    }
}

void session_wipe(Session *session)
{
    for (size_t i = 0; i < session->n_accounts; i++) {
        secret_wipe(session->accounts[i].access_token);
        secret_wipe(session->accounts[i].refresh_token);
    }
    explicit_bzero(session->secret, sizeof(session->secret));
    session->n_accounts = 0;
}
