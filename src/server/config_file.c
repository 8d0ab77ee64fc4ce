/* SPDX-License-Identifier: Apache-2.0 */
/* flameline.yaml: settings by their names, nested or dotted, and the lists of source. */
#include "base/file.h"
#include "codec/yaml.h"
#include "server/config.h"
#include "server/config_value.h"

#define CONFIG_MAX_BYTES MiB(1)

enum {
    MAX_OVERRIDES = 1000,
    MAX_OVERRIDE_TEXT = 4096,
};

typedef struct Reader {
    Config *config;
    const char *path;
    Err *err;
} Reader;

static bool at_node(Reader *reader, const YamlNode *node, const char *reason)
{
    return err_set(reader->err, ERR_INVALID_ARGUMENT, "%s:%u:%u: %s", reader->path, node->line,
                   node->column, reason);
}

/* ---- source.providers ---- */

typedef struct ProviderKey {
    Str name;
    size_t offset;
} ProviderKey;

static const ProviderKey provider_keys[] = {
    { STR_CONST("name"), offsetof(ProviderConfig, name) },
    { STR_CONST("web_url"), offsetof(ProviderConfig, web_url) },
    { STR_CONST("api_url"), offsetof(ProviderConfig, api_url) },
    { STR_CONST("client_id"), offsetof(ProviderConfig, client_id) },
    { STR_CONST("client_secret_file"), offsetof(ProviderConfig, client_secret_file) },
    { STR_CONST("callback_url"), offsetof(ProviderConfig, callback_url) },
    { STR_CONST("scope"), offsetof(ProviderConfig, scope) },
    { STR_CONST("token_file"), offsetof(ProviderConfig, token_file) },
    { STR_CONST("ca_file"), offsetof(ProviderConfig, ca_file) },
    { STR_CONST("proxy"), offsetof(ProviderConfig, proxy) },
    { STR_CONST("path"), offsetof(ProviderConfig, path) },
};

static bool read_tenants(Reader *reader, const YamlNode *list, ProviderConfig *provider)
{
    if (list->kind != YAML_NODE_LIST) {
        return at_node(reader, list, "allow_tenants must be a list of tenant ids");
    }
    Str *tenants = ARENA_NEW(reader->config->arena, Str, list->n_children);
    if (tenants == NULL) {
        return err_no_memory(reader->err);
    }
    provider->allow_tenants = tenants;
    provider->n_allow_tenants = 0;
    for (const YamlNode *item = list->first; item != NULL; item = item->next) {
        const YamlNode *node = yaml_node_resolve(item);
        if (node->kind != YAML_NODE_SCALAR || node->text.len == 0) {
            return at_node(reader, item, "expected a tenant id");
        }
        tenants[provider->n_allow_tenants++] = node->text;
    }
    return true;
}

static bool read_provider_key(Reader *reader, const YamlNode *value, ProviderConfig *provider)
{
    Str key = value->key->text;
    const YamlNode *node = yaml_node_resolve(value);

    if (str_eq(key, STR("allow_tenants"))) {
        return read_tenants(reader, node, provider);
    }
    if (node->kind != YAML_NODE_SCALAR) {
        return at_node(reader, value, "expected a text");
    }
    if (str_eq(key, STR("type"))) {
        return provider_type_from(node->text, &provider->type) ||
               at_node(reader, value,
                       "type must be github, gitlab, gitea, bitbucket, bitbucket-server or local");
    }
    if (str_eq(key, STR("anonymous"))) {
        return value_to_switch(node->text, &provider->anonymous, reader->err) ||
               err_wrap(reader->err, "%s:%u: anonymous", reader->path, value->line);
    }
    for (size_t i = 0; i < ARRAY_LEN(provider_keys); i++) {
        if (str_eq(key, provider_keys[i].name)) {
            memcpy((char *)provider + provider_keys[i].offset, &node->text, sizeof(Str));
            return true;
        }
    }
    return at_node(reader, value->key,
                   "unknown key of a provider: name, type, web_url, api_url, client_id, "
                   "client_secret_file, callback_url, scope, token_file, allow_tenants, anonymous, "
                   "ca_file, proxy and path are known");
}

static bool read_providers(Reader *reader, const YamlNode *list)
{
    Config *config = reader->config;

    if (list->kind != YAML_NODE_LIST) {
        return at_node(reader, list, "source.providers must be a list");
    }
    config->n_providers = 0; /* a second list replaces the first one */
    config->providers = ARENA_NEW(config->arena, ProviderConfig, list->n_children);
    if (config->providers == NULL) {
        return err_no_memory(reader->err);
    }
    for (const YamlNode *item = list->first; item != NULL; item = item->next) {
        const YamlNode *map = yaml_node_resolve(item);
        ProviderConfig *provider = &config->providers[config->n_providers++];
        if (map->kind != YAML_NODE_MAP) {
            return at_node(reader, item, "a provider must have keys such as name and type");
        }
        for (const YamlNode *value = map->first; value != NULL; value = value->next) {
            if (!read_provider_key(reader, value, provider)) {
                return false;
            }
        }
        if (provider->name.len == 0) {
            return at_node(reader, item, "a provider needs a name");
        }
    }
    return true;
}

