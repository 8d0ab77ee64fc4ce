/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ingest/label_check.h - which label sets a series may have (ingest.md 4.2).
 */
#pragma once

#include "base/err.h"
#include "ingest/limits.h"
#include "model/labels.h"

/* labels: sorted, names may repeat (that is one of the checks). Errors: INVALID_ARGUMENT. */
bool labels_check(Labels labels, const IngestLimits *limits, Err *err) MUST_CHECK;
