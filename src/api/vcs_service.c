/* SPDX-License-Identifier: Apache-2.0 */
/* vcs.v1.VCSService as Profiles Drilldown calls it; the behaviour is in source/vcs_service.h. */
#include "source/vcs_service.h"
#include "api/rpc.h"
#include "vcs/v1/vcs.pb-c.h"

static bool open_call(const ApiCall *call, VcsCaller *caller, Err *err)
{
    if (call->api->source == NULL) {
        return err_set(err, ERR_UNIMPLEMENTED, "GitHub integration is not configured");
    }
    *caller = (VcsCaller){ .cookie_header = http_request_header(call->request, STR("cookie")) };
    if (call->tenants.n == 1) { /* several tenants share no session: "invalid token" then */
        caller->tenant = call->tenants.ids[0];
    }
    return true;
}

static bool github_app(ApiCall *call, const ProtobufCMessage *message UNUSED,
                       ProtobufCMessage *response_message, Err *err)
{
    Vcs__V1__GithubAppResponse *response = (Vcs__V1__GithubAppResponse *)response_message;
    VcsCaller caller;
    Str client_id;
    Str callback_url;

    if (!open_call(call, &caller, err) ||
        !vcs_github_app(call->api->source, &client_id, &callback_url, err)) {
        return false;
    }
    response->clientid = arena_text(call->request->arena, client_id);
    response->callbackurl = arena_text(call->request->arena, callback_url);
    return (response->clientid != NULL && response->callbackurl != NULL) || err_no_memory(err);
}

typedef struct LoginTexts {
    char *cookie;
    char *token;
} LoginTexts;

static bool login_texts(const VcsLogin *login, Arena *arena, LoginTexts *out, Err *err)
{
    *out = (LoginTexts){ arena_text(arena, login->cookie), arena_text(arena, login->token) };
    return (out->cookie != NULL && out->token != NULL) || err_no_memory(err);
}

static bool github_login(ApiCall *call, const ProtobufCMessage *message,
                         ProtobufCMessage *response_message, Err *err)
{
    const Vcs__V1__GithubLoginRequest *in = (const Vcs__V1__GithubLoginRequest *)message;
    Vcs__V1__GithubLoginResponse *response = (Vcs__V1__GithubLoginResponse *)response_message;
    VcsCaller caller;
    VcsLogin login;
    LoginTexts texts;

    if (!open_call(call, &caller, err) ||
        !vcs_github_login(call->api->source, &caller, str_from(in->authorizationcode),
                          call->request->arena, &login, err) ||
        !login_texts(&login, call->request->arena, &texts, err)) {
        return false;
    }
    response->cookie = texts.cookie;
    response->token = texts.token;
    response->token_expires_at = login.token_expires_at_ms;
    response->refresh_token_expires_at = login.refresh_token_expires_at_ms;
    return true;
}

static bool github_refresh(ApiCall *call, const ProtobufCMessage *message UNUSED,
                           ProtobufCMessage *response_message, Err *err)
{
    Vcs__V1__GithubRefreshResponse *response = (Vcs__V1__GithubRefreshResponse *)response_message;
    VcsCaller caller;
    VcsLogin login;
    LoginTexts texts;

    if (!open_call(call, &caller, err) ||
        !vcs_github_refresh(call->api->source, &caller, call->request->arena, &login, err) ||
        !login_texts(&login, call->request->arena, &texts, err)) {
        return false;
    }
    response->cookie = texts.cookie;
    response->token = texts.token;
    response->token_expires_at = login.token_expires_at_ms;
    response->refresh_token_expires_at = login.refresh_token_expires_at_ms;
    return true;
}

static bool get_file(ApiCall *call, const ProtobufCMessage *message,
                     ProtobufCMessage *response_message, Err *err)
{
    const Vcs__V1__GetFileRequest *in = (const Vcs__V1__GetFileRequest *)message;
    Vcs__V1__GetFileResponse *response = (Vcs__V1__GetFileResponse *)response_message;
    VcsFileRequest request = {
        .repository_url = str_from(in->repositoryurl),
        .ref = str_from(in->ref),
        .local_path = str_from(in->localpath),
        .root_path = str_from(in->rootpath),
        .function_name = str_from(in->functionname),
    };
    VcsCaller caller;
    Str content;
    Str url;

    if (!open_call(call, &caller, err) ||
        !vcs_get_file(call->api->source, &caller, &request, call->request->arena, &content, &url,
                      err)) {
        return false;
    }
    response->content = arena_text(call->request->arena, content);
    response->url = arena_text(call->request->arena, url);
    return (response->content != NULL && response->url != NULL) || err_no_memory(err);
}

