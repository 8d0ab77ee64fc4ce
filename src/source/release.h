/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/release.h - which release of a language's own library was built in, when no path says it
 * (4.2): the functions of the profile stand at their lines in few releases only.
 *
 * Pure: the caller lists the tags, looks at the texts that release_next() names, and reports what
 * it saw. Within one minor release a file changes rarely, so two equal texts at the ends of a range
 * of patch releases stand for all between them; that keeps the number of texts to read small.
 */
#pragma once

#include "base/arena.h"

/* What is known of the release; both "": nothing. */
typedef struct ReleaseSpan {
    Str minor;    /* "3.11": only its patch releases */
    Str at_least; /* "1.25.1", a lower bound */
} ReleaseSpan;

typedef enum ReleaseFit {
    RELEASE_NOT_SEEN = 0,
    RELEASE_FITS,
    RELEASE_NOT_FITTING,
    RELEASE_UNREADABLE, /* says nothing */
} ReleaseFit;

typedef struct Release {
    Str tag;    /* "go1.22.3", "v3.11.4" */
    Str commit; /* "": resolve the tag */
    uint32_t major;
    uint32_t minor;
    uint32_t patch;
    ReleaseFit fit;
    uint64_t text_hash; /* equal texts have equal hashes; with fit FITS or NOT_FITTING */
} Release;

typedef struct ReleaseList {
    Release *items; /* ascending */
    size_t n;
} ReleaseList;

enum {
    RELEASE_MAX_ITEMS = 400,
    RELEASE_MAX_LOOKS = 12,
};

/*
 * Adds the release if its tag is prefix + X.Y[.Z] (no release candidates) and inside the span.
 * list->items[RELEASE_MAX_ITEMS].
 */
void release_add(ReleaseList *list, Str prefix, const ReleaseSpan *span, Str tag, Str commit);
void release_sort(ReleaseList *list);

/* Index of the release to look at next; list->n: enough was seen. */
size_t release_next(const ReleaseList *list);

typedef struct ReleaseChoice {
    size_t chosen; /* newest one that fits; list->n: none does */
    size_t first;  /* oldest and newest one that may have been built in */
    size_t last;
    size_t n_possible;
    bool same_text; /* all of these have the same text, so it is certain */
} ReleaseChoice;

ReleaseChoice release_choose(const ReleaseList *list);

/* The release may have been built in, as far as was seen: it fits, or lies between two that do. */
bool release_is_possible(const ReleaseList *list, size_t i);
