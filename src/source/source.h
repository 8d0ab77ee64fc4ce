/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/source.h - from a profiled function and three labels to the text of its file, with an
 * account of everything that was tried.
 *
 * One Source serves all threads of the process; calls block while a git host is asked (worker
 * threads only). Specification: docs/source-integration.md.
 */
#pragma once

#include "source/config.h"
#include "source/state.h"
#include "source/vcs/provider.h"
#include "source/version_check.h"

typedef struct Source Source;

/*
 * Reads token files and checks the providers; asks nobody. NULL with err on failure:
 * INVALID_ARGUMENT (names, types, doubled entries, a proxy that is no http(s) address), NOT_FOUND
 * (a file or directory of the configuration), RESOURCE_EXHAUSTED.
 */
Source *source_create(const SourceConfig *config, Err *err);
void source_destroy(Source *source); /* NULL is fine */
DEFINE_CLEANUP(Source *, source_destroy);

/* What a caller has for one provider. */
typedef struct SourceCredential {
    Str provider; /* configured name */
    Str token;    /* secret; "" when expired */
    bool expired; /* there was a token, its time is over */
    bool due;     /* to be renewed before it is used */
    bool renewed; /* was renewed for this caller: a second time would not help */
} SourceCredential;

/*
 * Gets a new token from the host and puts it into the credential, or sets expired. False: the
 * credential is what it was, or expired.
 */
typedef bool SourceRenew(void *context, SourceCredential *credential);

/* On whose behalf; all zero: anonymous. Borrowed; the credentials change when they are renewed. */
typedef struct SourceCaller {
    Str tenant;
    SourceCredential *credentials; /* [n_credentials], one for a provider */
    size_t n_credentials;
    SourceRenew *renew; /* asked when a token is due, and once after the host refused it; or NULL */
    void *renew_context;
} SourceCaller;

/* What the caller has for a provider; NULL: nothing. */
SourceCredential *source_caller_credential(const SourceCaller *caller, Str provider);

/*
 * The credential for github.com in a Cookie header (section 1.5). An expired session is no error:
 * expired is set and the token left out. Errors: UNAUTHENTICATED "invalid token".
 */
bool source_credential_from_cookie(Source *source, Str tenant, Str cookie_header, Arena *arena,
                                   SourceCredential *ret_credential, Err *err) MUST_CHECK;

typedef struct SourceRequest {
    Str repository; /* as in the label service_repository */
    Str ref;        /* "": HEAD */
    Str root;
    Str file; /* as recorded, may be empty (Java) */
    Str function;
    int32_t start_line;              /* 0: not known */
    int32_t max_line;                /* largest line of the profile; 0: not known */
    const SourceFunction *functions; /* others of the same recorded file; NULL: not known */
    size_t n_functions;
    int64_t profiled_at_ms; /* time of the samples; 0: not known */
    Str config; /* text of a .pyroscope.yaml that counts in place of the repository's; "": none */
} SourceRequest;

typedef struct SourceWarning {
    const char *code; /* ref_may_move, lines_beyond_end, config_invalid, ... */
    Str message;
} SourceWarning;

typedef struct SourceAttempt {
    const char *step; /* ref, tree, config, go_mod, or the rule */
    Str repo;
    Str ref;
    Str path;
    SourceState result;
    int status; /* of the host's answer; 0: not asked over HTTP */
    int64_t duration_ms;
    bool cached;
    Str message;
} SourceAttempt;

typedef struct SourceResult {
    SourceState state;
    SourceEntry entry; /* what stood at the place instead of a file, when that is why */
    Str message;       /* one sentence for people */
    Str bytes;         /* the file as it is at the host */
    Str text;          /* the same as valid UTF-8 */
    Str url;
    Str commit;
    Str provider;
    Str repository;
    Str path;
    Str rule;
    bool uncertain;
    bool no_file;         /* generated code or a name alone: there is no file that could be found */
    VersionCheck version; /* with SOURCE_OK */
    int64_t retry_at_ms;
    const SourceWarning *warnings;
    size_t n_warnings;
    const SourceAttempt *attempts;
    size_t n_attempts;
    Str suggestion; /* .pyroscope.yaml fragment; "": none */
} SourceResult;

/*
 * Finds the file. A file that is not found is an answer (state says why), not an error. Everything
 * in ret_result lives in arena, which should have room for the file size limit twice. Errors:
 * RESOURCE_EXHAUSTED only.
 */
bool source_resolve(Source *source, const SourceCaller *caller, const SourceRequest *request,
                    Arena *arena, SourceResult *ret_result, Err *err) MUST_CHECK;

struct Suggestion;
struct SuggestFrame;

/*
 * Derives the mappings of a .pyroscope.yaml for the frames of a profile (source/suggest.h). What is
 * wrong with the repository is in ret_result, whose state is SOURCE_OK otherwise. Errors:
 * RESOURCE_EXHAUSTED only.
 */
bool source_suggest(Source *source, const SourceCaller *caller, const SourceRequest *request,
                    const struct SuggestFrame *frames, size_t n_frames, Arena *arena,
                    SourceResult *ret_result, struct Suggestion *ret_suggestion,
                    Err *err) MUST_CHECK;

typedef struct SourceCommit {
    Str ref; /* as asked */
    VcsCommit commit;
    SourceFault fault; /* state SOURCE_OK: commit is valid */
} SourceCommit;

enum {
    SOURCE_MAX_REFS = 100,
    SOURCE_MAX_FIELD_BYTES = 4096,
};

/*
 * Commits of refs[n_refs] (an empty ref is HEAD), in their order; equal refs are asked once.
 * ret_commits[n_refs] in arena. Errors: INVALID_ARGUMENT (address, a ref, too many refs, host that
 * is not configured); RESOURCE_EXHAUSTED.
 */
bool source_commits(Source *source, const SourceCaller *caller, Str repository, const Str *refs,
                    size_t n_refs, Arena *arena, SourceCommit **ret_commits, Err *err) MUST_CHECK;

/* What the administrator set for a service; NULL: the labels count. Borrowed from source. */
const SourceOverride *source_override(const Source *source, Str tenant, Str service);

/* Counters for /metrics. */
typedef struct SourceStats {
    size_t cache_bytes;
    size_t cache_entries;
    uint64_t cache_hits;
    uint64_t cache_misses;
    uint64_t upstream_calls;
    uint64_t upstream_failures;
    uint64_t budgets_exhausted;
} SourceStats;

void source_stats(Source *source, SourceStats *ret_stats);

enum {
    SOURCE_N_STATES = SOURCE_INTERNAL + 1,
    SOURCE_N_BUCKETS = 8, /* 0.1 s, doubled up to 12.8 s */
};

/* What one provider was asked by one operation since start. */
typedef struct SourceRequestStats {
    Str provider;                       /* borrowed from the source */
    const char *operation;              /* ref, file, tree, commit, access */
    uint64_t outcomes[SOURCE_N_STATES]; /* by SourceState */
    uint64_t count;                     /* their sum */
    uint64_t buckets[SOURCE_N_BUCKETS]; /* requests by duration, not cumulated */
    uint64_t sum_ns;
    uint64_t cache_hits; /* questions that did not reach the provider */
} SourceRequestStats;

typedef void SourceStatsVisitor(const SourceRequestStats *row, void *context);

/* Calls visit for every provider and operation that was asked; the number of rows is bounded by the
 * configuration. */
void source_visit_requests(Source *source, SourceStatsVisitor *visit, void *context);

/* Drops all cached content. */
void source_cache_clear(Source *source);
