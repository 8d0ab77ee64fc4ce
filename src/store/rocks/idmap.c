/* SPDX-License-Identifier: Apache-2.0 */
#include "store/rocks/idmap.h"

#include "store/rocks/wire.h"

enum {
    ID_SLOTS_MIN = 64,
    MAX_RECORD_HEAD_BYTES = 4 * UVARINT_MAX_BYTES + 2 * UVARINT32_MAX_BYTES,
    LINE_RECORD_BYTES = UVARINT32_MAX_BYTES + UVARINT_MAX_BYTES,
};

void idmap_done(IdMap *map)
{
    for (size_t kind = 0; kind < SYM_KINDS; kind++) {
        free(map->tables[kind].slots);
    }
    *map = (IdMap){ 0 };
}

size_t idmap_bytes(const IdMap *map)
{
    size_t bytes = sizeof(*map);

    for (size_t kind = 0; kind < SYM_KINDS; kind++) {
        bytes += map->tables[kind].n_slots * sizeof(IdSlot);
    }
    return bytes;
}

static uint32_t check_bits(Hash128 hash)
{
    return (uint32_t)(hash.hi >> 32);
}

/* The slot of the hash, or the free one where it belongs. There is always a free one. */
static IdSlot *find_slot(const IdTable *table, Hash128 hash)
{
    size_t at = hash.lo & (table->n_slots - 1);

    while (table->slots[at].id != 0 &&
           (table->slots[at].hash != hash.lo || table->slots[at].check != check_bits(hash))) {
        at = (at + 1) & (table->n_slots - 1);
    }
    return &table->slots[at];
}

static void occupy(IdTable *table, IdSlot *slot, Hash128 hash, uint32_t id)
{
    *slot = (IdSlot){ hash.lo, check_bits(hash), id + 1 };
    table->used++;
}

static bool table_grow(IdTable *table, size_t n_slots)
{
    IdTable grown = { .slots = calloc(n_slots, sizeof(IdSlot)),
                      .n_slots = n_slots,
                      .used = table->used,
                      .next_id = table->next_id };

    if (grown.slots == NULL) {
        return false;
    }
    for (size_t i = 0; i < table->n_slots; i++) {
        IdSlot slot = table->slots[i];
        if (slot.id == 0) {
            continue;
        }
        size_t at = slot.hash & (n_slots - 1);
        while (grown.slots[at].id != 0) {
            at = (at + 1) & (n_slots - 1);
        }
        grown.slots[at] = slot;
    }
    free(table->slots);
    *table = grown;
    return true;
}

bool idmap_reserve(IdMap *map, const size_t extra[SYM_KINDS], Err *err)
{
    for (size_t kind = 0; kind < SYM_KINDS; kind++) {
        IdTable *table = &map->tables[kind];
        size_t n_slots = MAX(table->n_slots, (size_t)ID_SLOTS_MIN);
        if (extra[kind] >= SYM_MAX_IDS - MIN(table->next_id, SYM_MAX_IDS)) {
            return err_set(err, ERR_RESOURCE_EXHAUSTED,
                           "cannot number more than %u symbols of one service and day",
                           SYM_MAX_IDS);
        }
        while (n_slots / 4 * 3 <= table->used + extra[kind]) {
            n_slots *= 2;
        }
        if (n_slots != table->n_slots && !table_grow(table, n_slots)) {
            return err_no_memory(err);
        }
    }
    return true;
}

static void fill_kind(IdTable *table, SymHasher *hasher, Hash128 (*hash_of)(SymHasher *, uint32_t),
                      uint32_t n, uint32_t next_id)
{
    /* a stand-in that only makes the table valid has no id yet */
    for (uint32_t id = 0; id < MIN(n, next_id); id++) {
        Hash128 hash = hash_of(hasher, id);
        IdSlot *slot = find_slot(table, hash);
        if (slot->id == 0) { /* stand-ins of damaged records are all equal: the first one counts */
            occupy(table, slot, hash, id);
        }
    }
    table->next_id = next_id;
}

