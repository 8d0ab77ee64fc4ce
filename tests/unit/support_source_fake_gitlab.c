/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/unit/support_source_fake_gitlab.c - GitLab, as the documentation of its REST API v4
 * describes projects, branches, commits, repository files and the repository tree.
 */
#include <stdio.h>
#include <time.h>

#include "support_source_fake.h"

#define ENTRY_ID "00000000000000000000000000000000000000"

static void say_error(FakeAnswer *answer, unsigned status, const char *message)
{
    answer->status = status;
    fake_json(answer, json_pack("{s:s}", "message", message));
}

static void say_rate_limited(FakeAnswer *answer)
{
    char reset[32];

    (void)snprintf(reset, sizeof(reset), "%lld", (long long)time(NULL) + 45);
    say_error(answer, 429, "Too Many Requests");
    fake_header(answer, "RateLimit-Remaining", "0");
    fake_header(answer, "RateLimit-Reset", reset);
}

/* git's own order: a tag hides a branch of the same name. */
static const ModelCommit *find_commit(const ModelRepo *repo, Str ref)
{
    const ModelCommit *commit = model_tag(repo, ref);

    if (commit == NULL) {
        commit = model_branch(repo, ref);
    }
    if (commit == NULL && str_eq(ref, STR("HEAD"))) {
        commit = model_default(repo);
    }
    return commit != NULL ? commit : model_by_id(repo, ref);
}

static json_t *commit_json(const ModelCommit *commit)
{
    return json_pack("{s:s,s:s#,s:s,s:s,s:s,s:s,s:s}", "id", commit->id, "short_id", commit->id, 8,
                     "message", commit->message, "author_name", MODEL_AUTHOR, "author_email",
                     MODEL_EMAIL, "authored_date", MODEL_DATE, "web_url",
                     "https://ignored.example/");
}

static void say_commit(const ModelCommit *commit, FakeAnswer *answer)
{
    if (commit == NULL) {
        say_error(answer, 404, "404 Commit Not Found");
        return;
    }
    fake_json(answer, commit_json(commit));
}

static void say_branch(const ModelRepo *repo, Str name, FakeAnswer *answer)
{
    const ModelCommit *commit = model_branch(repo, name);

    if (commit == NULL) {
        say_error(answer, 404, "404 Branch Not Found");
        return;
    }
    fake_json(answer,
              json_pack("{s:o,s:o}", "name", fake_json_text(name), "commit", commit_json(commit)));
}

/* A link gives its target: nothing but the tree knows the mode. */
static void say_raw(const FakeRequest *request, const ModelRepo *repo, Str path, FakeAnswer *answer)
{
    const ModelCommit *commit = find_commit(repo, fake_parameter(request, "ref"));
    const TestFile *file = commit != NULL ? model_file(commit, path) : NULL;

    if (file == NULL || model_kind(file) == MODEL_SUBMODULE) {
        say_error(answer, 404, "404 File Not Found");
        return;
    }
    buf_add(&answer->body, model_bytes(file));
}

static json_t *entry_json(const ModelEntry *entry, size_t index)
{
    static const char *const modes[] = { "100644", "120000", "160000", "040000" };
    static const char *const types[] = { "blob", "blob", "commit", "tree" };
    const char *slash = strrchr(entry->path, '/');
    char id[48];

    (void)snprintf(id, sizeof(id), ENTRY_ID "%02zx", index & 0xff);
    return json_pack("{s:s,s:s,s:s,s:s,s:s}", "id", id, "name",
                     slash != NULL ? slash + 1 : entry->path, "type", types[entry->kind], "path",
                     entry->path, "mode", modes[entry->kind]);
}

