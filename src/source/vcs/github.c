/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/vcs/github.c - GitHub and GitHub Enterprise Server over REST (7.2): configuration, the
 * request, rate limits per token.
 */
#include <stdio.h>

#include "base/clock.h"
#include "base/file.h"
#include "source/path.h"
#include "source/vcs/github_error.h"
#include "source/vcs/github_internal.h"

enum {
    MAX_TOKEN_FILE_BYTES = 16 * 1024,
};

static void set_transport_fault(const Err *err, SourceFault *fault)
{
    SourceState state = SOURCE_HOST_UNREACHABLE;

    if (err->code == ERR_DEADLINE_EXCEEDED) {
        state = SOURCE_TIMEOUT;
    } else if (err->code == ERR_RESOURCE_EXHAUSTED) {
        state = SOURCE_TOO_LARGE;
    } else if (err->code == ERR_INVALID_ARGUMENT) {
        state = SOURCE_INVALID_REQUEST;
    }
    (void)source_fault_set(fault, state, "%s", err->msg); /* the caller returns false */
}

static bool take_call(const VcsCall *call, SourceFault *fault)
{
    if (call->calls_left == NULL) {
        return true;
    }
    if (*call->calls_left <= 0) {
        return source_fault_set(fault, SOURCE_TIMEOUT,
                                "the calls that one request may make are used up");
    }
    (*call->calls_left)--;
    return true;
}

/* Renamed repositories redirect within the API; nothing else is worth following (7.2). */
static bool stays_at_api(Str url, void *context)
{
    const GithubProvider *github = context;
    Str base = str_from(github->api_url);
    size_t scheme = str_find(base, STR("://"), 0) + 3;
    size_t slash = str_find_char(str_skip(base, scheme), '/');
    Str origin = slash == STR_NPOS ? base : str_first(base, scheme + slash);

    return str_starts_with(url, origin) && (url.len == origin.len || url.ptr[origin.len] == '/');
}

bool github_ask(GithubProvider *github, const VcsCall *call, const GithubCall *what,
                HttpReply *ret_reply, SourceFault *fault)
{
    Str token = call->token.len > 0 ? call->token : str_from(github->token);
    uint64_t credential = github_limits_credential(token);
    int64_t now_ms = clock_unix_ns() / NS_PER_MS;
    char accept[96];
    Buf url = BUF_INIT(KiB(16));
    Buf authorization = BUF_INIT(KiB(32));
    Err err = ERR_INIT;

    *ret_reply = (HttpReply){ 0 };
    if (!take_call(call, fault) ||
        !github_limits_enter(&github->limits, credential, call->deadline_ns, fault)) {
        return false;
    }
    (void)snprintf(accept, sizeof(accept), "Accept: %s", what->accept); /* our own constants */
    buf_add(&url, str_from(github->api_url));
    buf_add(&url, str_from(what->path));
    if (token.len > 0) {
        buf_add(&authorization, STR("Bearer "));
        buf_add(&authorization, token);
    }
    const Str headers[] = { str_from(accept), STR("X-GitHub-Api-Version: 2022-11-28") };
    HttpCall http = { .url = buf_str(&url),
                      .headers = headers,
                      .n_headers = ARRAY_LEN(headers),
                      .authorization = buf_str(&authorization),
                      .ca_file = github->ca_file,
                      .deadline_ns = call->deadline_ns,
                      .max_bytes = what->max_bytes,
                      .max_redirects = 5,
                      .check_redirect = stays_at_api,
                      .context = github };
    bool ok = buf_ok(&url) && buf_ok(&authorization)
                  ? http_client_fetch(github->http, &http, ret_reply, &err)
                  : err_no_memory(&err);
    if (!ok) {
        set_transport_fault(&err, fault);
        fault->status = ret_reply->status;
    } else if (ret_reply->status != 200) {
        github_classify(ret_reply, what->not_found, what->what, now_ms, fault);
        if (fault->state == SOURCE_SESSION_EXPIRED && call->token.len == 0) {
            fault->state = token.len > 0 ? SOURCE_FORBIDDEN : SOURCE_NOT_CONNECTED;
        }
        ok = false;
    } else {
        fault->status = 200;
    }
    github_limits_leave(&github->limits, credential, fault);
    if (authorization.ptr != NULL) {
        explicit_bzero(authorization.ptr, authorization.cap);
    }
    buf_done(&authorization);
    buf_done(&url);
    return ok;
}

