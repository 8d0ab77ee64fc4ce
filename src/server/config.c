/* SPDX-License-Identifier: Apache-2.0 */
#include "server/config.h"

#include <stddef.h>
#include <unistd.h>

#include "base/log.h"
#include "server/config_value.h"

typedef enum SettingType {
    SETTING_TEXT,
    SETTING_SWITCH,
    SETTING_COUNT,
    SETTING_BYTES,
    SETTING_DURATION,
} SettingType;

typedef struct Setting {
    Str name;
    SettingType type;
    size_t offset;
    const char *initial;
    const char *help;
} Setting;

#define ROW(name, type, field, initial, help)                                                      \
    {                                                                                              \
        STR_CONST(name), type, offsetof(Config, field), initial, help                              \
    }

static const Setting settings[] = {
    ROW("server.listen", SETTING_TEXT, listen, "127.0.0.1:4040", "address and port"),
    ROW("server.base_path", SETTING_TEXT, base_path, "",
        "path prefix behind a reverse proxy, as /profiling"),
    ROW("server.frame_ancestors", SETTING_TEXT, frame_ancestors, "",
        "sites that may embed the UI, as https://grafana.example"),
    ROW("server.public_url", SETTING_TEXT, public_url, "",
        "address of this server for browsers, as https://flameline.example"),
    ROW("server.workers", SETTING_COUNT, n_workers, "16", "threads that work on requests"),
    ROW("server.max_connections", SETTING_COUNT, max_connections, "1000", "open at the same time"),
    ROW("server.request_timeout", SETTING_DURATION, request_timeout_ns, "30s",
        "for a request to arrive and for an answer to be taken"),
    ROW("log.level", SETTING_TEXT, log_level, "info", "debug, info, warn or error"),
    ROW("storage.path", SETTING_TEXT, storage_path, "./flameline-data", "data directory"),
    ROW("storage.retention_age", SETTING_DURATION, retention_age_ns, "31d",
        "older days are dropped; 0 keeps them"),
    ROW("storage.retention_bytes", SETTING_BYTES, retention_bytes, "0",
        "the oldest days are dropped above this size; 0 means 80 % of the file system"),
    ROW("storage.min_free_bytes", SETTING_BYTES, min_free_bytes, "0",
        "uploads are refused below this free space; 0 means 1 GiB or 10 % of the file system"),
    ROW("storage.sync", SETTING_SWITCH, sync, "true",
        "an upload is acknowledged when it is on disk; false is faster and may lose seconds"),
    ROW("memory.limit", SETTING_BYTES, memory_limit, "512MiB",
        "the basis of the bounds of caches, buffers and requests"),
    ROW("auth.multitenancy_enabled", SETTING_SWITCH, multitenancy, "false", "demand X-Scope-OrgID"),
    ROW("limits.ingestion_body_limit_mb", SETTING_COUNT, body_mb, "256", "largest request in MiB"),
    ROW("limits.max_profile_size_bytes", SETTING_BYTES, profile_bytes, "4194304",
        "largest profile, decompressed; 0: no limit"),
    ROW("limits.max_profile_stacktrace_samples", SETTING_COUNT, profile_samples, "16000",
        "samples of one profile; 0: no limit"),
    ROW("limits.max_profile_stacktrace_sample_labels", SETTING_COUNT, sample_labels, "100",
        "labels of one sample; 0: no limit"),
    ROW("limits.max_profile_stacktrace_depth", SETTING_COUNT, stack_depth, "1000",
        "deeper stacks lose frames at the leaf; 0: no limit"),
    ROW("limits.max_profile_symbol_value_length", SETTING_COUNT, symbol_length, "65535",
        "longer names lose their beginning; 0: no limit"),
    ROW("limits.max_label_names_per_series", SETTING_COUNT, label_names, "64",
        "labels of one series"),
    ROW("limits.max_label_name_length", SETTING_COUNT, label_name_length, "1024", "bytes"),
    ROW("limits.max_label_value_length", SETTING_COUNT, label_value_length, "2048", "bytes"),
    ROW("limits.max_series", SETTING_COUNT, max_series, "0",
        "series that are kept; 0: one for each 4 KiB of memory.limit"),
    ROW("limits.reject_older_than", SETTING_DURATION, reject_older_than_ns, "1h",
        "age of a profile when it arrives; 0: any"),
    ROW("limits.reject_newer_than", SETTING_DURATION, reject_newer_than_ns, "10m",
        "how far ahead of the server's clock; 0: any"),
    ROW("limits.max_query_lookback", SETTING_DURATION, max_query_lookback_ns, "0", "0: no limit"),
    ROW("limits.max_query_length", SETTING_DURATION, max_query_length_ns, "0", "0: no limit"),
    ROW("limits.query_timeout", SETTING_DURATION, query_timeout_ns, "2m", "0: no limit"),
    ROW("limits.max_flamegraph_nodes_default", SETTING_COUNT, nodes_default, "8192",
        "nodes of a flame graph when the client names no number"),
    ROW("limits.max_flamegraph_nodes_max", SETTING_COUNT, nodes_max, "1048576",
        "the most a client may ask"),
    ROW("source.default_host", SETTING_TEXT, default_host, "github.com",
        "host of a label as owner/repo"),
    ROW("source.max_file_bytes", SETTING_BYTES, max_file_bytes, "10MiB",
        "largest file that is shown"),
    ROW("source.module_proxy", SETTING_TEXT, module_proxy, "",
        "Go module proxy that is asked when a module's repository is not found"),
    ROW("source.googlesource_url", SETTING_TEXT, googlesource_url, "https://go.googlesource.com",
        "where the git host of the Go project is reached"),
    ROW("source.go_get_base", SETTING_TEXT, go_get_base, "https://",
        "what is put before a Go module's path to ask its page where it lives"),
    ROW("source.allow_private_addresses", SETTING_SWITCH, allow_private_addresses, "false",
        "pages of Go modules may be asked for at addresses that are not public"),
    ROW("source.session_secrets_file", SETTING_TEXT, session_secrets_file, "",
        "file with secrets that seal sessions, one a line, the newest first"),
    ROW("source.offline", SETTING_SWITCH, no_builtin_hosts, "false",
        "only the providers of the configuration, no built-in hosts"),
};

