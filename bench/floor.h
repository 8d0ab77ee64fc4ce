/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench/floor.h - the least work that any server must do, measured in this process.
 */
#pragma once

#include "bench/stream.h"

/* CPU time of this thread, in ns. */
int64_t cpu_now_ns(void);

/*
 * Inflate and decode every field: CPU ns per profile. On all processors at once, as a loaded server
 * works: neighbours share caches and execution units, so the same work takes more CPU time then.
 */
double floor_ingest_ns(const Stream *stream);

/*
 * A query over n_rows rows, taken from the profiles in turn: decompress (zstd 1, chunks of 64 KiB),
 * decode and add up per stack. CPU ns per query. max_stacks: stacks of the service.
 */
double floor_query_ns(const Stream *stream, size_t n_rows, size_t repeat);
