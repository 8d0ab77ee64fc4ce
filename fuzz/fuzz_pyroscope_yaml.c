/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as .pyroscope.yaml: parsing never fails, and matches come by falling length. */
#include "source/pyroscope_yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(arena_destroyp) Arena *arena = arena_create(MiB(64));
    PyroscopeYaml config;
    MappingMatch matches[8];
    Err err = ERR_INIT;

    if (!pyroscope_yaml_parse(arena, (Str){ (const char *)data, size }, &config, &err)) {
        CHECK(err.code == ERR_RESOURCE_EXHAUSTED);
        return 0;
    }
    CHECK(config.n_mappings <= PYROSCOPE_YAML_MAX_MAPPINGS);
    size_t n = pyroscope_yaml_match(&config, STR("/opt/app/x.py"), STR("org/example/App.run"),
                                    STR("org/example/App.run"), matches, ARRAY_LEN(matches));
    for (size_t i = 1; i < n; i++) {
        CHECK(matches[i - 1].length >= matches[i].length);
    }
    return 0;
}
