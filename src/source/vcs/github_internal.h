/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/vcs/github_internal.h - the GitHub provider's struct and its one way to ask.
 */
#pragma once

#include <jansson.h>

#include "net/http_client.h"
#include "source/vcs/github_limits.h"
#include "source/vcs/provider.h"

typedef struct GithubProvider {
    Provider base;    /* first */
    HttpClient *http; /* borrowed */
    char *web_url;
    char *api_url;
    char *ca_file; /* NULL: of the client */
    char *token;   /* static one; NULL: none; wiped at the end */
    GithubLimits limits;
} GithubProvider;

typedef struct GithubCall {
    const char *path;   /* below the API base, escaped: "/repos/o/r/commits/main" */
    const char *accept; /* media type */
    size_t max_bytes;
    SourceState not_found; /* what a 404 means */
    const char *what;
} GithubCall;

/* Status 200 or failure. ret_reply: http_reply_done() in any case. */
bool github_ask(GithubProvider *github, const VcsCall *call, const GithubCall *what,
                HttpReply *ret_reply, SourceFault *fault);

/* The answer as JSON object or array; new reference. */
bool github_ask_json(GithubProvider *github, const VcsCall *call, const GithubCall *what,
                     json_t **ret_root, SourceFault *fault);

/* "/repos/o/r" + suffix with the path behind it percent-encoded per segment; NULL: no memory. */
const char *github_repo_path(Arena *arena, Str repo, const char *suffix, Str path);

/* Percent-encoded with slashes kept. */
Str github_escape_path(Arena *arena, Str path);

bool github_resolve_ref(Provider *provider, const VcsCall *call, Arena *arena, Str repo, Str ref,
                        VcsRef *ret_ref, SourceFault *fault);
bool github_read_commit(Provider *provider, const VcsCall *call, Arena *arena, Str repo, Str ref,
                        VcsCommit *ret_commit, SourceFault *fault);
bool github_read_file(Provider *provider, const VcsCall *call, Arena *arena, Str repo, Str commit,
                      Str path, Buf *ret_bytes, SourceFault *fault);
bool github_list_tree(Provider *provider, const VcsCall *call, Arena *arena, Str repo, Str commit,
                      TreeIndex **ret_tree, SourceFault *fault);
Str github_commit_url(const Provider *provider, Arena *arena, Str repo, Str commit);
