/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/unit/support_source_hosts.h - every kind of provider with the same repositories behind it:
 * five fakes of git hosts and a directory of bare repositories.
 */
#pragma once

#include "net/http_client.h"
#include "support_source_fake.h"

typedef enum HostKind {
    HOST_GITHUB,
    HOST_GITLAB,
    HOST_GITEA,
    HOST_BITBUCKET,
    HOST_BITBUCKET_SERVER,
    HOST_LOCAL,
    N_HOSTS,
} HostKind;

#define HOST_BIT(kind) (1U << (kind))
#define ONLY(kind) (~HOST_BIT(kind) & (HOST_BIT(N_HOSTS) - 1))

extern const char *const host_names[N_HOSTS];

/* Commits of acme/shop. */
enum {
    SHOP_BASE,
    SHOP_TIP,
};

enum {
    BIG_BYTES = 2 * 1024 * 1024 + 7,
    N_MANY_FILES = 1200,
};

extern ModelRepo hosts_shop;   /* public, once named acme/store */
extern ModelRepo hosts_secret; /* private */
extern ModelRepo hosts_many;   /* many files */

/* The contents that are made, not written down. */
void hosts_fill(void);

/* Once per program. */
void hosts_start(void);
void hosts_stop(void);
FakeHost *hosts_fake(HostKind kind); /* NULL: local */

typedef struct HostOptions {
    const char *token_file_text; /* NULL: no static token */
    bool by_web_url;             /* the API's address is derived from the web address */
    const char *proxy;
    const char *api_origin; /* in place of the fake's own */
} HostOptions;

/* One provider with nothing remembered from before. */
typedef struct HostSession {
    HostKind kind;
    FakeHost *fake;
    char dir[128];
    char texts[3][160];
    ProviderConfig config;
    HttpClient *http;
    ProviderTable *table;
    Provider *provider;
    Arena *arena;
    int calls_left;
    int64_t deadline_ms; /* of each call */
    const char *token;   /* of the caller */
} HostSession;

void session_open(HostSession *session, HostKind kind, const HostOptions *options);
void session_close(HostSession *session);
Str session_repo(HostSession *session, const char *name); /* the provider's name of acme/shop */
VcsCall session_call(HostSession *session);

/*
 * The operations on a repository by its name, in the name of session->token. False with the fault,
 * which is checked to hold no secret and no control character.
 */
bool session_resolve(HostSession *session, const char *repo, const char *ref, VcsRef *ret_ref,
                     SourceFault *fault);
/* Resolves ref, then reads at the commit. ret_bytes lives in the session's arena. */
bool session_read(HostSession *session, const char *repo, const char *ref, const char *path,
                  size_t limit, Str *ret_bytes, SourceFault *fault);
bool session_tree(HostSession *session, const char *repo, const char *commit, TreeIndex **ret_tree,
                  SourceFault *fault);
bool session_commit(HostSession *session, const char *repo, const char *ref, VcsCommit *ret_commit,
                    SourceFault *fault);
bool session_access(HostSession *session, const char *repo, bool *ret_public, SourceFault *fault);

/* One of the operations on the newest commit of acme/shop. */
typedef enum SessionOp {
    SESSION_RESOLVE,
    SESSION_READ,
    SESSION_TREE,
    SESSION_COMMIT,
    SESSION_ACCESS,
    N_SESSION_OPS,
} SessionOp;

bool session_run(HostSession *session, SessionOp op, SourceFault *fault);

/* An address of the repository as people would write it for this kind of host. */
const char *session_address(const HostSession *session, const char *name);

/* Fails with what was seen instead. */
void expect_state(const HostSession *session, const char *what, SourceState got, SourceState want,
                  const SourceFault *fault);

/* ---- a table of cases, each run against every host ---- */

typedef struct HostCase {
    const char *name;
    void (*run)(HostSession *session);
    unsigned skip; /* HOST_BIT()s of hosts that have no such thing */
    const char *why;
    const void *data; /* for run functions that a table shares */
} HostCase;

const HostCase *host_case(void); /* the one that runs */

/* Runs cases[n] with all hosts; the exit code of the program. */
int hosts_run(const HostCase *const *tables, const size_t *n_cases, size_t n_tables);
