/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/rule_mapping.c - candidates of .pyroscope.yaml mappings, all matches by falling length
 * (3.3, 3.4). A path prefix is cut from the path, a function prefix from the import path: the
 * length of one has no meaning for the other.
 */
#include "source/path.h"
#include "source/rule.h"

enum {
    MAX_MATCHES = 16,
    MAX_REMAINDERS = 6,
};

/* Import path without the function prefix, plus the base name of the file. */
static Str go_remainder_by_function(const RuleInput *in, const MappingMatch *match, Str path)
{
    Str import_path = go_function_import_path(in->arena, in->function);
    Str below = str_trim_char_left(str_skip(import_path, match->function_cut), '/');
    const char *text =
        arena_printf(in->arena, "%.*s/%.*s", STR_ARG(below), STR_ARG(path_base(path)));

    return text != NULL ? str_from(text) : STR_EMPTY;
}

static size_t remainders(const RuleInput *in, const MappingMatch *match, Str path,
                         Str ret_rests[MAX_REMAINDERS])
{
    if (match->mapping->language == MAPPING_JAVA) {
        /* the name says where the class is; the recorded path is no path (5.1) */
        return rule_java_files(in->arena, rule_java_class(in->arena, in->function), ret_rests,
                               MAX_REMAINDERS);
    }
    if (match->by_path) {
        ret_rests[0] = str_trim_char_left(str_skip(path, match->path_cut), '/');
    } else if (match->mapping->language == MAPPING_GO) {
        ret_rests[0] = go_remainder_by_function(in, match, path);
    } else {
        ret_rests[0] = path;
    }
    return 1;
}

static void add_local(const RuleInput *in, CandidateList *list, const Mapping *mapping, Str rest)
{
    Str inner;
    Str path;
    /* "../shared" may point beside the file's directory, so both parts are joined before cleaning
     */
    const char *text =
        arena_printf(in->arena, "%.*s/%.*s", STR_ARG(in->config_dir), STR_ARG(mapping->path));

    if (text != NULL && path_clean(in->arena, str_from(text), &inner) &&
        path_join(in->arena, inner, rest, &path)) {
        rule_add_own(list, in, "mapping", path);
    } else {
        rule_add_note(list, "mapping", rest, SOURCE_FILE_NOT_FOUND,
                      "the mapped path leaves the repository");
    }
}

static void add_github(const RuleInput *in, CandidateList *list, const Mapping *mapping, Str rest)
{
    Candidate candidate = { .rule = "mapping", .ref = mapping->ref };
    const char *name =
        arena_printf(in->arena, "%.*s/%.*s", STR_ARG(mapping->owner), STR_ARG(mapping->repo));

    if (!repo_address_name_valid(mapping->owner) || !repo_address_name_valid(mapping->repo)) {
        rule_add_note(list, "mapping", rest, SOURCE_INVALID_REQUEST,
                      "owner or repo of the mapping is not a valid name");
        return;
    }
    if (name == NULL || !path_join(in->arena, mapping->path, rest, &candidate.path)) {
        rule_add_note(list, "mapping", rest, SOURCE_FILE_NOT_FOUND,
                      "the mapped path leaves the repository");
        return;
    }
    candidate.repo.address = (RepoAddress){ .host = STR("github.com"), .path = str_from(name) };
    if (mapping->ref.len == 0) {
        candidate.doubt = "the mapping names no ref, so the default branch is shown";
    }
    rule_add(list, &candidate);
}

void rule_add_mappings(const RuleInput *in, CandidateList *list, Str path)
{
    MappingMatch matches[MAX_MATCHES];

    if (in->config == NULL) {
        return;
    }
    size_t n =
        pyroscope_yaml_match(in->config, path, in->function,
                             rule_java_slashes(in->arena, in->function), matches, MAX_MATCHES);
    for (size_t i = 0; i < n; i++) {
        const Mapping *mapping = matches[i].mapping;
        Str rests[MAX_REMAINDERS];
        size_t n_rests = remainders(in, &matches[i], path, rests);
        list->mapping_matched = true;
        for (size_t r = 0; r < n_rests; r++) {
            if (mapping->source == MAPPING_LOCAL) {
                add_local(in, list, mapping, rests[r]);
            } else {
                add_github(in, list, mapping, rests[r]);
            }
        }
    }
}
