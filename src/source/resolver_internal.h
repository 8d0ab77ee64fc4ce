/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/resolver_internal.h - state of one resolution, shared by resolver*.c.
 *
 * resolver.c checks the request and leads; resolver_gather.c learns what is known upstream;
 * resolver_try.c reads and proves candidates; resolver_release.c finds the release that was built
 * in; resolver_finish.c writes the answer; resolver_suggestion.c derives a mapping.
 */
#pragma once

#include "base/vec.h"
#include "source/release.h"
#include "source/resolver.h"
#include "source/rule.h"

enum {
    RESOLVER_MAX_ATTEMPTS = 100,
    RESOLVER_MAX_WARNINGS = 32,
};

/* A ref of another repository, asked once per resolution. */
typedef struct KnownRef {
    RepoAddress address;
    Str ref;
    VcsRef result;
    SourceFault fault;
} KnownRef;

/* A candidate whose file was read. */
typedef struct Found {
    const Candidate *candidate;
    Str ref; /* as shown */
    Str commit;
    Str bytes;
    const char *doubt; /* NULL: none */
} Found;

typedef struct Resolver {
    Lookup *lookup;
    const ResolverOptions *options;
    const SourceRequest *request;
    Arena *arena;
    SourceResult *result;
    RuleInput input;
    LookupRepo own;
    VcsRef own_ref;
    Str ref_shown;
    SourceFunction *functions; /* [n_functions] with start lines; the requested one first */
    size_t n_functions;
    SourceAttempt *attempts;
    size_t n_attempts;
    SourceWarning *warnings;
    size_t n_warnings;
    KnownRef known[16];
    size_t n_known;
    SourceFault strongest; /* failure so far */
    bool no_memory;
} Resolver;

/* repo NULL: none. fault NULL: worked. */
void resolver_note(Resolver *r, const char *step, const LookupRepo *repo, Str ref, Str path,
                   const LookupReport *report);
void resolver_warn(Resolver *r, const char *code, const char *message);

/* Remembers the failure if it is stronger than those before. */
void resolver_failed(Resolver *r, const SourceFault *fault);

/* Own commit, tree and .pyroscope.yaml: fills r->input. */
void resolver_gather(Resolver *r);

/* Own commit, tree and Go modules: what a suggestion of mappings looks at. */
void resolver_gather_modules(Resolver *r);

/* What only the rules of some languages need, and only for some paths (rule_needs()). */
void resolver_gather_for_rules(Resolver *r);

/* The page of the path's Go module; true when it says something that was not known. */
bool resolver_read_page(Resolver *r, bool only_if_needed);

/* Reads a file of the own repository; false when the tree says it is not there, without asking. */
bool resolver_read_own(Resolver *r, Str path, Str *ret_bytes, LookupReport *report);

/* Tries candidates from first on; the first one that may be taken. */
bool resolver_try(Resolver *r, const CandidateList *list, size_t first, Found *ret_found);

/* Text without NUL and more than a pointer to one. */
bool resolver_is_text(Str bytes, SourceFault *fault);

/* A candidate without a ref of its own: the release that the profile fits. */
bool resolver_try_releases(Resolver *r, const Candidate *candidate, Found *ret_found);

void resolver_finish_found(Resolver *r, const Found *found);
void resolver_finish_not_found(Resolver *r, const CandidateList *list);

/* Fragment for the failing path; "" when none can be derived. */
Str resolver_suggestion(const Resolver *r);
