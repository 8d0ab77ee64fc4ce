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

/* A private repository looks missing to the anonymous caller: offers to connect. */
void rest_explain_missing(const Provider *provider, const VcsCall *call, Str repo,
                          SourceFault *fault);

/*
 * No look-up of ref found a commit. The texts of error answers are no interface, so the repository
 * itself is asked whether it is the one that is missing (check_access of the provider). Returns
 * false with SOURCE_REF_NOT_FOUND, or with why the repository cannot be read.
 */
bool rest_ref_missing(Provider *provider, const VcsCall *call, Arena *arena, Str repo, Str ref,
                      SourceFault *fault);

/* Adds the page of the commit to read; false when one of its texts could not be copied. */
bool rest_finish_commit(const Provider *provider, Arena *arena, Str repo, const VcsCommit *read,
                        VcsCommit *ret_commit, SourceFault *fault);

/* ref was an id, whole or shortened, of this commit: it never moves. */
VcsRefKind rest_ref_kind(Str ref, Str commit);

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
