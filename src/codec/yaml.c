/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/yaml.h"

#include <yaml.h>

#include "base/vec.h"

enum {
    DEPTH_CAP = 64, /* whatever the caller asks: see the file comment */
};

/* A list or map that is being read. */
typedef struct Open {
    YamlNode *node;
    YamlNode *last;
    YamlNode *key; /* read, its value not yet */
} Open;

typedef struct Anchor {
    Str name;
    const YamlNode *node;
} Anchor;

typedef struct Reader {
    Arena *arena;
    const YamlLimits *limits;
    yaml_parser_t parser;
    Open open[DEPTH_CAP];
    unsigned depth;
    size_t n_nodes;
    VEC(Anchor) anchors;
    const YamlNode *root;
    bool done;
} Reader;

static bool fail_at(Err *err, ErrCode code, yaml_mark_t mark, const char *what)
{
    return err_set(err, code, "line %zu, column %zu: %s", mark.line + 1, mark.column + 1, what);
}

static YamlNode *add_node(Reader *reader, YamlKind kind, yaml_mark_t mark, Err *err)
{
    if (++reader->n_nodes > reader->limits->max_nodes) {
        (void)fail_at(err, ERR_RESOURCE_EXHAUSTED, mark, "the document has too many nodes");
        return NULL;
    }
    YamlNode *node = ARENA_NEW(reader->arena, YamlNode, 1);
    if (node == NULL) {
        (void)err_no_memory(err); /* NULL says it failed */
        return NULL;
    }
    node->kind = kind;
    node->line = (uint32_t)MIN(mark.line + 1, (size_t)UINT32_MAX);
    node->column = (uint32_t)MIN(mark.column + 1, (size_t)UINT32_MAX);
    return node;
}

/* Puts the node into the innermost open list or map, or makes it the root. */
static void attach(Reader *reader, YamlNode *node)
{
    if (reader->depth == 0) {
        reader->root = node;
        return;
    }
    Open *open = &reader->open[reader->depth - 1];
    if (open->node->kind == YAML_NODE_MAP) {
        if (open->key == NULL) {
            open->key = node;
            return;
        }
        node->key = open->key;
        open->key = NULL;
    }
    if (open->last == NULL) {
        open->node->first = node;
    } else {
        open->last->next = node;
    }
    open->last = node;
    open->node->n_children++;
}

static bool remember_anchor(Reader *reader, const yaml_char_t *name, const YamlNode *node, Err *err)
{
    if (name == NULL) {
        return true;
    }
    Str copy = arena_str(reader->arena, str_from((const char *)name));
    if (copy.ptr == NULL || !VEC_PUSH(&reader->anchors, (Anchor){ copy, node })) {
        return err_no_memory(err);
    }
    return true;
}

static bool read_alias(Reader *reader, const yaml_event_t *event, Err *err)
{
    Str name = str_from((const char *)event->data.alias.anchor);

    for (size_t i = reader->anchors.len; i > 0; i--) { /* the latest of a repeated name counts */
        if (str_eq(reader->anchors.items[i - 1].name, name)) {
            YamlNode *node = add_node(reader, YAML_NODE_ALIAS, event->start_mark, err);
            if (node == NULL) {
                return false;
            }
            node->target = reader->anchors.items[i - 1].node;
            attach(reader, node);
            return true;
        }
    }
    return fail_at(err, ERR_INVALID_ARGUMENT, event->start_mark, "unknown alias");
}

static bool read_scalar(Reader *reader, const yaml_event_t *event, Err *err)
{
    YamlNode *node = add_node(reader, YAML_NODE_SCALAR, event->start_mark, err);

    if (node == NULL) {
        return false;
    }
    node->text = arena_str(
        reader->arena, (Str){ (const char *)event->data.scalar.value, event->data.scalar.length });
    if (node->text.ptr == NULL) {
        return err_no_memory(err);
    }
    node->is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    attach(reader, node);
    return remember_anchor(reader, event->data.scalar.anchor, node, err);
}

static bool open_node(Reader *reader, YamlKind kind, const yaml_char_t *anchor, yaml_mark_t mark,
                      Err *err)
{
    unsigned max_depth = MIN(reader->limits->max_depth, (unsigned)DEPTH_CAP);

    if (reader->depth >= max_depth) {
        return fail_at(err, ERR_RESOURCE_EXHAUSTED, mark, "the document is nested too deeply");
    }
    YamlNode *node = add_node(reader, kind, mark, err);
    if (node == NULL || !remember_anchor(reader, anchor, node, err)) {
        return false;
    }
    attach(reader, node);
    reader->open[reader->depth++] = (Open){ .node = node };
    return true;
}

static int compare_keys(const void *a, const void *b)
{
    return str_cmp((*(const YamlNode *const *)a)->text, (*(const YamlNode *const *)b)->text);
}

