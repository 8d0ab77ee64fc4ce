/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as YAML: the tree is well formed and within its limits. */
#include "codec/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t count_nodes(const YamlNode *node, unsigned depth)
{
    size_t n = 1;

    CHECK(depth <= 65 && node->line > 0 && node->column > 0);
    CHECK(node->kind != YAML_NODE_ALIAS || node->target != NULL);
    for (const YamlNode *child = node->first; child != NULL; child = child->next) {
        CHECK(node->kind != YAML_NODE_MAP || child->key != NULL);
        n += count_nodes(child, depth + 1);
    }
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const YamlLimits limits = { 64 * 1024, 2000, 20 };
    CLEANUP(arena_destroyp) Arena *arena = arena_create(MiB(16));
    const YamlNode *root = NULL;
    Err err = ERR_INIT;

    if (yaml_tree_parse(arena, (Str){ (const char *)data, size }, &limits, &root, &err)) {
        CHECK(root == NULL || count_nodes(root, 0) <= 2000);
    } else {
        CHECK(err.code != ERR_OK && err.msg[0] != '\0');
    }
    return 0;
}
