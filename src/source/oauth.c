/* SPDX-License-Identifier: Apache-2.0 */
#include "source/oauth_internal.h"

#include <jansson.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "net/http_client.h"
#include "source/path.h"
#include "source/secret.h"

#define TIMEOUT_NS (10 * NS_PER_S)

enum {
    MAX_FORM_BYTES = 64 * 1024,
    MAX_NAME_BYTES = 100,
};

/* ---- authorisation ---- */

static void add_parameter(Buf *out, const char *name, Str value)
{
    buf_addf(out, "%s%s=", out->len == 0 || out->ptr[out->len - 1] == '?' ? "" : "&", name);
    buf_add_url_escaped(out, value, STR_EMPTY);
}

Str oauth_challenge(Str verifier, Arena *arena)
{
    unsigned char digest[SECRET_BYTES];

    return secret_digest(&verifier, 1, digest) ? secret_url_text(arena, digest, sizeof(digest))
                                               : (Str){ NULL, 0 };
}

Str oauth_authorize_url(const OauthClient *client, Str redirect_uri, Str state, Str verifier,
                        Arena *arena)
{
    Buf url = BUF_INIT(KiB(16));

    buf_addf(&url, "%s?", client->authorize_url);
    add_parameter(&url, "client_id", client->client_id);
    add_parameter(&url, "response_type", STR("code"));
    add_parameter(&url, "redirect_uri", redirect_uri);
    add_parameter(&url, "state", state);
    if (client->scope.len > 0) {
        add_parameter(&url, "scope", client->scope);
    }
    if (client->flavour->pkce) {
        Str challenge = oauth_challenge(verifier, arena);
        url.failed |= challenge.ptr == NULL;
        add_parameter(&url, "code_challenge", text_or_empty(challenge));
        add_parameter(&url, "code_challenge_method", STR("S256"));
    }
    Str text = buf_ok(&url) ? arena_str(arena, buf_str(&url)) : (Str){ NULL, 0 };
    buf_done(&url);
    return text;
}

/* ---- token endpoint ---- */

/* RFC 6749 2.3.1: both parts are form-encoded before they are joined. */
static void add_basic(Buf *out, const OauthClient *client)
{
    Buf pair = BUF_INIT(KiB(16));

    buf_add_url_escaped(&pair, client->client_id, STR_EMPTY);
    buf_add_char(&pair, ':');
    buf_add_url_escaped(&pair, client->client_secret, STR_EMPTY);
    buf_add(out, STR("Basic "));
    buf_add_base64(out, buf_str(&pair));
    out->failed |= !buf_ok(&pair);
    secret_buf_done(&pair);
}

static void add_client(Buf *form, Buf *authorization, const OauthClient *client)
{
    if (client->flavour->basic) {
        add_basic(authorization, client);
        return;
    }
    add_parameter(form, "client_id", client->client_id);
    if (client->client_secret.len > 0) {
        add_parameter(form, "client_secret", client->client_secret);
    }
}

/* Sends the form and reads the answer, whatever its status: GitHub reports errors with 200. */
static bool ask_token(OauthClient *client, Str form, Str authorization, Arena *arena,
                      OauthToken *ret_token, int *ret_status, Err *err)
{
    static const Str headers[] = { STR_CONST("Accept: application/json"),
                                   STR_CONST("Content-Type: application/x-www-form-urlencoded") };
    HttpCall call = { .method = STR("POST"),
                      .url = str_from(client->token_url),
                      .headers = headers,
                      .n_headers = ARRAY_LEN(headers),
                      .authorization = authorization,
                      .body = form,
                      .ca_file = client->ca_file,
                      .deadline_ns = clock_steady_ns() + TIMEOUT_NS,
                      .max_bytes = OAUTH_MAX_ANSWER_BYTES };
    HttpReply reply = { 0 };

    bool ok = http_client_fetch(client->http, &call, &reply, err);
    *ret_status = reply.status;
    if (ok) {
        ok =
            oauth_answer_parse(http_reply_header(&reply, STR("content-type")), buf_str(&reply.body),
                               clock_unix_ns() / NS_PER_MS, arena, ret_token, err);
        if (ok && reply.status != 200 && reply.status != 201) {
            oauth_token_wipe(ret_token);
            ok = err_set(err, ERR_INTERNAL, "the host answered with status %d", reply.status);
        } else if (!ok && (reply.status >= 500 || reply.status == 429)) {
            err->code = ERR_UNAVAILABLE;
        } else if (!ok && (reply.status == 400 || reply.status == 401)) {
            err->code = ERR_UNAUTHENTICATED; /* RFC 6749 5.2, readable or not */
        }
    }
    if (reply.body.ptr != NULL) {
        explicit_bzero(reply.body.ptr, reply.body.cap);
    }
    http_reply_done(&reply);
    return ok;
}

