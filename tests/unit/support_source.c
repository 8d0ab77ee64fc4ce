/* SPDX-License-Identifier: Apache-2.0 */
#include "support_source.h"

#include <git2.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"

void support_dir_create(char *dir, size_t size)
{
    const char *root = getenv("TMPDIR");

    (void)snprintf(dir, size, "%s/flameline-source-XXXXXX", root != NULL ? root : "/tmp");
    assert_non_null(mkdtemp(dir));
}

void support_dir_remove(const char *dir)
{
    Err err = ERR_INIT;

    assert_true(dir_remove(dir, &err));
}

void support_write_file(const char *dir, const char *path, Str content)
{
    char full[512];
    char parent[512];
    Err err = ERR_INIT;

    (void)snprintf(full, sizeof(full), "%s/%s", dir, path);
    (void)snprintf(parent, sizeof(parent), "%s", full);
    *strrchr(parent, '/') = '\0';
    assert_true(dir_create(parent, &err));
    assert_true(file_write(full, content, &err));
}

static git_repository *open_repo(const TestRepo *repo)
{
    git_repository *repository = NULL;

    assert_int_equal(git_repository_open(&repository, repo->dir), 0);
    return repository;
}

static void add_to_index(git_repository *repository, git_index *index, const TestFile *file)
{
    bool is_link = strncmp(file->content, "-> ", 3) == 0;
    const char *content = is_link ? file->content + 3 : file->content;
    size_t len = file->len > 0 ? file->len : strlen(content);
    git_index_entry entry = { .path = file->path,
                              .mode = is_link ? GIT_FILEMODE_LINK : GIT_FILEMODE_BLOB };

    if (strncmp(file->content, "@@ ", 3) == 0) {
        entry.mode = GIT_FILEMODE_COMMIT;
        assert_int_equal(git_oid_fromstr(&entry.id, file->content + 3), 0);
        assert_int_equal(git_index_add(index, &entry), 0);
        return;
    }
    assert_int_equal(git_blob_create_from_buffer(&entry.id, repository, content, len), 0);
    assert_int_equal(git_index_add(index, &entry), 0);
}

void support_repo_commit(TestRepo *repo, const TestFile *files, size_t n_files, const char *message)
{
    git_repository *repository = open_repo(repo);
    git_index *index = NULL;
    git_tree *tree = NULL;
    git_commit *parent = NULL;
    git_signature *author = NULL;
    git_oid id;
    git_oid tree_id;

    assert_int_equal(git_index_new(&index), 0);
    for (size_t i = 0; i < n_files; i++) {
        add_to_index(repository, index, &files[i]);
    }
    assert_int_equal(git_index_write_tree_to(&tree_id, index, repository), 0);
    assert_int_equal(git_tree_lookup(&tree, repository, &tree_id), 0);
    assert_int_equal(git_signature_new(&author, "Ada Example", "ada@example.org", 1767225600, 0),
                     0);
    if (repo->head[0] != '\0') {
        assert_int_equal(git_oid_fromstr(&id, repo->head), 0);
        assert_int_equal(git_commit_lookup(&parent, repository, &id), 0);
    }
    const git_commit *parents[] = { parent };
    assert_int_equal(git_commit_create(&id, repository, "refs/heads/main", author, author, NULL,
                                       message, tree, parent != NULL ? 1 : 0, parents),
                     0);
    (void)git_oid_tostr(repo->head, sizeof(repo->head), &id);
    git_commit_free(parent);
    git_signature_free(author);
    git_tree_free(tree);
    git_index_free(index);
    git_repository_free(repository);
}

void support_repo_init(TestRepo *repo, const char *dir, const char *name)
{
    git_repository *repository = NULL;
    git_repository_init_options options;

    (void)git_libgit2_init();
    (void)git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
    assert_int_equal(
        git_repository_init_options_init(&options, GIT_REPOSITORY_INIT_OPTIONS_VERSION), 0);
    (void)snprintf(repo->dir, sizeof(repo->dir), "%s/%s", dir, name);
    repo->head[0] = '\0';
    options.flags = GIT_REPOSITORY_INIT_BARE | GIT_REPOSITORY_INIT_MKPATH;
    options.initial_head = "main";
    assert_int_equal(git_repository_init_ext(&repository, repo->dir, &options), 0);
    git_repository_free(repository);
}

void support_repo_create(TestRepo *repo, const char *dir, const char *name, const TestFile *files,
                         size_t n_files)
{
    support_repo_init(repo, dir, name);
    support_repo_commit(repo, files, n_files, "first\n\nwith a body\n");
}

