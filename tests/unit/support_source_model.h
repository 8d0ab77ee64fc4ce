/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/unit/support_source_model.h - repositories in memory, without any host: every fake serves
 * them in its own words, and libgit2 writes the same ones to disk.
 */
#pragma once

#include "support_source.h"

typedef struct ModelCommit {
    char id[41]; /* filled in by model_build(), or given */
    const char *message;
    const char *login; /* of the author's account; NULL: none */
    const TestFile *files;
    size_t n_files;
} ModelCommit;

typedef enum ModelRefKind {
    MODEL_BRANCH,
    MODEL_TAG,
    MODEL_ANNOTATED_TAG,
} ModelRefKind;

typedef struct ModelRef {
    const char *name;
    ModelRefKind kind;
    size_t commit_idx;
    bool only_qualified; /* GitHub: answers to heads/NAME or tags/NAME alone */
} ModelRef;

/* The first branch is the default one. */
typedef struct ModelRepo {
    const char *name;     /* "acme/shop" */
    const char *old_name; /* NULL, or a former name that redirects */
    bool is_private;      /* needs a token that may see it */
    ModelCommit *commits;
    size_t n_commits;
    const ModelRef *refs;
    size_t n_refs;
} ModelRepo;

typedef enum ModelKind {
    MODEL_FILE,
    MODEL_LINK,
    MODEL_SUBMODULE,
    MODEL_DIRECTORY,
} ModelKind;

#define MODEL_AUTHOR "Ada Example"
#define MODEL_EMAIL "ada@example.org"
#define MODEL_DATE "2026-01-01T00:00:00Z"
#define MODEL_TIME_S 1767225600

/* What a file is and what it holds: for a link its target, for a submodule its commit. */
ModelKind model_kind(const TestFile *file);
Str model_bytes(const TestFile *file);

/* NULL: there is none. */
const ModelCommit *model_branch(const ModelRepo *repo, Str name);
const ModelCommit *model_tag(const ModelRepo *repo, Str name);
const ModelCommit *model_default(const ModelRepo *repo);
const ModelCommit *model_by_id(const ModelRepo *repo, Str id); /* whole, or seven digits and more */
const TestFile *model_file(const ModelCommit *commit, Str path);
bool model_is_directory(const ModelCommit *commit, Str path);

/* The file behind a link of the repository, as GitHub follows it; NULL: it leads to no file. */
const TestFile *model_follow(const ModelCommit *commit, const TestFile *link);

typedef struct ModelEntry {
    char path[256];
    ModelKind kind;
    size_t size;
} ModelEntry;

/*
 * What is in directory ("": the root), with all that lies below when recursive, in path order.
 * Whole listings also have entries whose paths are not clean, as a hostile host would send them.
 * Release with free().
 */
ModelEntry *model_list(const ModelCommit *commit, Str directory, bool recursive, size_t *ret_n);

/* Writes a bare repository to dir/name.git and fills in the ids of the commits. */
void model_build(ModelRepo *repo, const char *dir);