static const Setting *find_setting(Str name)
{
    for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
        if (str_eq(settings[i].name, name)) {
            return &settings[i];
        }
    }
    return NULL;
}

bool config_is_known(Str name)
{
    return find_setting(name) != NULL;
}

bool config_is_switch(Str name)
{
    const Setting *setting = find_setting(name);

    return setting != NULL && setting->type == SETTING_SWITCH;
}

static bool apply(Config *config, const Setting *setting, Str value, Err *err)
{
    char *field = (char *)config + setting->offset;

    switch (setting->type) {
    case SETTING_TEXT: {
        Str copy = arena_str(config->arena, value);
        memcpy(field, &copy, sizeof(copy));
        return copy.ptr != NULL || err_no_memory(err);
    }
    case SETTING_SWITCH:
        return value_to_switch(value, (bool *)field, err);
    case SETTING_COUNT:
        return value_to_count(value, (int64_t *)(void *)field, err);
    case SETTING_BYTES:
        return value_to_bytes(value, (int64_t *)(void *)field, err);
    case SETTING_DURATION:
        return value_to_duration(value, (int64_t *)(void *)field, err);
    }
    return false;
}

static Str nearest_name(Str name)
{
    Str best = STR_EMPTY;
    size_t best_distance = SIZE_MAX;

    for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
        size_t distance = value_edit_distance(name, settings[i].name);
        if (distance < best_distance) {
            best_distance = distance;
            best = settings[i].name;
        }
    }
    return best;
}

bool config_set(Config *config, Str name, Str value, const char *source, Err *err)
{
    const Setting *setting = find_setting(name);

    if (setting == NULL) {
        return err_set(err, ERR_INVALID_ARGUMENT,
                       "%s: unknown setting \"%.*s\", did you mean \"%.*s\"?", source,
                       STR_ARG(str_first(name, 100)), STR_ARG(nearest_name(name)));
    }
    if (!apply(config, setting, value, err)) {
        return err_wrap(err, "%s: setting \"%.*s\"", source, STR_ARG(setting->name));
    }
    return true;
}

bool config_init(Config *config, Arena *arena, Err *err)
{
    *config = (Config){ .arena = arena };
    for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
        if (!apply(config, &settings[i], str_from(settings[i].initial), err)) {
            return false;
        }
    }
    return true;
}

/* "storage.path" is FLAMELINE_STORAGE_PATH. */
static void variable_name(Str name, char *out, size_t size)
{
    int n = snprintf(out, size, "FLAMELINE_%.*s", STR_ARG(name));

    for (int i = 0; i < n && out[i] != '\0'; i++) {
        char c = out[i];
        out[i] = c == '.' ? '_' : c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
}

/* Whether a variable is that of a setting, or of no section that has settings. */
static bool is_explained(Str variable)
{
    bool is_section = false;

    for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
        char known[128];
        variable_name(settings[i].name, known, sizeof(known));
        size_t section = sizeof("FLAMELINE_") - 1 + str_find_char(settings[i].name, '.') + 1;
        if (str_eq(variable, str_from(known))) {
            return true;
        }
        is_section |= str_starts_with(variable, str_first(str_from(known), section));
    }
    return !is_section;
}

