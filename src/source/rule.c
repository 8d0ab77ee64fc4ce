/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/rule.c - what the rules of all languages share: the candidate list and the search for the
 * recorded path in the own repository.
 */
#include "source/rule.h"

#include "source/path.h"

enum {
    MAX_AMBIGUOUS = 4,       /* candidates that are fetched to find the one that verifies */
    MAX_DIRECT_LOOKUPS = 10, /* without a tree (4.8) */
};

static bool same_place(const Candidate *a, const Candidate *b)
{
    return a->proxy_module.len == 0 && b->proxy_module.len == 0 && a->releases == NULL &&
           b->releases == NULL && a->repo.own == b->repo.own && str_eq(a->ref, b->ref) &&
           str_eq(a->path, b->path) &&
           (a->repo.own || repo_address_eq(&a->repo.address, &b->repo.address));
}

void rule_add(CandidateList *list, const Candidate *candidate)
{
    if (list->n == RULE_MAX_CANDIDATES || candidate->path.ptr == NULL) {
        return;
    }
    for (size_t i = 0; i < list->n; i++) {
        const Candidate *other = &list->items[i];
        /* the first rule that thinks of a place keeps it, unless it asked for more proof */
        if (other->note.len == 0 && candidate->note.len == 0 && same_place(other, candidate) &&
            other->proof <= candidate->proof) {
            return;
        }
    }
    list->items[list->n++] = *candidate;
}

void rule_add_own(CandidateList *list, const RuleInput *in, const char *rule, Str path)
{
    Candidate candidate = { .rule = rule, .repo = { .address = in->own, .own = true } };

    if (path_clean(in->arena, path, &candidate.path)) {
        rule_add(list, &candidate);
    }
}

void rule_add_github(CandidateList *list, const RuleInput *in, const char *rule, const char *repo,
                     Str ref, Str path, const char *doubt)
{
    Candidate candidate = {
        .rule = rule,
        .repo = { .address = { .host = STR("github.com"), .path = str_from(repo) } },
        .ref = ref,
        .doubt = doubt,
    };

    if (path_clean(in->arena, path, &candidate.path)) {
        rule_add(list, &candidate);
    }
}

void rule_add_releases(CandidateList *list, const RuleInput *in, const char *rule, const char *repo,
                       const ReleaseSearch *search, Str path, const char *doubt)
{
    ReleaseSearch *copy = ARENA_NEW(in->arena, ReleaseSearch, 1);
    Candidate candidate = {
        .rule = rule,
        .repo = { .address = { .host = STR("github.com"), .path = str_from(repo) } },
        .ref = STR_EMPTY,
        .releases = copy,
        .doubt = doubt,
    };

    if (copy != NULL && path_clean(in->arena, path, &candidate.path)) {
        *copy = *search;
        rule_add(list, &candidate);
    }
}

void rule_add_note(CandidateList *list, const char *rule, Str path, SourceState state,
                   const char *note)
{
    rule_add(list, &(Candidate){
                       .rule = rule, .path = path, .note_state = state, .note = str_from(note) });
}

void rule_add_generated(CandidateList *list, Str subject, const char *note)
{
    rule_add_note(list, "generated", subject, SOURCE_FILE_NOT_FOUND, note);
    list->generated = true;
}

/* The only path, or the only one under the root path. */
static bool pick_unique(const RuleInput *in, const Str *paths, size_t n, Str *ret_path)
{
    size_t n_under = 0;

    if (n == 1) {
        *ret_path = paths[0];
        return true;
    }
    for (size_t i = 0; in->root.len > 0 && i < n; i++) {
        if (path_is_under(paths[i], in->root)) {
            *ret_path = paths[i];
            n_under++;
        }
    }
    return n_under == 1;
}

/* Under the root path first, then the shortest. */
static void order_ties(const RuleInput *in, Str *paths, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        for (size_t j = i; j > 0; j--) {
            bool a = path_is_under(paths[j - 1], in->root);
            bool b = path_is_under(paths[j], in->root);
            if (a > b || (a == b && paths[j - 1].len <= paths[j].len)) {
                break;
            }
            Str swap = paths[j];
            paths[j] = paths[j - 1];
            paths[j - 1] = swap;
        }
    }
}

