/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "codec/gzip.h"
#include "codec/pb/wire.h"
#include "codec/pprof.h"
#include "ingest/normalize.h"
#include "ingest/validate.h"

/* ---- varints ---- */

static void rejects_eleventh_byte(void **state UNUSED)
{
    const uint8_t in[] = { 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1 };
    PbReader reader = { in, in + sizeof(in) };
    uint64_t value = 42;

    assert_false(pb_read_varint(&reader, &value));
    assert_int_equal(value, 42); /* untouched on failure */
    assert_ptr_equal(reader.at, in);
}

static void reads_the_largest_number(void **state UNUSED)
{
    const uint8_t in[] = { 255, 255, 255, 255, 255, 255, 255, 255, 255, 1 };
    PbReader reader = { in, in + sizeof(in) };
    uint64_t value;

    assert_true(pb_read_varint(&reader, &value));
    assert_true(value == UINT64_MAX);
    assert_ptr_equal(reader.at, reader.end);
}

static void varint_size_is_what_is_written(void **state UNUSED)
{
    for (unsigned bit = 0; bit < 64; bit++) {
        uint64_t values[] = { (UINT64_C(1) << bit) - 1, UINT64_C(1) << bit };
        for (size_t i = 0; i < ARRAY_LEN(values); i++) {
            Buf out = BUF_INIT(64);
            uint64_t back;
            pb_add_varint(&out, values[i]);
            assert_int_equal(out.len, pb_varint_size(values[i]));
            PbReader reader = pb_reader(buf_str(&out));
            assert_true(pb_read_varint(&reader, &back));
            assert_true(back == values[i]);
            buf_done(&out);
        }
    }
}

static void skips_balanced_groups_only(void **state UNUSED)
{
    const char balanced[] = {
        0x0B, 0x13, 0x08, 5, 0x14, 0x0C, 0x10, 7
    }; /* group 1 with group 2 inside */
    const char open[] = { 0x0B, 0x08, 5 };
    PbField field;
    PbReader reader = pb_reader((Str){ balanced, sizeof(balanced) });

    assert_int_equal(pb_next(&reader, &field), PB_FIELD);
    assert_int_equal(field.number, 2);
    assert_int_equal(field.value, 7);
    reader = pb_reader((Str){ open, sizeof(open) });
    assert_int_equal(pb_next(&reader, &field), PB_BAD);
}

/* ---- pprof ---- */

static void add_sample(Buf *out, Str ids, Str values)
{
    Buf sample = BUF_INIT(KiB(1));

    pb_add_bytes_field(&sample, 1, ids);
    pb_add_bytes_field(&sample, 2, values);
    pb_add_message_field(out, 2, buf_str(&sample));
    buf_done(&sample);
}

static void add_type(Buf *out)
{
    pb_add_message_field(out, 1, STR("\x08\x01\x10\x02"));
}

/* A profile with one location, whose function is named by string 3. */
static void add_tables(Buf *out, Str name)
{
    pb_add_message_field(out, 4, STR("\x08\x01\x22\x04\x08\x01\x10\x07"));
    pb_add_message_field(out, 5, STR("\x08\x01\x10\x03"));
    pb_add_message_field(out, 6, STR_EMPTY);
    pb_add_message_field(out, 6, STR("cpu"));
    pb_add_message_field(out, 6, STR("nanoseconds"));
    pb_add_message_field(out, 6, name);
}

static void reads_packed_and_unpacked_numbers(void **state UNUSED)
{
    Buf raw = BUF_INIT(KiB(4));
    Buf sample = BUF_INIT(KiB(1));
    Pprof profile = { 0 };
    Err err = ERR_INIT;

    pb_add_u64_field(&sample, 1, 1);
    pb_add_bytes_field(&sample, 1, STR("\x02\x03")); /* a mix of both forms is one list */
    pb_add_u64_field(&sample, 1, 4);
    pb_add_u64_field(&sample, 2, 9);
    pb_add_message_field(&raw, 2, buf_str(&sample));
    assert_true(pprof_decode(buf_str(&raw), &profile, &err));
    assert_int_equal(profile.samples.len, 1);
    assert_int_equal(profile.samples.items[0].n_locations, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(profile.location_ids.items[i], i + 1);
    }
    assert_int_equal(profile.values.items[0], 9);
    pprof_done(&profile);
    buf_done(&raw);
    buf_done(&sample);
}

