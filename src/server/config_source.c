/* SPDX-License-Identifier: Apache-2.0 */
/* Settings of the source integration, with the GITHUB_* names that operators already use. */
#include "server/config.h"

static Str variable(const char *name)
{
    return str_from(getenv(name));
}

bool config_source(const Config *config, SourceConfig *ret_source, Err *err)
{
    Str secrets = variable("GITHUB_SESSION_SECRET");
    size_t n_secrets = 0;

    *ret_source = (SourceConfig){
        .providers = config->providers,
        .n_providers = config->n_providers,
        .github_client_id = variable("GITHUB_CLIENT_ID"),
        .github_client_secret = variable("GITHUB_CLIENT_SECRET"),
        .github_callback_url = variable("GITHUB_CALLBACK_URL"),
        .github_api_url = variable("GITHUB_API_URL"),
        .github_server_url = variable("GITHUB_SERVER_URL"),
        .no_builtin_hosts = config->no_builtin_hosts,
        .default_host = config->default_host,
        .module_proxy = config->module_proxy,
        .go_get_base = config->go_get_base,
        .allow_private_addresses = config->allow_private_addresses,
        .cache_bytes = (size_t)config->memory_limit / 8,
        .max_file_bytes = (size_t)config->max_file_bytes,
    };
    if (secrets.len == 0) {
        return true;
    }
    for (size_t i = 0; i < secrets.len; i++) {
        n_secrets += secrets.ptr[i] == ',';
    }
    Str *list = ARENA_NEW(config->arena, Str, n_secrets + 1);
    if (list == NULL) {
        return err_no_memory(err);
    }
    /* several secrets, the newest first: old sessions stay readable after a change */
    Str rest = secrets;
    Str secret;
    while (str_next(&rest, ',', &secret)) {
        if (secret.len > 0) {
            list[ret_source->n_session_secrets++] = secret;
        }
    }
    ret_source->session_secrets = list;
    return true;
}
