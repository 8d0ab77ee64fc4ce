/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/stream.h"

#include <stdio.h>

#include "base/err.h"
#include "codec/gzip.h"
#include "codec/pb/wire.h"

enum {
    N_PROGRAMS = 6,
    N_FUNCTIONS = 1500, /* of one program */
    POOL_STACKS = 1100, /* that a program is seen in again and again */
    MIN_DEPTH = 8,
    MAX_DEPTH = 34,
    LINES_PER_FUNCTION = 4,
};

/* xorshift64*: fast and the same everywhere */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 0x2545F4914F6CDD1DULL;
}

static uint32_t below(uint64_t *state, uint32_t n)
{
    return (uint32_t)((next_random(state) >> 32) * n >> 32);
}

typedef struct PoolStack {
    uint16_t frames[MAX_DEPTH]; /* function * LINES_PER_FUNCTION + line, leaf first */
    uint8_t depth;
    uint32_t weight;
} PoolStack;

typedef struct Program {
    PoolStack pool[POOL_STACKS];
} Program;

/* Stacks share their root side, as those of real programs do. */
static void make_program(Program *program, uint64_t *random)
{
    for (size_t i = 0; i < POOL_STACKS; i++) {
        PoolStack *stack = &program->pool[i];
        const PoolStack *parent = i == 0 ? NULL : &program->pool[below(random, (uint32_t)i)];
        stack->depth = (uint8_t)(MIN_DEPTH + below(random, MAX_DEPTH - MIN_DEPTH));
        stack->weight = 1 + below(random, 40) * below(random, 40) / 8;
        for (size_t at = 0; at < stack->depth; at++) {
            size_t from_root = (size_t)stack->depth - 1 - at;
            bool shared = parent != NULL && from_root < (size_t)parent->depth * 3U / 4U;
            stack->frames[at] = shared ? parent->frames[(size_t)parent->depth - 1 - from_root]
                                       : (uint16_t)below(random, N_FUNCTIONS * LINES_PER_FUNCTION);
        }
    }
}

/* The string table of a profile: number 0 is "", then the fixed names, then three texts a function.
 */
static void add_strings(Buf *out, size_t program, size_t service, const uint8_t *used)
{
    static const Str fixed[] = {
        STR_CONST(""),    STR_CONST("samples"),     STR_CONST("count"),
        STR_CONST("cpu"), STR_CONST("nanoseconds"), STR_CONST("/usr/local/bin/service")
    };
    char text[160];

    for (size_t i = 0; i < ARRAY_LEN(fixed); i++) {
        pb_add_message_field(out, 6, fixed[i]);
    }
    for (size_t f = 0; f < N_FUNCTIONS; f++) {
        if (!used[f]) {
            continue;
        }
        /* three fifths of the names are the service's own, the rest is shared: libraries */
        size_t owner = f % 5 < 3 ? service + 100 : program;
        int n = snprintf(text, sizeof(text),
                         "git.example/team%zu/module%zu/package%zu.(*Type%zu).Method%zu", owner,
                         f % 7, f % 97, f % 211, f);
        pb_add_message_field(out, 6, (Str){ text, (size_t)n });
        n = snprintf(text, sizeof(text), "/build/team%zu/module%zu/package%zu/file%zu.go", owner,
                     f % 7, f % 97, f % 13);
        pb_add_message_field(out, 6, (Str){ text, (size_t)n });
    }
}

enum { FIRST_NAME = 6 };

