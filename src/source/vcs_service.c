/* SPDX-License-Identifier: Apache-2.0 */
#include "source/vcs_service.h"

#include "base/buf.h"
#include "base/clock.h"
#include "source/path.h"
#include "source/session_cookie.h"
#include "source/source_internal.h"

enum {
    MAX_PLACES_BYTES = 600,
};

bool vcs_github_app(Source *source, Str *ret_client_id, Str *ret_callback_url, Err *err)
{
    const OauthClient *client = source_login_client(source, STR("github.com"));

    if (client == NULL || source->n_secrets == 0) {
        return err_set(err, ERR_UNIMPLEMENTED, "GitHub integration is not configured");
    }
    *ret_client_id = oauth_client_id(client);
    *ret_callback_url = source->callback_url;
    return true;
}

/* A caller with one credential, that of the cookie. */
typedef struct CookieCaller {
    SourceCaller caller; /* points at credential: do not copy the struct */
    SourceCredential credential;
} CookieCaller;

/* The session of the caller; refuses an expired one. */
static bool open_session(Source *source, const VcsCaller *caller, Arena *arena,
                         CookieCaller *ret_session, Err *err)
{
    if (!source_credential_from_cookie(source, caller->tenant, caller->cookie_header, arena,
                                       &ret_session->credential, err)) {
        return false;
    }
    if (ret_session->credential.expired) {
        return err_set(err, ERR_UNAUTHENTICATED, "token is expired");
    }
    ret_session->caller = (SourceCaller){ .tenant = caller->tenant,
                                          .credentials = &ret_session->credential,
                                          .n_credentials = 1 };
    return true;
}

/* The address parses and some provider serves it. */
static bool check_repository(Source *source, Str repository_url, Arena *arena, Err *err)
{
    RepoAddress address;
    Provider *provider;
    Str repo;
    SourceFault fault = SOURCE_FAULT_INIT;

    if (!repo_address_parse(arena, text_or_empty(repository_url), source->default_host, &address,
                            err)) {
        return false;
    }
    if (provider_table_find(source->shared.providers, arena, &address, true, &provider, &repo,
                            &fault) &&
        (str_eq(provider->name, STR("github.com")) ||
         provider_may_ask(provider, STR_EMPTY, &fault) || fault.state != SOURCE_HOST_UNSUPPORTED)) {
        return true;
    }
    /* clients know the two texts below; a built-in host that nobody enabled is no host to them */
    if (fault.state != SOURCE_HOST_UNSUPPORTED) {
        return err_set(err, source_state_code(fault.state), "%s", fault.message);
    }
    bool other_forge = str_find(address.host, STR("gitlab"), 0) != STR_NPOS ||
                       str_ends_with(address.host, STR("bitbucket.org")) ||
                       str_ends_with(address.host, STR("azure.com"));
    return other_forge
               ? err_set(err, ERR_INVALID_ARGUMENT, "only GitHub repositories are supported")
               : err_set(err, ERR_INVALID_ARGUMENT, "repository host '%.*s' not supported",
                         STR_ARG(address.host));
}

static void add_time(Buf *out, int64_t retry_at_ms)
{
    if (retry_at_ms > 0) {
        buf_add(out, STR("; retry after "));
        clock_add_rfc3339(out, retry_at_ms * NS_PER_MS, false);
    }
}

/* Where it was looked for: the reference says "not found" and nothing else. */
static void add_places(Buf *out, const SourceResult *result)
{
    const char *separator = "; tried ";

    for (size_t i = 0; i < result->n_attempts && out->len < MAX_PLACES_BYTES; i++) {
        const SourceAttempt *attempt = &result->attempts[i];
        if (attempt->path.len == 0 || attempt->repo.len == 0 ||
            attempt->result == SOURCE_CONFIG_ABSENT || strcmp(attempt->step, "go_mod") == 0) {
            continue;
        }
        buf_addf(out, "%s%.*s@%.*s:%.*s", separator, STR_ARG(attempt->repo), STR_ARG(attempt->ref),
                 STR_ARG(attempt->path));
        separator = ", ";
    }
}

static bool fail_file(const SourceResult *result, Err *err)
{
    Buf text = BUF_INIT(KiB(8));
    ErrCode code = source_state_code(result->state);

    if (result->state == SOURCE_FILE_NOT_FOUND || result->state == SOURCE_NO_MAPPING) {
        if (result->entry == SOURCE_ENTRY_LINK || result->entry == SOURCE_ENTRY_SUBMODULE) {
            return err_set(err, ERR_INVALID_ARGUMENT, "path is not a file");
        }
        buf_add(&text, STR("file not found"));
        if (result->entry != SOURCE_ENTRY_DIRECTORY) {
            buf_addf(&text, ": %.*s", STR_ARG(result->message));
        }
    } else {
        buf_add(&text, result->message);
    }
    add_time(&text, result->retry_at_ms);
    add_places(&text, result);
    (void)err_set(err, code, "%.*s", STR_ARG(buf_str(&text))); /* returned below */
    buf_done(&text);
    return false;
}

