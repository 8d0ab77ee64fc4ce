/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server/config.h - settings of the server: flag beats environment beats file beats default.
 *
 * A setting has one dotted name: "storage.path" is the key in flameline.yaml (nested or dotted),
 * --storage.path as flag and FLAMELINE_STORAGE_PATH as environment variable. What exists, with its
 * help, is one table in config.c; docs/configuration.md explains it.
 */
#pragma once

#include <stdio.h>

#include "api/api.h"
#include "base/log.h"
#include "source/config.h"

typedef struct Config {
    Arena *arena; /* holds all texts */

    Str listen;
    Str base_path;
    Str frame_ancestors;
    Str public_url; /* origin, without a slash at the end */
    int64_t n_workers;
    int64_t max_connections;
    int64_t request_timeout_ns;
    Str log_level;

    Str storage_path;
    int64_t retention_age_ns;
    int64_t retention_bytes; /* 0: 80 % of the file system */
    int64_t min_free_bytes;  /* 0: the smaller of 1 GiB and 10 % of the file system */
    bool sync;
    int64_t memory_limit;

    bool multitenancy;

    int64_t body_mb;
    int64_t profile_bytes;
    int64_t profile_samples;
    int64_t sample_labels;
    int64_t stack_depth;
    int64_t symbol_length;
    int64_t label_names;
    int64_t max_series;
    int64_t label_name_length;
    int64_t label_value_length;
    int64_t reject_older_than_ns;
    int64_t reject_newer_than_ns;
    int64_t max_query_lookback_ns;
    int64_t max_query_length_ns;
    int64_t query_timeout_ns;
    int64_t nodes_default;
    int64_t nodes_max;

    Str default_host;
    int64_t max_file_bytes;
    bool no_builtin_hosts;
    Str go_get_base;
    Str googlesource_url;
    Str module_proxy;
    bool allow_private_addresses;
    ProviderConfig *providers; /* [n_providers] */
    size_t n_providers;
    SourceOverride *overrides; /* [n_overrides] */
    size_t n_overrides;
    Str session_secrets_file;
} Config;

/* Defaults, texts in the arena. Errors: RESOURCE_EXHAUSTED. */
bool config_init(Config *config, Arena *arena, Err *err) MUST_CHECK;

/*
 * Applies one setting by its dotted name. source: "flag", "environment" or a file with its line,
 * for messages. Errors: INVALID_ARGUMENT; an unknown name is answered with the nearest known one.
 */
bool config_set(Config *config, Str name, Str value, const char *source, Err *err) MUST_CHECK;

/* Whether a setting of that name exists and takes no value as flag (a switch). */
bool config_is_known(Str name);
bool config_is_switch(Str name);

/* Reads flameline.yaml. Errors: NOT_FOUND, INVALID_ARGUMENT with file, line and column. */
bool config_read_file(Config *config, const char *path, Err *err) MUST_CHECK;

/* Applies FLAMELINE_* variables. */
bool config_read_environment(Config *config, Err *err) MUST_CHECK;

/* Checks values against each other. Errors: INVALID_ARGUMENT. */
bool config_check(const Config *config, Err *err) MUST_CHECK;

/* Prints every setting with default and help. */
void config_print_help(FILE *out);

/* The parts that the modules take. Texts are shared with config. */
IngestLimits config_ingest_limits(const Config *config);
QueryLimits config_query_limits(const Config *config);

/*
 * Providers, overrides, session secrets and GITHUB_* variables (getenv). Errors: NOT_FOUND,
 * INVALID_ARGUMENT (source.session_secrets_file).
 */
bool config_source(const Config *config, SourceConfig *ret_source, Err *err) MUST_CHECK;
