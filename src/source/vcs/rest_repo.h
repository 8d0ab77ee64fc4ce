/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/vcs/rest_repo.h - what the providers over REST share about repositories: escaping, members
 * of JSON answers, words for what is missing, links, listings.
 */
#pragma once

#include "source/vcs/rest.h"

/* Percent-encoded; slashes are kept in paths and encoded in names. ptr is NULL: no memory. */
Str rest_escape_path(Arena *arena, Str path);
Str rest_escape_name(Arena *arena, Str name);

/* A text member, "" when it is missing or no text; ptr is NULL: no memory. */
Str rest_member_text(Arena *arena, const json_t *object, const char *name);
/* The same, and "" too unless it is an http or https address: it becomes a link or an image. */
Str rest_member_url(Arena *arena, const json_t *object, const char *name);
/* A full commit id; false when the member is anything else. */
bool rest_member_id(Arena *arena, const json_t *object, const char *name, Str *ret_id);

/* Text made by arena_printf(), or ptr NULL. */
Str rest_text(const char *text);

/* repo "owner/name" from an address of exactly two names. */
bool rest_locate_two_names(Provider *provider, const RepoAddress *address, Str *ret_repo,
                           SourceFault *fault);
