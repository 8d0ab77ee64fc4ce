/* SPDX-License-Identifier: Apache-2.0 */
#include "source/suggest.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/vec.h"
#include "source/path.h"

enum {
    MAX_PREFIX_DEPTH = 4, /* segments that a prefix is made longer by to tell directories apart */
};

/* A file of the profile and where it is in the repository. */
typedef struct Place {
    const char *language;
    bool by_function;
    bool alone;   /* no other file ends like it */
    Str recorded; /* path, or class path with slashes */
    Str found;    /* path in the tree */
    size_t cut;   /* of both ends: length of recorded without the common end */
    int64_t cost;
    size_t deeper; /* segments by which its prefix was made longer */
} Place;

typedef VEC(Place) Places;

typedef enum Finding {
    FINDING_PLACE,
    FINDING_EXACT,
    FINDING_ELSEWHERE,
    FINDING_UNKNOWN,
    FINDING_OTHER,
} Finding;

static const char *language_name(RuleLanguage language)
{
    switch (language) {
    case RULE_GO:
        return "go";
    case RULE_PYTHON:
        return "python";
    case RULE_JAVASCRIPT:
        return "javascript";
    case RULE_JAVA:
        return "java";
    case RULE_OTHER:
        break;
    }
    return NULL;
}

/* Length of recorded without the longest end that both have in whole segments. */
static size_t common_end_cut(Str recorded, Str found)
{
    size_t a = recorded.len;
    size_t b = found.len;
    size_t cut = recorded.len;

    while (a > 0 && b > 0 && recorded.ptr[a - 1] == found.ptr[b - 1]) {
        a--;
        b--;
        bool border_a = a == 0 || recorded.ptr[a - 1] == '/';
        bool border_b = b == 0 || found.ptr[b - 1] == '/';
        if (border_a && border_b) {
            cut = a;
        }
    }
    return cut;
}

/* Where the rules would look first in the own repository, and whether that needs no mapping. */
static Finding judge(const RuleInput *in, CandidateList *list, Str *ret_path, bool *ret_alone)
{
    bool own = false;

    *list = (CandidateList){ 0 };
    rule_run(in, list);
    if (list->n > 0 && !list->items[0].repo.own && list->items[0].note.len == 0) {
        return FINDING_ELSEWHERE; /* of a library, whatever own file has its name */
    }
    for (size_t i = 0; i < list->n; i++) {
        const Candidate *candidate = &list->items[i];
        bool is_own = candidate->repo.own && candidate->note.len == 0;
        own = own || is_own;
        if (!is_own || !tree_index_has(in->tree, candidate->path) ||
            candidate->proof == PROOF_ONE_OF || candidate->proof == PROOF_TYPE) {
            continue;
        }
        *ret_path = candidate->path;
        Str base;
        *ret_alone = tree_index_by_suffix(in->tree, path_base(candidate->path), &base, 1) == 1;
        return strcmp(candidate->rule, "relative_path") == 0 ? FINDING_EXACT : FINDING_PLACE;
    }
    bool installed = list->n > 0 && list->items[list->n - 1].note.len > 0 &&
                     list->items[list->n - 1].note_state == SOURCE_NO_MAPPING;
    return list->generated || !own || installed ? FINDING_ELSEWHERE : FINDING_UNKNOWN;
}

static Finding find_place(const RuleInput *base, const SuggestFrame *frame, CandidateList *list,
                          Place *ret_place)
{
    RuleInput in = *base;
    Str path;
    bool alone = false;

    in.file = path_slashes(in.arena, frame->file);
    in.function = frame->function;
    RuleLanguage language = rule_language(&in);
    Finding finding = judge(&in, list, &path, &alone);
    if (finding != FINDING_PLACE) {
        return finding;
    }
    *ret_place = (Place){ .language = language_name(language),
                          .by_function = language == RULE_JAVA,
                          .alone = alone,
                          .recorded = in.file,
                          .found = path,
                          .cost = frame->cost };
    if (ret_place->language == NULL) {
        return FINDING_OTHER;
    }
    if (ret_place->by_function) {
        Str class_path = rule_java_class(in.arena, frame->function);
        const char *file =
            arena_printf(in.arena, "%.*s%.*s", STR_ARG(class_path), STR_ARG(path_extension(path)));
        if (file == NULL || !path_has_suffix(path, str_from(file))) {
            return FINDING_OTHER; /* a class in another file of its package: no prefix says that */
        }
        ret_place->recorded = str_from(file);
        ret_place->cut = 0;
        return FINDING_PLACE;
    }
    ret_place->cut = common_end_cut(ret_place->recorded, path);
    return FINDING_PLACE;
}

