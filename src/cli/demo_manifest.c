/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/demo.h"
#include "codec/yaml.h"

const EmbeddedFile *demo_find_file(Str path)
{
    for (size_t i = 0; i < n_demo_files; i++) {
        if (str_eq(path, str_from(demo_files[i].path))) {
            return &demo_files[i];
        }
    }
    return NULL;
}

static Str text_at(const YamlNode *map, Str key)
{
    const YamlNode *node = yaml_node_resolve(yaml_map_get(map, key));

    return node != NULL && node->kind == YAML_NODE_SCALAR ? node->text : STR_EMPTY;
}

static bool read_profile(const YamlNode *map, DemoProfile *profile, Err *err)
{
    uint64_t commit = 0;

    *profile = (DemoProfile){
        .file = text_at(map, STR("file")),
        .service = text_at(map, STR("service")),
        .metric = text_at(map, STR("metric")),
        .spy = text_at(map, STR("spy")),
        .root = text_at(map, STR("root")),
        .region = text_at(map, STR("region")),
    };
    Str number = text_at(map, STR("commit"));
    if (demo_find_file(profile->file) == NULL || profile->service.len == 0 ||
        profile->metric.len == 0 ||
        (number.len > 0 && (!str_to_u64(number, &commit) || commit > DEMO_COMMITS))) {
        return err_set(err, ERR_INTERNAL, "demo.yaml, line %u: the profile is not complete",
                       map->line);
    }
    profile->commit = (uint32_t)commit;
    return true;
}

static bool read_profiles(const YamlNode *list, Arena *arena, DemoManifest *manifest, Err *err)
{
    if (list == NULL || list->kind != YAML_NODE_LIST) {
        return err_set(err, ERR_INTERNAL, "demo.yaml: profiles is not a list");
    }
    DemoProfile *profiles = ARENA_NEW(arena, DemoProfile, list->n_children);
    if (profiles == NULL) {
        return err_no_memory(err);
    }
    for (const YamlNode *item = list->first; item != NULL; item = item->next) {
        if (!read_profile(yaml_node_resolve(item), &profiles[manifest->n_profiles++], err)) {
            return false;
        }
    }
    manifest->profiles = profiles;
    return true;
}

bool demo_read_manifest(Arena *arena, DemoManifest *ret_manifest, Err *err)
{
    const EmbeddedFile *file = demo_find_file(STR("demo.yaml"));
    YamlLimits limits = YAML_LIMITS_DEFAULT;
    const YamlNode *root = NULL;

    if (file == NULL) {
        return err_set(err, ERR_INTERNAL, "this program was built without the demo");
    }
    if (!yaml_tree_parse(arena, embedded_content(file), &limits, &root, err)) {
        return err_wrap(err, "demo.yaml");
    }
    *ret_manifest = (DemoManifest){ .repository = text_at(root, STR("repository")) };
    const YamlNode *commits = yaml_node_resolve(yaml_map_get(root, STR("commits")));
    const YamlNode *message = commits != NULL ? commits->first : NULL;
    for (size_t i = 0; i < DEMO_COMMITS; i++) {
        if (message == NULL || message->kind != YAML_NODE_SCALAR) {
            return err_set(err, ERR_INTERNAL, "demo.yaml: commits needs %d messages", DEMO_COMMITS);
        }
        ret_manifest->messages[i] = message->text;
        message = message->next;
    }
    return read_profiles(yaml_node_resolve(yaml_map_get(root, STR("profiles"))), arena,
                         ret_manifest, err);
}