static void add_ambiguous(const RuleInput *in, CandidateList *list, Str suffix, Str *paths,
                          size_t n_kept, size_t n)
{
    const char *note = arena_printf(in->arena,
                                    "%zu files of the repository end with \"%.*s\"; the function "
                                    "decides if only one has it",
                                    n, STR_ARG(suffix));

    rule_add_note(list, "suffix", suffix, SOURCE_FILE_NOT_FOUND, note);
    if (n > n_kept) {
        return; /* too many to look into: no guess */
    }
    order_ties(in, paths, n_kept);
    unsigned group = ++list->n_groups;
    for (size_t i = 0; i < n_kept; i++) {
        rule_add(list, &(Candidate){ .rule = "suffix",
                                     .repo = { .address = in->own, .own = true },
                                     .path = paths[i],
                                     .proof = PROOF_ONE_OF,
                                     .group = group });
    }
}

/* The longest suffix of the path that some file of the tree has. */
static void add_tree_suffix(const RuleInput *in, CandidateList *list, Str path)
{
    for (Str suffix = path; suffix.len > 0;) {
        Str paths[MAX_AMBIGUOUS];
        Str chosen;
        size_t n = tree_index_by_suffix(in->tree, suffix, paths, ARRAY_LEN(paths));
        if (n > 0) {
            size_t n_kept = MIN(n, ARRAY_LEN(paths));
            bool bare = path_depth(suffix) == 1;
            if (!(bare && n > 1) && n == n_kept && pick_unique(in, paths, n, &chosen)) {
                rule_add(list, &(Candidate){ .rule = "suffix",
                                             .repo = { .address = in->own, .own = true },
                                             .path = chosen,
                                             .proof = bare ? PROOF_VERIFY : PROOF_NONE });
            } else {
                add_ambiguous(in, list, suffix, paths, n_kept, n);
            }
            return; /* a shorter suffix would only fit more files */
        }
        Str rest = STR_EMPTY;
        Str first;
        (void)str_cut(suffix, '/', &first, &rest); /* without a slash: nothing left */
        suffix = rest;
    }
}

/* Without a tree: a few direct questions, never for a bare name outside the root path. */
static void add_direct_suffixes(const RuleInput *in, CandidateList *list, Str path)
{
    int n = 0;

    for (Str suffix = path; path_depth(suffix) >= 2 && n < MAX_DIRECT_LOOKUPS; n++) {
        Candidate candidate = { .rule = "suffix",
                                .repo = { .address = in->own, .own = true },
                                .proof = PROOF_LIKELY };
        Str first;
        if (path_join(in->arena, in->root, suffix, &candidate.path)) {
            rule_add(list, &candidate);
        }
        if (!str_cut(suffix, '/', &first, &suffix)) {
            break;
        }
    }
}

bool rule_suffix_is_plain(const RuleInput *in, Str path)
{
    Str clean;
    Str under_root;
    Str found;

    if (in->tree == NULL || tree_index_truncated(in->tree) ||
        !path_clean(in->arena, path, &clean) ||
        !path_join(in->arena, in->root, clean, &under_root)) {
        return false;
    }
    if (tree_index_has(in->tree, under_root)) {
        return true;
    }
    /* one file of that name, and more than the name fits */
    return tree_index_by_suffix(in->tree, path_base(clean), &found, 1) == 1 &&
           path_depth(clean) > 1 && path_depth(found) > 1 &&
           str_eq(path_base(path_parent(clean)), path_base(path_parent(found)));
}

void rule_add_suffixes(const RuleInput *in, CandidateList *list, Str path)
{
    Str clean;
    Str under_root;

    if (!path_clean(in->arena, path, &clean) || clean.len == 0) {
        return;
    }
    if (path_join(in->arena, in->root, clean, &under_root)) {
        rule_add_own(list, in, "relative_path", under_root);
    }
    if (in->tree != NULL && tree_index_has(in->tree, under_root)) {
        return;
    }
    if (in->tree != NULL && !tree_index_truncated(in->tree)) {
        add_tree_suffix(in, list, clean);
    } else if (in->own_readable) {
        add_direct_suffixes(in, list, clean);
    }
}

