/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/vcs/rest_config.c - a provider that speaks HTTP from its entry of the configuration.
 */
#include <stdio.h>

#include "base/file.h"
#include "source/path.h"
#include "source/vcs/rest.h"

enum {
    MAX_TOKEN_FILE_BYTES = 16 * 1024,
};

static bool read_token(RestProvider *rest, Str path, Err *err)
{
    Buf content = BUF_INIT(MAX_TOKEN_FILE_BYTES);
    char *c_path = str_dup(path);
    bool ok = c_path != NULL ? file_read(c_path, &content, err) : err_no_memory(err);

    if (ok) {
        Str token = str_trim(buf_str(&content));
        if (token.len == 0 || path_has_control(token)) {
            ok = err_set(err, ERR_INVALID_ARGUMENT, "token file \"%s\" holds no token", c_path);
        } else {
            rest->token = str_dup(token);
            ok = rest->token != NULL ? true : err_no_memory(err);
        }
    }
    if (content.ptr != NULL) {
        explicit_bzero(content.ptr, content.cap);
    }
    buf_done(&content);
    free(c_path);
    return ok;
}

/* "https://host" of a bare host; no slash at the end. */
static char *base_url(Str text, const char *suffix)
{
    Str trimmed = text;
    char *url = NULL;

    while (trimmed.len > 0 && trimmed.ptr[trimmed.len - 1] == '/') {
        trimmed.len--;
    }
    const char *scheme = str_find(trimmed, STR("://"), 0) == STR_NPOS ? "https://" : "";
    if (asprintf(&url, "%s%.*s%s", scheme, STR_ARG(trimmed), suffix) < 0) {
        return NULL;
    }
    return url;
}

/* The web address is that of the public host, whose API has a name of its own. */
static bool is_public_host(const RestDialect *dialect, const char *web_url)
{
    const char *scheme = strstr(web_url, "://");

    return dialect->public_host != NULL && scheme != NULL &&
           str_eq_ignore_case(str_from(scheme + 3), str_from(dialect->public_host));
}

static bool set_urls(RestProvider *rest, const ProviderConfig *config)
{
    Str web = config->web_url.len > 0 ? config->web_url : config->name;

    rest->web_url = base_url(web, "");
    if (rest->web_url == NULL) {
        return false;
    }
    if (config->api_url.len > 0) {
        rest->api_url = base_url(config->api_url, "");
    } else if (is_public_host(rest->dialect, rest->web_url)) {
        rest->api_url = base_url(str_from(rest->dialect->public_api), "");
    } else {
        rest->api_url = base_url(web, rest->dialect->api_suffix);
    }
    return rest->api_url != NULL;
}

static void forget(char *secret)
{
    if (secret != NULL) {
        explicit_bzero(secret, strlen(secret));
    }
    free(secret);
}

void rest_provider_destroy(Provider *provider)
{
    RestProvider *rest = (RestProvider *)provider;

    forget(rest->token);
    forget(rest->proxy);
    free(rest->web_url);
    free(rest->api_url);
    free(rest->ca_file);
    host_limits_done(&rest->limits);
    free(rest);
}

/* The address may hold a password, so it is not repeated. */
static bool set_proxy(RestProvider *rest, Str proxy, Err *err)
{
    if (proxy.len == 0) {
        return true;
    }
    if ((!str_starts_with(proxy, STR("http://")) && !str_starts_with(proxy, STR("https://"))) ||
        path_has_control(proxy)) {
        return err_set(err, ERR_INVALID_ARGUMENT, "the proxy must be an http or https address");
    }
    rest->proxy = str_dup(proxy);
    return rest->proxy != NULL ? true : err_no_memory(err);
}

Provider *rest_provider_create(const ProviderConfig *config, struct HttpClient *http,
                               const RestDialect *dialect, const ProviderOps *ops, Err *err)
{
    RestProvider *rest = calloc(1, sizeof(*rest));

    if (rest == NULL) {
        (void)err_no_memory(err); /* NULL says it failed */
        return NULL;
    }
    host_limits_init(&rest->limits);
    rest->http = http;
    rest->dialect = dialect;
    rest->ca_file = config->ca_file.len > 0 ? str_dup(config->ca_file) : NULL;
    bool ok = set_urls(rest, config) && (config->ca_file.len == 0 || rest->ca_file != NULL);
    if (!ok) {
        (void)err_no_memory(err); /* ok is false */
    } else {
        ok = set_proxy(rest, config->proxy, err) &&
             (config->token_file.len == 0 || read_token(rest, config->token_file, err));
    }
    rest->base = (Provider){ .ops = ops,
                             .has_login = config->client_id.len > 0,
                             .has_static_token = rest->token != NULL,
                             .anonymous = config->anonymous };
    if (!ok) {
        rest_provider_destroy(&rest->base);
        return NULL;
    }
    return &rest->base;
}