static void create_reference(const TestRepo *repo, const char *prefix, const char *name)
{
    git_repository *repository = open_repo(repo);
    git_reference *reference = NULL;
    git_oid id;
    char full[256];

    (void)snprintf(full, sizeof(full), "%s%s", prefix, name);
    assert_int_equal(git_oid_fromstr(&id, repo->head), 0);
    assert_int_equal(git_reference_create(&reference, repository, full, &id, 1, NULL), 0);
    git_reference_free(reference);
    git_repository_free(repository);
}

void support_repo_tag(TestRepo *repo, const char *name)
{
    create_reference(repo, "refs/tags/", name);
}

void support_repo_branch(TestRepo *repo, const char *name)
{
    create_reference(repo, "refs/heads/", name);
}

void support_table_load(Arena *arena, const char *path, size_t max_fields, TestTable *ret_table)
{
    Buf content = BUF_INIT(MiB(4));
    Err err = ERR_INIT;
    Str line;
    size_t number = 0;

    assert_true(file_read(path, &content, &err));
    Str rest = arena_str(arena, buf_str(&content));
    buf_done(&content);
    size_t max_rows = 4096;
    *ret_table = (TestTable){ .rows = ARENA_NEW(arena, Str, max_rows * max_fields),
                              .lines = ARENA_NEW(arena, size_t, max_rows),
                              .max_fields = max_fields };
    assert_non_null(ret_table->rows);
    while (str_next(&rest, '\n', &line)) {
        number++;
        if (line.len == 0 || line.ptr[0] == '#') {
            continue;
        }
        assert_true(ret_table->n_rows < max_rows);
        Str *fields = &ret_table->rows[ret_table->n_rows * max_fields];
        ret_table->lines[ret_table->n_rows++] = number;
        Str field;
        for (size_t i = 0; i < max_fields && str_next(&line, '\t', &field); i++) {
            fields[i] = str_eq(field, STR("-")) ? STR_EMPTY : field;
        }
    }
    assert_true(ret_table->n_rows > 0);
}

Str support_table_field(const TestTable *table, size_t row, size_t field)
{
    Str value = table->rows[row * table->max_fields + field];

    return value.ptr != NULL ? value : STR_EMPTY;
}

void support_expect_str(const char *what, size_t line, Str got, Str want)
{
    if (!str_eq(got, want)) {
        fail_msg("%s, line %zu: got \"%.*s\", want \"%.*s\"", what, line, STR_ARG(got),
                 STR_ARG(want));
    }
}

void support_print_result(const SourceResult *result)
{
    print_message("state %s: %.*s\n", source_state_name(result->state), STR_ARG(result->message));
    for (size_t i = 0; i < result->n_attempts; i++) {
        const SourceAttempt *a = &result->attempts[i];
        print_message("  %-16s %.*s@%.*s %.*s: %s %d %s%.*s\n", a->step, STR_ARG(a->repo),
                      STR_ARG(a->ref), STR_ARG(a->path), source_state_name(a->result), a->status,
                      a->cached ? "(cached) " : "", STR_ARG(a->message));
    }
    for (size_t i = 0; i < result->n_warnings; i++) {
        print_message("  warning %s: %.*s\n", result->warnings[i].code,
                      STR_ARG(result->warnings[i].message));
    }
    if (result->suggestion.len > 0) {
        print_message("%.*s", STR_ARG(result->suggestion));
    }
}

const YamlNode *support_yaml_cases(Arena *arena, const char *path)
{
    Buf text = BUF_INIT(MiB(1));
    const YamlNode *root = NULL;
    Err err = ERR_INIT;

    assert_true(file_read(path, &text, &err));
    if (!yaml_tree_parse(arena, buf_str(&text), &(YamlLimits){ MiB(1), 100000, 64 }, &root, &err)) {
        fail_msg("%s: %s", path, err.msg);
    }
    buf_done(&text);
    const YamlNode *cases = yaml_node_resolve(yaml_map_get(root, STR("cases")));
    assert_non_null(cases);
    assert_non_null(cases->first);
    return cases;
}

Str support_yaml_text(const YamlNode *node, const char *name)
{
    const YamlNode *value = yaml_node_resolve(yaml_map_get(node, str_from(name)));

    return value != NULL && value->kind == YAML_NODE_SCALAR ? value->text : STR_EMPTY;
}

bool support_same_text(const YamlNode *node, Str got, Str want)
{
    bool same = str_eq(got, want);

    if (!same) {
        print_message("line %u, %.*s: got\n%.*s\nwant\n%.*s\n", node->line,
                      STR_ARG(support_yaml_text(node, "name")), STR_ARG(got), STR_ARG(want));
    }
    return same;
}
