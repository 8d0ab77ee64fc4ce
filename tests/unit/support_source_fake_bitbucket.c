/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/unit/support_source_fake_bitbucket.c - Bitbucket Cloud, as the reference of its REST API
 * 2.0 describes it.
 */
#include <stdio.h>

#include "source/verify.h"
#include "support_source_fake.h"

static void say_error(FakeAnswer *answer, unsigned status, const char *message)
{
    answer->status = status;
    fake_json(answer, json_pack("{s:s,s:{s:s}}", "type", "error", "error", "message", message));
}

/* Atlassian sends no time. */
static void say_rate_limited(FakeAnswer *answer)
{
    say_error(answer, 429, "Rate limit for this resource has been exceeded");
}

static void say_commit(const ModelCommit *commit, FakeAnswer *answer)
{
    if (commit == NULL) {
        say_error(answer, 404, "Commit not found");
        return;
    }
    json_t *author =
        json_pack("{s:s,s:s}", "type", "author", "raw", MODEL_AUTHOR " <" MODEL_EMAIL ">");
    if (commit->login != NULL) {
        json_object_set_new(author, "user",
                            json_pack("{s:s,s:s,s:{s:{s:s}}}", "nickname", commit->login,
                                      "display_name", MODEL_AUTHOR, "links", "avatar", "href",
                                      "https://avatars.example/ada"));
    }
    fake_json(answer, json_pack("{s:s,s:s,s:s,s:s,s:o}", "type", "commit", "hash", commit->id,
                                "message", commit->message, "date", MODEL_DATE, "author", author));
}

static void say_ref(const ModelCommit *commit, FakeAnswer *answer)
{
    if (commit == NULL) {
        say_error(answer, 404, "No such reference");
        return;
    }
    fake_json(answer, json_pack("{s:s,s:{s:s,s:s}}", "name", "x", "target", "type", "commit",
                                "hash", commit->id));
}

static json_t *entry_json(Str path, ModelKind kind, Str bytes)
{
    json_t *attributes = json_array();

    if (kind == MODEL_LINK) {
        json_array_append_new(attributes, json_string("link"));
    } else if (kind == MODEL_SUBMODULE) {
        json_array_append_new(attributes, json_string("subrepository"));
    } else if (verify_is_lfs_pointer(bytes)) {
        json_array_append_new(attributes, json_string("lfs"));
    }
    return json_pack("{s:s,s:o,s:o,s:I}", "type",
                     kind == MODEL_DIRECTORY ? "commit_directory" : "commit_file", "path",
                     fake_json_text(path), "attributes", attributes, "size", (json_int_t)bytes.len);
}

static void say_listing(const FakeHost *fake, const FakeRequest *request, const ModelRepo *repo,
                        const ModelCommit *commit, FakeAnswer *answer)
{
    size_t page = fake_number(request, "page", 1, 1000000);
    size_t pagelen = fake_number(request, "pagelen", 10, 100);
    bool recursive = fake_number(request, "max_depth", 1, 1000) > 1;
    size_t n;

    if (request->mood == FAKE_NO_TREES) {
        say_error(answer, 404, "No such page");
        return;
    }
    json_t *values = json_array();
    ModelEntry *entries = model_list(commit, STR_EMPTY, recursive, &n);
    size_t end = MIN(n, page * pagelen);
    for (size_t i = (page - 1) * pagelen; i < end; i++) {
        json_array_append_new(values,
                              entry_json(str_from(entries[i].path), entries[i].kind, STR_EMPTY));
    }
    free(entries);
    json_t *root =
        json_pack("{s:i,s:o,s:i}", "pagelen", (int)pagelen, "values", values, "page", (int)page);
    if (request->mood == FAKE_CUT_TREES) { /* the next page is said to be elsewhere */
        json_object_set_new(root, "next", json_string("https://evil.example/2.0/repositories/x"));
    } else if (end < n) {
        char next[512];
        (void)snprintf(next, sizeof(next),
                       "%.*s/2.0/repositories/%s/src/%s/?max_depth=20&pagelen=%zu&page=%zu",
                       STR_ARG(fake_host_url(fake)), repo->name, commit->id, pagelen, page + 1);
        json_object_set_new(root, "next", json_string(next));
    }
    fake_json(answer, root);
}

