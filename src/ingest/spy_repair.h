/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ingest/spy_repair.h - what older agents get wrong in pprof, and the metric name of an upload
 * (ingest.md 3.5 steps 2 to 4).
 */
#pragma once

#include <jansson.h>

#include "base/arena.h"
#include "codec/pprof.h"

/*
 * Changes the profile in place. config: the sample_type_config of the upload, or NULL.
 * Errors: RESOURCE_EXHAUSTED.
 */
bool spy_repair(Pprof *profile, Str spy_name, const json_t *config, Arena *arena,
                Err *err) MUST_CHECK;

/* The label __name__, from the sample types; points into the profile, the config or a constant. */
Str spy_metric_name(const Pprof *profile, const json_t *config);
