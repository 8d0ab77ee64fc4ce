/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server/server.h - the running server: all parts made, wired and stopped in order.
 */
#pragma once

#include "server/config.h"

typedef struct Server Server;

/*
 * Opens the store, starts listening and serving. Errors: those of the parts, ready to be shown to a
 * person.
 */
bool server_start(const Config *config, Server **ret_server, Err *err) MUST_CHECK;

uint16_t server_port(const Server *server);
Ingest *server_ingest(Server *server);

/* Finishes running requests, flushes and releases everything. NULL is fine. */
void server_stop(Server *server);

/*
 * Blocks SIGINT and SIGTERM in this thread (call it before any thread is started), then waits for
 * one.
 */
void server_block_signals(void);
void server_wait_for_signal(void);