bool vcs_get_file(Source *source, const VcsCaller *caller, const VcsFileRequest *request,
                  Arena *arena, Str *ret_content_base64, Str *ret_url, Err *err)
{
    CookieCaller session;
    SourceResult result;
    SourceRequest wanted = { .repository = request->repository_url,
                             .ref = request->ref,
                             .root = request->root_path,
                             .file = request->local_path,
                             .function = request->function_name };

    if (!open_session(source, caller, arena, &session, err) ||
        !check_repository(source, request->repository_url, arena, err) ||
        !source_resolve(source, &session.caller, &wanted, arena, &result, err)) {
        return false;
    }
    if (result.state != SOURCE_OK) {
        return fail_file(&result, err);
    }
    Buf content = BUF_INIT(source->shared.max_file_bytes * 2);
    buf_add_base64(&content, result.bytes);
    Str text = buf_ok(&content) ? arena_str(arena, buf_str(&content)) : (Str){ NULL, 0 };
    buf_done(&content);
    if (text.ptr == NULL) {
        return err_no_memory(err);
    }
    *ret_content_base64 = text;
    *ret_url = result.url;
    return true;
}

static VcsCommitInfo commit_info(const VcsCommit *commit)
{
    bool has_account = commit->author_login.len > 0;

    return (VcsCommitInfo){
        .message = commit->message,
        .author_login = has_account ? commit->author_login : commit->author_name,
        .author_avatar_url = has_account ? commit->avatar_url : STR_EMPTY,
        .date = commit->date,
        .sha = commit->sha,
        .url = commit->url,
    };
}

static bool fail_fault(const SourceFault *fault, Err *err)
{
    Buf text = BUF_INIT(KiB(2));

    buf_add(&text, str_from(fault->message));
    add_time(&text, fault->retry_at_ms);
    (void)err_set(err, source_state_code(fault->state), "%.*s",
                  STR_ARG(buf_str(&text))); /* returned below */
    buf_done(&text);
    return false;
}

bool vcs_get_commit(Source *source, const VcsCaller *caller, Str repository_url, Str ref,
                    Arena *arena, VcsCommitInfo *ret_commit, Err *err)
{
    CookieCaller session;
    SourceCommit *commits;

    ref = str_trim(text_or_empty(ref));
    if (!open_session(source, caller, arena, &session, err) ||
        !check_repository(source, repository_url, arena, err) ||
        !source_commits(source, &session.caller, repository_url, &ref, 1, arena, &commits, err)) {
        return false;
    }
    if (commits[0].fault.state != SOURCE_OK) {
        return fail_fault(&commits[0].fault, err);
    }
    if (commits[0].commit.message.len == 0) {
        return err_set(err, ERR_INTERNAL, "commit contains no message");
    }
    if (commits[0].commit.date.len == 0) {
        return err_set(err, ERR_INTERNAL, "commit contains no date");
    }
    *ret_commit = commit_info(&commits[0].commit);
    return true;
}

bool vcs_get_commits(Source *source, const VcsCaller *caller, Str repository_url, const Str *refs,
                     size_t n_refs, Arena *arena, VcsCommitInfo **ret_commits, size_t *ret_n,
                     Err *err)
{
    CookieCaller session;
    SourceCommit *commits;
    const SourceFault *strongest = NULL;
    size_t n = 0;

    if (!open_session(source, caller, arena, &session, err) ||
        !check_repository(source, repository_url, arena, err) ||
        !source_commits(source, &session.caller, repository_url, refs, n_refs, arena, &commits,
                        err)) {
        return false;
    }
    VcsCommitInfo *infos = ARENA_NEW(arena, VcsCommitInfo, n_refs + 1);
    if (infos == NULL) {
        return err_no_memory(err);
    }
    for (size_t i = 0; i < n_refs; i++) {
        const SourceFault *fault = &commits[i].fault;
        if (fault->state == SOURCE_OK) {
            infos[n++] = commit_info(&commits[i].commit);
        } else if (strongest == NULL ||
                   source_state_strength(fault->state) > source_state_strength(strongest->state)) {
            strongest = fault;
        }
    }
    if (n == 0 && strongest != NULL) {
        (void)fail_fault(strongest, err); /* returned by err_wrap() */
        return err_wrap(err, "failed to fetch any commits");
    }
    *ret_commits = infos;
    *ret_n = n;
    return true;
}
