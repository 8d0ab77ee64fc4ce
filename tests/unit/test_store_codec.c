/* SPDX-License-Identifier: Apache-2.0 */
/* Keys, row values and symbol rows of the embedded store: exact bytes, round trips, any input. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "store/rocks/idmap.h"
#include "store/rocks/recent.h"
#include "store/rocks/row.h"
#include "store/rocks/symbols.h"
#include "store/rocks/wire.h"
#include "support_store.h"

static void row_key_orders_by_series_then_time(void **state)
{
    const RowKey key = {
        .tenant = 1, .service = 2, .type = 3, .series = 4, .time_ns = 0x0102030405060708, .seq = 9
    };
    const uint8_t expected[KEY_ROW_BYTES] = { 0, 0, 0, 1, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0,
                                              0, 0, 4, 1, 2, 3, 4, 5, 6, 7, 8, 0, 9 };
    uint8_t bytes[KEY_ROW_BYTES];
    RowKey back;

    (void)state;
    key_row(bytes, &key);
    assert_memory_equal(bytes, expected, sizeof(bytes));
    assert_true(key_row_parse((Str){ (const char *)bytes, sizeof(bytes) }, &back));
    assert_memory_equal(&back, &key, offsetof(RowKey, seq) + sizeof(key.seq));
    assert_false(key_row_parse((Str){ (const char *)bytes, sizeof(bytes) - 1 }, &back));
    bytes[4] = KIND_STACK;
    assert_false(key_row_parse((Str){ (const char *)bytes, sizeof(bytes) }, &back));
}

static void profile_id_is_a_uuid_of_version_8(void **state)
{
    const RowKey key = { .tenant = 1, .series = 2, .time_ns = 3, .seq = 4 };
    const RowKey other = { .tenant = 1, .series = 2, .time_ns = 3, .seq = 5 };
    ProfileId id = profile_id_of(&key);
    ProfileId again = profile_id_of(&key);
    ProfileId different = profile_id_of(&other);

    (void)state;
    assert_int_equal(id.bytes[6] >> 4, 8);
    assert_int_equal(id.bytes[8] >> 6, 2);
    assert_memory_equal(&id, &again, sizeof(id));
    assert_memory_not_equal(&id, &different, sizeof(id));
}

static void day_names_round_trip(void **state)
{
    char name[DAY_NAME_BYTES];
    int32_t back;

    (void)state;
    day_name(0, name);
    assert_string_equal(name, "d19700101");
    day_name(day_of(TEST_DAY_NS), name);
    assert_string_equal(name, "d20260301");
    for (int32_t day = 0; day < 100000; day += 13) {
        day_name(day, name);
        assert_true(day_parse(name, &back));
        assert_int_equal(back, day);
    }
    assert_false(day_parse("d20260230", &back));
    assert_false(day_parse("d2026", &back));
    assert_false(day_parse("meta", &back));
    assert_false(day_parse("d-0260301", &back));
    assert_false(day_parse("d19691231", &back));
}

static void row_bytes_are_as_documented(void **state)
{
    RowEntry entries[] = {
        { .stack = 300, .value = 7 }, { .stack = 2, .value = -1 }, { .stack = 300, .value = 3 },
        { .stack = 5, .value = 4 },   { .stack = 5, .value = -4 },
    };
    RowEntry spare[ARRAY_LEN(entries)];
    /* flags, total 9, 2 pairs, stack 2 value -1, stack 2 + 298 value 10 */
    const uint8_t expected[] = { 0, 18, 2, 2, 1, 0xAA, 2, 20 };
    uint8_t bytes[128];

    (void)state;
    size_t n = row_normalise(entries, spare, ARRAY_LEN(entries));
    assert_int_equal(n, 2);
    size_t len = row_encode(bytes, entries, n, NULL, 0);
    assert_int_equal(len, sizeof(expected));
    assert_memory_equal(bytes, expected, sizeof(expected));
}

static void rows_round_trip(void **state)
{
    Rng rng = rng_from_environment();
    RowScratch scratch = { 0 };

    (void)state;
    for (int round = 0; round < 500; round++) {
        RowEntry entries[64];
        RowEntry spare[64];
        StoreSpan spans[4] = { 0 };
        uint8_t bytes[4096];
        size_t n = rng_below(&rng, 64);
        size_t n_spans = rng_below(&rng, 5);
        for (size_t i = 0; i < n_spans; i++) {
            spans[i].span.bytes[7] = (uint8_t)(i + 1);
        }
        for (size_t i = 0; i < n; i++) {
            entries[i] =
                (RowEntry){ .stack = (uint32_t)(rng_next(&rng) >> (32 + rng_below(&rng, 32))),
                            .span = rng_below(&rng, (uint32_t)n_spans + 1),
                            .value = (int64_t)(rng_next(&rng) >> rng_below(&rng, 64)) };
        }
        n = row_normalise(entries, spare, n);
        assert_true(row_max_bytes(n, n_spans) <= sizeof(bytes));
        size_t len = row_encode(bytes, entries, n, spans, n_spans);
        Str value = { (const char *)bytes, len };
        Row row;
        int64_t total;
        assert_true(row_decode(value, &scratch, &row));
        assert_true(row_total(value, &total));
        assert_int_equal(total, row.total);
        assert_int_equal(row.n, n);
        for (size_t i = 0; i < n; i++) {
            assert_memory_equal(&row.entries[i], &entries[i], sizeof(RowEntry));
        }
        for (size_t cut = 0; cut < len; cut++) { /* a shorter value is never accepted */
            assert_false(row_decode((Str){ value.ptr, cut }, &scratch, &row));
        }
    }
    row_scratch_done(&scratch);
}

