/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench/load.h - requests over keep-alive connections to 127.0.0.1.
 */
#pragma once

#include "base/buf.h"
#include "bench/stream.h"

uint16_t load_free_port(void);
bool load_is_ready(uint16_t port);

typedef struct LoadResult {
    double p50_ms; /* from the first byte sent to the acknowledgement */
    double p99_ms;
    double wall_s;
    size_t n;
} LoadResult;

/*
 * Pushes the profiles over n_connections connections, one request each; times from start_ns on,
 * step_ns apart. service: name in front of the number of the service. n: how many, going round.
 * Exits when one is refused.
 */
LoadResult load_push(uint16_t port, const Stream *stream, size_t n, size_t n_connections,
                     const char *service, int64_t start_ns, int64_t step_ns);

/*
 * Sends the same JSON request n times over n_connections connections. headers: further header
 * lines, each with its line end. Exits when an answer is not 200.
 */
LoadResult load_calls(uint16_t port, const char *method, const char *json, const char *headers,
                      size_t n, size_t n_connections);

/* Sends a JSON request and returns the size of the answer. Exits when it is not 200. */
size_t load_rpc(uint16_t port, const char *method, const char *json);
