/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench/process.h - a server under measurement.
 */
#pragma once

#include <sys/types.h>

#include "base/buf.h"

typedef struct ServerProcess {
    pid_t pid;
    uint16_t port;
    double ready_ms; /* from start to the first "ready" */
    char directory[64];
} ServerProcess;

/* Starts the program with an empty store and waits until it is ready. Exits on failure. */
void server_process_start(const char *program, ServerProcess *ret_server);

/* Starts it again on the store it had. */
void server_process_restart(const char *program, ServerProcess *server);

/* Ends it in order. */
void server_process_stop(ServerProcess *server);
void server_process_remove(ServerProcess *server);

/* CPU time so far, all threads, in ns. */
int64_t server_cpu_ns(const ServerProcess *server);

/* Waits until the CPU time stands still: background work is done. */
void server_wait_idle(const ServerProcess *server);

/* Largest resident memory so far, in bytes. */
int64_t server_peak_bytes(const ServerProcess *server);

/* Bytes of the files of the store. */
int64_t server_disk_bytes(const ServerProcess *server);
