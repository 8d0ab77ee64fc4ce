/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/unit/support_source_fake_github.c - GitHub, as its REST documentation describes it.
 */
#include <stdio.h>
#include <time.h>

#include "support_source_fake.h"

enum {
    ONE_MB = 1024 * 1024,
    BASE64_LINE = 60, /* GitHub breaks content into lines */
};

#define ZERO_ID "0000000000000000000000000000000000000000"

static void say_error(FakeAnswer *answer, unsigned status, const char *message)
{
    char text[16];

    (void)snprintf(text, sizeof(text), "%u", status);
    answer->status = status;
    json_t *root = json_pack("{s:s,s:s}", "message", message, "documentation_url",
                             "https://docs.github.com/rest");
    if (status != 422) { /* which is described without it */
        json_object_set_new(root, "status", json_string(text));
    }
    fake_json(answer, root);
}

static void say_rate_limited(FakeAnswer *answer)
{
    char reset[32];

    (void)snprintf(reset, sizeof(reset), "%lld", (long long)time(NULL) + 3600);
    say_error(answer, 403, "API rate limit exceeded");
    fake_header(answer, "X-RateLimit-Remaining", "0");
    fake_header(answer, "X-RateLimit-Reset", reset);
}

/* A ref as /commits/REF takes it: HEAD, an id, heads/NAME, tags/NAME, or a name (branches first).
 */
static const ModelCommit *find_commit(const ModelRepo *repo, Str ref)
{
    for (size_t i = 0; i < repo->n_refs; i++) {
        const ModelRef *known = &repo->refs[i];
        Str prefix = known->kind == MODEL_BRANCH ? STR("heads/") : STR("tags/");
        bool qualified = str_starts_with(ref, prefix);
        Str name = qualified ? str_skip(ref, prefix.len) : ref;
        if (str_eq(name, str_from(known->name)) && (qualified || !known->only_qualified)) {
            return &repo->commits[known->commit_idx];
        }
    }
    return str_eq(ref, STR("HEAD")) ? model_default(repo) : model_by_id(repo, ref);
}

static json_t *person(void)
{
    return json_pack("{s:s,s:s,s:s}", "name", MODEL_AUTHOR, "email", MODEL_EMAIL, "date",
                     MODEL_DATE);
}

static void say_commit(const FakeRequest *request, const ModelRepo *repo, Str ref,
                       FakeAnswer *answer)
{
    const ModelCommit *commit = find_commit(repo, ref);

    if (commit == NULL) {
        char message[128];
        (void)snprintf(message, sizeof(message), "No commit found for SHA: %.*s", STR_ARG(ref));
        say_error(answer, 422, message);
        return;
    }
    if (str_find(request->accept, STR(".sha"), 0) != STR_NPOS) {
        buf_add(&answer->body, str_from(commit->id));
        return;
    }
    json_t *account = commit->login != NULL ? json_pack("{s:s,s:s}", "login", commit->login,
                                                        "avatar_url", "https://avatars.example/ada")
                                            : json_null();
    fake_json(answer, json_pack("{s:s,s:{s:s,s:o,s:o},s:o,s:n}", "sha", commit->id, "commit",
                                "message", commit->message, "author", person(), "committer",
                                person(), "author", account, "committer"));
}

static void say_tree(const FakeRequest *request, const ModelRepo *repo, Str sha, FakeAnswer *answer)
{
    static const char *const modes[] = { "100644", "120000", "160000", "040000" };
    static const char *const types[] = { "blob", "blob", "commit", "tree" };
    const ModelCommit *commit = model_by_id(repo, sha);
    size_t n;

    if (commit == NULL || request->mood == FAKE_NO_TREES) {
        say_error(answer, 404, "Not Found");
        return;
    }
    json_t *tree = json_array();
    ModelEntry *entries = model_list(commit, STR_EMPTY, true, &n);
    for (size_t i = 0; i < n; i++) {
        json_array_append_new(tree, json_pack("{s:s,s:s,s:s,s:s}", "path", entries[i].path, "mode",
                                              modes[entries[i].kind], "type",
                                              types[entries[i].kind], "sha", ZERO_ID));
    }
    free(entries);
    fake_json(answer, json_pack("{s:s,s:o,s:b}", "sha", commit->id, "tree", tree, "truncated",
                                request->mood == FAKE_CUT_TREES));
}

