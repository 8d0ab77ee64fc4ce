/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/lookup_fetch.h - the answer to a question: from the cache when the caller may see it, else
 * from the provider, asked once for all who ask the same at that time.
 */
#pragma once

#include "source/lookup_cached.h"
#include "source/question.h"

/* New reference, which may hold a failure; NULL with the reason in report. */
CacheValue *lookup_fetch(LookupCached *lookup, const Question *q, LookupReport *report);
