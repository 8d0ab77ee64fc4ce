/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/rocks/hash.h - content hashes of symbols, bottom-up: string, function, mapping, location,
 * stack.
 *
 * Two symbols are the same when their 128-bit hashes under the tenant's secret are. A hash is
 * computed when it is first asked for and kept, so only symbols that stacks use cost anything.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "model/symbols.h"

enum { TENANT_SECRET_BYTES = 192 }; /* XXH3 wants at least 136 */

typedef struct Hash128 {
    uint64_t lo;
    uint64_t hi; /* both 0: not computed yet */
} Hash128;

typedef struct SymHasher {
    const Symbols *symbols;
    const uint8_t *secret; /* [TENANT_SECRET_BYTES] */
    Hash128 *strings;
    Hash128 *mappings;
    Hash128 *functions;
    Hash128 *locations;
    Hash128 *stacks;
    uint8_t *scratch; /* the longest content of a location or stack */
} SymHasher;

/* symbols and secret are borrowed, memory comes from the arena. Errors: RESOURCE_EXHAUSTED. */
bool hasher_init(SymHasher *hasher, const Symbols *symbols, const uint8_t *secret, Arena *arena,
                 Err *err) MUST_CHECK;

Hash128 hasher_string(SymHasher *hasher, uint32_t i);
Hash128 hasher_mapping(SymHasher *hasher, uint32_t i);
Hash128 hasher_function(SymHasher *hasher, uint32_t i);
Hash128 hasher_location(SymHasher *hasher, uint32_t i);
Hash128 hasher_stack(SymHasher *hasher, uint32_t i);

/* Hash of other bytes under the same secret. */
Hash128 hash_bytes(const uint8_t *secret, const void *bytes, size_t len);