static void add_tables(Buf *out, const uint8_t *used, const uint8_t *used_location)
{
    Buf part = BUF_INIT(KiB(4));
    Buf line = BUF_INIT(KiB(4));
    uint64_t id = 0;
    uint64_t function_id[N_FUNCTIONS];

    for (size_t f = 0; f < N_FUNCTIONS; f++) {
        if (!used[f]) {
            continue;
        }
        function_id[f] = ++id;
        buf_clear(&part);
        pb_add_u64_field(&part, 1, id);
        pb_add_u64_field(&part, 2, FIRST_NAME + (id - 1) * 2);
        pb_add_u64_field(&part, 3, FIRST_NAME + (id - 1) * 2);
        pb_add_u64_field(&part, 4, FIRST_NAME + (id - 1) * 2 + 1);
        pb_add_u64_field(&part, 5, 10 + f % 300);
        pb_add_message_field(out, 5, buf_str(&part));
    }
    for (size_t l = 0; l < (size_t)N_FUNCTIONS * LINES_PER_FUNCTION; l++) {
        if (!used_location[l]) {
            continue;
        }
        size_t f = l / LINES_PER_FUNCTION;
        buf_clear(&line);
        pb_add_u64_field(&line, 1, function_id[f]);
        pb_add_u64_field(&line, 2, 12 + f % 300 + (l % LINES_PER_FUNCTION) * 3U);
        buf_clear(&part);
        pb_add_u64_field(&part, 1, l + 1);
        pb_add_u64_field(&part, 2, 1);
        pb_add_u64_field(&part, 3, 0x400000 + l * 37);
        pb_add_message_field(&part, 4, buf_str(&line));
        pb_add_message_field(out, 4, buf_str(&part));
    }
    buf_clear(&part);
    pb_add_u64_field(&part, 1, 1);
    pb_add_u64_field(&part, 5, 5);
    pb_add_u64_field(&part, 7, 1);
    pb_add_u64_field(&part, 8, 1);
    pb_add_u64_field(&part, 9, 1);
    pb_add_message_field(out, 3, buf_str(&part));
    buf_done(&part);
    buf_done(&line);
}

typedef struct Maker {
    const StreamOptions *options;
    const Program *program;
    size_t program_number;
    uint64_t random;
    uint32_t n_stacks; /* of the service so far: the pool, then new ones */
    Arena *arena;
    Buf samples;
    Buf raw;
} Maker;

static void add_sample(Maker *maker, const uint16_t *frames, size_t depth, int64_t count,
                       uint8_t *used, uint8_t *used_location)
{
    Buf ids = BUF_INIT(KiB(4));
    Buf values = BUF_INIT(64);
    Buf sample = BUF_INIT(KiB(8));

    for (size_t i = 0; i < depth; i++) {
        used[frames[i] / LINES_PER_FUNCTION] = 1;
        used_location[frames[i]] = 1;
        pb_add_varint(&ids, (uint64_t)frames[i] + 1);
    }
    pb_add_varint(&values, (uint64_t)count);
    pb_add_varint(&values, (uint64_t)count * 10000000);
    pb_add_message_field(&sample, 1, buf_str(&ids));
    pb_add_message_field(&sample, 2, buf_str(&values));
    pb_add_message_field(&maker->samples, 2, buf_str(&sample));
    buf_done(&ids);
    buf_done(&values);
    buf_done(&sample);
}

static void make_samples(Maker *maker, StreamProfile *profile, uint8_t *used,
                         uint8_t *used_location)
{
    const StreamOptions *options = maker->options;
    StreamPair *pairs = ARENA_NEW(maker->arena, StreamPair, POOL_STACKS);
    uint32_t keep = (uint32_t)(options->n_samples * 1000 / POOL_STACKS);

    CHECK(pairs != NULL);
    for (uint32_t i = 0; i < POOL_STACKS; i++) {
        const PoolStack *stack = &maker->program->pool[i];
        if (below(&maker->random, 1000) >= keep) {
            continue;
        }
        uint16_t frames[MAX_DEPTH];
        uint32_t id = i;
        memcpy(frames, stack->frames, sizeof(frames));
        if (below(&maker->random, 100) < options->new_percent) {
            for (size_t j = 0; j < 2; j++) { /* a stack that was never seen before */
                frames[below(&maker->random, stack->depth)] =
                    (uint16_t)below(&maker->random, N_FUNCTIONS * LINES_PER_FUNCTION);
            }
            id = maker->n_stacks++;
        }
        int64_t count = 1 + below(&maker->random, stack->weight + 1);
        add_sample(maker, frames, stack->depth, count, used, used_location);
        pairs[profile->n_pairs++] = (StreamPair){ id, count * 10000000 };
    }
    profile->pairs = pairs;
}