/* Adds the client to the form and sends both; the buffers are wiped. */
static bool send_form(OauthClient *client, Buf *form, Arena *arena, OauthToken *ret_token,
                      int *ret_status, Err *err)
{
    Buf authorization = BUF_INIT(KiB(16));

    *ret_status = 0;
    add_client(form, &authorization, client);
    bool ok = buf_ok(form) && buf_ok(&authorization)
                  ? ask_token(client, buf_str(form), buf_str(&authorization), arena, ret_token,
                              ret_status, err)
                  : err_set(err, ERR_INVALID_ARGUMENT, "the request to the host is too large");
    secret_buf_done(&authorization);
    secret_buf_done(form);
    return ok || err_wrap(err, "%.*s", STR_ARG(client->name));
}

bool oauth_exchange(OauthClient *client, Str code, Str redirect_uri, Str verifier, Arena *arena,
                    OauthToken *ret_token, int *ret_status, Err *err)
{
    Buf form = BUF_INIT(MAX_FORM_BYTES);

    add_parameter(&form, "grant_type", STR("authorization_code"));
    add_parameter(&form, "code", code);
    if (redirect_uri.len > 0) {
        add_parameter(&form, "redirect_uri", redirect_uri);
    }
    if (verifier.len > 0 && client->flavour->pkce) {
        add_parameter(&form, "code_verifier", verifier);
    }
    return send_form(client, &form, arena, ret_token, ret_status, err);
}

bool oauth_refresh(OauthClient *client, Str refresh_token, Str redirect_uri, Arena *arena,
                   OauthToken *ret_token, int *ret_status, Err *err)
{
    Buf form = BUF_INIT(MAX_FORM_BYTES);

    add_parameter(&form, "grant_type", STR("refresh_token"));
    add_parameter(&form, "refresh_token", refresh_token);
    if (redirect_uri.len > 0) { /* GitLab wants it again */
        add_parameter(&form, "redirect_uri", redirect_uri);
    }
    if (!send_form(client, &form, arena, ret_token, ret_status, err)) {
        return false;
    }
    if (ret_token->refresh_token.len == 0) { /* RFC 6749 6: the old one stays good */
        ret_token->refresh_token = arena_str(arena, refresh_token);
    }
    return ret_token->refresh_token.ptr != NULL || err_no_memory(err);
}

/* ---- account ---- */

/* What people see: printable, one line, bounded. */
static bool name_of(Str text, Arena *arena, Str *ret_name)
{
    Str name = str_trim(text);

    if (name.len == 0 || name.len > MAX_NAME_BYTES || path_has_control(name) ||
        !utf8_valid(name.ptr, name.len)) {
        return false;
    }
    *ret_name = arena_str(arena, name);
    return ret_name->ptr != NULL;
}

static bool read_name(const OauthClient *client, Str body, Arena *arena, Str *ret_name)
{
    if (client->flavour->plain_user) {
        return name_of(body, arena, ret_name);
    }
    json_t *root = json_loadb(body.ptr, body.len, 0, NULL);
    bool found = false;
    for (size_t i = 0; !found && i < ARRAY_LEN(client->flavour->names); i++) {
        const char *member = client->flavour->names[i];
        const json_t *value = member != NULL ? json_object_get(root, member) : NULL;
        found =
            json_is_string(value) &&
            name_of((Str){ json_string_value(value), json_string_length(value) }, arena, ret_name);
    }
    json_decref(root);
    return found;
}

bool oauth_account(OauthClient *client, Str access_token, Arena *arena, Str *ret_name, Err *err)
{
    static const Str headers[] = { STR_CONST("Accept: application/json") };
    Buf authorization = BUF_INIT(KiB(16));
    HttpReply reply = { 0 };

    buf_add(&authorization, STR("Bearer "));
    buf_add(&authorization, access_token);
    HttpCall call = { .url = str_from(client->user_url),
                      .headers = headers,
                      .n_headers = ARRAY_LEN(headers),
                      .authorization = buf_str(&authorization),
                      .ca_file = client->ca_file,
                      .deadline_ns = clock_steady_ns() + TIMEOUT_NS,
                      .max_bytes = OAUTH_MAX_ANSWER_BYTES };
    bool ok = buf_ok(&authorization) ? http_client_fetch(client->http, &call, &reply, err)
                                     : err_no_memory(err);
    secret_buf_done(&authorization);
    if (ok && reply.status != 200) {
        ok = err_set(err, reply.status == 401 ? ERR_UNAUTHENTICATED : ERR_UNAVAILABLE,
                     "%.*s answered with status %d", STR_ARG(client->name), reply.status);
    } else if (ok && !read_name(client, buf_str(&reply.body), arena, ret_name)) {
        ok = err_set(err, ERR_INTERNAL, "%.*s names no account", STR_ARG(client->name));
    }
    http_reply_done(&reply);
    return ok;
}
