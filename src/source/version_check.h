/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/version_check.h - is a text the one that was compiled: the functions of a profile know at
 * which lines they start.
 */
#pragma once

#include "source/declarations.h"

/* A function of the file, as the profile has it. */
typedef struct SourceFunction {
    Str name;
    int32_t start_line; /* 0: not known */
} SourceFunction;

enum {
    VERSION_MAX_FUNCTIONS = 200, /* more are not looked at */
};

typedef enum VersionVerdict {
    VERSION_UNKNOWN = 0, /* nothing could be looked for */
    VERSION_MATCHES,
    VERSION_SHIFTED, /* all functions are there, the same number of lines further down */
    VERSION_DIFFERS,
} VersionVerdict;

typedef struct VersionCheck {
    VersionVerdict verdict;
    int32_t shift;    /* line in the text minus line in the profile, with VERSION_SHIFTED */
    uint32_t checked; /* functions that could be looked for */
    uint32_t fitting; /* of these, at their line (plus shift) */
    uint32_t absent;  /* of these, declared nowhere in the text */
} VersionCheck;

const char *version_verdict_name(VersionVerdict verdict); /* "matches", ... */

/*
 * A few functions that the text lacks do not spoil a match: profilers give some inlined functions
 * the file of a neighbour. One that is there at another line does.
 */
VersionCheck version_check(const TextLines *lines, RuleLanguage language,
                           const SourceFunction *functions, size_t n);
