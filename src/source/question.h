/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/question.h - one question to a provider: what it is called in the cache, how it is asked,
 * how long its answer holds (section 9).
 */
#pragma once

#include "source/cache.h"
#include "source/request_stats.h"
#include "source/source.h"

#define ACCESS_LIFE_NS (300 * NS_PER_S)

/* One question to a provider. */
typedef struct Question {
    SourceOperation op;
    Provider *provider;
    Str repo;
    Str at; /* ref or commit */
    Str path;
    Str token;
    Str credential;        /* what stands for the token in keys; no secret */
    SourceCredential *own; /* the caller's for the provider; NULL: none */
} Question;

/*
 * Key of the answer itself, or of what only these credentials were told. ptr NULL: out of memory.
 */
Str question_key(const Question *q, Arena *arena, bool private_part);

/* Asks the provider; false with value->fault. */
bool question_ask(const Question *q, const VcsCall *call, size_t max_file_bytes, CacheValue *value);

/* How long the answer may be given again, in ns; 0: not at all. */
int64_t question_life_ns(const Question *q, const CacheValue *value);
