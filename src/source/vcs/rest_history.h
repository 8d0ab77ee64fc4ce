/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/vcs/rest_history.h - tags and times of repositories, for the providers over REST.
 */
#pragma once

#include "source/vcs/rest_repo.h"

/* Where a listing of tags has what is looked for. */
typedef struct RestTagShape {
    const char *list;   /* member with the array; NULL: the answer is the array */
    const char *name;   /* member of a tag */
    const char *strip;  /* before the name: "refs/tags/"; NULL: nothing */
    const char *object; /* member with the commit; NULL: the tag itself has the id */
    const char *id;     /* its member with the id */
    const char *type;   /* its member that is "commit" for a commit; NULL: always one */
} RestTagShape;

/*
 * Adds the tags of one answer that begin with prefix to tags[VCS_MAX_TAGS]; *ret_n_listed: entries
 * of the answer, whatever their name. A tag whose id is not that of a commit has commit "".
 */
bool rest_add_tags(Provider *provider, const VcsCall *call, Arena *arena, const char *path,
                   const RestTagShape *shape, Str prefix, VcsTag *tags, size_t *n,
                   size_t *ret_n_listed, SourceFault *fault);

/*
 * The first commit of a list that is newest first, at member id. A commit that is younger than
 * unix_s is refused: older servers ignore what they do not know of a question.
 */
bool rest_commit_before(Provider *provider, const VcsCall *call, Arena *arena, const char *path,
                        const char *id, int64_t unix_s, Str *ret_commit, SourceFault *fault);

/* Pages of a listing of tags: path + "page=" + number, as long as they are full. */
bool rest_list_tags_paged(Provider *provider, const VcsCall *call, Arena *arena, const char *path,
                          size_t per_page, const RestTagShape *shape, Str prefix, VcsTag **ret_tags,
                          size_t *ret_n, SourceFault *fault);

/* "2026-11-25T04:00:00Z" for a query string, which needs no escaping. NULL: no memory. */
const char *rest_time(Arena *arena, int64_t unix_s);
