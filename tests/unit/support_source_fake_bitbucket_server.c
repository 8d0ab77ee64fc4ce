/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/unit/support_source_fake_bitbucket_server.c - Bitbucket Data Center, as the reference of
 * its REST API 1.0 describes it.
 */
#include <stdio.h>

#include "support_source_fake.h"

enum {
    MAX_PAGE = 500, /* page.max.directory.recursive.children, smaller than usual */
};

static void say_error(FakeAnswer *answer, unsigned status, const char *message)
{
    answer->status = status;
    fake_json(answer, json_pack("{s:[{s:n,s:s,s:s}]}", "errors", "context", "message", message,
                                "exceptionName", "com.example.SomeException"));
}

static json_t *commit_json(const ModelCommit *commit)
{
    json_t *author = json_pack("{s:s,s:s}", "name", MODEL_AUTHOR, "emailAddress", MODEL_EMAIL);

    if (commit->login != NULL) {
        json_object_set_new(author, "name", json_string(commit->login));
        json_object_set_new(author, "slug", json_string(commit->login));
        json_object_set_new(author, "displayName", json_string(MODEL_AUTHOR));
    }
    return json_pack("{s:s,s:s#,s:s,s:o,s:I}", "id", commit->id, "displayId", commit->id, 11,
                     "message", commit->message, "author", author, "authorTimestamp",
                     (json_int_t)MODEL_TIME_S * 1000);
}

/* commits/ID takes ids alone, since release 2.11. */
static void say_commit(const ModelCommit *commit, FakeAnswer *answer)
{
    if (commit == NULL) {
        say_error(answer, 404, "Commit does not exist in repository");
        return;
    }
    fake_json(answer, commit_json(commit));
}

static void say_commits(const FakeRequest *request, const ModelRepo *repo, FakeAnswer *answer)
{
    Str until = fake_parameter(request, "until");
    const ModelCommit *commit = NULL;

    if (until.len == 0) {
        commit = model_default(repo);
    } else if (str_starts_with(until, STR("refs/heads/"))) {
        commit = model_branch(repo, str_skip(until, 11));
    } else if (str_starts_with(until, STR("refs/tags/"))) {
        commit = model_tag(repo, str_skip(until, 10));
    }
    if (commit == NULL) {
        say_error(answer, 404, "Commit or branch does not exist in repository");
        return;
    }
    fake_json(answer, json_pack("{s:[o],s:i,s:b,s:i}", "values", commit_json(commit), "size", 1,
                                "isLastPage", 0, "nextPageStart", 1));
}

static void say_files(const FakeRequest *request, const ModelCommit *commit, FakeAnswer *answer)
{
    size_t start = fake_number(request, "start", 0, 1000000);
    size_t limit = fake_number(request, "limit", 25, MAX_PAGE);
    size_t n_files = 0;
    size_t n;

    json_t *values = json_array();
    ModelEntry *entries = model_list(commit, STR_EMPTY, true, &n);
    for (size_t i = 0; i < n; i++) {
        if (entries[i].kind == MODEL_DIRECTORY) {
            continue;
        }
        if (n_files >= start && n_files < start + limit) {
            json_array_append_new(values, json_string(entries[i].path));
        }
        n_files++;
    }
    free(entries);
    bool last = start + limit >= n_files && request->mood != FAKE_CUT_TREES;
    json_t *root =
        json_pack("{s:o,s:b,s:i}", "values", values, "isLastPage", last, "start", (int)start);
    /* a page that would start where this one did never ends */
    size_t next = request->mood == FAKE_CUT_TREES ? start : start + limit;
    json_object_set_new(root, "nextPageStart", last ? json_null() : json_integer((json_int_t)next));
    fake_json(answer, root);
}

static void say_browse(const ModelCommit *commit, Str path, FakeAnswer *answer)
{
    const TestFile *file = model_file(commit, path);

    if (file == NULL && !model_is_directory(commit, path)) {
        say_error(answer, 404, "The path does not exist at revision");
        return;
    }
    const char *type = file == NULL                          ? "DIRECTORY"
                       : model_kind(file) == MODEL_SUBMODULE ? "SUBMODULE"
                                                             : "FILE";
    fake_json(answer, json_pack("{s:s}", "type", type));
}

static void say_raw(const ModelCommit *commit, Str path, FakeAnswer *answer)
{
    const TestFile *file = model_file(commit, path);

    if (file == NULL && model_is_directory(commit, path)) {
        say_error(answer, 400, "The path is not a file");
    } else if (file == NULL || model_kind(file) == MODEL_SUBMODULE) {
        say_error(answer, 404, "The path does not exist at revision");
    } else {
        buf_add(&answer->body, model_bytes(file));
    }
}

static void answer_below(const FakeRequest *request, const ModelRepo *repo, Str rest,
                         FakeAnswer *answer)
{
    Str path = fake_decode(request->arena, rest, false);
    const ModelCommit *commit = model_by_id(repo, fake_parameter(request, "at"));

    if (str_eq(path, STR("commits"))) {
        say_commits(request, repo, answer);
    } else if (str_starts_with(path, STR("commits/"))) {
        say_commit(model_by_id(repo, str_skip(path, 8)), answer);
    } else if (commit == NULL || (str_eq(path, STR("files")) && request->mood == FAKE_NO_TREES)) {
        say_error(answer, 404, "No such commit or page");
    } else if (str_eq(path, STR("files"))) {
        say_files(request, commit, answer);
    } else if (str_starts_with(path, STR("browse/"))) {
        say_browse(commit, str_skip(path, 7), answer);
    } else if (str_starts_with(path, STR("raw/"))) {
        say_raw(commit, str_skip(path, 4), answer);
    } else {
        say_error(answer, 404, "No such resource");
    }
}

static void answer_request(const FakeHost *fake, const FakeRequest *request, FakeAnswer *answer)
{
    Str rest = request->path;
    Str parts[4] = { STR_EMPTY, STR_EMPTY, STR_EMPTY, STR_EMPTY };
    bool moved = false;

    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        (void)fake_segment(&rest, &parts[i]); /* what is missing stays "" */
    }
    const char *full =
        arena_printf(request->arena, "%.*s/%.*s", STR_ARG(parts[1]), STR_ARG(parts[3]));
    const ModelRepo *repo =
        fake_find_repo(fake, request, fake_decode(request->arena, str_from(full), false), &moved);
    if (repo == NULL || !str_eq(parts[0], STR("projects")) || !str_eq(parts[2], STR("repos"))) {
        bool anonymous = request->access == FAKE_ANONYMOUS;
        say_error(answer, anonymous ? 401 : 404,
                  anonymous ? "You are not permitted to access this resource"
                            : "Repository does not exist.");
    } else if (moved) {
        char target[512];
        const char *slash = strchr(repo->name, '/');
        (void)snprintf(target, sizeof(target), "/rest/api/1.0/projects/%.*s/repos/%s/%.*s%s%.*s",
                       (int)(slash - repo->name), repo->name, slash + 1, STR_ARG(rest),
                       request->query.len > 0 ? "?" : "", STR_ARG(request->query));
        say_error(answer, 301, "Moved");
        fake_header(answer, "Location", target);
    } else if (rest.len == 0) {
        fake_json(answer, json_pack("{s:s,s:b}", "slug", repo->name, "public", !repo->is_private));
    } else {
        answer_below(request, repo, rest, answer);
    }
}

const FakeDialect fake_bitbucket_server = {
    .base_path = "/rest/api/1.0",
    .answer = answer_request,
    .error = say_error,
};