/* A copy without room behind it, so that the sanitizer sees a byte read too many. */
static void decode_exactly(const uint8_t *bytes, size_t len, uint8_t choice)
{
    uint8_t *copy = malloc(len + 1);
    RowScratch scratch = { 0 };
    Row row;
    int64_t total;

    assert_non_null(copy);
    memcpy(copy + 1, bytes, len);
    Str value = { (const char *)copy + 1, len };
    (void)row_total(value, &total);
    (void)row_decode(value, &scratch, &row);
    row_scratch_done(&scratch);
    SymTable *table = symtable_create();
    assert_non_null(table);
    assert_true(symtable_add(table, (SymKind)(choice % SYM_KINDS), choice % 7, value));
    assert_true(symtable_add(table, (SymKind)(choice / 5 % SYM_KINDS), choice % 3, value));
    assert_true(symtable_finish(table));
    symtable_destroy(table);
    free(copy);
}

static void decoders_accept_any_bytes(void **state)
{
    Rng rng = rng_from_environment();

    (void)state;
    for (int round = 0; round < 20000; round++) {
        uint8_t bytes[40];
        size_t len = rng_below(&rng, sizeof(bytes));
        for (size_t i = 0; i < len; i++) {
            /* small numbers get further than random ones */
            bytes[i] = (uint8_t)(rng_below(&rng, 3) == 0 ? rng_next(&rng) : rng_below(&rng, 6));
        }
        decode_exactly(bytes, len, (uint8_t)rng_next(&rng));
    }
}

static void lost_symbol_rows_leave_stand_ins(void **state)
{
    SymTable *table = symtable_create();
    const uint8_t stack[] = { 1, 4 }; /* refers to location 4, which does not exist */

    (void)state;
    assert_non_null(table);
    symtable_lost(table, SYM_STACK);
    assert_true(symtable_add(table, SYM_STACK, 3, (Str){ (const char *)stack, sizeof(stack) }));
    assert_true(symtable_finish(table));
    assert_true(table->is_damaged);
    assert_int_equal(table->symbols.n_stacks, 4);
    assert_int_equal(table->symbols.stacks[0].n_locations, 0);
    assert_int_equal(table->symbols.stack_locations[table->symbols.stacks[3].first_location], 0);
    assert_int_equal(table->next_id[SYM_STACK], 4); /* the lost rows lie before a known one */
    symtable_destroy(table);

    table = symtable_create();
    assert_non_null(table);
    assert_true(symtable_add(table, SYM_STACK, 0, (Str){ (const char *)stack, sizeof(stack) }));
    symtable_lost(table, SYM_STACK);
    assert_true(symtable_finish(table));
    assert_int_equal(table->next_id[SYM_STACK], 1 + SYM_LOST_IDS);
    symtable_destroy(table);
}

static void recent_rows_outlive_their_commit(void **state)
{
    Recent recent;
    Err err = ERR_INIT;
    uint64_t ticket;
    Hash128 first = recent_content_key(1, 1, (Hash128){ 1, 1 });

    (void)state;
    recent_init(&recent, 4);
    assert_true(recent_reserve(&recent, 100, &err));
    recent_put(&recent, first, 7, 7);
    for (uint32_t i = 0; i < 10; i++) {
        recent_put(&recent, recent_time_key(2, i), 1, 7);
    }
    recent_tick(&recent, recent.rotated_ns, 6); /* full: becomes the previous generation */
    assert_true(recent_find(&recent, first, &ticket));
    assert_true(recent_reserve(&recent, 100, &err));
    for (uint32_t i = 0; i < 10; i++) {
        recent_put(&recent, recent_time_key(3, i), 1, 8);
    }
    recent_tick(&recent, recent.rotated_ns, 6); /* 7 is not durable: stays */
    assert_true(recent_find(&recent, first, &ticket));
    assert_int_equal(ticket, 7);
    recent_tick(&recent, recent.rotated_ns, 7);
    assert_false(recent_find(&recent, first, &ticket));
    recent_done(&recent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_key_orders_by_series_then_time),
        cmocka_unit_test(profile_id_is_a_uuid_of_version_8),
        cmocka_unit_test(day_names_round_trip),
        cmocka_unit_test(row_bytes_are_as_documented),
        cmocka_unit_test(rows_round_trip),
        cmocka_unit_test(decoders_accept_any_bytes),
        cmocka_unit_test(lost_symbol_rows_leave_stand_ins),
        cmocka_unit_test(recent_rows_outlive_their_commit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