bool idmap_fill(IdMap *map, const SymTable *table, const uint8_t *secret, Arena *arena, Err *err)
{
    const Symbols *symbols = &table->symbols;
    const size_t counts[SYM_KINDS] = {
        [SYM_STACK] = symbols->n_stacks,       [SYM_LOCATION] = symbols->n_locations,
        [SYM_FUNCTION] = symbols->n_functions, [SYM_STRING] = symbols->n_strings,
        [SYM_MAPPING] = symbols->n_mappings,
    };
    SymHasher hasher;

    if (!hasher_init(&hasher, symbols, secret, arena, err) || !idmap_reserve(map, counts, err)) {
        return false;
    }
    fill_kind(&map->tables[SYM_STRING], &hasher, hasher_string, symbols->n_strings,
              table->next_id[SYM_STRING]);
    fill_kind(&map->tables[SYM_MAPPING], &hasher, hasher_mapping, symbols->n_mappings,
              table->next_id[SYM_MAPPING]);
    fill_kind(&map->tables[SYM_FUNCTION], &hasher, hasher_function, symbols->n_functions,
              table->next_id[SYM_FUNCTION]);
    fill_kind(&map->tables[SYM_LOCATION], &hasher, hasher_location, symbols->n_locations,
              table->next_id[SYM_LOCATION]);
    fill_kind(&map->tables[SYM_STACK], &hasher, hasher_stack, symbols->n_stacks,
              table->next_id[SYM_STACK]);
    return true;
}

void delta_init(SymDelta *delta)
{
    *delta = (SymDelta){ 0 };
    for (size_t kind = 0; kind < SYM_KINDS; kind++) {
        delta->records[kind] = BUF_INIT(SYM_DELTA_LIMIT_BYTES);
    }
}

void delta_done(SymDelta *delta)
{
    for (size_t kind = 0; kind < SYM_KINDS; kind++) {
        buf_done(&delta->records[kind]);
    }
}

bool delta_reserve(SymDelta *delta, const Symbols *symbols, Err *err)
{
    size_t string_bytes = 2 * UVARINT_MAX_BYTES; /* and the empty one */

    for (uint32_t i = 0; i < symbols->n_strings; i++) {
        string_bytes += symbols->strings[i].len + UVARINT_MAX_BYTES;
    }
    const size_t bytes[SYM_KINDS] = {
        [SYM_STACK] =
            ((size_t)symbols->n_stacks + symbols->n_stack_locations) * UVARINT32_MAX_BYTES,
        [SYM_LOCATION] = (size_t)symbols->n_locations * MAX_RECORD_HEAD_BYTES +
                         (size_t)symbols->n_lines * LINE_RECORD_BYTES,
        [SYM_FUNCTION] = (size_t)symbols->n_functions * MAX_RECORD_HEAD_BYTES,
        [SYM_STRING] = string_bytes,
        [SYM_MAPPING] = (size_t)symbols->n_mappings * MAX_RECORD_HEAD_BYTES,
    };
    for (size_t kind = 0; kind < SYM_KINDS; kind++) {
        buf_clear(&delta->records[kind]);
        if (!buf_reserve(&delta->records[kind], bytes[kind])) {
            return err_set(err, ERR_RESOURCE_EXHAUSTED, "symbols need more than %zu bytes",
                           SYM_DELTA_LIMIT_BYTES);
        }
    }
    return true;
}

/* Allots the next id; the caller writes the record at the returned place and calls record_end(). */
static uint8_t *record_begin(IdTable *table, IdSlot *slot, Hash128 hash, SymKind kind,
                             SymDelta *delta)
{
    Buf *records = &delta->records[kind];

    if (records->len == 0) {
        delta->first_id[kind] = table->next_id;
    }
    occupy(table, slot, hash, table->next_id);
    table->next_id++;
    return (uint8_t *)records->ptr + records->len;
}

static void record_end(SymDelta *delta, SymKind kind, const uint8_t *end)
{
    Buf *records = &delta->records[kind];

    records->len = (size_t)((const char *)end - records->ptr);
    CHECK(records->len <= records->cap); /* delta_reserve() made room for everything */
}

static uint32_t add_string(IdMap *map, Str text, Hash128 hash, SymDelta *delta)
{
    IdTable *table = &map->tables[SYM_STRING];
    IdSlot *slot = find_slot(table, hash);

    if (slot->id != 0) {
        return slot->id - 1;
    }
    uint8_t *at = record_begin(table, slot, hash, SYM_STRING, delta);
    at = put_uvarint(at, text.len);
    if (text.len > 0) {
        memcpy(at, text.ptr, text.len);
    }
    record_end(delta, SYM_STRING, at + text.len);
    return slot->id - 1;
}

static uint32_t intern_string(IdMap *map, SymHasher *hasher, uint32_t i, SymDelta *delta)
{
    if (map->tables[SYM_STRING].next_id == 0) { /* string 0 is "" in every table */
        (void)add_string(map, STR_EMPTY, hash_bytes(hasher->secret, "", 0), delta);
    }
    return add_string(map, hasher->symbols->strings[i], hasher_string(hasher, i), delta);
}