/* Keys are compared as text; keys that are lists or maps are left alone. */
static bool check_keys(Reader *reader, const YamlNode *map, Err *err)
{
    const YamlNode **keys = ARENA_NEW(reader->arena, const YamlNode *, map->n_children + 1);
    size_t n = 0;

    if (keys == NULL) {
        return err_no_memory(err);
    }
    for (const YamlNode *value = map->first; value != NULL; value = value->next) {
        if (value->key->kind == YAML_NODE_SCALAR) {
            keys[n++] = value->key;
        }
    }
    qsort(keys, n, sizeof(const YamlNode *), compare_keys);
    for (size_t i = 1; i < n; i++) {
        if (str_eq(keys[i - 1]->text, keys[i]->text)) {
            const YamlNode *second = keys[i - 1]->line > keys[i]->line ? keys[i - 1] : keys[i];
            return err_set(err, ERR_INVALID_ARGUMENT,
                           "line %u, column %u: the key \"%.*s\" is repeated", second->line,
                           second->column, STR_ARG(second->text));
        }
    }
    return true;
}

static bool close_node(Reader *reader, Err *err)
{
    Open *open = &reader->open[--reader->depth];

    return open->node->kind != YAML_NODE_MAP || check_keys(reader, open->node, err);
}

static bool read_event(Reader *reader, const yaml_event_t *event, Err *err)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return read_scalar(reader, event, err);
    case YAML_ALIAS_EVENT:
        return read_alias(reader, event, err);
    case YAML_SEQUENCE_START_EVENT:
        return open_node(reader, YAML_NODE_LIST, event->data.sequence_start.anchor,
                         event->start_mark, err);
    case YAML_MAPPING_START_EVENT:
        return open_node(reader, YAML_NODE_MAP, event->data.mapping_start.anchor, event->start_mark,
                         err);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return close_node(reader, err);
    case YAML_DOCUMENT_END_EVENT:
    case YAML_STREAM_END_EVENT:
        reader->done = true;
        return true;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_DOCUMENT_START_EVENT:
        return true;
    }
    return true;
}

static bool read_all(Reader *reader, Err *err)
{
    while (!reader->done) {
        yaml_event_t event;
        if (!yaml_parser_parse(&reader->parser, &event)) {
            const char *problem = reader->parser.problem;
            if (reader->parser.error == YAML_MEMORY_ERROR) {
                return err_no_memory(err);
            }
            return fail_at(err, ERR_INVALID_ARGUMENT, reader->parser.problem_mark,
                           problem != NULL ? problem : "it is not valid YAML");
        }
        bool ok = read_event(reader, &event, err);
        yaml_event_delete(&event);
        if (!ok) {
            return false;
        }
    }
    return true;
}

bool yaml_tree_parse(Arena *arena, Str text, const YamlLimits *limits, const YamlNode **ret_root,
                     Err *err)
{
    if (text.len > limits->max_bytes) {
        return err_set(err, ERR_RESOURCE_EXHAUSTED, "the document has %zu bytes, more than %zu",
                       text.len, limits->max_bytes);
    }
    Reader *reader = ARENA_NEW(arena, Reader, 1);
    if (reader == NULL || !yaml_parser_initialize(&reader->parser)) {
        return err_no_memory(err);
    }
    reader->arena = arena;
    reader->limits = limits;
    yaml_parser_set_input_string(&reader->parser, (const unsigned char *)text.ptr, text.len);
    bool ok = read_all(reader, err);
    yaml_parser_delete(&reader->parser);
    VEC_DONE(&reader->anchors);
    if (ok) {
        *ret_root = reader->root;
    }
    return ok;
}

const YamlNode *yaml_node_resolve(const YamlNode *node)
{
    /* an alias never points to an alias: only nodes with content can carry an anchor */
    return node != NULL && node->kind == YAML_NODE_ALIAS ? node->target : node;
}

const YamlNode *yaml_map_get(const YamlNode *node, Str key)
{
    const YamlNode *map = yaml_node_resolve(node);

    if (map == NULL || map->kind != YAML_NODE_MAP) {
        return NULL;
    }
    for (const YamlNode *value = map->first; value != NULL; value = value->next) {
        if (value->key->kind == YAML_NODE_SCALAR && str_eq(value->key->text, key)) {
            return value;
        }
    }
    return NULL;
}

bool yaml_node_is_null(const YamlNode *node)
{
    const YamlNode *value = yaml_node_resolve(node);

    return value == NULL ||
           (value->kind == YAML_NODE_SCALAR && value->is_plain &&
            (value->text.len == 0 || str_eq(value->text, STR("~")) ||
             str_eq(value->text, STR("null")) || str_eq(value->text, STR("Null")) ||
             str_eq(value->text, STR("NULL"))));
}
