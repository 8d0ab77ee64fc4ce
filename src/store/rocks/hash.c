/* SPDX-License-Identifier: Apache-2.0 */
#include "store/rocks/hash.h"

#define XXH_INLINE_ALL /* inputs are short: the call into the library would cost as much as the    \
                          hash */
#include <xxhash.h>

enum {
    LINE_BYTES = sizeof(Hash128) + sizeof(int32_t),
    LOCATION_HEAD_BYTES = sizeof(uint64_t) + sizeof(Hash128) + 1,
};

Hash128 hash_bytes(const uint8_t *secret, const void *bytes, size_t len)
{
    XXH128_hash_t hash = XXH3_128bits_withSecret(bytes, len, secret, TENANT_SECRET_BYTES);
    Hash128 result = { hash.low64, hash.high64 };

    result.lo |= result.lo == 0 && result.hi == 0; /* 0, 0 means "not computed" */
    return result;
}

bool hasher_init(SymHasher *hasher, const Symbols *symbols, const uint8_t *secret, Arena *arena,
                 Err *err)
{
    size_t longest = 1;

    for (uint32_t i = 0; i < symbols->n_locations; i++) {
        longest =
            MAX(longest, LOCATION_HEAD_BYTES + (size_t)symbols->locations[i].n_lines * LINE_BYTES);
    }
    for (uint32_t i = 0; i < symbols->n_stacks; i++) {
        longest = MAX(longest, (size_t)symbols->stacks[i].n_locations * sizeof(Hash128));
    }
    *hasher = (SymHasher){
        .symbols = symbols,
        .secret = secret,
        .strings = ARENA_NEW(arena, Hash128, (size_t)symbols->n_strings + 1),
        .mappings = ARENA_NEW(arena, Hash128, (size_t)symbols->n_mappings + 1),
        .functions = ARENA_NEW(arena, Hash128, (size_t)symbols->n_functions + 1),
        .locations = ARENA_NEW(arena, Hash128, (size_t)symbols->n_locations + 1),
        .stacks = ARENA_NEW(arena, Hash128, (size_t)symbols->n_stacks + 1),
        .scratch = arena_alloc_raw(arena, longest),
    };
    if (hasher->strings == NULL || hasher->mappings == NULL || hasher->functions == NULL ||
        hasher->locations == NULL || hasher->stacks == NULL || hasher->scratch == NULL) {
        return err_no_memory(err);
    }
    return true;
}

static bool is_known(Hash128 hash)
{
    return (hash.lo | hash.hi) != 0;
}

static uint8_t *add(uint8_t *at, const void *bytes, size_t len)
{
    memcpy(at, bytes, len);
    return at + len;
}

static uint8_t *add_hash(uint8_t *at, Hash128 hash)
{
    return add(at, &hash, sizeof(hash));
}

Hash128 hasher_string(SymHasher *hasher, uint32_t i)
{
    Hash128 *slot = &hasher->strings[i];

    if (!is_known(*slot)) {
        Str text = hasher->symbols->strings[i];
        *slot = hash_bytes(hasher->secret, text.ptr, text.len);
    }
    return *slot;
}

Hash128 hasher_mapping(SymHasher *hasher, uint32_t i)
{
    Hash128 *slot = &hasher->mappings[i];

    if (!is_known(*slot)) {
        const SymMapping *mapping = &hasher->symbols->mappings[i];
        uint8_t content[3 * sizeof(uint64_t) + 2 * sizeof(Hash128) + 1];
        uint8_t *at = add(content, &mapping->memory_start, sizeof(mapping->memory_start));
        at = add(at, &mapping->memory_limit, sizeof(mapping->memory_limit));
        at = add(at, &mapping->file_offset, sizeof(mapping->file_offset));
        at = add_hash(at, hasher_string(hasher, mapping->filename));
        at = add_hash(at, hasher_string(hasher, mapping->build_id));
        *at = mapping->flags;
        *slot = hash_bytes(hasher->secret, content, sizeof(content));
    }
    return *slot;
}

Hash128 hasher_function(SymHasher *hasher, uint32_t i)
{
    Hash128 *slot = &hasher->functions[i];

    if (!is_known(*slot)) {
        const SymFunction *function = &hasher->symbols->functions[i];
        uint8_t content[3 * sizeof(Hash128) + sizeof(int32_t)];
        uint8_t *at = add_hash(content, hasher_string(hasher, function->name));
        at = add_hash(at, hasher_string(hasher, function->system_name));
        at = add_hash(at, hasher_string(hasher, function->filename));
        (void)add(at, &function->start_line, sizeof(function->start_line)); /* the end */
        *slot = hash_bytes(hasher->secret, content, sizeof(content));
    }
    return *slot;
}

Hash128 hasher_location(SymHasher *hasher, uint32_t i)
{
    Hash128 *slot = &hasher->locations[i];

    if (!is_known(*slot)) {
        const Symbols *symbols = hasher->symbols;
        const SymLocation *location = &symbols->locations[i];
        Hash128 mapping =
            location->mapping != 0 ? hasher_mapping(hasher, location->mapping - 1) : (Hash128){ 0 };
        uint8_t *at = add(hasher->scratch, &location->address, sizeof(location->address));
        at = add_hash(at, mapping);
        *at++ = location->is_folded;
        for (uint32_t l = 0; l < location->n_lines; l++) {
            const SymLine *line = &symbols->lines[location->first_line + l];
            at = add_hash(at, hasher_function(hasher, line->function));
            at = add(at, &line->line, sizeof(line->line));
        }
        *slot = hash_bytes(hasher->secret, hasher->scratch, (size_t)(at - hasher->scratch));
    }
    return *slot;
}

Hash128 hasher_stack(SymHasher *hasher, uint32_t i)
{
    Hash128 *slot = &hasher->stacks[i];

    if (!is_known(*slot)) {
        const Symbols *symbols = hasher->symbols;
        const SymStack *stack = &symbols->stacks[i];
        /* NULL when all stacks are empty: no arithmetic on it then */
        const uint32_t *locations =
            stack->n_locations > 0 ? &symbols->stack_locations[stack->first_location] : NULL;
        /* the locations use the scratch too: first compute them, then collect */
        for (uint32_t l = 0; l < stack->n_locations; l++) {
            if (!is_known(hasher->locations[locations[l]])) {
                (void)hasher_location(hasher, locations[l]); /* for its slot */
            }
        }
        uint8_t *at = hasher->scratch;
        for (uint32_t l = 0; l < stack->n_locations; l++) {
            at = add_hash(at, hasher->locations[locations[l]]);
        }
        *slot = hash_bytes(hasher->secret, hasher->scratch, (size_t)(at - hasher->scratch));
    }
    return *slot;
}