/* Bytes, or with format=meta what stands there. LFS files are at another service. */
static void say_file(const FakeRequest *request, const ModelCommit *commit, Str path,
                     FakeAnswer *answer)
{
    const TestFile *file = model_file(commit, path);
    bool meta = str_eq(fake_parameter(request, "format"), STR("meta"));

    if (file == NULL && model_is_directory(commit, path) && meta) {
        fake_json(answer, entry_json(path, MODEL_DIRECTORY, STR_EMPTY));
    } else if (file == NULL) {
        say_error(answer, 404, "No such file or directory");
    } else if (meta) {
        fake_json(answer, entry_json(path, model_kind(file), model_bytes(file)));
    } else if (verify_is_lfs_pointer(model_bytes(file))) {
        say_error(answer, 301, "Moved");
        fake_header(answer, "Location", "http://media.example/lfs");
    } else {
        buf_add(&answer->body, model_bytes(file));
    }
}

/* src/COMMIT/PATH; a ref with a slash would be cut in two here, as at the real host. */
static void say_source(const FakeHost *fake, const FakeRequest *request, const ModelRepo *repo,
                       Str rest, FakeAnswer *answer)
{
    Str at = rest;
    Str path = STR_EMPTY;

    (void)str_cut(rest, '/', &at, &path); /* no slash: no path */
    const ModelCommit *commit = model_by_id(repo, at);
    if (commit == NULL) {
        say_error(answer, 404, "Commit not found");
    } else if (path.len == 0) {
        say_listing(fake, request, repo, commit, answer);
    } else {
        say_file(request, commit, fake_decode(request->arena, path, false), answer);
    }
}

static void answer_below(const FakeHost *fake, const FakeRequest *request, const ModelRepo *repo,
                         Str rest, FakeAnswer *answer)
{
    Str path = fake_decode(request->arena, rest, false);

    if (str_starts_with(path, STR("commit/"))) {
        say_commit(model_by_id(repo, str_skip(path, 7)), answer);
    } else if (str_starts_with(path, STR("refs/branches/"))) {
        say_ref(model_branch(repo, str_skip(path, 14)), answer);
    } else if (str_starts_with(path, STR("refs/tags/"))) {
        say_ref(model_tag(repo, str_skip(path, 10)), answer);
    } else if (str_starts_with(rest, STR("src/"))) {
        say_source(fake, request, repo, str_skip(rest, 4), answer);
    } else {
        say_error(answer, 404, "Resource not found");
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
    if (repo == NULL || !str_eq(root, STR("repositories"))) {
        say_error(answer, 404, "You may not have access to this repository or it no longer exists");
    } else if (moved) {
        char target[512];
        (void)snprintf(target, sizeof(target), "/2.0/repositories/%s/%.*s%s%.*s", repo->name,
                       STR_ARG(rest), request->query.len > 0 ? "?" : "", STR_ARG(request->query));
        say_error(answer, 301, "Moved");
        fake_header(answer, "Location", target);
    } else if (rest.len == 0) {
        fake_json(answer, json_pack("{s:s,s:b,s:{s:s,s:s}}", "full_name", repo->name, "is_private",
                                    repo->is_private, "mainbranch", "type", "branch", "name",
                                    repo->refs[0].name));
    } else {
        answer_below(fake, request, repo, rest, answer);
    }
}

const FakeDialect fake_bitbucket = {
    .base_path = "/2.0",
    .answer = answer_request,
    .error = say_error,
    .rate_limit = say_rate_limited,
};
