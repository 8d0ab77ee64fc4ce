/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/suggest.h - derives the mappings of a .pyroscope.yaml from the frames of a profile and the
 * files of the repository.
 *
 * Pure. What the rules find by the end of a path alone becomes a prefix mapping, which says the
 * same for all files below and needs no search. Each mapping comes with its evidence.
 */
#pragma once

#include "source/rule.h"

/* A function of the profile. */
typedef struct SuggestFrame {
    Str file;
    Str function;
    int64_t cost; /* self, in any unit */
} SuggestFrame;

typedef struct SuggestedMapping {
    const char *language; /* "go", "java", "python", "javascript" */
    bool by_function;     /* prefix of the function name, else of the path */
    Str prefix;
    Str path;       /* in the repository; "": its root */
    size_t n_files; /* files of the profile that it leads to */
    size_t n_alone; /* of these, the ones with an end of path that no other file has */
    int64_t cost;
} SuggestedMapping;

typedef struct Suggestion {
    SuggestedMapping *mappings; /* by cost, descending */
    size_t n_mappings;
    size_t n_exact;     /* files that are where the profile says: no mapping is needed */
    size_t n_elsewhere; /* libraries, which the rules find by themselves or not at all */
    size_t n_unknown;   /* files that no file of the repository fits, or several do */
    size_t n_other;     /* files of languages that the mapping file does not know */
    int64_t mapped_cost;
    int64_t exact_cost;
    int64_t elsewhere_cost;
    int64_t unknown_cost;
    int64_t other_cost;
} Suggestion;

/*
 * base: what is known of the repository; its tree is needed, file and function are set here.
 * frames[n]. Errors: RESOURCE_EXHAUSTED.
 */
bool suggest_mappings(const RuleInput *base, const SuggestFrame *frames, size_t n,
                      Suggestion *ret_suggestion, Err *err) MUST_CHECK;

/* The text of a .pyroscope.yaml, with the evidence as comments. total: cost of the profile. */
void suggest_add_yaml(Buf *out, const Suggestion *suggestion, int64_t total);
