/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/vcs_service.h - the calls of vcs.v1 (Profiles Drilldown) as plain functions: order of
 * checks, codes and messages as Grafana's app knows them (section 1.4), without HTTP.
 *
 * All of them check the session before anything in the request. Failures of the host map to one
 * code each, whatever the call: unauthenticated, permission_denied, resource_exhausted (with the
 * time to retry), unavailable, deadline_exceeded, not_found.
 */
#pragma once

#include "source/source.h"

typedef struct VcsCaller {
    Str tenant;        /* exactly one; "": the session cannot be read */
    Str cookie_header; /* value of the Cookie header */
} VcsCaller;

/* UNIMPLEMENTED "GitHub integration is not configured". Texts borrowed from source. */
bool vcs_github_app(Source *source, Str *ret_client_id, Str *ret_callback_url, Err *err) MUST_CHECK;

/* What the login calls answer; Grafana's script makes the cookie of it. */
typedef struct VcsLogin {
    Str cookie;                  /* deprecated: text of a Set-Cookie header */
    Str token;                   /* sealed */
    int64_t token_expires_at_ms; /* 0: never */
    int64_t refresh_token_expires_at_ms;
} VcsLogin;

/*
 * Exchanges the code of Grafana's login. Errors: all say "failed to authorize with GitHub";
 * INTERNAL (not configured, no single tenant, sealing), UNAUTHENTICATED (the exchange).
 */
bool vcs_github_login(Source *source, const VcsCaller *caller, Str code, Arena *arena,
                      VcsLogin *ret_login, Err *err) MUST_CHECK;

/*
 * New tokens for the session in the cookie, which may be expired. Errors: UNAUTHENTICATED "invalid
 * token", or "failed to refresh token" when the host refuses; INTERNAL "failed to refresh token"
 * (no readable answer), "failed to process token".
 */
bool vcs_github_refresh(Source *source, const VcsCaller *caller, Arena *arena, VcsLogin *ret_login,
                        Err *err) MUST_CHECK;

typedef struct VcsFileRequest {
    Str repository_url;
    Str ref;
    Str local_path;
    Str root_path;
    Str function_name;
} VcsFileRequest;

/* arena needs room for the file size limit four times: bytes, text, base64. */
bool vcs_get_file(Source *source, const VcsCaller *caller, const VcsFileRequest *request,
                  Arena *arena, Str *ret_content_base64, Str *ret_url, Err *err) MUST_CHECK;

/* Author for people: login and avatar, else the git author's name (6.4, "Do"). */
typedef struct VcsCommitInfo {
    Str message;
    Str author_login;
    Str author_avatar_url;
    Str date;
    Str sha;
    Str url;
} VcsCommitInfo;

bool vcs_get_commit(Source *source, const VcsCaller *caller, Str repository_url, Str ref,
                    Arena *arena, VcsCommitInfo *ret_commit, Err *err) MUST_CHECK;

/* Commits that could be read, in the order asked; fails only when none could, and some were asked.
 */
bool vcs_get_commits(Source *source, const VcsCaller *caller, Str repository_url, const Str *refs,
                     size_t n_refs, Arena *arena, VcsCommitInfo **ret_commits, size_t *ret_n,
                     Err *err) MUST_CHECK;
