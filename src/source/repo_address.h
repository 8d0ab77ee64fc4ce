/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/repo_address.h - what the label service_repository may hold, in one normal form.
 *
 * Accepted: web and git URLs, the scp form "git@host:owner/repo.git", "host/owner/repo", bare
 * "owner/repo" (of the default host), "file:///dir" and a configured name. User info, port of ssh
 * forms, query, fragment, ".git" and pages below the repository (/tree/x, /-/blob/x) are dropped.
 * Which host is served by whom is decided elsewhere (source/vcs/provider.h).
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

typedef struct RepoAddress {
    Str host; /* lower case, with port for http(s); "" for file:// and for bare names */
    Str path; /* "owner/repo", "group/sub/repo"; absolute for file:// */
    bool is_file;
    bool is_plain_http;
} RepoAddress;

/* default_host: of bare "owner/repo". Errors: INVALID_ARGUMENT; RESOURCE_EXHAUSTED. */
bool repo_address_parse(Arena *arena, Str text, Str default_host, RepoAddress *ret_address,
                        Err *err) MUST_CHECK;

/* "host/owner/repo" as shown to people; ptr is NULL when out of memory. */
Str repo_address_text(Arena *arena, const RepoAddress *address);

/* Same repository; hosts in lower case, paths without regard to ASCII case (as forges do). */
bool repo_address_eq(const RepoAddress *a, const RepoAddress *b);

/* Letters, digits, '.', '-', '_' and not "." or ".." (section 1.8). */
bool repo_address_name_valid(Str name);