/* The texts and the author of a commit; false when the arena is used up. */
typedef struct CommitTexts {
    char *message;
    char *date;
    char *sha;
    char *url;
    Vcs__V1__CommitAuthor *author;
} CommitTexts;

static bool commit_texts(const VcsCommitInfo *commit, Arena *arena, CommitTexts *out)
{
    *out = (CommitTexts){
        .message = arena_text(arena, commit->message),
        .date = arena_text(arena, commit->date),
        .sha = arena_text(arena, commit->sha),
        .url = arena_text(arena, commit->url),
        .author = ARENA_NEW(arena, Vcs__V1__CommitAuthor, 1),
    };
    if (out->message == NULL || out->date == NULL || out->sha == NULL || out->url == NULL ||
        out->author == NULL) {
        return false;
    }
    *out->author = (Vcs__V1__CommitAuthor)VCS__V1__COMMIT_AUTHOR__INIT;
    out->author->login = arena_text(arena, commit->author_login);
    out->author->avatarurl = arena_text(arena, commit->author_avatar_url);
    return out->author->login != NULL && out->author->avatarurl != NULL;
}

static bool get_commit(ApiCall *call, const ProtobufCMessage *message,
                       ProtobufCMessage *response_message, Err *err)
{
    const Vcs__V1__GetCommitRequest *in = (const Vcs__V1__GetCommitRequest *)message;
    Vcs__V1__GetCommitResponse *response = (Vcs__V1__GetCommitResponse *)response_message;
    Arena *arena = call->request->arena;
    VcsCaller caller;
    VcsCommitInfo commit;
    CommitTexts texts;

    if (!open_call(call, &caller, err) ||
        !vcs_get_commit(call->api->source, &caller, str_from(in->repositoryurl), str_from(in->ref),
                        arena, &commit, err)) {
        return false;
    }
    if (!commit_texts(&commit, arena, &texts)) {
        return err_no_memory(err);
    }
    response->message = texts.message;
    response->date = texts.date;
    response->sha = texts.sha;
    response->url = texts.url;
    response->author = texts.author;
    return true;
}

static bool get_commits(ApiCall *call, const ProtobufCMessage *message,
                        ProtobufCMessage *response_message, Err *err)
{
    const Vcs__V1__GetCommitsRequest *in = (const Vcs__V1__GetCommitsRequest *)message;
    Vcs__V1__GetCommitsResponse *response = (Vcs__V1__GetCommitsResponse *)response_message;
    Arena *arena = call->request->arena;
    Str *refs = ARENA_NEW(arena, Str, in->n_refs);
    VcsCommitInfo *commits;
    VcsCaller caller;
    size_t n;

    if (refs == NULL) {
        return err_no_memory(err);
    }
    for (size_t i = 0; i < in->n_refs; i++) {
        refs[i] = str_from(in->refs[i]);
    }
    if (!open_call(call, &caller, err) ||
        !vcs_get_commits(call->api->source, &caller, str_from(in->repository_url), refs, in->n_refs,
                         arena, &commits, &n, err)) {
        return false;
    }
    Vcs__V1__CommitInfo *items = ARENA_NEW(arena, Vcs__V1__CommitInfo, n);
    response->commits = ARENA_NEW(arena, Vcs__V1__CommitInfo *, n);
    if (items == NULL || response->commits == NULL) {
        return err_no_memory(err);
    }
    for (size_t i = 0; i < n; i++) {
        CommitTexts texts;
        if (!commit_texts(&commits[i], arena, &texts)) {
            return err_no_memory(err);
        }
        items[i] = (Vcs__V1__CommitInfo)VCS__V1__COMMIT_INFO__INIT;
        items[i].message = texts.message;
        items[i].date = texts.date;
        items[i].sha = texts.sha;
        items[i].url = texts.url;
        items[i].author = texts.author;
        response->commits[response->n_commits++] = &items[i];
    }
    return true;
}

#define VCS "vcs.v1.VCSService"

static const RpcMethod methods[] = {
    { .service = VCS, .method = "GithubApp", .handler = github_app },
    { .service = VCS, .method = "GithubLogin", .handler = github_login },
    { .service = VCS, .method = "GithubRefresh", .handler = github_refresh },
    { .service = VCS, .method = "GetFile", .handler = get_file },
    { .service = VCS, .method = "GetCommit", .handler = get_commit },
    { .service = VCS, .method = "GetCommits", .handler = get_commits },
};

const RpcTable vcs_methods = { methods, ARRAY_LEN(methods) };
