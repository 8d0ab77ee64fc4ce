/* SPDX-License-Identifier: Apache-2.0 */
#include "source/pyroscope_yaml.h"

#include "codec/yaml.h"

enum {
    MAX_WARNINGS = 100,
};

typedef struct Loader {
    Arena *arena;
    Mapping *mappings;
    size_t n_mappings;
    ConfigWarning *warnings;
    size_t n_warnings;
    bool no_memory;
} Loader;

static const char *const language_names[] = {
    [MAPPING_GO] = "go",
    [MAPPING_JAVA] = "java",
    [MAPPING_PYTHON] = "python",
    [MAPPING_JAVASCRIPT] = "javascript",
};

const char *mapping_language_name(MappingLanguage language)
{
    return language_names[language];
}

static void warn_at(Loader *loader, uint32_t line, uint32_t column, const char *message)
{
    if (message == NULL) {
        loader->no_memory = true;
    } else if (loader->n_warnings < MAX_WARNINGS) {
        loader->warnings[loader->n_warnings++] =
            (ConfigWarning){ .line = line, .column = column, .message = str_from(message) };
    }
}

static void warn_node(Loader *loader, const YamlNode *node, const char *message)
{
    warn_at(loader, node->line, node->column, message);
}

/* Text of a member; "" when absent or null. False when it is a list or map. */
static bool get_text(const YamlNode *map, Str key, Str *ret_text)
{
    const YamlNode *value = yaml_node_resolve(yaml_map_get(map, key));

    *ret_text = STR_EMPTY;
    if (yaml_node_is_null(value)) {
        return true;
    }
    if (value->kind != YAML_NODE_SCALAR) {
        return false;
    }
    *ret_text = value->text;
    return true;
}

/* A list of {prefix: text}. */
static bool read_prefixes(Loader *loader, size_t index, const YamlNode *list, const Str **ret_items,
                          size_t *ret_n)
{
    const YamlNode *node = yaml_node_resolve(list);

    *ret_n = 0;
    if (yaml_node_is_null(node)) {
        return true;
    }
    if (node->kind != YAML_NODE_LIST) {
        warn_node(
            loader, list,
            arena_printf(loader->arena, "mapping[%zu]: a list of prefixes is expected", index));
        return false;
    }
    Str *items = ARENA_NEW(loader->arena, Str, node->n_children + 1);
    if (items == NULL) {
        loader->no_memory = true;
        return false;
    }
    size_t n = 0;
    for (const YamlNode *item = node->first; item != NULL; item = item->next) {
        const YamlNode *entry = yaml_node_resolve(item);
        if ((entry->kind != YAML_NODE_MAP && !yaml_node_is_null(entry)) ||
            !get_text(entry, STR("prefix"), &items[n])) {
            warn_node(
                loader, item,
                arena_printf(loader->arena, "mapping[%zu]: \"prefix: text\" is expected", index));
            return false;
        }
        n++;
    }
    *ret_items = items;
    *ret_n = n;
    return true;
}

static bool read_language(Loader *loader, size_t index, const YamlNode *node, Mapping *mapping)
{
    const YamlNode *where = yaml_map_get(node, STR("language"));
    Str text;

    if (get_text(node, STR("language"), &text)) {
        for (size_t i = 0; i < ARRAY_LEN(language_names); i++) {
            if (str_eq(text, str_from(language_names[i]))) {
                mapping->language = (MappingLanguage)i;
                return true;
            }
        }
    }
    warn_node(loader, where != NULL ? where : node,
              arena_printf(loader->arena,
                           "mapping[%zu]: language '%.*s' unsupported, valid languages are [go "
                           "java python javascript]",
                           index, STR_ARG(text)));
    return false;
}

static bool read_source(Loader *loader, size_t index, const YamlNode *node, Mapping *mapping)
{
    const YamlNode *source = yaml_map_get(node, STR("source"));
    const YamlNode *local = yaml_node_resolve(yaml_map_get(source, STR("local")));
    const YamlNode *github = yaml_node_resolve(yaml_map_get(source, STR("github")));
    const YamlNode *where = source != NULL ? source : node;
    bool has_local = !yaml_node_is_null(local); /* "local: {}" counts, "local:" does not */
    bool has_github = !yaml_node_is_null(github);

    if (has_local == has_github) {
        warn_node(loader, where,
                  arena_printf(loader->arena,
                               has_local ? "mapping[%zu]: more than one source type supplied, you "
                                           "need to supply exactly one source type"
                                         : "mapping[%zu]: no source type supplied, you need to "
                                           "supply exactly one source type",
                               index));
        return false;
    }
    mapping->source = has_local ? MAPPING_LOCAL : MAPPING_GITHUB;
    const YamlNode *chosen = has_local ? local : github;
    if (chosen->kind != YAML_NODE_MAP || !get_text(chosen, STR("path"), &mapping->path) ||
        !get_text(chosen, STR("owner"), &mapping->owner) ||
        !get_text(chosen, STR("repo"), &mapping->repo) ||
        !get_text(chosen, STR("ref"), &mapping->ref)) {
        warn_node(
            loader, where,
            arena_printf(loader->arena, "mapping[%zu]: the source is not well formed", index));
        return false;
    }
    if (has_github && (mapping->owner.len == 0 || mapping->repo.len == 0)) {
        warn_node(loader, where,
                  arena_printf(loader->arena, "mapping[%zu]: a github source needs owner and repo",
                               index));
        return false;
    }
    return true;
}