static void make_profile(Maker *maker, size_t service, StreamProfile *profile)
{
    uint8_t used[N_FUNCTIONS] = { 0 };
    uint8_t used_location[N_FUNCTIONS * LINES_PER_FUNCTION] = { 0 };
    Buf type = BUF_INIT(64);
    Buf packed = BUF_INIT(MiB(8));
    Err err = ERR_INIT;

    *profile = (StreamProfile){ .service = service };
    buf_clear(&maker->samples);
    buf_clear(&maker->raw);
    make_samples(maker, profile, used, used_location);
    for (uint64_t i = 0; i < 2; i++) {
        buf_clear(&type);
        pb_add_u64_field(&type, 1, 1 + i * 2);
        pb_add_u64_field(&type, 2, 2 + i * 2);
        pb_add_message_field(&maker->raw, 1, buf_str(&type));
    }
    buf_add(&maker->raw, buf_str(&maker->samples));
    add_tables(&maker->raw, used, used_location);
    add_strings(&maker->raw, maker->program_number, service, used);
    pb_add_message_field(&maker->raw, 11, buf_str(&type)); /* cpu, nanoseconds */
    pb_add_u64_field(&maker->raw, 12, 10000000);
    CHECK(buf_ok(&maker->raw) && gzip_deflate(buf_str(&maker->raw), 1, &packed, &err));
    profile->packed = arena_str(maker->arena, buf_str(&packed));
    profile->raw_bytes = maker->raw.len;
    CHECK(profile->packed.ptr != NULL);
    buf_done(&type);
    buf_done(&packed);
}

static void shuffle(Stream *stream, uint64_t *random)
{
    for (size_t i = stream->n; i > 1; i--) {
        size_t j = below(random, (uint32_t)i);
        StreamProfile swapped = stream->profiles[i - 1];
        stream->profiles[i - 1] = stream->profiles[j];
        stream->profiles[j] = swapped;
    }
}

void stream_make(const StreamOptions *options, Stream *ret_stream)
{
    uint64_t random = options->seed * 2 + 1;
    Program *programs = calloc(N_PROGRAMS, sizeof(*programs));
    Stream stream = { .arena = arena_create(MiB(4096)) };

    CHECK(programs != NULL);
    for (size_t i = 0; i < N_PROGRAMS; i++) {
        make_program(&programs[i], &random);
    }
    stream.profiles =
        ARENA_NEW(stream.arena, StreamProfile, options->n_services * options->per_service);
    CHECK(stream.profiles != NULL);
    for (size_t service = 0; service < options->n_services; service++) {
        Maker maker = { .options = options,
                        .program = &programs[service % N_PROGRAMS],
                        .program_number = service % N_PROGRAMS,
                        .random = next_random(&random) | 1,
                        .n_stacks = POOL_STACKS,
                        .arena = stream.arena,
                        .samples = BUF_INIT(MiB(16)),
                        .raw = BUF_INIT(MiB(16)) };
        for (size_t i = 0; i < options->per_service; i++) {
            StreamProfile *profile = &stream.profiles[stream.n++];
            make_profile(&maker, service, profile);
            stream.packed_bytes += profile->packed.len;
            stream.raw_bytes += profile->raw_bytes;
            stream.n_samples += profile->n_pairs;
        }
        buf_done(&maker.samples);
        buf_done(&maker.raw);
    }
    shuffle(&stream, &random);
    free(programs);
    *ret_stream = stream;
}

void stream_done(Stream *stream)
{
    arena_destroy(stream->arena);
    *stream = (Stream){ 0 };
}

void stream_add_profile_at(Buf *out, const StreamProfile *profile, int64_t time_ns)
{
    Buf field = BUF_INIT(64);
    Err err = ERR_INIT;

    pb_add_i64_field(&field, 9, time_ns);
    buf_add(out, profile->packed);
    CHECK(gzip_deflate(buf_str(&field), 1, out, &err));
    buf_done(&field);
}
