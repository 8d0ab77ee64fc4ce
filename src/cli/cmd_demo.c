/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "cli/demo.h"
#include "cli/serve_options.h"

static void print_help(void)
{
    (void)puts(
        "usage: flameline demo [--SETTING VALUE ...]\n\n"
        "Serves recorded profiles of small programs in Go, Python and Node.js, with their sources,\n"
        "as if they had been measured in the last hour. Nothing is kept: the data lives in a\n"
        "temporary directory until the program ends. No network and no account are needed.\n"
        "Settings are those of \"flameline serve\".");
}

/* The repository of the demo, and nothing else: the demo must not reach out. */
static bool configure_source(Config *config, const DemoManifest *manifest, const char *repository,
                             Err *err)
{
    config->providers = ARENA_NEW(config->arena, ProviderConfig, 1);
    if (config->providers == NULL) {
        return err_no_memory(err);
    }
    config->providers[0] = (ProviderConfig){ .name = STR("demo"),
                                             .type = PROVIDER_LOCAL,
                                             .web_url = manifest->repository,
                                             .path = str_from(repository) };
    config->n_providers = 1;
    config->no_builtin_hosts = true;
    return true;
}

static bool serve(Config *config, const DemoManifest *manifest, const Str ids[DEMO_COMMITS],
                  Err *err)
{
    Server *server;

    if (!server_start(config, &server, err)) {
        return false;
    }
    bool ok = demo_load_profiles(server_ingest(server), manifest, ids, clock_unix_ns(), err);
    if (ok) {
        (void)printf(
            "\n  Flameline demo: open http://127.0.0.1:%u in a browser (stop with Ctrl-C)\n\n",
            server_port(server));
        (void)fflush(stdout);
        DemoFeed *feed = demo_feed_start(server_ingest(server), manifest, ids);
        server_wait_for_signal();
        demo_feed_stop(feed);
    }
    server_stop(server);
    return ok;
}

static bool run(Config *config, const char *directory, Err *err)
{
    DemoManifest manifest;
    Str ids[DEMO_COMMITS];
    char *repository = arena_printf(config->arena, "%s/repository.git", directory);
    char *data = arena_printf(config->arena, "%s/data", directory);

    if (repository == NULL || data == NULL) {
        return err_no_memory(err);
    }
    config->storage_path = str_from(data);
    config->reject_older_than_ns = 0; /* the hour that is filled in lies in the past */
    return demo_read_manifest(config->arena, &manifest, err) &&
           demo_make_repository(repository, &manifest, config->arena, ids, err) &&
           configure_source(config, &manifest, repository, err) &&
           serve(config, &manifest, ids, err);
}

static int run_in_temporary_directory(Config *config)
{
    char directory[] = "/tmp/flameline-demo-XXXXXX";
    Err err = ERR_INIT;
    Err ignored = ERR_INIT;

    if (mkdtemp(directory) == NULL) {
        (void)fprintf(stderr, "flameline: could not make a directory in /tmp\n");
        return CLI_FAILED;
    }
    int code = run(config, directory, &err) ? CLI_OK : cli_fail(&err);
    if (!dir_remove(directory, &ignored)) {
        (void)fprintf(stderr, "flameline: could not remove %s\n", directory);
    }
    return code;
}

int cmd_demo(CliArgs *args)
{
    return serve_command(args, "demo", print_help, run_in_temporary_directory);
}