static void say_tree(const FakeRequest *request, const ModelRepo *repo, FakeAnswer *answer)
{
    const ModelCommit *commit = find_commit(repo, fake_parameter(request, "ref"));
    Str directory = fake_parameter(request, "path");
    size_t first = fake_number(request, "page_token", 0, 1000000);
    size_t per_page = fake_number(request, "per_page", 20, 100);
    bool recursive = str_eq(fake_parameter(request, "recursive"), STR("true"));
    size_t n;

    if (commit == NULL || request->mood == FAKE_NO_TREES ||
        !model_is_directory(commit, directory)) {
        say_error(answer, 404, "404 invalid revision or path Not Found");
        return;
    }
    json_t *list = json_array();
    ModelEntry *entries = model_list(commit, directory, recursive, &n);
    size_t end = MIN(n, first + per_page);
    for (size_t i = first; i < end; i++) {
        json_array_append_new(list, entry_json(&entries[i], i));
    }
    free(entries);
    fake_json(answer, list);
    if (end < n) {
        char link[512];
        (void)snprintf(link, sizeof(link),
                       "<https://ignored.example/api/v4/x?page_token=%zu&per_page=%zu>; "
                       "rel=\"next\", <https://ignored.example/api/v4/x>; rel=\"first\"",
                       end, per_page);
        fake_header(answer, "Link", link);
    }
}

static void redirect(const FakeRequest *request, const ModelRepo *repo, Str rest,
                     FakeAnswer *answer)
{
    char target[512];
    const char *slash = strchr(repo->name, '/');

    (void)snprintf(target, sizeof(target), "/api/v4/projects/%.*s%%2F%s%s%.*s%s%.*s",
                   (int)(slash - repo->name), repo->name, slash + 1, rest.len > 0 ? "/" : "",
                   STR_ARG(rest), request->query.len > 0 ? "?" : "", STR_ARG(request->query));
    say_error(answer, 301, "Moved");
    fake_header(answer, "Location", target);
}

static void answer_below(const FakeRequest *request, const ModelRepo *repo, Str rest,
                         FakeAnswer *answer)
{
    Str kind = STR_EMPTY;
    Str name = STR_EMPTY;
    Str last = STR_EMPTY;

    (void)fake_segment(&rest, &kind); /* "repository" */
    (void)fake_segment(&rest, &kind); /* what is missing stays as it is */
    (void)fake_segment(&rest, &name);
    (void)fake_segment(&rest, &last);
    name = fake_decode(request->arena, name, false);
    if (str_eq(kind, STR("commits"))) {
        say_commit(find_commit(repo, name), answer);
    } else if (str_eq(kind, STR("branches"))) {
        say_branch(repo, name, answer);
    } else if (str_eq(kind, STR("tree"))) {
        say_tree(request, repo, answer);
    } else if (str_eq(kind, STR("files")) && str_eq(last, STR("raw"))) {
        say_raw(request, repo, name, answer);
    } else {
        say_error(answer, 404, "404 Not Found");
    }
}

static void answer_request(const FakeHost *fake, const FakeRequest *request, FakeAnswer *answer)
{
    Str rest = request->path;
    Str root = STR_EMPTY;
    Str id = STR_EMPTY;
    bool moved = false;

    (void)fake_segment(&rest, &root); /* what is missing stays "" */
    (void)fake_segment(&rest, &id);
    const ModelRepo *repo =
        fake_find_repo(fake, request, fake_decode(request->arena, id, false), &moved);
    if (repo == NULL || !str_eq(root, STR("projects"))) {
        say_error(answer, 404, "404 Project Not Found");
    } else if (moved) {
        redirect(request, repo, rest, answer);
    } else if (rest.len == 0) {
        fake_json(answer, json_pack("{s:s,s:s}", "path_with_namespace", repo->name, "visibility",
                                    repo->is_private ? "private" : "public"));
    } else {
        answer_below(request, repo, rest, answer);
    }
}

const FakeDialect fake_gitlab = {
    .base_path = "/api/v4",
    .answer = answer_request,
    .error = say_error,
    .rate_limit = say_rate_limited,
};
