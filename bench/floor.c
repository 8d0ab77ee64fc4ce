/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/floor.h"

#include <time.h>
#include <unistd.h>
#include <zstd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/thread.h"
#include "base/vec.h"
#include "codec/gzip.h"
#include "codec/pb/wire.h"
#include "codec/pprof.h"

#define CHUNK_BYTES KiB(64)

enum { FLOOR_MAX_THREADS = 64 };

int64_t cpu_now_ns(void)
{
    return clock_read_ns(CLOCK_THREAD_CPUTIME_ID);
}

typedef struct IngestFloor {
    const Stream *stream;
    double ns;
} IngestFloor;

static void *run_ingest_floor(void *arg)
{
    IngestFloor *floor = arg;
    Pprof profile = { 0 };
    Buf raw = BUF_INIT(MiB(64));
    Err err = ERR_INIT;
    int64_t start = cpu_now_ns();

    for (size_t i = 0; i < floor->stream->n; i++) {
        buf_clear(&raw);
        CHECK(gzip_inflate(floor->stream->profiles[i].packed, MiB(64), &raw, &err));
        CHECK(pprof_decode(buf_str(&raw), &profile, &err));
    }
    floor->ns = (double)(cpu_now_ns() - start) / (double)floor->stream->n;
    pprof_done(&profile);
    buf_done(&raw);
    return NULL;
}

double floor_ingest_ns(const Stream *stream)
{
    IngestFloor floors[FLOOR_MAX_THREADS];
    pthread_t threads[FLOOR_MAX_THREADS];
    long n_cpus = sysconf(_SC_NPROCESSORS_ONLN);
    size_t n = n_cpus < 1 ? 1 : MIN((size_t)n_cpus, (size_t)FLOOR_MAX_THREADS);
    double sum = 0;

    for (size_t i = 0; i < n; i++) {
        floors[i] = (IngestFloor){ .stream = stream };
        CHECK(thread_start(&threads[i], "floor", run_ingest_floor, &floors[i]));
    }
    for (size_t i = 0; i < n; i++) {
        (void)pthread_join(threads[i], NULL);
        sum += floors[i].ns;
    }
    return sum / (double)n;
}

typedef struct Chunk {
    Str packed;
    size_t raw_bytes;
} Chunk;

typedef struct Chunks {
    VEC(Chunk) list;
} Chunks;

static void pack(Buf *rows, Chunks *chunks, Arena *arena)
{
    char *packed = arena_alloc_raw(arena, ZSTD_compressBound(rows->len));
    size_t n = ZSTD_compress(packed, ZSTD_compressBound(rows->len), rows->ptr, rows->len, 1);

    CHECK(packed != NULL && !ZSTD_isError(n));
    CHECK(VEC_PUSH(&chunks->list, (Chunk){ { packed, n }, rows->len }));
    buf_clear(rows);
}

/* Rows as an engine keeps them: count, then stack numbers as differences and values as varints. */
static void encode_row(Buf *rows, const StreamProfile *profile)
{
    uint32_t previous = 0;

    pb_add_varint(rows, profile->n_pairs);
    for (size_t i = 0; i < profile->n_pairs; i++) {
        uint32_t difference =
            profile->pairs[i].stack - previous; /* wraps for new stacks: a long varint */
        pb_add_varint(rows, difference);
        pb_add_varint(rows, (uint64_t)profile->pairs[i].value * 2);
        previous = profile->pairs[i].stack;
    }
}

static int64_t add_up(const Chunk *chunk, char *raw, int64_t *sums, size_t n_sums)
{
    CHECK(ZSTD_decompress(raw, chunk->raw_bytes, chunk->packed.ptr, chunk->packed.len) ==
          chunk->raw_bytes);
    PbReader reader = pb_reader((Str){ raw, chunk->raw_bytes });
    int64_t total = 0;
    while (reader.at < reader.end) {
        uint64_t n;
        uint32_t stack = 0;
        CHECK(pb_read_varint(&reader, &n));
        for (uint64_t i = 0; i < n; i++) {
            uint64_t difference;
            uint64_t value;
            CHECK(pb_read_varint(&reader, &difference) && pb_read_varint(&reader, &value));
            stack += (uint32_t)difference;
            CHECK(stack < n_sums);
            sums[stack] += (int64_t)(value / 2);
            total += (int64_t)(value / 2);
        }
    }
    return total;
}

double floor_query_ns(const Stream *stream, size_t n_rows, size_t repeat)
{
    Chunks chunks = { 0 };
    Arena *arena = arena_create(MiB(2048));
    Buf rows = BUF_INIT(MiB(4));
    uint32_t n_stacks = 0;

    for (size_t i = 0; i < n_rows; i++) {
        const StreamProfile *profile = &stream->profiles[i % stream->n];
        encode_row(&rows, profile);
        for (size_t j = 0; j < profile->n_pairs; j++) {
            n_stacks = MAX(n_stacks, profile->pairs[j].stack + 1);
        }
        if (rows.len >= CHUNK_BYTES) {
            pack(&rows, &chunks, arena);
        }
    }
    if (rows.len > 0) {
        pack(&rows, &chunks, arena);
    }
    char *raw = malloc(MiB(4));
    int64_t *sums = calloc(n_stacks, sizeof(*sums));
    CHECK(raw != NULL && sums != NULL);
    int64_t total = 0;
    int64_t start = cpu_now_ns();
    for (size_t r = 0; r < repeat; r++) {
        for (size_t i = 0; i < chunks.list.len; i++) {
            total += add_up(&chunks.list.items[i], raw, sums, n_stacks);
        }
    }
    double ns = (double)(cpu_now_ns() - start) / (double)repeat;
    CHECK(total > 0);
    free(raw);
    free(sums);
    VEC_DONE(&chunks.list);
    buf_done(&rows);
    arena_destroy(arena);
    return ns;
}
