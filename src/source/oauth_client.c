/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/oauth_client.c - an OAuth client from a provider entry: addresses, scope, secret.
 */
#include "base/file.h"
#include "source/oauth_internal.h"
#include "source/path.h"
#include "source/secret.h"

enum { MAX_SECRET_FILE_BYTES = 4096 };

/* "https://host" of a bare host; no slash at the end. */
static Str base_url(Arena *arena, Str text)
{
    while (text.len > 0 && text.ptr[text.len - 1] == '/') {
        text.len--;
    }
    bool has_scheme = str_find(text, STR("://"), 0) != STR_NPOS;
    char *url = arena_printf(arena, "%s%.*s", has_scheme ? "" : "https://", STR_ARG(text));
    return url != NULL ? str_from(url) : (Str){ NULL, 0 };
}

/* The pattern with the first "%api", "%web" or "%id" filled in; ptr NULL when out of memory. */
static Str fill_in(Arena *arena, const char *pattern, const char *mark, Str value)
{
    Str text = str_from(pattern);
    size_t at = str_find(text, str_from(mark), 0);

    if (at == STR_NPOS) {
        return text;
    }
    char *filled = arena_printf(arena, "%.*s%.*s%s", (int)at, text.ptr, STR_ARG(value),
                                pattern + at + strlen(mark));
    return filled != NULL ? str_from(filled) : (Str){ NULL, 0 };
}

static bool set_urls(OauthClient *client, const ProviderConfig *config, Err *err)
{
    const OauthFlavour *flavour = client->flavour;
    Arena *arena = client->arena;
    Str web = base_url(arena, config->web_url.len > 0 ? config->web_url : config->name);
    bool is_public = str_eq(web, str_from(flavour->web_url));
    Str api = STR_EMPTY;

    if (config->api_url.len > 0) {
        api = base_url(arena, config->api_url);
    } else if (is_public && flavour->public_api != NULL) {
        api = str_from(flavour->public_api);
    } else {
        api = str_from(arena_printf(arena, "%.*s%s", STR_ARG(web), flavour->api_suffix));
    }
    Str user = fill_in(arena, flavour->user_url, "%api", api);
    user = user.ptr != NULL ? fill_in(arena, user.ptr, "%web", web) : user;
    Buf id = BUF_INIT(KiB(16));
    buf_add_url_escaped(&id, client->client_id, STR_EMPTY);
    Str revoke = fill_in(arena, flavour->revoke_suffix, "%id", buf_str(&id));
    buf_done(&id);
    client->authorize_url = arena_printf(arena, "%.*s%s", STR_ARG(web), flavour->authorize_path);
    client->token_url = arena_printf(arena, "%.*s%s", STR_ARG(web), flavour->token_path);
    client->user_url = user.ptr;
    if (web.ptr == NULL || api.len == 0 || revoke.ptr == NULL || client->authorize_url == NULL ||
        client->token_url == NULL || client->user_url == NULL) {
        return err_no_memory(err);
    }
    client->revoke_url = STR_EMPTY;
    if (revoke.len > 0) {
        client->revoke_url =
            str_from(arena_printf(arena, "%.*s%.*s", STR_ARG(web), STR_ARG(revoke)));
    }
    return true;
}

static bool read_secret_file(OauthClient *client, Str path, Err *err)
{
    Buf content = BUF_INIT(MAX_SECRET_FILE_BYTES);
    char *c_path = arena_text(client->arena, path);
    bool ok = c_path != NULL ? file_read(c_path, &content, err) : err_no_memory(err);

    if (ok) {
        Str secret = str_trim(buf_str(&content));
        client->client_secret = arena_str(client->arena, secret);
        if (secret.len == 0 || path_has_control(secret)) {
            ok = err_set(err, ERR_INVALID_ARGUMENT, "client secret file \"%s\" holds no secret",
                         c_path);
        } else if (client->client_secret.ptr == NULL) {
            ok = err_no_memory(err);
        }
    }
    secret_buf_done(&content);
    return ok;
}

/* A GitHub app may come without a secret, since its client id alone announces the login. */
static bool set_secret(OauthClient *client, const ProviderConfig *config, Err *err)
{
    if (config->client_secret_file.len > 0) {
        return read_secret_file(client, config->client_secret_file, err);
    }
    client->client_secret = arena_str(client->arena, text_or_empty(config->client_secret));
    return client->client_secret.ptr != NULL || err_no_memory(err);
}

static bool check_callback(Str url, Err *err)
{
    bool web = str_starts_with(url, STR("https://")) || str_starts_with(url, STR("http://"));

    return url.len == 0 || (web && !path_has_control(url)) ||
           err_set(err, ERR_INVALID_ARGUMENT, "callback_url \"%.*s\" is no http or https address",
                   STR_ARG(url));
}

static bool fill_client(OauthClient *client, const ProviderConfig *config, Err *err)
{
    Str callback = text_or_empty(config->callback_url);
    Str scope = config->scope.ptr != NULL ? config->scope : str_from(client->flavour->scope);

    client->name = arena_str(client->arena, config->name);
    client->client_id = arena_str(client->arena, config->client_id);
    client->scope = arena_str(client->arena, scope);
    client->callback_url = arena_str(client->arena, callback);
    client->ca_file = config->ca_file.len > 0 ? arena_text(client->arena, config->ca_file) : NULL;
    if (client->name.ptr == NULL || client->client_id.ptr == NULL || client->scope.ptr == NULL ||
        client->callback_url.ptr == NULL || (config->ca_file.len > 0 && client->ca_file == NULL)) {
        return err_no_memory(err);
    }
    return check_callback(callback, err) && set_urls(client, config, err) &&
           set_secret(client, config, err);
}

bool oauth_client_create(const ProviderConfig *config, struct HttpClient *http,
                         OauthClient **ret_client, Err *err)
{
    const OauthFlavour *flavour = oauth_flavour(config->type);

    *ret_client = NULL;
    if (flavour == NULL || config->client_id.len == 0) {
        return true;
    }
    OauthClient *client = calloc(1, sizeof(*client));
    if (client == NULL || (client->arena = arena_create(MiB(1))) == NULL) {
        free(client);
        return err_no_memory(err);
    }
    client->flavour = flavour;
    client->http = http;
    if (!fill_client(client, config, err)) {
        oauth_client_destroy(client);
        return false;
    }
    *ret_client = client;
    return true;
}

void oauth_client_destroy(OauthClient *client)
{
    if (client == NULL) {
        return;
    }
    secret_wipe(client->client_secret);
    arena_destroy(client->arena);
    free(client);
}

Str oauth_client_id(const OauthClient *client)
{
    return client->client_id;
}

Str oauth_callback_url(const OauthClient *client)
{
    return client->callback_url;
}

bool oauth_can_login(const OauthClient *client)
{
    return client->client_secret.len > 0 || !client->flavour->needs_secret;
}

Str oauth_revoke_url(const OauthClient *client)
{
    return client->revoke_url;
}
