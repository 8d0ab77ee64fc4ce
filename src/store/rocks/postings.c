/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/rocks/postings.c - which series have a value of a label, and matchers on that.
 *
 * The values of one name are a chain through the postings; the hash table finds a (name, value)
 * and, with an empty value, the head of a name's chain. Sets of series are bit sets over the slots.
 */
#include <xxhash.h>

#include "store/rocks/index.h"

static uint64_t posting_hash(Str name, Str value)
{
    uint64_t hash = XXH3_64bits_withSeed(name.ptr, name.len, 0);

    return XXH3_64bits_withSeed(value.ptr, value.len, hash);
}

void postings_clear(Tenant *tenant)
{
    for (size_t i = 0; i < tenant->postings.len; i++) {
        VEC_DONE(&tenant->postings.items[i].slots);
    }
    tenant->postings.len = 0;
    if (tenant->posting_table != NULL) {
        memset(tenant->posting_table, 0, tenant->n_posting_table * sizeof(uint32_t));
    }
}

static Posting *find(const Tenant *tenant, Str name, Str value)
{
    uint64_t hash = posting_hash(name, value);

    if (tenant->n_posting_table == 0) {
        return NULL;
    }
    size_t mask = tenant->n_posting_table - 1;
    for (size_t at = hash & mask; tenant->posting_table[at] != 0; at = (at + 1) & mask) {
        Posting *posting = &tenant->postings.items[tenant->posting_table[at] - 1];
        if (posting->hash == hash && str_eq(posting->name, name) && str_eq(posting->value, value)) {
            return posting;
        }
    }
    return NULL;
}

static void table_put(uint32_t *table, size_t n, uint64_t hash, uint32_t index)
{
    size_t at = hash & (n - 1);

    while (table[at] != 0) {
        at = (at + 1) & (n - 1);
    }
    table[at] = index + 1;
}

static bool table_reserve(Tenant *tenant, size_t extra)
{
    size_t n = MAX(tenant->n_posting_table, (size_t)64);

    while (n / 2 <= tenant->postings.len + extra) {
        n *= 2;
    }
    if (n == tenant->n_posting_table) {
        return true;
    }
    uint32_t *table = calloc(n, sizeof(*table));
    if (table == NULL) {
        return false;
    }
    for (size_t i = 0; i < tenant->postings.len; i++) {
        table_put(table, n, tenant->postings.items[i].hash, (uint32_t)i);
    }
    free(tenant->posting_table);
    tenant->posting_table = table;
    tenant->n_posting_table = n;
    return true;
}

static Posting *add(Tenant *tenant, Str name, Str value)
{
    Posting *posting = find(tenant, name, value);
    uint64_t hash = posting_hash(name, value);

    if (posting != NULL) {
        return posting;
    }
    if (!table_reserve(tenant, 1) ||
        !VEC_PUSH(&tenant->postings, (Posting){ .name = name, .value = value, .hash = hash })) {
        return NULL;
    }
    table_put(tenant->posting_table, tenant->n_posting_table, hash,
              (uint32_t)(tenant->postings.len - 1));
    return &tenant->postings.items[tenant->postings.len - 1];
}

static bool add_slot(Tenant *tenant, Label label, uint32_t slot)
{
    Posting *head = add(tenant, label.name, STR_EMPTY);

    if (head == NULL) {
        return false;
    }
    size_t head_index = (size_t)(head - tenant->postings.items);
    size_t before = tenant->postings.len;
    Posting *posting = add(tenant, label.name, label.value);
    if (posting == NULL || !VEC_PUSH(&posting->slots, slot)) {
        return false;
    }
    if (tenant->postings.len > before) { /* a value seen for the first time joins the chain */
        head = &tenant->postings.items[head_index];
        posting->next_of_name = head->next_of_name;
        head->next_of_name = (uint32_t)tenant->postings.len;
    }
    return true;
}

/* The slot will be used by another series. */
static void forget_slot(Tenant *tenant, uint32_t slot)
{
    for (size_t i = 0; i < tenant->postings.len; i++) {
        Posting *posting = &tenant->postings.items[i];
        if (posting->slots.len > 0 && posting->slots.items[posting->slots.len - 1] == slot) {
            posting->slots.len--;
        }
    }
}

bool postings_add_series(Tenant *tenant, uint32_t slot)
{
    Labels labels = tenant->series.items[slot]->labels;

    for (size_t i = 0; i < labels.n; i++) {
        if (labels.items[i].value.len > 0 && !add_slot(tenant, labels.items[i], slot)) {
            forget_slot(tenant, slot);
            return false;
        }
    }
    return true;
}

/* ---- matchers ---- */

typedef struct BitSet {
    uint64_t *words;
    size_t n_words;
} BitSet;

static void set_slots(BitSet *set, const Posting *posting)
{
    for (size_t i = 0; i < posting->slots.len; i++) {
        uint32_t slot = posting->slots.items[i];
        set->words[slot / 64] |= UINT64_C(1) << (slot % 64);
    }
}

/* Marks the series that have a value of the name for which the matcher's answer is wanted. */
static void mark_values(const Tenant *tenant, const Matcher *matcher, bool wanted, BitSet *set)
{
    const Str *literals;
    size_t n_literals;
    const Posting *head = find(tenant, matcher_name(matcher), STR_EMPTY);

    if (head == NULL) {
        return;
    }
    if (wanted && matcher_literals(matcher, &literals, &n_literals)) {
        for (size_t i = 0; i < n_literals; i++) {
            const Posting *posting = find(tenant, matcher_name(matcher), literals[i]);
            if (posting != NULL && literals[i].len > 0) {
                set_slots(set, posting);
            }
        }
        return;
    }
    for (uint32_t next = head->next_of_name; next != 0;) {
        const Posting *posting = &tenant->postings.items[next - 1];
        if (matcher_matches(matcher, posting->value) == wanted) {
            set_slots(set, posting);
        }
        next = posting->next_of_name;
    }
}

/* result &= the series for which the matcher is true. */
static void apply_matcher(const Tenant *tenant, const Matcher *matcher, BitSet *result,
                          BitSet *spare)
{
    /* series without the label are in no posting: when they match, collect those that do not */
    bool absent_matches = matcher_matches(matcher, STR_EMPTY);

    memset(spare->words, 0, spare->n_words * sizeof(uint64_t));
    mark_values(tenant, matcher, !absent_matches, spare);
    for (size_t i = 0; i < result->n_words; i++) {
        result->words[i] &= absent_matches ? ~spare->words[i] : spare->words[i];
    }
}

bool index_select(const Tenant *tenant, Matchers matchers, Slots *slots)
{
    size_t n_words = tenant->series.len / 64 + 1;
    uint64_t *words CLEANUP(freep) = calloc(2 * n_words, sizeof(uint64_t));

    if (words == NULL) {
        return false;
    }
    BitSet result = { words, n_words };
    BitSet spare = { words + n_words, n_words };
    memset(result.words, 0xFF, n_words * sizeof(uint64_t));
    for (size_t i = 0; i < matchers.n; i++) {
        apply_matcher(tenant, matchers.items[i], &result, &spare);
    }
    for (uint32_t slot = 0; slot < tenant->series.len; slot++) {
        bool matches = (result.words[slot / 64] >> (slot % 64) & 1) != 0;
        if (matches && !VEC_PUSH(slots, slot)) {
            return false;
        }
    }
    return true;
}
