/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/unit/support_source_fake_gitea.c - Gitea, as its own description (swagger.v1.json) has it.
 */
#include <stdio.h>

#include "support_source_fake.h"

enum {
    MAX_BLOB_BYTES = 1024 * 1024, /* DEFAULT_MAX_BLOB_SIZE, smaller than usual */
    MAX_TREE_PAGE = 500,          /* DEFAULT_GIT_TREES_PER_PAGE, smaller than usual */
};

#define ZERO_ID "0000000000000000000000000000000000000000"

static void say_error(FakeAnswer *answer, unsigned status, const char *message)
{
    answer->status = status;
    fake_json(answer, json_pack("{s:s,s:s}", "message", message, "url",
                                "https://host.example/api/swagger"));
}

static json_t *person(void)
{
    return json_pack("{s:s,s:s,s:s}", "name", MODEL_AUTHOR, "email", MODEL_EMAIL, "date",
                     MODEL_DATE);
}

static void say_commit(const ModelCommit *commit, FakeAnswer *answer)
{
    if (commit == NULL) {
        say_error(answer, 404, "object does not exist");
        return;
    }
    json_t *account = commit->login != NULL ? json_pack("{s:s,s:s}", "login", commit->login,
                                                        "avatar_url", "https://avatars.example/ada")
                                            : json_null();
    fake_json(answer, json_pack("{s:s,s:{s:s,s:o,s:o},s:o,s:n}", "sha", commit->id, "commit",
                                "message", commit->message, "author", person(), "committer",
                                person(), "author", account, "committer"));
}

static void say_ref(const ModelCommit *commit, const char *id_name, FakeAnswer *answer)
{
    if (commit == NULL) {
        say_error(answer, 404, "The target couldn't be found.");
        return;
    }
    fake_json(answer, json_pack("{s:s,s:{s:s}}", "name", "x", "commit", id_name, commit->id));
}

static void say_tree(const FakeRequest *request, const ModelRepo *repo, Str sha, FakeAnswer *answer)
{
    static const char *const modes[] = { "100644", "120000", "160000", "040000" };
    static const char *const types[] = { "blob", "blob", "commit", "tree" };
    const ModelCommit *commit = model_by_id(repo, sha);
    size_t page = fake_number(request, "page", 1, 1000000);
    size_t per_page = fake_number(request, "per_page", MAX_TREE_PAGE, MAX_TREE_PAGE);
    size_t n;

    if (commit == NULL || request->mood == FAKE_NO_TREES) {
        say_error(answer, 400, "sha not found");
        return;
    }
    json_t *tree = json_array();
    ModelEntry *entries = model_list(commit, STR_EMPTY, true, &n);
    size_t end = MIN(n, page * per_page);
    for (size_t i = (page - 1) * per_page; i < end; i++) {
        json_array_append_new(tree, json_pack("{s:s,s:s,s:s,s:s}", "path", entries[i].path, "mode",
                                              modes[entries[i].kind], "type",
                                              types[entries[i].kind], "sha", ZERO_ID));
    }
    free(entries);
    fake_json(answer, json_pack("{s:s,s:o,s:b,s:i,s:i}", "sha", commit->id, "tree", tree,
                                "truncated", end < n || request->mood == FAKE_CUT_TREES, "page",
                                (int)page, "total_count", (int)n));
}

static json_t *object(const char *type, Str path, size_t size)
{
    Str name = str_skip(path, str_rfind_char(path, '/') + 1);

    return json_pack("{s:s,s:o,s:o,s:s,s:I,s:n,s:n,s:n,s:n}", "type", type, "name",
                     fake_json_text(name), "path", fake_json_text(path), "sha", ZERO_ID, "size",
                     (json_int_t)size, "encoding", "content", "target", "submodule_git_url");
}