static void names_the_damaged_part(void **state UNUSED)
{
    Pprof profile = { 0 };
    Err err = ERR_INIT;

    assert_false(pprof_decode(STR("\x22\x05\x08"), &profile, &err)); /* a location that is cut */
    assert_int_equal(err.code, ERR_INVALID_ARGUMENT);
    assert_false(
        pprof_decode(STR("\x22\x02\x0d\x01"), &profile, &err)); /* wrong wire type inside */
    assert_non_null(strstr(err.msg, "location"));
    pprof_done(&profile);
}

static bool validate(Buf *raw, Pprof *profile, Err *err)
{
    IngestLimits limits = INGEST_LIMITS_INIT;

    return pprof_decode(buf_str(raw), profile, err) &&
           profile_validate(profile, raw->len, (Labels){ 0 }, &limits, clock_unix_ns(), err);
}

static void refuses_what_cannot_be_meant(void **state UNUSED)
{
    static const struct {
        Str ids;
        Str values;
        const char *message;
    } cases[] = {
        { STR_CONST("\x00"), STR_CONST("\x05"), "location id is 0" },
        { STR_CONST("\x01"), STR_CONST("\x05\x05"), "sample value length mismatch" },
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Buf raw = BUF_INIT(KiB(4));
        Pprof profile = { 0 };
        Err err = ERR_INIT;
        add_type(&raw);
        add_sample(&raw, cases[i].ids, cases[i].values);
        add_tables(&raw, STR("main"));
        assert_false(validate(&raw, &profile, &err));
        assert_int_equal(err.code, ERR_INVALID_ARGUMENT);
        assert_string_equal(err.msg, cases[i].message);
        pprof_done(&profile);
        buf_done(&raw);
    }
}

static void refuses_text_that_is_no_utf8(void **state UNUSED)
{
    Buf raw = BUF_INIT(KiB(4));
    Pprof profile = { 0 };
    Err err = ERR_INIT;

    add_type(&raw);
    add_sample(&raw, STR("\x01"), STR("\x05"));
    add_tables(&raw, STR("ma\xFFin"));
    assert_false(validate(&raw, &profile, &err));
    assert_string_equal(err.msg, "invalid utf8 string hex: 6d61ff696e");
    pprof_done(&profile);
    buf_done(&raw);
}

static void keeps_samples_with_cost_and_known_locations(void **state UNUSED)
{
    Buf raw = BUF_INIT(KiB(4));
    Pprof profile = { 0 };
    NormalProfile normal;
    Err err = ERR_INIT;
    Arena *arena = arena_create(MiB(1));

    add_type(&raw);
    add_sample(&raw, STR("\x01"), STR("\x05"));
    add_sample(&raw, STR("\x01\x09"), STR("\x07")); /* there is no location 9 */
    add_sample(&raw, STR("\x01"), STR("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01")); /* -1 */
    Buf zero = BUF_INIT(64);
    pb_add_bytes_field(&zero, 1, STR("\x01"));
    pb_add_message_field(&zero, 2, (Str){ "\0", 1 });
    pb_add_message_field(&raw, 2, buf_str(&zero));
    add_tables(&raw, STR("main"));
    assert_true(validate(&raw, &profile, &err));
    assert_true(profile_normalize(&profile, false, arena, &normal, &err));
    assert_int_equal(normal.n_samples, 1);
    assert_int_equal(normal.values[normal.samples[0].first_value], 5);
    buf_done(&zero);
    arena_destroy(arena);
    pprof_done(&profile);
    buf_done(&raw);
}

