/* SPDX-License-Identifier: Apache-2.0 */
#include "support_source_model.h"

#include <git2.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "source/path.h"

ModelKind model_kind(const TestFile *file)
{
    if (strncmp(file->content, "-> ", 3) == 0) {
        return MODEL_LINK;
    }
    return strncmp(file->content, "@@ ", 3) == 0 ? MODEL_SUBMODULE : MODEL_FILE;
}

Str model_bytes(const TestFile *file)
{
    Str all = { file->content, file->len > 0 ? file->len : strlen(file->content) };

    return model_kind(file) == MODEL_FILE ? all : str_skip(all, 3);
}

static const ModelCommit *find_ref(const ModelRepo *repo, Str name, bool tag)
{
    for (size_t i = 0; i < repo->n_refs; i++) {
        const ModelRef *ref = &repo->refs[i];
        if ((ref->kind != MODEL_BRANCH) == tag && str_eq(name, str_from(ref->name))) {
            return &repo->commits[ref->commit_idx];
        }
    }
    return NULL;
}

const ModelCommit *model_branch(const ModelRepo *repo, Str name)
{
    return find_ref(repo, name, false);
}

const ModelCommit *model_tag(const ModelRepo *repo, Str name)
{
    return find_ref(repo, name, true);
}

const ModelCommit *model_default(const ModelRepo *repo)
{
    return &repo->commits[repo->refs[0].commit_idx];
}

const ModelCommit *model_by_id(const ModelRepo *repo, Str id)
{
    for (size_t i = 0; i < repo->n_commits; i++) {
        if (id.len >= 7 && str_starts_with(str_from(repo->commits[i].id), id)) {
            return &repo->commits[i];
        }
    }
    return NULL;
}

const TestFile *model_file(const ModelCommit *commit, Str path)
{
    for (size_t i = 0; i < commit->n_files; i++) {
        if (str_eq(str_from(commit->files[i].path), path)) {
            return &commit->files[i];
        }
    }
    return NULL;
}

bool model_is_directory(const ModelCommit *commit, Str path)
{
    for (size_t i = 0; i < commit->n_files; i++) {
        Str file = str_from(commit->files[i].path);
        if (file.len > path.len && str_starts_with(file, path) && file.ptr[path.len] == '/') {
            return true;
        }
    }
    return path.len == 0;
}

const TestFile *model_follow(const ModelCommit *commit, const TestFile *link)
{
    CLEANUP(arena_destroyp) Arena *arena = arena_create(MiB(1));
    const TestFile *file = link;

    for (int i = 0; i < 5 && file != NULL && model_kind(file) == MODEL_LINK; i++) {
        Str next;
        bool inside = path_join(arena, path_parent(str_from(file->path)), model_bytes(file), &next);
        file = inside ? model_file(commit, next) : NULL;
    }
    return file != NULL && model_kind(file) == MODEL_FILE ? file : NULL;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const ModelEntry *)a)->path, ((const ModelEntry *)b)->path);
}

static void add_entry(ModelEntry *entries, size_t *n, Str path, ModelKind kind, size_t size)
{
    for (size_t i = 0; i < *n; i++) {
        if (kind == MODEL_DIRECTORY && str_eq(str_from(entries[i].path), path)) {
            return;
        }
    }
    ModelEntry *entry = &entries[(*n)++];
    entry->kind = kind;
    entry->size = size;
    (void)snprintf(entry->path, sizeof(entry->path), "%.*s", STR_ARG(path));
}

ModelEntry *model_list(const ModelCommit *commit, Str directory, bool recursive, size_t *ret_n)
{
    static const char *const unclean[] = { "../evil.go", "a/../../evil.go", "/etc/passwd",
                                           "ctrl\x01.go", "a//b.go" };
    ModelEntry *entries = calloc(4 * commit->n_files + ARRAY_LEN(unclean), sizeof(*entries));
    size_t skip = directory.len > 0 ? directory.len + 1 : 0;

    assert_non_null(entries);
    *ret_n = 0;
    for (size_t i = 0; i < commit->n_files; i++) {
        const TestFile *file = &commit->files[i];
        Str path = str_from(file->path);
        if (skip > 0 && (path.len <= skip || !str_starts_with(path, directory) ||
                         path.ptr[directory.len] != '/')) {
            continue;
        }
        for (size_t k = skip; k < path.len; k++) {
            if (path.ptr[k] == '/' &&
                (recursive || str_find_char(str_skip(path, skip), '/') == k - skip)) {
                add_entry(entries, ret_n, str_first(path, k), MODEL_DIRECTORY, 0);
            }
        }
        if (recursive || str_find_char(str_skip(path, skip), '/') == STR_NPOS) {
            add_entry(entries, ret_n, path, model_kind(file), model_bytes(file).len);
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(unclean) && recursive; i++) {
        add_entry(entries, ret_n, str_from(unclean[i]), MODEL_FILE, 1);
    }
    qsort(entries, *ret_n, sizeof(*entries), by_path);
    return entries;
}

static void build_ref(git_repository *repository, const ModelRepo *repo, const ModelRef *ref)
{
    git_object *target = NULL;
    git_reference *created = NULL;
    git_oid id;
    char full[256];

    assert_int_equal(git_oid_fromstr(&id, repo->commits[ref->commit_idx].id), 0);
    if (ref->kind == MODEL_ANNOTATED_TAG) {
        git_signature *tagger = NULL;
        assert_int_equal(git_signature_new(&tagger, MODEL_AUTHOR, MODEL_EMAIL, MODEL_TIME_S, 0), 0);
        assert_int_equal(git_object_lookup(&target, repository, &id, GIT_OBJECT_COMMIT), 0);
        assert_int_equal(git_tag_create(&id, repository, ref->name, target, tagger, "tag\n", 1), 0);
        git_object_free(target);
        git_signature_free(tagger);
        return;
    }
    (void)snprintf(full, sizeof(full), "refs/%s/%s", ref->kind == MODEL_BRANCH ? "heads" : "tags",
                   ref->name);
    assert_int_equal(git_reference_create(&created, repository, full, &id, 1, NULL), 0);
    git_reference_free(created);
}

void model_build(ModelRepo *repo, const char *dir)
{
    git_repository *repository = NULL;
    TestRepo disk;
    char name[128];

    (void)snprintf(name, sizeof(name), "%s.git", repo->name);
    support_repo_init(&disk, dir, name);
    for (size_t i = 0; i < repo->n_commits; i++) {
        ModelCommit *commit = &repo->commits[i];
        support_repo_commit(&disk, commit->files, commit->n_files, commit->message);
        (void)snprintf(commit->id, sizeof(commit->id), "%.40s", disk.head);
    }
    assert_int_equal(git_repository_open(&repository, disk.dir), 0);
    for (size_t i = 0; i < repo->n_refs; i++) {
        build_ref(repository, repo, &repo->refs[i]);
    }
    git_repository_free(repository);
}
