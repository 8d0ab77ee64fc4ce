/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "store/store.h"

static void print_help(void)
{
    (void)puts("usage: flameline store check DIR\n"
               "       flameline store backup DIR TARGET\n\n"
               "check   reads everything in the data directory DIR and names what is damaged;\n"
               "        exit code 3 when something is. The server may be running.\n"
               "backup  makes a consistent copy of DIR in the new directory TARGET, which can be\n"
               "        served as it is. The server must not be running.");
}

static void print_finding(void *ctx UNUSED, const char *finding)
{
    (void)fprintf(stderr, "damaged: %s\n", finding);
}

static int check(const char *path)
{
    StoreCheckReport report;
    Err err = ERR_INIT;

    (void)fprintf(stderr, "checking %s ...\n", path);
    if (!store_find_rocks(path, &err) ||
        !store_check_rocks(path, print_finding, NULL, &report, &err)) {
        return cli_fail(&err);
    }
    (void)printf("%llu rows, %llu symbol rows, %llu series, %llu damaged\n",
                 (unsigned long long)report.n_rows, (unsigned long long)report.n_symbol_rows,
                 (unsigned long long)report.n_series, (unsigned long long)report.n_damaged);
    return report.n_damaged > 0 ? CLI_FOUND : CLI_OK;
}

static int backup(const char *path, const char *target)
{
    StoreOptions options = STORE_OPTIONS_INIT;
    Store *store;
    Err err = ERR_INIT;

    options.path = path;
    options.retention_age_ns = 0; /* a copy must not lose days because it was made late */
    if (!store_find_rocks(path, &err) || !store_open_rocks(&options, &store, &err)) {
        return cli_fail(&err);
    }
    bool ok = store_backup(store, target, &err);
    store_close(store);
    if (!ok) {
        return cli_fail(&err);
    }
    (void)printf("copied %s to %s\n", path, target);
    return CLI_OK;
}

int cmd_store(CliArgs *args)
{
    const char *words[3] = { NULL };
    size_t n = 0;
    CliArg arg;

    while (cli_next(args, &arg) != CLI_ARG_END) {
        if (arg.kind == CLI_ARG_OPTION && str_eq(arg.name, STR("help"))) {
            print_help();
            return CLI_OK;
        }
        if (arg.kind == CLI_ARG_OPTION) {
            return cli_usage_error("store", "unknown option --%.*s", STR_ARG(arg.name));
        }
        if (n == ARRAY_LEN(words)) {
            return cli_usage_error("store", "too many arguments");
        }
        words[n++] = arg.value.ptr;
    }
    if (n == 2 && strcmp(words[0], "check") == 0) {
        return check(words[1]);
    }
    if (n == 3 && strcmp(words[0], "backup") == 0) {
        return backup(words[1], words[2]);
    }
    return cli_usage_error("store", "expected check DIR or backup DIR TARGET");
}