static void removes_shapes_from_go_names(void **state UNUSED)
{
    static const struct {
        const char *before;
        const char *after;
    } cases[] = {
        { "main.F", "main.F" },
        { "main.F[go.shape.int]", "main.F" },
        { "main.(*T[go.shape.string,go.shape.map[string]int]).Get", "main.(*T).Get" },
        { "main.F[go.shape.int].func1", "main.F.func1" },
        { "main.F[go.shape.int", "main.F[go.shape.int" }, /* unmatched: as it is */
        { "main.F[int]", "main.F[int]" },
        { "a[go.shape.int]b[go.shape.int]c", "abc" },
    };

    Arena *arena = arena_create(MiB(1));

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Str after = go_name_without_shapes(str_from(cases[i].before), arena);
        assert_true(str_eq(after, str_from(cases[i].after)));
    }
    arena_destroy(arena);
}

/* ---- the shared budget ---- */

static void takes_its_memory_from_the_budget(void **state UNUSED)
{
    Budget budget = { .limit = KiB(4) };
    Pprof profile = { .budget = &budget };
    char empty_locations[1000];
    Err err = ERR_INIT;

    for (size_t i = 0; i < sizeof(empty_locations); i += 2) {
        empty_locations[i] = 4 << 3 | 2;
        empty_locations[i + 1] = 0;
    }
    assert_true(pprof_decode((Str){ empty_locations, 40 }, &profile, &err));
    assert_int_equal(atomic_load(&budget.used), profile.held_bytes);
    assert_false(pprof_decode((Str){ empty_locations, sizeof(empty_locations) }, &profile, &err));
    assert_int_equal(err.code, ERR_UNAVAILABLE);
    assert_true(atomic_load(&budget.used) <= budget.limit);
    pprof_done(&profile);
    assert_int_equal(atomic_load(&budget.used), 0);
}

static void arenas_and_buffers_share_a_budget(void **state UNUSED)
{
    Budget budget = { .limit = KiB(64) };
    Arena *first = arena_create_shared(MiB(1), &budget);
    Arena *second = arena_create_shared(MiB(1), &budget);
    Buf buf = BUF_INIT(MiB(1));

    buf.budget = &budget;
    assert_non_null(arena_alloc(first, KiB(40)));
    assert_null(arena_alloc(second, KiB(40)));
    assert_non_null(arena_alloc(second, 100)); /* a small request is served all the same */
    assert_false(buf_reserve(&buf, KiB(40)));
    arena_destroy(first);
    buf_clear(&buf);
    assert_true(buf_reserve(&buf, KiB(40)));
    buf_done(&buf);
    arena_destroy(second);
    assert_int_equal(atomic_load(&budget.used), 0);
}

/* ---- gzip ---- */

static void inflates_all_members_within_the_limit(void **state UNUSED)
{
    Buf packed = BUF_INIT(KiB(4));
    Buf out = BUF_INIT(KiB(4));
    Err err = ERR_INIT;

    assert_true(gzip_deflate(STR("hello "), 6, &packed, &err));
    assert_true(gzip_deflate(STR("world"), 6, &packed, &err));
    assert_true(gzip_inflate(buf_str(&packed), 11, &out, &err));
    assert_true(str_eq(buf_str(&out), STR("hello world")));
    buf_clear(&out);
    assert_false(gzip_inflate(buf_str(&packed), 10, &out, &err));
    assert_int_equal(err.code, ERR_RESOURCE_EXHAUSTED);
    buf_clear(&out);
    packed.len--; /* cut */
    assert_false(gzip_inflate(buf_str(&packed), 100, &out, &err));
    assert_int_equal(err.code, ERR_INVALID_ARGUMENT);
    buf_done(&packed);
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rejects_eleventh_byte),
        cmocka_unit_test(reads_the_largest_number),
        cmocka_unit_test(varint_size_is_what_is_written),
        cmocka_unit_test(skips_balanced_groups_only),
        cmocka_unit_test(reads_packed_and_unpacked_numbers),
        cmocka_unit_test(names_the_damaged_part),
        cmocka_unit_test(refuses_what_cannot_be_meant),
        cmocka_unit_test(refuses_text_that_is_no_utf8),
        cmocka_unit_test(keeps_samples_with_cost_and_known_locations),
        cmocka_unit_test(removes_shapes_from_go_names),
        cmocka_unit_test(takes_its_memory_from_the_budget),
        cmocka_unit_test(arenas_and_buffers_share_a_budget),
        cmocka_unit_test(inflates_all_members_within_the_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
