/* SPDX-License-Identifier: Apache-2.0 */
#include "server/server.h"

#include <malloc.h>
#include <signal.h>
#include <stdatomic.h>

#include "api/metrics.h"
#include "base/clock.h"

enum { STOP_GRACE_S = 10 };

struct Server {
    Store *store;
    Ingest ingest;
    bool ingest_ready;
    Source *source;
    Account *account;
    Api api;
    HttpServer *http;
};

/* The one memory budget (design.md section 2), in parts of memory.limit. */
static StoreOptions store_options(const Config *config, Arena *arena)
{
    StoreOptions options = STORE_OPTIONS_INIT;

    options.path = arena_text(arena, config->storage_path);
    options.retention_age_ns = config->retention_age_ns;
    options.retention_bytes = (uint64_t)config->retention_bytes;
    options.min_free_bytes = (uint64_t)config->min_free_bytes;
    options.memory_bytes = (size_t)config->memory_limit / 2;
    options.max_series = config->max_series > 0 ? (uint64_t)config->max_series
                                                : (uint64_t)config->memory_limit / KiB(4);
    options.sync = config->sync;
    return options;
}

static HttpServerOptions http_options(const Config *config)
{
    HttpServerOptions options = HTTP_SERVER_OPTIONS_INIT;

    options.listen = config->listen;
    options.max_body_bytes = MiB(config->body_mb);
    options.max_connections = (unsigned)config->max_connections;
    options.n_workers = (unsigned)config->n_workers;
    options.request_timeout_s = (unsigned)MAX(config->request_timeout_ns / NS_PER_S, INT64_C(1));
    options.arena_bytes = (size_t)config->memory_limit / 4;
    /* one request of the largest size must fit, whatever the budget says */
    options.max_request_bytes =
        MAX((size_t)config->memory_limit / 2, options.max_body_bytes + options.arena_bytes);
    return options;
}

/* With tenants, a token nobody was named for is of no use, which is seldom meant. */
static void warn_idle_tokens(const Config *config)
{
    for (size_t i = 0; config->multitenancy && i < config->n_providers; i++) {
        const ProviderConfig *provider = &config->providers[i];
        if (provider->token_file.len > 0 && provider->n_allow_tenants == 0) {
            log_warn("token_file serves no tenant: allow_tenants names none",
                     FIELD_STR("provider", provider->name));
        }
    }
}

static bool start_parts(Server *server, const Config *config, Err *err)
{
    IngestLimits limits = config_ingest_limits(config);
    StoreOptions store = store_options(config, config->arena);
    HttpServerOptions http = http_options(config);
    SourceConfig source;

    if (store.path == NULL) {
        return err_no_memory(err);
    }
    if (!store_open_rocks(&store, &server->store, err)) {
        return false;
    }
    ingest_init(&server->ingest, server->store, &limits);
    server->ingest_ready = true;
    if (!config_source(config, &source, err)) {
        return false;
    }
    warn_idle_tokens(config);
    server->source = source_create(&source, err);
    if (server->source == NULL) {
        return err_wrap(err, "source integration");
    }
    server->api.options = (ApiOptions){ .base_path = config->base_path,
                                        .multitenancy = config->multitenancy,
                                        .frame_ancestors = config->frame_ancestors,
                                        .public_url = config->public_url };
    server->account = account_create(&(AccountOptions){
        .store = server->store, .source = server->source, .base_path = config->base_path });
    if (server->account == NULL) {
        return err_no_memory(err);
    }
    server->api.account = server->account;
    server->api.store = server->store;
    server->api.ingest = &server->ingest;
    server->api.source = server->source;
    server->api.query = (Query){ .store = server->store,
                                 .limits = config_query_limits(config),
                                 .now_ns = clock_unix_ns };
    server->api.metrics = metrics_create();
    if (server->api.metrics == NULL) {
        return err_no_memory(err);
    }
    if (!http_server_start(&http, api_handle, &server->api, &server->http, err)) {
        return false;
    }
    server->api.http = server->http;
    return true;
}

/* glibc keeps an arena per core and thread; few of them keep resident memory close to what is in
 * use. */
static void tame_allocator(void)
{
    (void)mallopt(M_ARENA_MAX, 4);
    (void)mallopt(M_MMAP_THRESHOLD, 4 * 1024 * 1024);
    (void)mallopt(M_TRIM_THRESHOLD, 16 * 1024 * 1024);
}

bool server_start(const Config *config, Server **ret_server, Err *err)
{
    Server *server = calloc(1, sizeof(*server));

    tame_allocator();
    if (server == NULL) {
        return err_no_memory(err);
    }
    if (!start_parts(server, config, err)) {
        server_stop(server);
        return false;
    }
    *ret_server = server;
    return true;
}

uint16_t server_port(const Server *server)
{
    return http_server_port(server->http);
}

Ingest *server_ingest(Server *server)
{
    return &server->ingest;
}

void server_stop(Server *server)
{
    if (server == NULL) {
        return;
    }
    atomic_store(&server->api.stopping, true);
    http_server_stop(server->http, STOP_GRACE_S);
    account_destroy(server->account);
    source_destroy(server->source);
    if (server->ingest_ready) {
        ingest_done(&server->ingest);
    }
    store_close(server->store);
    metrics_destroy(server->api.metrics);
    free(server);
}

static sigset_t stop_signals(void)
{
    sigset_t set;

    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGTERM); /* valid signals: none of these can fail */
    return set;
}

void server_block_signals(void)
{
    sigset_t set = stop_signals();

    (void)pthread_sigmask(SIG_BLOCK, &set, NULL); /* cannot fail with valid arguments */
    (void)signal(SIGPIPE, SIG_IGN); /* a client that is gone is an error of its connection only */
}

void server_wait_for_signal(void)
{
    sigset_t set = stop_signals();
    int signal_number;

    (void)sigwait(&set, &signal_number); /* either signal means the same */
}
