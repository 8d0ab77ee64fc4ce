/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/resolver_internal.h - state of one resolution, shared by resolver*.c.
 */
#pragma once

#include "base/vec.h"
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

/* Own commit, tree, .pyroscope.yaml, go.mod: fills r->input. */
void resolver_gather(Resolver *r);

/* Reads a file of the own repository; false when the tree says it is not there, without asking. */
bool resolver_read_own(Resolver *r, Str path, Str *ret_bytes, LookupReport *report);

/* Fragment for the failing path; "" when none can be derived. */
Str resolver_suggestion(const Resolver *r);
