/* SPDX-License-Identifier: Apache-2.0 */
/*
 * codec/yaml.h - YAML text to a tree that knows line and column of every node.
 *
 * libyaml reads the syntax; the tree keeps the literal text of scalars ("1.10" stays "1.10"), takes
 * aliases as references that are never expanded, refuses repeated keys, and stops at a depth, a
 * node count and a size, because nested brackets cost libyaml quadratic time. Only the first
 * document of a stream counts.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

typedef enum YamlKind {
    YAML_NODE_SCALAR,
    YAML_NODE_LIST,
    YAML_NODE_MAP,
    YAML_NODE_ALIAS,
} YamlKind;

typedef struct YamlNode YamlNode;

struct YamlNode {
    YamlKind kind;
    bool is_plain; /* scalar without quotes */
    uint32_t line; /* from 1 */
    uint32_t column;
    Str text;              /* of a scalar */
    const YamlNode *first; /* child of a list; of a map: first value */
    const YamlNode *next;
    const YamlNode *key;    /* of a value in a map */
    const YamlNode *target; /* of an alias */
    size_t n_children;
};

typedef struct YamlLimits {
    size_t max_bytes;
    size_t max_nodes;
    unsigned max_depth; /* nested lists and maps */
} YamlLimits;

#define YAML_LIMITS_DEFAULT ((YamlLimits){ MiB(1), 100000, 64 })

/*
 * ret_root: NULL for an empty stream; lives in arena. Errors, with "line L, column C: " in front:
 * INVALID_ARGUMENT (syntax, encoding, repeated key, unknown alias); RESOURCE_EXHAUSTED (limits).
 */
bool yaml_tree_parse(Arena *arena, Str text, const YamlLimits *limits, const YamlNode **ret_root,
                     Err *err) MUST_CHECK;

/* The node behind an alias; node itself otherwise. NULL stays NULL. */
const YamlNode *yaml_node_resolve(const YamlNode *node);

/* Value of a key; NULL when node is no map or has no such key. Not resolved. */
const YamlNode *yaml_map_get(const YamlNode *node, Str key);

/* NULL node, or a plain scalar that YAML reads as null: "", "~", "null". */
bool yaml_node_is_null(const YamlNode *node);