bool github_ask_json(GithubProvider *github, const VcsCall *call, const GithubCall *what,
                     json_t **ret_root, SourceFault *fault)
{
    HttpReply reply;
    bool ok = github_ask(github, call, what, &reply, fault);

    if (ok) {
        Str body = buf_str(&reply.body);
        json_error_t error;
        *ret_root = json_loadb(body.ptr, body.len, 0, &error);
        if (*ret_root == NULL) {
            ok = source_fault_set(fault, SOURCE_HOST_UNREACHABLE,
                                  "the answer of GitHub is not valid JSON: %s", error.text);
        }
    }
    http_reply_done(&reply);
    return ok;
}

Str github_escape_path(Arena *arena, Str path)
{
    Buf out = BUF_INIT(KiB(16));

    buf_add_url_escaped(&out, path, STR("/"));
    Str text = buf_ok(&out) ? arena_str(arena, buf_str(&out)) : (Str){ NULL, 0 };
    buf_done(&out);
    return text;
}

const char *github_repo_path(Arena *arena, Str repo, const char *suffix, Str path)
{
    Str escaped_repo = github_escape_path(arena, repo);
    Str escaped = github_escape_path(arena, path);

    if (escaped_repo.ptr == NULL || escaped.ptr == NULL) {
        return NULL;
    }
    return arena_printf(arena, "/repos/%.*s%s%.*s", STR_ARG(escaped_repo), suffix,
                        STR_ARG(escaped));
}

static bool github_locate(Provider *provider, Arena *arena, const RepoAddress *address,
                          Str *ret_repo, SourceFault *fault)
{
    Str path = str_trim_char_left(str_skip(address->path, provider->path_prefix.len), '/');
    Str owner;
    Str repo;

    (void)arena;
    if (!str_cut(path, '/', &owner, &repo) || str_find_char(repo, '/') != STR_NPOS ||
        !repo_address_name_valid(owner) || !repo_address_name_valid(repo)) {
        return source_fault_set(fault, SOURCE_INVALID_REQUEST,
                                "a GitHub repository is named owner/repository");
    }
    *ret_repo = path;
    return true;
}

static bool github_check_access(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                                bool *ret_public, SourceFault *fault)
{
    GithubCall what = { .path = github_repo_path(arena, repo, "", STR_EMPTY),
                        .accept = "application/vnd.github+json",
                        .not_found = SOURCE_REPO_NOT_FOUND,
                        .what = "repository" };
    json_t *root = NULL;

    if (what.path == NULL) {
        return source_fault_no_memory(fault);
    }
    if (!github_ask_json((GithubProvider *)provider, call, &what, &root, fault)) {
        return false;
    }
    const json_t *is_private = json_object_get(root, "private");
    *ret_public = json_is_false(is_private);
    json_decref(root);
    return true;
}

static Str github_file_url(const Provider *provider, Arena *arena, Str repo, Str commit, Str path)
{
    const GithubProvider *github = (const GithubProvider *)provider;
    Str escaped = github_escape_path(arena, path);
    const char *url = escaped.ptr != NULL
                          ? arena_printf(arena, "%s/%.*s/blob/%.*s/%.*s", github->web_url,
                                         STR_ARG(repo), STR_ARG(commit), STR_ARG(escaped))
                          : NULL;

    return url != NULL ? str_from(url) : (Str){ NULL, 0 };
}