/* The prefix of a place and the directory that it leads to. */
static Str prefix_of(const Place *place)
{
    size_t end = place->cut;

    for (size_t i = 0; i < place->deeper; i++) {
        size_t slash = str_find_char(str_skip(place->recorded, end), '/');
        if (slash == STR_NPOS) {
            return place->recorded;
        }
        end += slash + 1;
    }
    return str_first(place->recorded, end);
}

static Str target_of(const Place *place)
{
    Str rest = str_skip(place->recorded, prefix_of(place).len);

    return str_trim_char(str_first(place->found, place->found.len - rest.len), '/');
}

static bool same_kind(const Place *a, const Place *b)
{
    return strcmp(a->language, b->language) == 0 && a->by_function == b->by_function;
}

/* Java: the prefix of all classes that lie under one directory is what their packages share. */
static Str shared_package(Str a, Str b)
{
    size_t shared = 0;

    for (size_t i = 0; i < MIN(a.len, b.len) && a.ptr[i] == b.ptr[i]; i++) {
        shared = a.ptr[i] == '/' ? i : shared;
    }
    bool whole = (a.len <= b.len && str_starts_with(b, a)) || str_starts_with(a, b);
    return whole ? str_first(a, MIN(a.len, b.len)) : str_first(a, shared);
}

static SuggestedMapping *find_mapping(SuggestedMapping *mappings, size_t n, const Place *place,
                                      Str prefix, Str path)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(mappings[i].language, place->language) == 0 &&
            mappings[i].by_function == place->by_function && str_eq(mappings[i].path, path) &&
            (place->by_function || str_eq(mappings[i].prefix, prefix))) {
            return &mappings[i];
        }
    }
    return NULL;
}

static size_t collect(const Places *places, SuggestedMapping *mappings)
{
    size_t n = 0;

    for (size_t i = 0; i < places->len; i++) {
        const Place *place = &places->items[i];
        Str prefix = place->by_function ? path_parent(place->recorded) : prefix_of(place);
        Str path = target_of(place);
        SuggestedMapping *mapping = find_mapping(mappings, n, place, prefix, path);
        if (mapping == NULL) {
            mapping = &mappings[n++];
            *mapping = (SuggestedMapping){ .language = place->language,
                                           .by_function = place->by_function,
                                           .prefix = prefix,
                                           .path = path };
        }
        if (place->by_function) {
            mapping->prefix = shared_package(mapping->prefix, prefix);
        }
        mapping->n_files++;
        mapping->n_alone += place->alone;
        mapping->cost += place->cost;
    }
    return n;
}

/* A mapping whose prefix a costlier one has too, for another directory. */
static bool is_outdone(const SuggestedMapping *mappings, size_t n, size_t i)
{
    const SuggestedMapping *mapping = &mappings[i];

    for (size_t j = 0; j < n && !mapping->by_function; j++) {
        const SuggestedMapping *other = &mappings[j];
        bool costlier = other->cost > mapping->cost || (other->cost == mapping->cost && j < i);
        if (j != i && costlier && !other->by_function &&
            strcmp(other->language, mapping->language) == 0 &&
            str_eq(other->prefix, mapping->prefix)) {
            return true;
        }
    }
    return false;
}

/* One segment more, or after some the whole name. */
static void lengthen(Place *place)
{
    size_t whole = path_depth(str_skip(place->recorded, place->cut));

    place->deeper = place->deeper < MAX_PREFIX_DEPTH ? MIN(place->deeper + 1, whole) : whole;
}

/* Directories with one prefix: the costliest keeps it, the others get longer ones. */
static size_t tell_apart(Places *places, SuggestedMapping *mappings)
{
    size_t n = collect(places, mappings);

    for (int round = 0; round < MAX_PREFIX_DEPTH + 1; round++) {
        bool changed = false;
        for (size_t i = 0; i < n; i++) {
            if (!is_outdone(mappings, n, i)) {
                continue;
            }
            for (size_t p = 0; p < places->len; p++) {
                Place *place = &places->items[p];
                if (!place->by_function && str_eq(prefix_of(place), mappings[i].prefix) &&
                    str_eq(target_of(place), mappings[i].path)) {
                    lengthen(place);
                    changed = true;
                }
            }
        }
        if (!changed) {
            break;
        }
        n = collect(places, mappings);
    }
    return n;
}

