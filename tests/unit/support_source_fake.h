/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/unit/support_source_fake.h - a git host of our own on a loopback port: it serves the
 * repositories of a model in the words of one kind of host, as its published description has them,
 * and can misbehave in the ways that all servers can.
 */
#pragma once

#include <jansson.h>
#include <stdatomic.h>

#include "base/buf.h"
#include "support_source_model.h"

typedef enum FakeMood {
    FAKE_FINE,
    FAKE_BAD_JSON,
    FAKE_WRONG_TYPES,  /* JSON whose members have other types */
    FAKE_DEEP_JSON,    /* a hundred thousand brackets */
    FAKE_TRUNCATED,    /* closes before the announced length */
    FAKE_ENDLESS,      /* never stops sending */
    FAKE_HUGE_HEADERS, /* 128 KB of them */
    FAKE_RESET,        /* the connection is reset instead of an answer */
    FAKE_SILENT,       /* never answers */
    FAKE_DRIP,         /* a byte at a time, for longer than anybody waits */
    FAKE_SERVER_ERROR, /* 503 */
    FAKE_ERROR_500,    /* with an answer that is no JSON */
    FAKE_ERROR_502,
    FAKE_ERROR_504,
    FAKE_RATE_LIMITED,    /* in the host's own way, with a time when it sends one */
    FAKE_SECONDARY_LIMIT, /* GitHub: 403 with retry-after */
    FAKE_UNAUTHORIZED,    /* 401 */
    FAKE_FORBIDDEN,       /* 403 */
    FAKE_SSO,             /* GitHub: 403 with X-GitHub-SSO */
    FAKE_NO_TREES,        /* everything but listings */
    FAKE_CUT_TREES,       /* listings say that something is missing, where the host can say so */
    FAKE_REDIRECT_HOST,   /* 302 to another port of this machine */
    FAKE_REDIRECT_LOOP,
} FakeMood;

typedef struct FakeHost FakeHost;

/* Tokens that every fake knows: two see everything, one only what is public. */
#define FAKE_TOKEN "tok-good"
#define FAKE_OTHER_TOKEN "tok-other-good"
#define FAKE_STRANGER_TOKEN "tok-stranger"

typedef enum FakeAccess {
    FAKE_ANONYMOUS,
    FAKE_STRANGER,
    FAKE_MEMBER,
    FAKE_REVOKED,
} FakeAccess;

typedef struct FakeRequest {
    Str path; /* raw, behind the API's base path */
    Str query;
    Str accept;
    FakeAccess access;
    FakeMood mood;
    Arena *arena; /* ends with the request */
} FakeRequest;

typedef struct FakeAnswer {
    unsigned status;
    Buf body;
    const char *header_names[8];
    char header_values[8][512];
    size_t n_headers;
} FakeAnswer;

typedef struct FakeDialect {
    const char *base_path; /* "/api/v4" */
    bool base_optional;
    void (*answer)(const FakeHost *fake, const FakeRequest *request, FakeAnswer *answer);
    /* An error in the host's words. */
    void (*error)(FakeAnswer *answer, unsigned status, const char *message);
    /* NULL: 429 with retry-after */
    void (*rate_limit)(FakeAnswer *answer);
} FakeDialect;

FakeHost *fake_host_start(const FakeDialect *dialect, const ModelRepo *const *repos,
                          size_t n_repos);
void fake_host_stop(FakeHost *fake);
Str fake_host_url(const FakeHost *fake); /* without the base path */

void fake_host_set_mood(FakeHost *fake, FakeMood mood);
/* Requests wait until the gate is open again. */
void fake_host_set_gate(FakeHost *fake, bool open);
size_t fake_host_count(FakeHost *fake);
void fake_host_reset_count(FakeHost *fake);
/* All raw request targets so far, one a line; borrowed until the next request. */
const char *fake_host_log(FakeHost *fake);
void fake_host_reset_log(FakeHost *fake);
/* The Authorization header of the last request, a copy in arena. */
Str fake_host_last_authorization(FakeHost *fake, Arena *arena);
/* Requests at the second port, which stands for a foreign host. */
size_t fake_host_leaks(FakeHost *fake);

/* ---- for the dialects ---- */

/* The repository of that name which the caller may see, or NULL. *ret_moved: by its old name. */
const ModelRepo *fake_find_repo(const FakeHost *fake, const FakeRequest *request, Str name,
                                bool *ret_moved);
Str fake_decode(Arena *arena, Str text, bool plus_is_blank);
/* Decoded value of a parameter of the query, or "". */
Str fake_parameter(const FakeRequest *request, const char *name);
size_t fake_number(const FakeRequest *request, const char *name, size_t missing, size_t max);
/* Takes the next raw segment of *path; false at the end. */
bool fake_segment(Str *path, Str *ret_segment);

void fake_header(FakeAnswer *answer, const char *name, const char *value);
void fake_json(FakeAnswer *answer, json_t *root); /* steals root */
json_t *fake_json_text(Str text);
void fake_error(const FakeHost *fake, FakeAnswer *answer, unsigned status, const char *message);

extern const FakeDialect fake_github;
extern const FakeDialect fake_gitlab;
extern const FakeDialect fake_gitea;
extern const FakeDialect fake_bitbucket;
extern const FakeDialect fake_bitbucket_server;
