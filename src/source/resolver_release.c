/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/resolver_release.c - finds the release of a language's library that was built in: lists
 * the tags, looks at texts as source/release.h asks, and remembers what is still possible, so that
 * each further file of the same build narrows it down.
 */
#include <xxhash.h>

#include "source/resolver_internal.h"

/* Names the build: the same commit is mostly compiled by one release. */
static Str memory_key(const Resolver *r, const Candidate *candidate)
{
    Str own = repo_address_text(r->arena, &r->own.address);
    Str library = repo_address_text(r->arena, &candidate->repo.address);
    const char *key = own.ptr != NULL && library.ptr != NULL
                          ? arena_printf(r->arena, "%.*s@%.*s %.*s", STR_ARG(own),
                                         STR_ARG(r->ref_shown), STR_ARG(library))
                          : NULL;

    return key != NULL ? str_from(key) : STR_EMPTY;
}

static bool is_remembered(Str tags, Str tag)
{
    Str item;

    while (str_next(&tags, ' ', &item)) {
        if (str_eq(item, tag)) {
            return true;
        }
    }
    return false;
}

/* All releases of the span, or of these the remembered ones. */
static bool list_releases(Resolver *r, const Candidate *candidate, Str remembered,
                          ReleaseList *ret_list)
{
    const ReleaseSearch *search = candidate->releases;
    LookupReport report = { 0 };
    VcsTag *tags = NULL;
    size_t n_tags = 0;

    bool ok =
        r->lookup->ops->tags != NULL &&
        r->lookup->ops->tags(r->lookup, &candidate->repo, search->listed, &tags, &n_tags, &report);
    if (r->lookup->ops->tags != NULL) {
        resolver_note(r, "releases", &candidate->repo, STR_EMPTY, STR_EMPTY, &report);
    }
    if (!ok) {
        return false; /* the candidates behind know a lower bound; that failure is told by them */
    }
    *ret_list = (ReleaseList){ .items = ARENA_NEW(r->arena, Release, RELEASE_MAX_ITEMS) };
    if (ret_list->items == NULL) {
        r->no_memory = true;
        return false;
    }
    for (size_t i = 0; i < n_tags; i++) {
        if (remembered.len == 0 || is_remembered(remembered, tags[i].name)) {
            release_add(ret_list, search->prefix, &search->span, tags[i].name, tags[i].commit);
        }
    }
    release_sort(ret_list);
    return ret_list->n > 0;
}

static bool release_commit(Resolver *r, const Candidate *candidate, Release *release)
{
    LookupReport report = { 0 };
    VcsRef ref;

    if (release->commit.len > 0) {
        return true;
    }
    if (!r->lookup->ops->resolve(r->lookup, &candidate->repo, release->tag, &ref, &report)) {
        return false;
    }
    release->commit = ref.commit;
    return true;
}

/* Reads the file at one release and judges it. False when no further one should be asked. */
static bool look(Resolver *r, const Candidate *candidate, Release *release, Str *ret_bytes)
{
    LookupReport report = { 0 };
    TextLines lines;

    release->fit = RELEASE_UNREADABLE;
    if (!release_commit(r, candidate, release)) {
        return true;
    }
    bool ok = r->lookup->ops->read(r->lookup, &candidate->repo, release->commit, candidate->path,
                                   ret_bytes, &report) &&
              resolver_is_text(*ret_bytes, &report.fault);
    if (ok && !text_lines_create(r->arena, *ret_bytes, &lines)) {
        r->no_memory = true;
        return false;
    }
    if (ok) {
        VersionCheck check =
            version_check(&lines, rule_language(&r->input), r->functions, r->n_functions);
        release->fit = check.verdict == VERSION_MATCHES ? RELEASE_FITS : RELEASE_NOT_FITTING;
        release->text_hash = XXH3_64bits(ret_bytes->ptr, ret_bytes->len);
        if (release->fit == RELEASE_NOT_FITTING) {
            (void)source_fault_set(&report.fault, SOURCE_FILE_NOT_FOUND,
                                   "%u of %u functions of the profile are at their line",
                                   check.fitting, check.checked);
        }
    } else if (report.fault.state == SOURCE_FILE_NOT_FOUND) {
        release->fit = RELEASE_NOT_FITTING;
    }
    resolver_note(r, candidate->rule, &candidate->repo, release->tag, candidate->path, &report);
    return ok || !source_state_is_temporary(report.fault.state);
}

static void remember(Resolver *r, const Candidate *candidate, const ReleaseList *list)
{
    Buf text = BUF_INIT(KiB(8));

    if (r->lookup->ops->remember == NULL) {
        return;
    }
    for (size_t i = 0; i < list->n; i++) {
        if (release_is_possible(list, i)) {
            buf_addf(&text, "%s%.*s", text.len > 0 ? " " : "", STR_ARG(list->items[i].tag));
        }
    }
    if (buf_ok(&text)) {
        r->lookup->ops->remember(r->lookup, memory_key(r, candidate), buf_str(&text));
    }
    buf_done(&text);
}

static const char *describe_doubt(Resolver *r, const ReleaseList *list, const ReleaseChoice *choice)
{
    return arena_printf(r->arena,
                        "%zu releases from %.*s to %.*s fit the profile and their texts differ",
                        choice->n_possible, STR_ARG(list->items[choice->first].tag),
                        STR_ARG(list->items[choice->last].tag));
}

/* One search, among all releases or the remembered ones. */
static bool search(Resolver *r, const Candidate *candidate, Str remembered, Found *ret_found)
{
    ReleaseList list;
    Str chosen_bytes = STR_EMPTY;
    Str *texts = ARENA_NEW(r->arena, Str, RELEASE_MAX_ITEMS);

    if (texts == NULL) {
        r->no_memory = true;
        return false;
    }
    if (!list_releases(r, candidate, remembered, &list)) {
        return false;
    }
    for (size_t i = release_next(&list); i < list.n; i = release_next(&list)) {
        if (!look(r, candidate, &list.items[i], &texts[i])) {
            break;
        }
    }
    ReleaseChoice choice = release_choose(&list);
    if (choice.chosen == list.n) {
        return false;
    }
    chosen_bytes = texts[choice.chosen];
    const Release *release = &list.items[choice.chosen];
    *ret_found =
        (Found){ .candidate = candidate,
                 .ref = release->tag,
                 .commit = release->commit,
                 .bytes = chosen_bytes,
                 .doubt = choice.same_text ? candidate->doubt : describe_doubt(r, &list, &choice) };
    remember(r, candidate, &list);
    return true;
}

bool resolver_try_releases(Resolver *r, const Candidate *candidate, Found *ret_found)
{
    if (r->n_functions == 0) {
        return false; /* nothing tells the releases apart */
    }
    Str remembered = r->lookup->ops->recall != NULL
                         ? r->lookup->ops->recall(r->lookup, memory_key(r, candidate))
                         : STR_EMPTY;
    if (remembered.len > 0 && search(r, candidate, remembered, ret_found)) {
        return true;
    }
    /* nothing is known yet, or the build was made again by another release */
    return search(r, candidate, STR_EMPTY, ret_found);
}
