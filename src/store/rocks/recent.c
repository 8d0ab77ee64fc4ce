/* SPDX-License-Identifier: Apache-2.0 */
#include "store/rocks/recent.h"

#include <xxhash.h>

#include "base/clock.h"

#define RECENT_PERIOD_NS (5 * 60 * NS_PER_S)
#define RECENT_FORGOTTEN UINT64_MAX

void recent_init(Recent *recent, size_t max_entries)
{
    *recent = (Recent){ .max_entries = max_entries, .rotated_ns = clock_steady_ns() };
}

void recent_clear(Recent *recent)
{
    for (size_t i = 0; i < ARRAY_LEN(recent->tables); i++) {
        free(recent->tables[i].slots);
        recent->tables[i] = (RecentTable){ 0 };
    }
}

void recent_done(Recent *recent)
{
    recent_clear(recent);
}

void recent_tick(Recent *recent, int64_t steady_ns, uint64_t committed)
{
    bool due = steady_ns - recent->rotated_ns >= RECENT_PERIOD_NS ||
               recent->tables[0].used >= recent->max_entries;

    if (!due || recent->tables[1].last_ticket > committed) {
        return;
    }
    free(recent->tables[1].slots);
    recent->tables[1] = recent->tables[0];
    recent->tables[0] = (RecentTable){ 0 };
    recent->rotated_ns = steady_ns;
}

static RecentSlot *find_slot(const RecentTable *table, Hash128 key)
{
    size_t at = key.lo & (table->n_slots - 1);

    while ((table->slots[at].hash[0] | table->slots[at].hash[1]) != 0 &&
           (table->slots[at].hash[0] != key.lo || table->slots[at].hash[1] != key.hi)) {
        at = (at + 1) & (table->n_slots - 1);
    }
    return &table->slots[at];
}

static bool is_free(const RecentSlot *slot)
{
    return (slot->hash[0] | slot->hash[1]) == 0;
}

bool recent_find(const Recent *recent, Hash128 key, uint64_t *ret_value)
{
    for (size_t i = 0; i < ARRAY_LEN(recent->tables); i++) {
        if (recent->tables[i].n_slots == 0) {
            continue;
        }
        const RecentSlot *slot = find_slot(&recent->tables[i], key);
        if (!is_free(slot) && slot->value != RECENT_FORGOTTEN) {
            *ret_value = slot->value;
            return true;
        }
    }
    return false;
}

bool recent_reserve(Recent *recent, size_t n, Err *err)
{
    RecentTable *table = &recent->tables[0];
    size_t n_slots = MAX(table->n_slots, (size_t)256);

    while (n_slots / 2 <= table->used + n) {
        n_slots *= 2;
    }
    if (n_slots == table->n_slots) {
        return true;
    }
    RecentTable grown = { .slots = calloc(n_slots, sizeof(RecentSlot)),
                          .n_slots = n_slots,
                          .used = table->used,
                          .last_ticket = table->last_ticket };
    if (grown.slots == NULL) {
        return err_no_memory(err);
    }
    for (size_t i = 0; i < table->n_slots; i++) {
        const RecentSlot *slot = &table->slots[i];
        if (!is_free(slot)) {
            *find_slot(&grown, (Hash128){ slot->hash[0], slot->hash[1] }) = *slot;
        }
    }
    free(table->slots);
    *table = grown;
    return true;
}

void recent_put(Recent *recent, Hash128 key, uint64_t value, uint64_t ticket)
{
    RecentTable *table = &recent->tables[0];
    RecentSlot *slot = find_slot(table, key);

    table->used += is_free(slot);
    *slot = (RecentSlot){ { key.lo, key.hi }, value };
    table->last_ticket = MAX(table->last_ticket, ticket);
}

void recent_forget(Recent *recent, Hash128 key)
{
    RecentTable *table = &recent->tables[0];
    RecentSlot *slot = find_slot(table, key);

    if (!is_free(slot)) {
        slot->value = RECENT_FORGOTTEN;
    }
}

static Hash128 key_of(const void *bytes, size_t len)
{
    XXH128_hash_t hash = XXH3_128bits(bytes, len);

    return (Hash128){ hash.low64 | 1, hash.high64 }; /* never the mark of a free slot */
}

Hash128 recent_content_key(uint32_t series, int64_t time_ns, Hash128 content)
{
    const uint64_t parts[] = { series, (uint64_t)time_ns, content.lo, content.hi };

    return key_of(parts, sizeof(parts));
}

Hash128 recent_time_key(uint32_t series, int64_t time_ns)
{
    const uint64_t parts[] = { series, (uint64_t)time_ns };

    return key_of(parts, sizeof(parts));
}