static uint32_t intern_mapping(IdMap *map, SymHasher *hasher, uint32_t i, SymDelta *delta)
{
    IdTable *table = &map->tables[SYM_MAPPING];
    Hash128 hash = hasher_mapping(hasher, i);
    IdSlot *slot = find_slot(table, hash);

    if (slot->id != 0) {
        return slot->id - 1;
    }
    const SymMapping *mapping = &hasher->symbols->mappings[i];
    uint32_t filename = intern_string(map, hasher, mapping->filename, delta);
    uint32_t build_id = intern_string(map, hasher, mapping->build_id, delta);
    uint8_t *at = record_begin(table, slot, hash, SYM_MAPPING, delta);
    at = put_uvarint(at, mapping->memory_start);
    at = put_uvarint(at, mapping->memory_limit);
    at = put_uvarint(at, mapping->file_offset);
    at = put_uvarint(at, filename);
    at = put_uvarint(at, build_id);
    at = put_uvarint(at, mapping->flags);
    record_end(delta, SYM_MAPPING, at);
    return slot->id - 1;
}

static uint32_t intern_function(IdMap *map, SymHasher *hasher, uint32_t i, SymDelta *delta)
{
    IdTable *table = &map->tables[SYM_FUNCTION];
    Hash128 hash = hasher_function(hasher, i);
    IdSlot *slot = find_slot(table, hash);

    if (slot->id != 0) {
        return slot->id - 1;
    }
    const SymFunction *function = &hasher->symbols->functions[i];
    uint32_t name = intern_string(map, hasher, function->name, delta);
    uint32_t system_name = intern_string(map, hasher, function->system_name, delta);
    uint32_t filename = intern_string(map, hasher, function->filename, delta);
    uint8_t *at = record_begin(table, slot, hash, SYM_FUNCTION, delta);
    at = put_uvarint(at, name);
    at = put_uvarint(at, system_name);
    at = put_uvarint(at, filename);
    at = put_zigzag(at, function->start_line);
    record_end(delta, SYM_FUNCTION, at);
    return slot->id - 1;
}

static uint32_t intern_location(IdMap *map, SymHasher *hasher, uint32_t i, SymDelta *delta)
{
    IdTable *table = &map->tables[SYM_LOCATION];
    Hash128 hash = hasher_location(hasher, i);
    IdSlot *slot = find_slot(table, hash);

    if (slot->id != 0) {
        return slot->id - 1;
    }
    const SymLocation *location = &hasher->symbols->locations[i];
    uint32_t mapping =
        location->mapping != 0 ? intern_mapping(map, hasher, location->mapping - 1, delta) + 1 : 0;
    uint8_t *at = record_begin(table, slot, hash, SYM_LOCATION, delta);
    at = put_uvarint(at, mapping);
    at = put_uvarint(at, location->address);
    at = put_uvarint(at, (uint64_t)location->n_lines << 1 | location->is_folded);
    for (uint32_t l = 0; l < location->n_lines; l++) {
        const SymLine *line = &hasher->symbols->lines[location->first_line + l];
        at = put_uvarint(at, intern_function(map, hasher, line->function, delta));
        at = put_zigzag(at, line->line);
    }
    record_end(delta, SYM_LOCATION, at);
    return slot->id - 1;
}

uint32_t idmap_stack(IdMap *map, SymHasher *hasher, uint32_t stack, SymDelta *delta)
{
    IdTable *table = &map->tables[SYM_STACK];
    Hash128 hash = hasher_stack(hasher, stack);
    IdSlot *slot = find_slot(table, hash);

    if (slot->id != 0) {
        return slot->id - 1;
    }
    const SymStack *item = &hasher->symbols->stacks[stack];
    uint8_t *at = record_begin(table, slot, hash, SYM_STACK, delta);
    at = put_uvarint(at, item->n_locations);
    for (uint32_t l = 0; l < item->n_locations; l++) {
        uint32_t location = hasher->symbols->stack_locations[item->first_location + l];
        at = put_uvarint(at, intern_location(map, hasher, location, delta));
    }
    record_end(delta, SYM_STACK, at);
    return slot->id - 1;
}

void idmap_prefetch(const IdMap *map, Hash128 stack)
{
    const IdTable *table = &map->tables[SYM_STACK];

    if (table->n_slots > 0) {
        __builtin_prefetch(&table->slots[stack.lo & (table->n_slots - 1)]);
    }
}