/* JFR profiles carry class names but no paths: "org/example/App.run", "org.example.App.run". */
static bool looks_like_java(Str function)
{
    size_t n_dots = 0;

    for (size_t i = 0; i < function.len; i++) {
        n_dots += function.ptr[i] == '.';
    }
    if (str_find(function, STR("(*"), 0) != STR_NPOS ||
        str_find(function, STR("::"), 0) != STR_NPOS || str_find_char(function, ' ') != STR_NPOS) {
        return false; /* Go methods, C++ and Rust, kernel and library names */
    }
    return n_dots >= 2 || str_find_char(function, '$') != STR_NPOS ||
           (n_dots == 1 && str_find_char(function, '/') != STR_NPOS);
}

RuleLanguage rule_language(const RuleInput *in)
{
    static const struct {
        const char *extension;
        RuleLanguage language;
    } extensions[] = {
        { ".go", RULE_GO },          { ".s", RULE_GO },           { ".py", RULE_PYTHON },
        { ".pyx", RULE_PYTHON },     { ".js", RULE_JAVASCRIPT },  { ".mjs", RULE_JAVASCRIPT },
        { ".cjs", RULE_JAVASCRIPT }, { ".ts", RULE_JAVASCRIPT },  { ".jsx", RULE_JAVASCRIPT },
        { ".tsx", RULE_JAVASCRIPT }, { ".mts", RULE_JAVASCRIPT }, { ".java", RULE_JAVA },
        { ".kt", RULE_JAVA },        { ".scala", RULE_JAVA },     { ".groovy", RULE_JAVA },
    };

    Str extension = path_extension(in->file);

    for (size_t i = 0; i < ARRAY_LEN(extensions); i++) {
        if (str_eq(extension, str_from(extensions[i].extension))) {
            return extensions[i].language;
        }
    }
    if (str_eq(in->file, STR("<autogenerated>")) ||
        str_starts_with(path_base(in->file), STR("_cgo_"))) {
        return RULE_GO;
    }
    if (str_starts_with(in->file, STR("<frozen ")) || str_eq(in->file, STR("<string>")) ||
        str_eq(in->file, STR("<stdin>"))) {
        return RULE_PYTHON;
    }
    if (str_starts_with(in->file, STR("node:")) || str_starts_with(in->file, STR("webpack:"))) {
        return RULE_JAVASCRIPT;
    }
    return in->file.len == 0 && looks_like_java(in->function) ? RULE_JAVA : RULE_OTHER;
}

bool rule_wants_tree(const RuleInput *in)
{
    switch (rule_language(in)) {
    case RULE_GO:
        return rule_go_wants_tree(in);
    case RULE_PYTHON:
        return rule_python_wants_tree(in);
    case RULE_JAVASCRIPT:
    case RULE_JAVA:
    case RULE_OTHER:
        break;
    }
    return true;
}

RuleNeeds rule_needs(const RuleInput *in)
{
    switch (rule_language(in)) {
    case RULE_GO:
        return rule_go_needs(in);
    case RULE_OTHER:
        return rule_other_needs(in);
    case RULE_PYTHON:
    case RULE_JAVASCRIPT:
    case RULE_JAVA:
        break;
    }
    return (RuleNeeds){ 0 };
}

void rule_run(const RuleInput *in, CandidateList *list)
{
    switch (rule_language(in)) {
    case RULE_GO:
        rule_go(in, list);
        break;
    case RULE_PYTHON:
        rule_python(in, list);
        break;
    case RULE_JAVASCRIPT:
        rule_javascript(in, list);
        break;
    case RULE_JAVA:
        rule_java(in, list);
        break;
    case RULE_OTHER:
        rule_other(in, list);
        break;
    }
}
