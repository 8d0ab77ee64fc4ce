/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/pyroscope_yaml.h - the mapping file of a repository (section 3): which recorded paths and
 * function names belong to which source tree.
 *
 * An invalid mapping is dropped alone and reported with its place; the others keep working.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

typedef enum MappingLanguage {
    MAPPING_GO,
    MAPPING_JAVA,
    MAPPING_PYTHON,
    MAPPING_JAVASCRIPT,
} MappingLanguage;

typedef enum MappingSource {
    MAPPING_LOCAL,
    MAPPING_GITHUB,
} MappingSource;

typedef struct Mapping {
    const Str *paths; /* prefixes */
    size_t n_paths;
    const Str *functions; /* prefixes */
    size_t n_functions;
    MappingLanguage language;
    MappingSource source;
    Str path; /* of the source: directory or, for an empty remainder, the file */
    Str owner;
    Str repo;
    Str ref;
    uint32_t line;
} Mapping;

typedef struct ConfigWarning {
    uint32_t line; /* 0: the whole file */
    uint32_t column;
    Str message;
} ConfigWarning;

typedef struct PyroscopeYaml {
    const Mapping *mappings;
    size_t n_mappings;
    const ConfigWarning *warnings; /* of what was dropped */
    size_t n_warnings;
} PyroscopeYaml;

enum {
    PYROSCOPE_YAML_MAX_BYTES = 256 * 1024,
    PYROSCOPE_YAML_MAX_MAPPINGS = 1000,
};

/*
 * Never fails on content: an unreadable file or version gives no mappings and a warning. False only
 * when out of memory. All texts are copied into arena.
 */
bool pyroscope_yaml_parse(Arena *arena, Str text, PyroscopeYaml *ret_config, Err *err) MUST_CHECK;

typedef struct MappingMatch {
    const Mapping *mapping;
    size_t length;       /* of the longest matching prefix, in bytes */
    size_t path_cut;     /* length of the longest path prefix; valid when by_path */
    size_t function_cut; /* of the longest function prefix; valid when by_function */
    bool by_path;
    bool by_function;
} MappingMatch;

/*
 * All mappings that match, by falling length, earlier ones first on a tie. function_slashes: a
 * second spelling of the function name to compare with (Java names with slashes), or empty.
 * ret_matches[max]; returns how many were filled in.
 */
size_t pyroscope_yaml_match(const PyroscopeYaml *config, Str path, Str function,
                            Str function_slashes, MappingMatch *ret_matches, size_t max);

const char *mapping_language_name(MappingLanguage language);