static json_t *base64_lines(Str bytes)
{
    Buf text = BUF_INIT(MiB(8));
    Buf lines = BUF_INIT(MiB(8));

    buf_add_base64(&text, bytes);
    for (size_t i = 0; i < text.len; i += BASE64_LINE) {
        buf_add(&lines, str_first(str_skip(buf_str(&text), i), BASE64_LINE));
        buf_add_char(&lines, '\n');
    }
    json_t *value = fake_json_text(buf_str(&lines));
    buf_done(&lines);
    buf_done(&text);
    return value;
}

static json_t *object(const char *type, Str path, size_t size)
{
    Str name = str_skip(path, str_rfind_char(path, '/') + 1);

    return json_pack("{s:s,s:o,s:o,s:s,s:I}", "type", type, "name", fake_json_text(name), "path",
                     fake_json_text(path), "sha", ZERO_ID, "size", (json_int_t)size);
}

static void say_file(Str path, const TestFile *file, bool raw, FakeAnswer *answer)
{
    Str bytes = model_bytes(file);

    if (raw) {
        buf_add(&answer->body, bytes);
        return;
    }
    json_t *root = object("file", path, bytes.len);
    bool inside = bytes.len <= ONE_MB;
    json_object_set_new(root, "encoding", json_string(inside ? "base64" : "none"));
    json_object_set_new(root, "content", inside ? base64_lines(bytes) : json_string(""));
    fake_json(answer, root);
}

static void say_contents(const FakeRequest *request, const ModelRepo *repo, Str path,
                         FakeAnswer *answer)
{
    const ModelCommit *commit = find_commit(repo, fake_parameter(request, "ref"));
    const TestFile *file = commit != NULL ? model_file(commit, path) : NULL;
    bool raw = str_find(request->accept, STR("raw"), 0) != STR_NPOS;

    if (file != NULL && model_kind(file) == MODEL_LINK && model_follow(commit, file) != NULL) {
        file = model_follow(commit, file);
    }
    if (commit != NULL && file == NULL && model_is_directory(commit, path)) {
        fake_json(answer, json_pack("[o]", object("file", path, 1)));
    } else if (file == NULL) {
        say_error(answer, 404, "Not Found");
    } else if (model_kind(file) == MODEL_LINK) {
        json_t *root = object("symlink", path, model_bytes(file).len);
        json_object_set_new(root, "target", fake_json_text(model_bytes(file)));
        fake_json(answer, root);
    } else if (model_kind(file) == MODEL_SUBMODULE) {
        json_t *root = object("submodule", path, 0);
        json_object_set_new(root, "submodule_git_url", json_string("https://host.example/x.git"));
        fake_json(answer, root);
    } else {
        say_file(path, file, raw, answer);
    }
}

static void redirect(const FakeRequest *request, const ModelRepo *repo, Str rest,
                     FakeAnswer *answer)
{
    char target[512];

    (void)snprintf(target, sizeof(target), "/repositories/%s%.*s%s%.*s", repo->name, STR_ARG(rest),
                   request->query.len > 0 ? "?" : "", STR_ARG(request->query));
    say_error(answer, 301, "Moved Permanently");
    fake_header(answer, "Location", target);
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
    /* str_next() took the slash as well */
    Str decoded = fake_decode(request->arena, rest, false);
    if (repo == NULL || !(str_eq(root, STR("repos")) || str_eq(root, STR("repositories")))) {
        say_error(answer, 404, "Not Found");
    } else if (moved) {
        redirect(request, repo, str_from(arena_printf(request->arena, "/%.*s", STR_ARG(rest))),
                 answer);
    } else if (rest.len == 0) {
        fake_json(answer,
                  json_pack("{s:s,s:b}", "full_name", repo->name, "private", repo->is_private));
    } else if (str_starts_with(decoded, STR("commits/"))) {
        say_commit(request, repo, str_skip(decoded, 8), answer);
    } else if (str_starts_with(decoded, STR("git/trees/"))) {
        say_tree(request, repo, str_skip(decoded, 10), answer);
    } else if (str_starts_with(decoded, STR("contents/"))) {
        say_contents(request, repo, str_skip(decoded, 9), answer);
    } else {
        say_error(answer, 404, "Not Found");
    }
}

const FakeDialect fake_github = {
    .base_path = "/api/v3",
    .base_optional = true, /* api.github.com has none */
    .answer = answer_request,
    .error = say_error,
    .rate_limit = say_rate_limited,
};
