/* SPDX-License-Identifier: Apache-2.0 */
/* Settings of the source integration, with the GITHUB_* names that operators already use. */
#include "base/file.h"
#include "server/config.h"

enum {
    MAX_SECRETS = 100,
    MIN_SECRET_BYTES = 16,
    MAX_SECRETS_FILE_BYTES = 64 * 1024,
};

typedef struct Secrets {
    Str items[MAX_SECRETS];
    size_t n;
} Secrets;

static Str variable(const char *name)
{
    return str_from(getenv(name));
}

static bool add_secret(Secrets *secrets, Str secret, Err *err)
{
    if (secrets->n == MAX_SECRETS) {
        return err_set(err, ERR_INVALID_ARGUMENT, "more than %d session secrets", MAX_SECRETS);
    }
    secrets->items[secrets->n++] = secret;
    return true;
}

/* One secret a line, the newest first; empty lines and lines that begin with # are left out. */
static bool read_secrets_file(const Config *config, Secrets *secrets, Err *err)
{
    Buf content CLEANUP(buf_done) = BUF_INIT(MAX_SECRETS_FILE_BYTES);
    char *path = arena_text(config->arena, config->session_secrets_file);
    Str line;
    int number = 0;

    if (path == NULL || !file_read(path, &content, err)) {
        return path != NULL ? err_wrap(err, "setting \"source.session_secrets_file\"")
                            : err_no_memory(err);
    }
    Str rest = arena_str(config->arena, buf_str(&content));
    explicit_bzero(content.ptr, content.cap);
    if (rest.ptr == NULL) {
        return err_no_memory(err);
    }
    while (str_next(&rest, '\n', &line)) {
        Str secret = str_trim(line);
        number++;
        if (secret.len == 0 || secret.ptr[0] == '#') {
            continue;
        }
        if (secret.len < MIN_SECRET_BYTES) {
            return err_set(err, ERR_INVALID_ARGUMENT,
                           "%s:%d: a session secret has at least %d characters", path, number,
                           MIN_SECRET_BYTES);
        }
        if (!add_secret(secrets, secret, err)) {
            return false;
        }
    }
    return secrets->n > 0 ||
           err_set(err, ERR_INVALID_ARGUMENT, "\"%s\" holds no session secret", path);
}

/* A comma may be part of a passphrase that Pyroscope takes as a whole: then a short part would be
 * a weak key. So it is a list only when each part could be a secret of its own. */
static bool is_list(Str text)
{
    Str rest = text;
    Str part;

    if (str_find_char(text, ',') == STR_NPOS) {
        return false;
    }
    while (str_next(&rest, ',', &part)) {
        if (str_trim(part).len < MIN_SECRET_BYTES) {
            return false;
        }
    }
    return true;
}

static bool read_secrets_variable(Secrets *secrets, Err *err)
{
    Str text = variable("GITHUB_SESSION_SECRET");
    Str rest = text;
    Str part;

    if (text.len == 0) {
        return true;
    }
    while (is_list(text) && str_next(&rest, ',', &part)) {
        if (!add_secret(secrets, str_trim(part), err)) {
            return false;
        }
    }
    return add_secret(secrets, text, err); /* as Pyroscope reads it */
}

static bool set_secrets(const Config *config, SourceConfig *source, Err *err)
{
    Secrets secrets = { .n = 0 };

    if (config->session_secrets_file.len > 0 && !read_secrets_file(config, &secrets, err)) {
        return false;
    }
    if (!read_secrets_variable(&secrets, err)) {
        return false;
    }
    Str *list = ARENA_NEW(config->arena, Str, secrets.n + 1);
    if (list == NULL) {
        return err_no_memory(err);
    }
    memcpy(list, secrets.items, secrets.n * sizeof(*list));
    source->session_secrets = list;
    source->n_session_secrets = secrets.n;
    return true;
}

bool config_source(const Config *config, SourceConfig *ret_source, Err *err)
{
    *ret_source = (SourceConfig){
        .providers = config->providers,
        .n_providers = config->n_providers,
        .github_client_id = variable("GITHUB_CLIENT_ID"),
        .github_client_secret = variable("GITHUB_CLIENT_SECRET"),
        .github_callback_url = variable("GITHUB_CALLBACK_URL"),
        .github_api_url = variable("GITHUB_API_URL"),
        .github_server_url = variable("GITHUB_SERVER_URL"),
        .no_builtin_hosts = config->no_builtin_hosts,
        .multitenancy = config->multitenancy,
        .overrides = config->overrides,
        .n_overrides = config->n_overrides,
        .default_host = config->default_host,
        .module_proxy = config->module_proxy,
        .googlesource_url = config->googlesource_url,
        .go_get_base = config->go_get_base,
        .allow_private_addresses = config->allow_private_addresses,
        .cache_bytes = (size_t)config->memory_limit / 8,
        .max_file_bytes = (size_t)config->max_file_bytes,
    };
    return set_secrets(config, ret_source, err);
}