/* A mistyped variable would silently leave its setting at the default. */
static void warn_unknown_variables(void)
{
    for (char **entry = environ; *entry != NULL; entry++) {
        Str variable;
        Str value;
        if (str_cut(str_from(*entry), '=', &variable, &value) && !is_explained(variable)) {
            log_warn("this environment variable is no setting", FIELD_STR("variable", variable));
        }
    }
}

bool config_read_environment(Config *config, Err *err)
{
    warn_unknown_variables();
    for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
        char variable[128];
        variable_name(settings[i].name, variable, sizeof(variable));
        const char *value = getenv(variable);
        if (value != NULL && *value != '\0' && /* empty counts as not set, as in most programs */
            !config_set(config, settings[i].name, str_from(value), variable, err)) {
            return false;
        }
    }
    return true;
}

/* Scheme and host only: redirects and the check of Origin headers build on it. */
static bool is_origin(Str url)
{
    Str host = str_starts_with(url, STR("https://"))  ? str_skip(url, 8)
               : str_starts_with(url, STR("http://")) ? str_skip(url, 7)
                                                      : STR_EMPTY;

    for (size_t i = 0; i < host.len; i++) {
        char c = host.ptr[i];
        if (!ascii_is_alpha(c) && !ascii_is_digit(c) &&
            (c == '\0' || strchr("-.:[]_", c) == NULL)) {
            return false;
        }
    }
    return host.len > 0;
}

bool config_check(const Config *config, Err *err)
{
    LogLevel level;

    if (config->public_url.len > 0 && !is_origin(config->public_url)) {
        return err_set(err, ERR_INVALID_ARGUMENT,
                       "setting \"server.public_url\": \"%.*s\" is not of the form "
                       "https://host or https://host:port, without a path",
                       STR_ARG(config->public_url));
    }
    if (!log_level_from(config->log_level, &level)) {
        return err_set(err, ERR_INVALID_ARGUMENT,
                       "setting \"log.level\": \"%.*s\" is not debug, info, warn or error",
                       STR_ARG(config->log_level));
    }
    if (config->base_path.len > 0 &&
        (config->base_path.ptr[0] != '/' || str_ends_with(config->base_path, STR("/")))) {
        return err_set(
            err, ERR_INVALID_ARGUMENT,
            "setting \"server.base_path\": \"%.*s\" must start with / and not end with it",
            STR_ARG(config->base_path));
    }
    if (config->memory_limit < (int64_t)MiB(64)) {
        return err_set(err, ERR_INVALID_ARGUMENT,
                       "setting \"memory.limit\": at least 64MiB are needed");
    }
    if (config->n_workers < 1 || config->n_workers > 1024) {
        return err_set(err, ERR_INVALID_ARGUMENT, "setting \"server.workers\": from 1 to 1024");
    }
    if (config->max_connections < 1 || config->max_connections > 65535) {
        return err_set(err, ERR_INVALID_ARGUMENT,
                       "setting \"server.max_connections\": from 1 to 65535");
    }
    if (config->body_mb < 1 || config->body_mb > 4096) {
        return err_set(err, ERR_INVALID_ARGUMENT,
                       "setting \"limits.ingestion_body_limit_mb\": from 1 to 4096");
    }
    return true;
}

void config_print_help(FILE *out)
{
    for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
        const Setting *setting = &settings[i];
        (void)fprintf(out, "  --%.*s%s\n        %s", STR_ARG(setting->name),
                      setting->type == SETTING_SWITCH ? "" : " VALUE", setting->help);
        if (setting->initial[0] != '\0') {
            (void)fprintf(out, " (default %s)", setting->initial);
        }
        (void)fputc('\n', out); /* a broken terminal cannot be told */
    }
}

IngestLimits config_ingest_limits(const Config *config)
{
    return (IngestLimits){
        .body_bytes = MiB(config->body_mb),
        .profile_bytes = (size_t)config->profile_bytes,
        .profile_samples = (size_t)config->profile_samples,
        .sample_labels = (size_t)config->sample_labels,
        .stack_depth = (size_t)config->stack_depth,
        .string_bytes = (size_t)config->symbol_length,
        .label_names = (size_t)config->label_names,
        .label_name_bytes = (size_t)config->label_name_length,
        .label_value_bytes = (size_t)config->label_value_length,
        .reject_older_than_ns = config->reject_older_than_ns,
        .reject_newer_than_ns = config->reject_newer_than_ns,
        .retention_age_ns = config->retention_age_ns,
    };
}

QueryLimits config_query_limits(const Config *config)
{
    return (QueryLimits){
        .max_lookback_ns = config->max_query_lookback_ns,
        .max_length_ns = config->max_query_length_ns,
        .default_nodes = config->nodes_default,
        .max_nodes = config->nodes_max,
        .timeout_ns = config->query_timeout_ns,
        .max_bytes = (size_t)config->memory_limit / 4,
    };
}