static void read_mapping(Loader *loader, size_t index, const YamlNode *item)
{
    const YamlNode *node = yaml_node_resolve(item);
    Mapping mapping = { .path = STR_EMPTY,
                        .owner = STR_EMPTY,
                        .repo = STR_EMPTY,
                        .ref = STR_EMPTY,
                        .line = item->line };

    if (node->kind != YAML_NODE_MAP) {
        warn_node(loader, item,
                  arena_printf(loader->arena, "mapping[%zu]: a mapping is expected", index));
        return;
    }
    if (!read_prefixes(loader, index, yaml_map_get(node, STR("path")), &mapping.paths,
                       &mapping.n_paths) ||
        !read_prefixes(loader, index, yaml_map_get(node, STR("function_name")), &mapping.functions,
                       &mapping.n_functions)) {
        return;
    }
    bool ok = true;
    if (mapping.n_paths + mapping.n_functions == 0) {
        warn_node(loader, item,
                  arena_printf(loader->arena,
                               "mapping[%zu]: at least one path or a function_name match is "
                               "required",
                               index));
        ok = false;
    }
    ok = read_language(loader, index, node, &mapping) && ok;
    ok = read_source(loader, index, node, &mapping) && ok;
    if (ok) {
        loader->mappings[loader->n_mappings++] = mapping;
    }
}

static void read_root(Loader *loader, const YamlNode *root)
{
    const YamlNode *list =
        yaml_node_resolve(yaml_map_get(yaml_map_get(root, STR("source_code")), STR("mappings")));
    Str version;

    if (root->kind != YAML_NODE_MAP) {
        warn_node(loader, root, "the file must hold a mapping");
        return;
    }
    bool is_text = get_text(root, STR("version"), &version);
    if (!is_text || (version.len > 0 && !str_eq(version, STR("v1")))) {
        warn_node(loader, yaml_map_get(root, STR("version")),
                  arena_printf(loader->arena, "invalid version '%.*s', supported versions are 'v1'",
                               STR_ARG(version)));
        return;
    }
    if (yaml_node_is_null(list)) {
        return;
    }
    if (list->kind != YAML_NODE_LIST) {
        warn_node(loader, list, "source_code.mappings must be a list");
        return;
    }
    size_t n_max = MIN(list->n_children, (size_t)PYROSCOPE_YAML_MAX_MAPPINGS);
    loader->mappings = ARENA_NEW(loader->arena, Mapping, n_max + 1);
    if (loader->mappings == NULL) {
        loader->no_memory = true;
        return;
    }
    size_t index = 0;
    for (const YamlNode *item = list->first; item != NULL; item = item->next) {
        if (index == n_max) {
            warn_node(loader, item, "only the first 1000 mappings are used");
            break;
        }
        read_mapping(loader, index++, item);
    }
}

bool pyroscope_yaml_parse(Arena *arena, Str text, PyroscopeYaml *ret_config, Err *err)
{
    const YamlLimits limits = { PYROSCOPE_YAML_MAX_BYTES, 10000, 20 };
    Loader loader = { .arena = arena, .warnings = ARENA_NEW(arena, ConfigWarning, MAX_WARNINGS) };
    const YamlNode *root = NULL;
    Err reason = ERR_INIT;

    if (loader.warnings == NULL) {
        return err_no_memory(err);
    }
    if (!yaml_tree_parse(arena, text, &limits, &root, &reason)) {
        warn_at(&loader, 0, 0,
                arena_printf(arena, "failed to parse pyroscope config: %s", reason.msg));
    } else if (!yaml_node_is_null(root)) {
        read_root(&loader, yaml_node_resolve(root));
    }
    if (loader.no_memory) {
        return err_no_memory(err);
    }
    *ret_config = (PyroscopeYaml){ .mappings = loader.mappings,
                                   .n_mappings = loader.n_mappings,
                                   .warnings = loader.warnings,
                                   .n_warnings = loader.n_warnings };
    return true;
}

/* Greatest length of a prefix of text. False when none fits. */
static bool longest_prefix(const Str *prefixes, size_t n, Str text, size_t *length)
{
    bool found = false;

    for (size_t i = 0; i < n; i++) {
        if (str_starts_with(text, prefixes[i])) {
            *length = MAX(*length, prefixes[i].len);
            found = true;
        }
    }
    return found;
}

size_t pyroscope_yaml_match(const PyroscopeYaml *config, Str path, Str function,
                            Str function_slashes, MappingMatch *ret_matches, size_t max)
{
    size_t n = 0;

    for (size_t i = 0; i < config->n_mappings; i++) {
        const Mapping *mapping = &config->mappings[i];
        MappingMatch match = { .mapping = mapping };
        match.by_path = longest_prefix(mapping->paths, mapping->n_paths, path, &match.path_cut);
        match.by_function =
            longest_prefix(mapping->functions, mapping->n_functions, function, &match.function_cut);
        if (function_slashes.len > 0) {
            match.by_function = longest_prefix(mapping->functions, mapping->n_functions,
                                               function_slashes, &match.function_cut) ||
                                match.by_function;
        }
        if (!match.by_path && !match.by_function) {
            continue;
        }
        match.length = MAX(match.path_cut, match.function_cut);
        size_t at = MIN(n, max); /* insertion keeps equal lengths in file order */
        while (at > 0 && ret_matches[at - 1].length < match.length) {
            if (at < max) {
                ret_matches[at] = ret_matches[at - 1];
            }
            at--;
        }
        if (at < max) {
            ret_matches[at] = match;
            n = MIN(n + 1, max);
        }
    }
    return n;
}
