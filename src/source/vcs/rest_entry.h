/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/vcs/rest_entry.h - files, links and listings of the providers over REST.
 */
#pragma once

#include "source/vcs/rest_repo.h"

/* False, with what stands there instead of a file. */
bool rest_refuse_entry(SourceFault *fault, SourceEntry entry);
bool rest_check_size(json_int_t size, const Buf *bytes, SourceFault *fault);

/* What reading one path gave, when the host does not follow links itself. */
typedef struct RestEntry {
    bool is_link;
    Str target; /* of the link */
} RestEntry;

typedef bool RestReadEntry(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                           Str commit, Str path, Buf *ret_bytes, RestEntry *ret_entry,
                           SourceFault *fault);

/*
 * Reads path; a symbolic link to a file of the repository gives that file, as on GitHub. At most
 * five links.
 */
bool rest_read_through_links(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                             Str commit, Str path, RestReadEntry *read, Buf *ret_bytes,
                             SourceFault *fault);

/*
 * A link's content is its target: one line without an end, no longer than a path may be. Only then
 * is it worth a call to learn the mode of the file.
 */
bool rest_may_be_link(Str bytes);

/* False when the tree is full. Paths that are not clean are left out: hosts are not trusted. */
bool rest_tree_add(TreeBuilder *builder, Arena *scratch, Str path, TreeKind kind) MUST_CHECK;

/* Entries of git's own kind: path, mode, type (GitHub, GitLab, Gitea). */
bool rest_tree_add_all(TreeBuilder *builder, Arena *scratch, const json_t *entries);

/* Another page of a listing may be asked for: some calls must remain for reading files. */
bool rest_may_page(const VcsCall *call, int n_pages);

/*
 * The JSON form of a file on GitHub and Gitea. *ret_entry says when it is a link; *ret_raw that the
 * content has to be asked for.
 */
bool rest_read_object(const RestProvider *rest, Arena *arena, const json_t *root, Buf *ret_bytes,
                      RestEntry *ret_entry, bool *ret_raw, SourceFault *fault);
