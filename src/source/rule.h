/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/rule.h - the rules: a recorded path plus what is known upstream gives an ordered list of
 * candidates with reasons. Pure: no rule does I/O.
 *
 * The resolver (source/resolver.h) tries the candidates in order and takes the first that is there
 * and, where the rule asks for it, that can be verified to hold the function.
 */
#pragma once

#include "source/go_mod.h"
#include "source/go_module.h"
#include "source/language.h"
#include "source/lookup.h"
#include "source/pyroscope_yaml.h"
#include "source/release.h"
#include "source/tree_index.h"

/* A Go module of the own repository: its path and where it lies. */
typedef struct OwnModule {
    Str module;
    Str dir;
} OwnModule;

enum {
    RULE_MAX_OWN_MODULES = 9, /* the nearest go.mod, and eight of go.work */
};

typedef struct RuleInput {
    Arena *arena;
    Str file;     /* as recorded, slashes only */
    Str function; /* as recorded */
    Str root;     /* clean root path */
    RepoAddress own;
    bool own_readable;           /* false: the own repository or its ref could not be read */
    const TreeIndex *tree;       /* of the own repository; NULL: not known */
    const PyroscopeYaml *config; /* NULL: none */
    Str config_dir;              /* its directory */
    const GoMod *go_mod;         /* nearest one; NULL: none */
    Str go_mod_dir;
    const GoMod *go_work; /* of the repository root, for its replacements; NULL: none */
    OwnModule own_modules[RULE_MAX_OWN_MODULES]; /* the nearest one first */
    size_t n_own_modules;
    const GoMod *modules_txt; /* vendor/modules.txt; NULL: none */
    Str composer_lock;        /* text of composer.lock; "": none */
    bool has_proxy;           /* files of Go modules can be had from a module proxy */
    GoHomeHints homes;        /* where Go modules live; its page: of rule_page_module() */
} RuleInput;

/* When a candidate that is there may be taken. */
typedef enum Proof {
    PROOF_NONE,   /* the path says it all */
    PROOF_LIKELY, /* not when the function is elsewhere; uncertain when that cannot be told */
    PROOF_VERIFY, /* only when the function stands at its line (4.7) */
    PROOF_ONE_OF, /* only when it is the only one of its group that verifies */
    PROOF_TYPE,   /* only when it alone of its group declares the type */
} Proof;

/* Releases of a language of which one was built in; the profile tells which (release.h). */
typedef struct ReleaseSearch {
    Str listed; /* tags that begin so are asked for: "go1.", "v3.11" */
    Str prefix; /* of the tags before X.Y.Z: "go", "v" */
    ReleaseSpan span;
} ReleaseSearch;

typedef struct Candidate {
    const char *rule;
    LookupRepo repo;
    Str ref;                       /* own: unused, the requested commit */
    Str proxy_module;              /* of a module proxy in place of repo, at version ref; "": no */
    const ReleaseSearch *releases; /* in place of ref; NULL: ref counts */
    Str path;
    Proof proof;
    unsigned group;    /* PROOF_ONE_OF, modules of several directories; 0: none */
    const char *doubt; /* NULL, or why the file may not be the compiled one */
    Str type;          /* PROOF_TYPE: name of the class */
    Str module;        /* go.mod in module_dir must declare it if there is a choice in the group */
    Str module_dir;
    /* a remark without lookup: the state of the attempt, and its text */
    SourceState note_state;
    Str note;
} Candidate;

enum {
    RULE_MAX_CANDIDATES = 64,
};

typedef struct CandidateList {
    Candidate items[RULE_MAX_CANDIDATES];
    size_t n;
    unsigned n_groups;
    bool mapping_matched;
    bool generated; /* the function has no file, so no mapping can help */
} CandidateList;

RuleLanguage rule_language(const RuleInput *in);

/* Candidates of all mappings that match path, for the language of the mapping (3.4). */
void rule_add_mappings(const RuleInput *in, CandidateList *list, Str path);

/*
 * Whether the files of the own repository matter for the path; false when it names a library with
 * its version, so that listing them would be idle.
 */
bool rule_wants_tree(const RuleInput *in);

/* What of the repository a rule wants to know before it runs; reading it may cost calls. */
typedef struct RuleNeeds {
    bool go_mod; /* and go.work */
    bool modules_txt;
    bool composer_lock;
} RuleNeeds;

RuleNeeds rule_needs(const RuleInput *in);

/*
 * The Go module of the path, as replaced, whose page would tell where it lives; "": none.
 * ret_needed: without the page nothing is known; else it helps when what is known fails.
 */
Str rule_page_module(const RuleInput *in, bool *ret_needed);

/* Candidates of the rule of the language, behind those of the mappings. */
void rule_run(const RuleInput *in, CandidateList *list);

/* Notes that a compiler or an interpreter made the function and that it has no file. */
void rule_add_generated(CandidateList *list, Str subject, const char *note);

/* Parts of rule_needs() and rule_run(), one per language. */
bool rule_go_wants_tree(const RuleInput *in);
bool rule_python_wants_tree(const RuleInput *in);
RuleNeeds rule_go_needs(const RuleInput *in);
RuleNeeds rule_other_needs(const RuleInput *in);
void rule_go(const RuleInput *in, CandidateList *list);
void rule_python(const RuleInput *in, CandidateList *list);
void rule_javascript(const RuleInput *in, CandidateList *list);
void rule_java(const RuleInput *in, CandidateList *list);
void rule_other(const RuleInput *in, CandidateList *list);

/* Of the own repository: "" for paths that leave it. Adding the same place twice is fine. */
void rule_add_own(CandidateList *list, const RuleInput *in, const char *rule, Str path);
void rule_add(CandidateList *list, const Candidate *candidate);
void rule_add_github(CandidateList *list, const RuleInput *in, const char *rule, const char *repo,
                     Str ref, Str path, const char *doubt);
void rule_add_releases(CandidateList *list, const RuleInput *in, const char *rule, const char *repo,
                       const ReleaseSearch *search, Str path, const char *doubt);
void rule_add_note(CandidateList *list, const char *rule, Str path, SourceState state,
                   const char *note);

/* Whether the search for path by its suffix can only lead to one file: more knowledge is idle. */
bool rule_suffix_is_plain(const RuleInput *in, Str path);

/*
 * The recorded path in the own repository: under the root path, then by its longest unique suffix
 * (4.8). path may begin with slashes.
 */
void rule_add_suffixes(const RuleInput *in, CandidateList *list, Str path);

/* Java: "org/example/Shop" of a function name; "" when it is never a file. */
Str rule_java_class(Arena *arena, Str function);
/* Java: the function name with slashes between packages. */
Str rule_java_slashes(Arena *arena, Str function);
/* Java: files that may hold the class, ret_files[max]. */
size_t rule_java_files(Arena *arena, Str class_path, Str *ret_files, size_t max);