static int by_cost(const void *a, const void *b)
{
    const SuggestedMapping *x = a;
    const SuggestedMapping *y = b;

    if (x->cost != y->cost) {
        return x->cost > y->cost ? -1 : 1;
    }
    int order = str_cmp(x->prefix, y->prefix);
    return order != 0 ? order : str_cmp(x->path, y->path);
}

/* Several functions of one file are one piece of evidence. */
static Place *known_place(Places *places, const Place *place)
{
    for (size_t i = 0; i < places->len; i++) {
        if (same_kind(&places->items[i], place) &&
            str_eq(places->items[i].recorded, place->recorded)) {
            return &places->items[i];
        }
    }
    return NULL;
}

static bool add_frame(const RuleInput *base, const SuggestFrame *frame, CandidateList *list,
                      Places *places, Suggestion *suggestion)
{
    Place place;

    switch (find_place(base, frame, list, &place)) {
    case FINDING_PLACE: {
        Place *known = known_place(places, &place);
        suggestion->mapped_cost += frame->cost;
        if (known != NULL) {
            known->cost += frame->cost;
            return true;
        }
        return VEC_PUSH(places, place);
    }
    case FINDING_EXACT:
        suggestion->n_exact++;
        suggestion->exact_cost += frame->cost;
        break;
    case FINDING_ELSEWHERE:
        suggestion->n_elsewhere++;
        suggestion->elsewhere_cost += frame->cost;
        break;
    case FINDING_UNKNOWN:
        suggestion->n_unknown++;
        suggestion->unknown_cost += frame->cost;
        break;
    case FINDING_OTHER:
        suggestion->n_other++;
        suggestion->other_cost += frame->cost;
        break;
    }
    return true;
}

bool suggest_mappings(const RuleInput *base, const SuggestFrame *frames, size_t n,
                      Suggestion *ret_suggestion, Err *err)
{
    CandidateList *list = ARENA_NEW(base->arena, CandidateList, 1);
    Places places = { 0 };
    bool ok = list != NULL;

    *ret_suggestion = (Suggestion){ 0 };
    for (size_t i = 0; ok && i < n; i++) {
        ok = add_frame(base, &frames[i], list, &places, ret_suggestion);
    }
    SuggestedMapping *mappings =
        ok ? ARENA_NEW(base->arena, SuggestedMapping, places.len + 1) : NULL;
    if (mappings != NULL) {
        ret_suggestion->n_mappings = tell_apart(&places, mappings);
        qsort(mappings, ret_suggestion->n_mappings, sizeof(*mappings), by_cost);
        ret_suggestion->mappings = mappings;
    }
    VEC_DONE(&places);
    return mappings != NULL || err_no_memory(err);
}

static void add_quoted(Buf *out, Str text)
{
    buf_add_char(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"' || text.ptr[i] == '\\') {
            buf_add_char(out, '\\');
        }
        buf_add_char(out, text.ptr[i]);
    }
    buf_add_char(out, '"');
}

static double percent(int64_t part, int64_t total)
{
    return total > 0 ? 100.0 * (double)part / (double)total : 0.0;
}

static void add_mapping(Buf *out, const SuggestedMapping *mapping, int64_t total)
{
    buf_addf(out, "    # %zu file%s, %.1f %% of the cost; ", mapping->n_files,
             mapping->n_files == 1 ? "" : "s", percent(mapping->cost, total));
    if (mapping->n_alone == mapping->n_files) {
        buf_add(out, STR("no other file of the repository has such a name\n"));
    } else {
        buf_addf(out, "%zu with a name that no other file has, the others by the longest end\n",
                 mapping->n_alone);
    }
    buf_addf(out, "    - %s:\n        - prefix: ", mapping->by_function ? "function_name" : "path");
    add_quoted(out, mapping->prefix);
    buf_addf(out, "\n      language: %s\n      source:\n        local:\n          path: ",
             mapping->language);
    add_quoted(out, mapping->path.len > 0 ? mapping->path : STR("."));
    buf_add_char(out, '\n');
}

void suggest_add_yaml(Buf *out, const Suggestion *suggestion, int64_t total)
{
    buf_add(out, STR("version: v1\nsource_code:\n  mappings:"));
    buf_add(out, suggestion->n_mappings > 0 ? STR("\n") : STR(" []\n"));
    for (size_t i = 0; i < suggestion->n_mappings; i++) {
        add_mapping(out, &suggestion->mappings[i], total);
    }
}
