/* SPDX-License-Identifier: Apache-2.0 */
/* The repository of the demo: two commits, made from the files in the program with libgit2. */
#include <git2.h>

#include "cli/demo.h"

#define PROGRAMS STR("programs/")
#define EARLIER STR("earlier/")

/* 2026-01-12 and a day later: fixed, so that the commit ids are always the same. */
static const git_time_t commit_times[DEMO_COMMITS] = { 1768212000, 1768298400 };

static bool git_failed(Err *err, const char *what)
{
    const git_error *last = git_error_last();

    return err_set(err, ERR_INTERNAL, "could not %s: %s", what,
                   last != NULL && last->message != NULL ? last->message : "unknown reason");
}

/* Adds every file below the folder to the index; files that are there already are replaced. */
static bool add_files(git_repository *repository, git_index *index, Str folder, Err *err)
{
    for (size_t i = 0; i < n_demo_files; i++) {
        Str path = str_from(demo_files[i].path);
        git_index_entry entry = { .mode = GIT_FILEMODE_BLOB };
        if (!str_starts_with(path, folder)) {
            continue;
        }
        Str content = embedded_content(&demo_files[i]);
        entry.path = path.ptr + folder.len;
        if (git_blob_create_from_buffer(&entry.id, repository, content.ptr, content.len) != 0 ||
            git_index_add(index, &entry) != 0) {
            return git_failed(err, "store a file of the demo");
        }
    }
    return true;
}

static bool commit_index(git_repository *repository, git_index *index, size_t number, Str message,
                         const git_oid *parent_id, git_oid *ret_id, Err *err)
{
    git_oid tree_id;
    git_tree *tree = NULL;
    git_commit *parent = NULL;
    git_signature *author = NULL;
    const git_commit *parents[1];
    char text[256];

    (void)snprintf(text, sizeof(text), "%.*s\n", STR_ARG(message)); /* messages are short */
    bool ok = git_index_write_tree_to(&tree_id, index, repository) == 0 &&
              git_tree_lookup(&tree, repository, &tree_id) == 0 &&
              (parent_id == NULL || git_commit_lookup(&parent, repository, parent_id) == 0) &&
              git_signature_new(&author, "Flameline demo", "demo@flameline.example",
                                commit_times[number], 0) == 0;
    parents[0] = parent;
    ok = ok && git_commit_create(ret_id, repository, "refs/heads/main", author, author, "UTF-8",
                                 text, tree, parent_id == NULL ? 0 : 1, parents) == 0;
    if (!ok) {
        (void)git_failed(err, "make a commit of the demo");
    }
    git_signature_free(author);
    git_commit_free(parent);
    git_tree_free(tree);
    return ok;
}

static bool make_commits(git_repository *repository, const DemoManifest *manifest, Arena *arena,
                         Str ret_ids[DEMO_COMMITS], Err *err)
{
    git_oid ids[DEMO_COMMITS];

    for (size_t i = 0; i < DEMO_COMMITS; i++) {
        git_index *index = NULL;
        bool earlier = i == 0;
        bool ok = git_index_new(&index) == 0 || git_failed(err, "make an index");
        ok = ok && add_files(repository, index, PROGRAMS, err) &&
             (!earlier || add_files(repository, index, EARLIER, err)) &&
             commit_index(repository, index, i, manifest->messages[i], earlier ? NULL : &ids[i - 1],
                          &ids[i], err);
        git_index_free(index);
        if (!ok) {
            return false;
        }
        char hex[GIT_OID_HEXSZ + 1];
        ret_ids[i] = arena_str(arena, str_from(git_oid_tostr(hex, sizeof(hex), &ids[i])));
        if (ret_ids[i].ptr == NULL) {
            return err_no_memory(err);
        }
    }
    return true;
}

bool demo_make_repository(const char *path, const DemoManifest *manifest, Arena *arena,
                          Str ret_ids[DEMO_COMMITS], Err *err)
{
    git_repository *repository = NULL;
    git_repository_init_options options;

    (void)git_repository_init_options_init(&options,
                                           GIT_REPOSITORY_INIT_OPTIONS_VERSION); /* known version */
    options.flags = GIT_REPOSITORY_INIT_BARE | GIT_REPOSITORY_INIT_MKPATH;
    options.initial_head = "main";
    (void)git_libgit2_init(); /* counted: the local provider does the same */
    bool ok = git_repository_init_ext(&repository, path, &options) == 0 ||
              git_failed(err, "make the repository of the demo");
    ok = ok && make_commits(repository, manifest, arena, ret_ids, err);
    git_repository_free(repository);
    (void)git_libgit2_shutdown(); /* counted */
    return ok;
}
