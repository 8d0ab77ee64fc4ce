/* SPDX-License-Identifier: Apache-2.0 */
#include "account/session_json.h"

#include <jansson.h>

#include "codec/json.h"

static void add_text(Buf *out, const char *name, Str value)
{
    buf_addf(out, "\"%s\":", name);
    json_add_string(out, value);
    buf_add_char(out, ',');
}

void session_json_write(const Session *session, Buf *out)
{
    size_t n = KiB(1);

    for (size_t i = 0; i < session->n_accounts; i++) {
        n +=
            KiB(1) + session->accounts[i].access_token.len + session->accounts[i].refresh_token.len;
    }
    (void)buf_reserve(out, n); /* a buffer that grows leaves copies behind that nobody wipes */
    buf_add(out, STR("{\"accounts\":["));
    for (size_t i = 0; i < session->n_accounts; i++) {
        const SessionAccount *account = &session->accounts[i];
        buf_add(out, i > 0 ? STR(",{") : STR("{"));
        add_text(out, "provider", account->provider);
        add_text(out, "name", account->name);
        add_text(out, "access_token", account->access_token);
        add_text(out, "refresh_token", account->refresh_token);
        add_text(out, "redirect_uri", account->redirect_uri);
        buf_addf(out, "\"expires_at\":%lld,\"refresh_expires_at\":%lld,\"expired\":%s}",
                 (long long)account->expires_at_ms, (long long)account->refresh_expires_at_ms,
                 account->expired ? "true" : "false");
    }
    buf_add(out, STR("]}"));
}

static Str read_text(const json_t *object, const char *name, Arena *arena)
{
    const json_t *value = json_object_get(object, name);

    return json_is_string(value)
               ? arena_str(arena, (Str){ json_string_value(value), json_string_length(value) })
               : (Str){ NULL, 0 };
}

static bool read_account(const json_t *item, Arena *arena, SessionAccount *account)
{
    *account = (SessionAccount){
        .provider = read_text(item, "provider", arena),
        .name = read_text(item, "name", arena),
        .access_token = read_text(item, "access_token", arena),
        .refresh_token = read_text(item, "refresh_token", arena),
        .redirect_uri = read_text(item, "redirect_uri", arena),
        .expires_at_ms = json_integer_value(json_object_get(item, "expires_at")),
        .refresh_expires_at_ms = json_integer_value(json_object_get(item, "refresh_expires_at")),
        .expired = json_is_true(json_object_get(item, "expired")),
    };
    return account->provider.ptr != NULL && account->name.ptr != NULL &&
           account->access_token.ptr != NULL && account->refresh_token.ptr != NULL &&
           account->redirect_uri.ptr != NULL;
}

bool session_json_read(Str json, Arena *arena, Session *session)
{
    json_t *root = json_loadb(json.ptr, json.len, 0, NULL);
    json_t *list = json_object_get(root, "accounts");
    bool ok = json_is_array(list) && json_array_size(list) <= SESSION_MAX_ACCOUNTS;

    session->n_accounts = 0;
    for (size_t i = 0; ok && i < json_array_size(list); i++) {
        ok = read_account(json_array_get(list, i), arena, &session->accounts[i]);
        session->n_accounts += ok;
    }
    secret_json_done(root);
    return ok;
}
