/* SPDX-License-Identifier: Apache-2.0 */
#include "source/release.h"

#include <stdlib.h>

/* "X.Y" or "X.Y.Z", all of the text. */
static bool parse(Str text, Release *ret_release)
{
    uint64_t parts[3] = { 0 };
    Str rest = text;
    Str part;
    size_t n = 0;

    while (str_next(&rest, '.', &part)) {
        if (n == 3 || part.len == 0 || part.len > 6 || !ascii_is_digit(part.ptr[0]) ||
            !str_to_u64(part, &parts[n++])) {
            return false;
        }
    }
    ret_release->major = (uint32_t)parts[0];
    ret_release->minor = (uint32_t)parts[1];
    ret_release->patch = (uint32_t)parts[2];
    return n >= 2;
}

static int compare(const Release *a, const Release *b)
{
    if (a->major != b->major) {
        return a->major < b->major ? -1 : 1;
    }
    if (a->minor != b->minor) {
        return a->minor < b->minor ? -1 : 1;
    }
    return (a->patch > b->patch) - (a->patch < b->patch);
}

static int compare_items(const void *a, const void *b)
{
    return compare(a, b);
}

static bool same_minor(const Release *a, const Release *b)
{
    return a->major == b->major && a->minor == b->minor;
}

static bool inside(const ReleaseSpan *span, const Release *release)
{
    Release bound = { 0 };

    if (span->minor.len > 0 && (!parse(span->minor, &bound) || !same_minor(&bound, release))) {
        return false;
    }
    bound = (Release){ 0 };
    return span->at_least.len == 0 || !parse(span->at_least, &bound) ||
           compare(release, &bound) >= 0;
}

void release_add(ReleaseList *list, Str prefix, const ReleaseSpan *span, Str tag, Str commit)
{
    Release release = { .tag = tag, .commit = commit };

    if (list->n < RELEASE_MAX_ITEMS && str_starts_with(tag, prefix) &&
        parse(str_skip(tag, prefix.len), &release) && inside(span, &release)) {
        list->items[list->n++] = release;
    }
}

void release_sort(ReleaseList *list)
{
    qsort(list->items, list->n, sizeof(*list->items), compare_items);
}

/* First index behind the minor release of item i. */
static size_t minor_end(const ReleaseList *list, size_t i)
{
    size_t end = i + 1;

    while (end < list->n && same_minor(&list->items[i], &list->items[end])) {
        end++;
    }
    return end;
}

static bool seen(const Release *release)
{
    return release->fit != RELEASE_NOT_SEEN;
}

static bool same_answer(const Release *a, const Release *b)
{
    return a->fit == b->fit && a->fit != RELEASE_UNREADABLE && a->text_hash == b->text_hash;
}

/* The middle of the first two neighbours among the seen ones that differ; list->n: there is none.
 */
static size_t next_between(const ReleaseList *list, size_t begin, size_t end)
{
    size_t left = begin;

    for (size_t i = begin + 1; i < end; i++) {
        if (!seen(&list->items[i])) {
            continue;
        }
        if (i - left > 1 && !same_answer(&list->items[left], &list->items[i])) {
            return left + (i - left) / 2;
        }
        left = i;
    }
    return list->n;
}

static bool fits_in(const ReleaseList *list, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++) {
        if (list->items[i].fit == RELEASE_FITS) {
            return true;
        }
    }
    return false;
}

static size_t next_in_minor(const ReleaseList *list, size_t begin, size_t end, bool any_fits)
{
    /* a minor release whose newest patch does not fit is left alone when another one fits: that a
     * patch moved its lines to those of the other one is not believable */
    if (any_fits && !fits_in(list, begin, end)) {
        return list->n;
    }
    /* where none fits, a text between two that differ still may */
    return seen(&list->items[begin]) ? next_between(list, begin, end) : begin;
}

size_t release_next(const ReleaseList *list)
{
    size_t n_seen = 0;
    bool any_fits = fits_in(list, 0, list->n);

    for (size_t i = 0; i < list->n; i++) {
        n_seen += seen(&list->items[i]);
    }
    if (n_seen >= RELEASE_MAX_LOOKS) {
        return list->n;
    }
    for (size_t end = list->n; end > 0;) { /* newest patches, the newest minor release first */
        size_t begin = end - 1;
        if (!seen(&list->items[begin])) {
            return begin;
        }
        while (begin > 0 && same_minor(&list->items[begin - 1], &list->items[end - 1])) {
            begin--;
        }
        end = begin;
    }
    for (size_t begin = 0; begin < list->n;) {
        size_t end = minor_end(list, begin);
        size_t next = next_in_minor(list, begin, end, any_fits);
        if (next < list->n) {
            return next;
        }
        begin = end;
    }
    return list->n;
}

bool release_is_possible(const ReleaseList *list, size_t i)
{
    const Release *release = &list->items[i];
    bool older = false;
    bool newer = false;

    if (seen(release)) {
        return release->fit == RELEASE_FITS;
    }
    for (size_t j = i; j > 0 && same_minor(&list->items[j - 1], release); j--) {
        if (seen(&list->items[j - 1])) { /* the next seen one on that side speaks for it */
            older = list->items[j - 1].fit == RELEASE_FITS;
            break;
        }
    }
    for (size_t j = i + 1; j < list->n && same_minor(&list->items[j], release); j++) {
        if (seen(&list->items[j])) {
            newer = list->items[j].fit == RELEASE_FITS;
            break;
        }
    }
    return older || newer;
}

ReleaseChoice release_choose(const ReleaseList *list)
{
    ReleaseChoice choice = { .chosen = list->n, .first = list->n, .same_text = true };
    uint64_t hash = 0;

    for (size_t i = 0; i < list->n; i++) {
        const Release *release = &list->items[i];
        if (!release_is_possible(list, i)) {
            continue;
        }
        choice.n_possible++;
        choice.first = choice.first == list->n ? i : choice.first;
        choice.last = i;
        if (release->fit != RELEASE_FITS) {
            continue;
        }
        choice.same_text =
            choice.same_text && (choice.chosen == list->n || release->text_hash == hash);
        choice.chosen = i;
        hash = release->text_hash;
    }
    return choice;
}
