/* SPDX-License-Identifier: Apache-2.0 */
#include "source/version_check.h"

enum {
    MAX_DECORATOR_LINES = 60,
    MAX_DECLARATIONS = 8, /* of one name that are told apart */
};

/* A function and the places where the text declares its name. */
typedef struct Sighting {
    int64_t start;
    bool anywhere; /* may begin on any line of the declaration, not on the first one alone */
    bool votes;    /* says by how much the text is shifted */
    Declaration found[MAX_DECLARATIONS];
    size_t n_found;
} Sighting;

/* How far from its recorded line a declaration may stand. */
typedef struct Tolerance {
    int64_t before;
    int64_t after;
} Tolerance;

static Tolerance tolerance_of(RuleLanguage language)
{
    switch (language) {
    case RULE_GO:
        return (Tolerance){ 0, 0 }; /* the line of "func" itself */
    case RULE_PYTHON:
        return (Tolerance){ 0, 0 }; /* or a decorator: see first_decorator() */
    case RULE_JAVASCRIPT:
        return (Tolerance){ 1, 1 };
    case RULE_JAVA:
    case RULE_OTHER:
        break;
    }
    return (Tolerance){ 3, 6 }; /* line of the signature, of an attribute or of the body */
}

const char *version_verdict_name(VersionVerdict verdict)
{
    switch (verdict) {
    case VERSION_UNKNOWN:
        return "unknown";
    case VERSION_MATCHES:
        return "matches";
    case VERSION_SHIFTED:
        return "shifted";
    case VERSION_DIFFERS:
        return "differs";
    }
    return "unknown";
}

/* Python counts a function from its first decorator on. */
static size_t first_decorator(const TextLines *lines, size_t line)
{
    size_t first = line;

    for (size_t at = line; at > 1 && line - at < MAX_DECORATOR_LINES; at--) {
        Str above = str_trim(text_lines_at(lines, at - 1));
        if (above.len == 0 || str_starts_with(above, STR("def ")) ||
            str_ends_with(above, STR(":"))) {
            break;
        }
        if (above.ptr[0] == '@') {
            first = at - 1;
        }
    }
    return first;
}

/* False when the function cannot be looked for. */
static bool look_for(const TextLines *lines, RuleLanguage language, const SourceFunction *function,
                     Sighting *ret_sighting)
{
    FunctionName name = declarations_name(lines, language, function->name);
    Sighting sighting = { .start = function->start_line,
                          .anywhere = name.inner || language == RULE_PYTHON,
                          .votes = !name.inner };

    if (function->start_line <= 0 || name.name.len == 0) {
        return false;
    }
    size_t n = declarations_find(lines, language, &name, sighting.found, MAX_DECLARATIONS);
    if (n == 0 && name.inner) {
        return false; /* a closure of an inlined function carries the name of another one */
    }
    sighting.n_found = MIN(n, (size_t)MAX_DECLARATIONS);
    for (size_t i = 0; language == RULE_PYTHON && i < sighting.n_found; i++) {
        sighting.found[i].line = first_decorator(lines, sighting.found[i].line);
    }
    *ret_sighting = sighting;
    return true;
}

static bool fits(const Sighting *sighting, Tolerance tolerance, int64_t shift)
{
    int64_t start = sighting->start + shift;

    for (size_t i = 0; i < sighting->n_found; i++) {
        int64_t line = (int64_t)sighting->found[i].line;
        int64_t end = (int64_t)sighting->found[i].end;
        bool near = line >= start - tolerance.before && line <= start + tolerance.after;
        if (sighting->anywhere ? start >= line && start <= end : near) {
            return true;
        }
    }
    return false;
}

static uint32_t count_fitting(const Sighting *sightings, size_t n, Tolerance tolerance,
                              int64_t shift)
{
    uint32_t count = 0;

    for (size_t i = 0; i < n; i++) {
        count += fits(&sightings[i], tolerance, shift);
    }
    return count;
}

/* The shift under which most functions fit, the smallest one of equals. */
static int64_t best_shift(const Sighting *sightings, size_t n, Tolerance tolerance,
                          uint32_t *ret_fitting)
{
    int64_t best = 0;

    *ret_fitting = count_fitting(sightings, n, tolerance, 0);
    for (size_t i = 0; i < n; i++) {
        for (size_t d = 0; sightings[i].votes && d < sightings[i].n_found; d++) {
            int64_t shift = (int64_t)sightings[i].found[d].line - sightings[i].start;
            uint32_t fitting = count_fitting(sightings, n, tolerance, shift);
            int64_t smaller = llabs(shift) < llabs(best);
            if (fitting > *ret_fitting || (fitting == *ret_fitting && best != 0 && smaller)) {
                best = shift;
                *ret_fitting = fitting;
            }
        }
    }
    return best;
}

VersionCheck version_check(const TextLines *lines, RuleLanguage language,
                           const SourceFunction *functions, size_t n)
{
    Sighting sightings[VERSION_MAX_FUNCTIONS];
    Tolerance tolerance = tolerance_of(language);
    VersionCheck check = { .verdict = VERSION_UNKNOWN };

    for (size_t i = 0; i < n && check.checked < VERSION_MAX_FUNCTIONS; i++) {
        Sighting *sighting = &sightings[check.checked];
        if (look_for(lines, language, &functions[i], sighting)) {
            check.absent += sighting->n_found == 0;
            check.checked++;
        }
    }
    if (check.checked == 0) {
        return check;
    }
    uint32_t fitting = 0;
    int64_t shift = best_shift(sightings, check.checked, tolerance, &fitting);
    bool all_seen = fitting > 0 && fitting + check.absent == check.checked;
    if (!all_seen || check.absent > fitting) {
        check.verdict = VERSION_DIFFERS;
        shift = 0;
    } else {
        check.verdict = shift == 0 ? VERSION_MATCHES : VERSION_SHIFTED;
    }
    check.shift = (int32_t)shift;
    check.fitting = count_fitting(sightings, check.checked, tolerance, shift);
    return check;
}