static void say_object(Str path, const TestFile *file, FakeAnswer *answer)
{
    Str bytes = model_bytes(file);
    json_t *root = NULL;

    switch (model_kind(file)) {
    case MODEL_LINK:
        root = object("symlink", path, bytes.len);
        json_object_set_new(root, "target", fake_json_text(bytes));
        break;
    case MODEL_SUBMODULE:
        root = object("submodule", path, 0);
        json_object_set_new(root, "submodule_git_url", json_string("https://host.example/x.git"));
        break;
    case MODEL_FILE:
    case MODEL_DIRECTORY:
        root = object("file", path, bytes.len);
        if (bytes.len <= MAX_BLOB_BYTES) {
            Buf text = BUF_INIT(MiB(4));
            buf_add_base64(&text, bytes);
            json_object_set_new(root, "encoding", json_string("base64"));
            json_object_set_new(root, "content", fake_json_text(buf_str(&text)));
            buf_done(&text);
        }
        break;
    }
    fake_json(answer, root);
}

static void say_file(const FakeRequest *request, const ModelRepo *repo, Str path, bool raw,
                     FakeAnswer *answer)
{
    const ModelCommit *commit = model_by_id(repo, fake_parameter(request, "ref"));
    const TestFile *file = commit != NULL ? model_file(commit, path) : NULL;

    if (!raw && commit != NULL && file == NULL && model_is_directory(commit, path)) {
        fake_json(answer, json_pack("[o]", object("file", path, 1)));
    } else if (file == NULL || (raw && model_kind(file) == MODEL_SUBMODULE)) {
        say_error(answer, 404, "The target couldn't be found.");
    } else if (raw) {
        buf_add(&answer->body, model_bytes(file));
    } else {
        say_object(path, file, answer);
    }
}

static void answer_below(const FakeRequest *request, const ModelRepo *repo, Str rest,
                         FakeAnswer *answer)
{
    Str path = fake_decode(request->arena, rest, false);

    if (str_starts_with(path, STR("git/commits/"))) {
        Str sha = str_skip(path, 12);
        say_commit(str_eq(sha, STR("HEAD")) ? model_default(repo) : model_by_id(repo, sha), answer);
    } else if (str_starts_with(path, STR("branches/"))) {
        say_ref(model_branch(repo, str_skip(path, 9)), "id", answer);
    } else if (str_starts_with(path, STR("tags/"))) {
        say_ref(model_tag(repo, str_skip(path, 5)), "sha", answer);
    } else if (str_starts_with(path, STR("git/trees/"))) {
        say_tree(request, repo, str_skip(path, 10), answer);
    } else if (str_starts_with(path, STR("contents/"))) {
        say_file(request, repo, str_skip(path, 9), false, answer);
    } else if (str_starts_with(path, STR("raw/"))) {
        say_file(request, repo, str_skip(path, 4), true, answer);
    } else {
        say_error(answer, 404, "no such question");
    }
}

static void answer_request(const FakeHost *fake, const FakeRequest *request, FakeAnswer *answer)
{
    Str rest = request->path;
    Str root = STR_EMPTY;
    Str owner = STR_EMPTY;
    Str name = STR_EMPTY;
    bool moved = false;

    (void)fake_segment(&rest, &root); /* what is missing stays "" */
    (void)fake_segment(&rest, &owner);
    (void)fake_segment(&rest, &name);
    const char *full = arena_printf(request->arena, "%.*s/%.*s", STR_ARG(owner), STR_ARG(name));
    const ModelRepo *repo = fake_find_repo(fake, request, str_from(full), &moved);
    if (repo == NULL || !str_eq(root, STR("repos"))) {
        say_error(answer, 404, "The target couldn't be found.");
    } else if (moved) {
        char target[512];
        (void)snprintf(target, sizeof(target), "/api/v1/repos/%s/%.*s%s%.*s", repo->name,
                       STR_ARG(rest), request->query.len > 0 ? "?" : "", STR_ARG(request->query));
        say_error(answer, 301, "Moved Permanently");
        fake_header(answer, "Location", target);
    } else if (rest.len == 0) {
        fake_json(answer, json_pack("{s:s,s:b,s:b}", "full_name", repo->name, "private",
                                    repo->is_private, "internal", 0));
    } else {
        answer_below(request, repo, rest, answer);
    }
}

const FakeDialect fake_gitea = {
    .base_path = "/api/v1",
    .answer = answer_request,
    .error = say_error,
};
