/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/vcs/rest.h - what the providers that speak HTTP have in common: their configuration and
 * the one request (base address, token, deadline, budget of calls, limits per token, redirects that
 * stay at the API).
 *
 * Everything a host sends is hostile until it was checked: answers have a size limit, JSON has the
 * depth limit of jansson (2048), error texts are cut and lose their control characters.
 */
#pragma once

#include <jansson.h>

#include "net/http_client.h"
#include "source/vcs/host_limits.h"
#include "source/vcs/provider.h"

/* What is particular to one kind of host. */
typedef struct RestDialect {
    const char *title;       /* in texts for people: "GitHub" */
    const char *public_host; /* the host whose API is elsewhere: "github.com"; NULL: none */
    const char *public_api;  /* its API: "https://api.github.com" */
    const char *api_suffix;  /* of all others, behind the web address: "/api/v3" */
    const char *scheme;      /* of a static token: "Bearer", "token" */
    bool basic;              /* a static token "user:password" is sent as HTTP Basic */
    const char *json_prefix; /* in front of every JSON answer; NULL: none */
    const Str *headers;      /* sent with every call */
    size_t n_headers;
    /* Meaning of an answer that is no success; NULL: rest_classify() */
    void (*classify)(const HttpReply *reply, SourceState not_found, const char *what,
                     int64_t now_ms, SourceFault *fault);
} RestDialect;

typedef struct RestProvider {
    Provider base; /* first */
    const RestDialect *dialect;
    HttpClient *http; /* borrowed */
    char *web_url;
    char *api_url;
    char *ca_file; /* NULL: of the client */
    char *proxy;   /* NULL: of the environment; wiped at the end */
    char *token;   /* static one; NULL: none; wiped at the end */
    HostLimits limits;
} RestProvider;

typedef struct RestCall {
    const char *path;      /* below the API base, escaped: "/repos/o/r/commits/main" */
    const char *accept;    /* media type; NULL: JSON */
    size_t max_bytes;      /* of the answer; 0: 1 MiB */
    SourceState not_found; /* what a 404 means */
    const char *what;      /* "file", for texts */
} RestCall;

enum {
    REST_JSON_BYTES = 4 * 1024 * 1024,
    REST_TREE_BYTES = 32 * 1024 * 1024,
};

/* ops and dialect are constants. NULL with err: token file missing or empty, out of memory. */
Provider *rest_provider_create(const ProviderConfig *config, struct HttpClient *http,
                               const RestDialect *dialect, const ProviderOps *ops, Err *err);
void rest_provider_destroy(Provider *provider);

/* Status 200 or failure. ret_reply: http_reply_done() in any case. */
bool rest_ask(RestProvider *rest, const VcsCall *call, const RestCall *what, HttpReply *ret_reply,
              SourceFault *fault);

/* The answer as JSON object or array; new reference. */
bool rest_ask_json(RestProvider *rest, const VcsCall *call, const RestCall *what, json_t **ret_root,
                   SourceFault *fault);

/* Appends the bytes of a file; ret_bytes has the size limit. what->max_bytes is not used. */
bool rest_ask_bytes(RestProvider *rest, const VcsCall *call, const RestCall *what, Buf *ret_bytes,
                    SourceFault *fault);

/* The answer lacks what it must have. */
bool rest_not_well_formed(const RestProvider *rest, SourceFault *fault, const char *what);