/* ---- source.overrides ---- */

static bool read_override_key(Reader *reader, const YamlNode *value, SourceOverride *override)
{
    const struct {
        Str name;
        Str *field;
    } keys[] = {
        { STR("tenant"), &override->tenant },
        { STR("service"), &override->service },
        { STR("repository"), &override->repository },
        { STR("ref"), &override->ref },
        { STR("root"), &override->root },
    };

    const YamlNode *node = yaml_node_resolve(value);

    if (node->kind != YAML_NODE_SCALAR || node->text.len > MAX_OVERRIDE_TEXT) {
        return at_node(reader, value, "expected a text of at most 4096 bytes");
    }
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        if (str_eq(value->key->text, keys[i].name)) {
            *keys[i].field = node->text;
            return true;
        }
    }
    return at_node(reader, value->key,
                   "unknown key of an override: tenant, service, repository, ref and root are "
                   "known");
}

static bool check_override(Reader *reader, const YamlNode *item, size_t i)
{
    const SourceOverride *override = &reader->config->overrides[i];

    if (override->service.len == 0) {
        return at_node(reader, item, "an override needs a service");
    }
    if (override->repository.len + override->ref.len + override->root.len == 0) {
        return at_node(reader, item, "an override sets repository, ref or root");
    }
    for (size_t j = 0; j < i; j++) {
        const SourceOverride *other = &reader->config->overrides[j];
        if (str_eq(other->service, override->service) && str_eq(other->tenant, override->tenant)) {
            return at_node(reader, item, "there is another override of this tenant and service");
        }
    }
    return true;
}

static bool read_overrides(Reader *reader, const YamlNode *list)
{
    Config *config = reader->config;

    if (list->kind != YAML_NODE_LIST || list->n_children > MAX_OVERRIDES) {
        return at_node(reader, list, "source.overrides must be a list of at most 1000 entries");
    }
    config->n_overrides = 0; /* a second list replaces the first one */
    config->overrides = ARENA_NEW(config->arena, SourceOverride, list->n_children);
    if (config->overrides == NULL) {
        return err_no_memory(reader->err);
    }
    for (const YamlNode *item = list->first; item != NULL; item = item->next) {
        const YamlNode *map = yaml_node_resolve(item);
        size_t i = config->n_overrides++;
        if (map->kind != YAML_NODE_MAP) {
            return at_node(reader, item, "an override must have keys such as service and ref");
        }
        for (const YamlNode *value = map->first; value != NULL; value = value->next) {
            if (!read_override_key(reader, value, &config->overrides[i])) {
                return false;
            }
        }
        if (!check_override(reader, item, i)) {
            return false;
        }
    }
    return true;
}

/* ---- settings ---- */

static bool read_map(Reader *reader, const YamlNode *map, Str prefix);

static bool read_value(Reader *reader, const YamlNode *value, Str prefix)
{
    Config *config = reader->config;
    const YamlNode *node = yaml_node_resolve(value);
    Str key = value->key->text;
    char *name = prefix.len == 0
                     ? arena_text(config->arena, key)
                     : arena_printf(config->arena, "%.*s.%.*s", STR_ARG(prefix), STR_ARG(key));

    if (name == NULL) {
        return err_no_memory(reader->err);
    }
    if (strcmp(name, "source.providers") == 0) {
        return read_providers(reader, node);
    }
    if (strcmp(name, "source.overrides") == 0) {
        return read_overrides(reader, node);
    }
    if (node->kind == YAML_NODE_MAP) {
        return read_map(reader, node, str_from(name));
    }
    if (node->kind == YAML_NODE_SCALAR && node->text.len == 0 && !config_is_known(str_from(name))) {
        return at_node(reader, value, "expected settings below this key");
    }
    if (node->kind != YAML_NODE_SCALAR) {
        return at_node(reader, value, "expected a single value");
    }
    char *source =
        arena_printf(config->arena, "%s:%u:%u", reader->path, value->key->line, value->key->column);
    return source != NULL ? config_set(config, str_from(name), node->text, source, reader->err)
                          : err_no_memory(reader->err);
}

static bool read_map(Reader *reader, const YamlNode *map, Str prefix)
{
    for (const YamlNode *value = map->first; value != NULL; value = value->next) {
        if (!read_value(reader, value, prefix)) {
            return false;
        }
    }
    return true;
}

bool config_read_file(Config *config, const char *path, Err *err)
{
    Buf content = BUF_INIT(CONFIG_MAX_BYTES);
    YamlLimits limits = { CONFIG_MAX_BYTES, 10000, 10 };
    Reader reader = { config, path, err };
    const YamlNode *root = NULL;

    bool ok = file_read(path, &content, err);
    if (ok && !yaml_tree_parse(config->arena, buf_str(&content), &limits, &root, err)) {
        ok = err_wrap(err, "%s", path);
    }
    if (ok && root != NULL && !yaml_node_is_null(root)) {
        ok = root->kind == YAML_NODE_MAP
                 ? read_map(&reader, root, STR_EMPTY)
                 : at_node(&reader, root, "expected settings such as storage.path");
    }
    buf_done(&content);
    return ok;
}
