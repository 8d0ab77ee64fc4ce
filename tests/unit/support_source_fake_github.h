/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/unit/support_source_fake_github.h - a GitHub of our own on a loopback port, as the REST
 * documentation describes it, that can also misbehave.
 */
#pragma once

#include "support_source.h"

typedef enum FakeMood {
    FAKE_FINE,
    FAKE_BAD_JSON,
    FAKE_TRUNCATED,       /* closes before the announced length */
    FAKE_ENDLESS,         /* never stops sending */
    FAKE_SILENT,          /* never answers */
    FAKE_SERVER_ERROR,    /* 503 */
    FAKE_RATE_LIMITED,    /* 403, remaining 0, reset in an hour */
    FAKE_SECONDARY_LIMIT, /* 403 with retry-after */
    FAKE_UNAUTHORIZED,    /* 401 */
    FAKE_SSO,             /* 403 with X-GitHub-SSO */
    FAKE_WRONG_TYPES,     /* JSON whose members have other types */
    FAKE_NO_TREES,        /* everything but listings */
    FAKE_REDIRECT_HOST,   /* 301 to another port of this machine */
} FakeMood;

typedef struct FakeRepo {
    const char *name; /* "acme/shop" */
    const char *sha;  /* its only commit, 40 hex digits */
    const TestFile *files;
    size_t n_files;
    bool is_private;      /* needs the token "good" or "other-good" */
    const char *old_name; /* NULL, or a former name that redirects */
} FakeRepo;

typedef struct FakeGithub FakeGithub;

FakeGithub *fake_github_start(const FakeRepo *repos, size_t n_repos);
void fake_github_stop(FakeGithub *fake);
Str fake_github_url(const FakeGithub *fake);

void fake_github_set_mood(FakeGithub *fake, FakeMood mood);
/* Requests wait until the gate is open again. */
void fake_github_set_gate(FakeGithub *fake, bool open);
size_t fake_github_count(FakeGithub *fake);
void fake_github_reset_count(FakeGithub *fake);
/* All raw request targets so far, one a line; borrowed until the next request. */
const char *fake_github_log(FakeGithub *fake);
/* Requests at the second port, which stands for a foreign host. */
size_t fake_github_leaks(FakeGithub *fake);