Str github_commit_url(const Provider *provider, Arena *arena, Str repo, Str commit)
{
    const GithubProvider *github = (const GithubProvider *)provider;
    const char *url =
        arena_printf(arena, "%s/%.*s/commit/%.*s", github->web_url, STR_ARG(repo), STR_ARG(commit));

    return url != NULL ? str_from(url) : (Str){ NULL, 0 };
}

static void github_destroy(Provider *provider)
{
    GithubProvider *github = (GithubProvider *)provider;

    if (github->token != NULL) {
        explicit_bzero(github->token, strlen(github->token));
    }
    free(github->token);
    free(github->web_url);
    free(github->api_url);
    free(github->ca_file);
    github_limits_done(&github->limits);
    free(github);
}

static const ProviderOps github_ops = {
    .locate = github_locate,
    .resolve_ref = github_resolve_ref,
    .read_file = github_read_file,
    .list_tree = github_list_tree,
    .read_commit = github_read_commit,
    .check_access = github_check_access,
    .file_url = github_file_url,
    .commit_url = github_commit_url,
    .destroy = github_destroy,
};

static bool read_token(GithubProvider *github, Str path, Err *err)
{
    Buf content = BUF_INIT(MAX_TOKEN_FILE_BYTES);
    char *c_path = str_dup(path);
    bool ok = c_path != NULL ? file_read(c_path, &content, err) : err_no_memory(err);

    if (ok) {
        Str token = str_trim(buf_str(&content));
        if (token.len == 0 || path_has_control(token)) {
            ok = err_set(err, ERR_INVALID_ARGUMENT, "token file \"%s\" holds no token", c_path);
        } else {
            github->token = str_dup(token);
            ok = github->token != NULL ? true : err_no_memory(err);
        }
    }
    if (content.ptr != NULL) {
        explicit_bzero(content.ptr, content.cap);
    }
    buf_done(&content);
    free(c_path);
    return ok;
}

/* "https://host" of a bare host; no slash at the end. */
static char *base_url(Str text, const char *suffix)
{
    Str trimmed = text;
    char *url = NULL;

    while (trimmed.len > 0 && trimmed.ptr[trimmed.len - 1] == '/') {
        trimmed.len--;
    }
    const char *scheme = str_find(trimmed, STR("://"), 0) == STR_NPOS ? "https://" : "";
    if (asprintf(&url, "%s%.*s%s", scheme, STR_ARG(trimmed), suffix) < 0) {
        return NULL;
    }
    return url;
}

Provider *provider_github_create(const ProviderConfig *config, struct HttpClient *http, Err *err)
{
    GithubProvider *github = calloc(1, sizeof(*github));
    Str web = config->web_url.len > 0 ? config->web_url : config->name;

    if (github == NULL) {
        (void)err_no_memory(err); /* NULL says it failed */
        return NULL;
    }
    github_limits_init(&github->limits);
    github->http = http;
    github->web_url = base_url(web, "");
    if (config->api_url.len > 0) {
        github->api_url = base_url(config->api_url, "");
    } else if (str_ends_with(web, STR("github.com"))) {
        github->api_url = base_url(STR("https://api.github.com"), "");
    } else {
        github->api_url = base_url(web, "/api/v3"); /* Enterprise Server */
    }
    github->ca_file = config->ca_file.len > 0 ? str_dup(config->ca_file) : NULL;
    bool ok = github->web_url != NULL && github->api_url != NULL &&
              (config->ca_file.len == 0 || github->ca_file != NULL);
    if (!ok) {
        (void)err_no_memory(err); /* ok is false */
    } else if (config->token_file.len > 0) {
        ok = read_token(github, config->token_file, err);
    }
    github->base = (Provider){ .ops = &github_ops,
                               .has_login = config->client_id.len > 0,
                               .has_static_token = github->token != NULL,
                               .anonymous = config->anonymous };
    if (!ok) {
        github_destroy(&github->base);
        return NULL;
    }
    return &github->base;
}
