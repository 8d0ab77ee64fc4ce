/* SPDX-License-Identifier: Apache-2.0 */
/* flameline.v1.SourceService: text of a function's file, and commits. */
#include "api/rpc.h"
#include "api/source_caller.h"
#include "flameline/v1/source.pb-c.h"

static char *text(Str s, Arena *arena)
{
    return arena_text(arena, s);
}

static bool add_state(const SourceResult *in, Arena *arena,
                      Flameline__V1__ResolveResponse *response)
{
    Flameline__V1__SourceState *out = ARENA_NEW(arena, Flameline__V1__SourceState, 1);

    if (out == NULL) {
        return false;
    }
    *out = (Flameline__V1__SourceState)FLAMELINE__V1__SOURCE_STATE__INIT;
    out->state = text(str_from(source_state_name(in->state)), arena);
    out->message = text(in->message, arena);
    out->url = text(in->url, arena);
    out->commit = text(in->commit, arena);
    out->provider = text(in->provider, arena);
    out->repository = text(in->repository, arena);
    out->path = text(in->path, arena);
    out->rule = text(in->rule, arena);
    out->uncertain = in->uncertain;
    out->retryat = in->retry_at_ms;
    response->source = out;
    return out->state != NULL && out->message != NULL && out->url != NULL && out->commit != NULL &&
           out->provider != NULL && out->repository != NULL && out->path != NULL &&
           out->rule != NULL;
}

static bool add_warnings(const SourceResult *in, Arena *arena,
                         Flameline__V1__ResolveResponse *response)
{
    Flameline__V1__Warning *items = ARENA_NEW(arena, Flameline__V1__Warning, in->n_warnings);

    response->warnings = ARENA_NEW(arena, Flameline__V1__Warning *, in->n_warnings);
    if (items == NULL || response->warnings == NULL) {
        return false;
    }
    response->n_warnings = in->n_warnings;
    for (size_t i = 0; i < in->n_warnings; i++) {
        items[i] = (Flameline__V1__Warning)FLAMELINE__V1__WARNING__INIT;
        items[i].code = text(str_from(in->warnings[i].code), arena);
        items[i].message = text(in->warnings[i].message, arena);
        response->warnings[i] = &items[i];
        if (items[i].code == NULL || items[i].message == NULL) {
            return false;
        }
    }
    return true;
}

static bool add_attempts(const SourceResult *in, Arena *arena,
                         Flameline__V1__ResolveResponse *response)
{
    Flameline__V1__Attempt *items = ARENA_NEW(arena, Flameline__V1__Attempt, in->n_attempts);

    response->attempts = ARENA_NEW(arena, Flameline__V1__Attempt *, in->n_attempts);
    if (items == NULL || response->attempts == NULL) {
        return false;
    }
    response->n_attempts = in->n_attempts;
    for (size_t i = 0; i < in->n_attempts; i++) {
        const SourceAttempt *attempt = &in->attempts[i];
        Flameline__V1__Attempt *out = &items[i];
        *out = (Flameline__V1__Attempt)FLAMELINE__V1__ATTEMPT__INIT;
        out->step = text(str_from(attempt->step), arena);
        out->repo = text(attempt->repo, arena);
        out->ref = text(attempt->ref, arena);
        out->path = text(attempt->path, arena);
        out->result = text(str_from(source_state_name(attempt->result)), arena);
        out->status = attempt->status;
        out->ms = (int32_t)MIN(attempt->duration_ms, (int64_t)INT32_MAX);
        out->cached = attempt->cached;
        out->message = text(attempt->message, arena);
        response->attempts[i] = out;
        if (out->step == NULL || out->repo == NULL || out->ref == NULL || out->path == NULL ||
            out->result == NULL || out->message == NULL) {
            return false;
        }
    }
    return true;
}

static bool add_version(const SourceResult *in, Arena *arena,
                        Flameline__V1__ResolveResponse *response)
{
    Flameline__V1__VersionCheck *out = ARENA_NEW(arena, Flameline__V1__VersionCheck, 1);

    if (out == NULL) {
        return false;
    }
    *out = (Flameline__V1__VersionCheck)FLAMELINE__V1__VERSION_CHECK__INIT;
    out->verdict = text(str_from(version_verdict_name(in->version.verdict)), arena);
    out->shift = in->version.shift;
    out->checked = (int32_t)in->version.checked;
    out->fitting = (int32_t)in->version.fitting;
    response->version = in->state == SOURCE_OK ? out : NULL;
    return out->verdict != NULL;
}

bool resolve_response(const SourceResult *result, Arena *arena,
                      Flameline__V1__ResolveResponse *response)
{
    response->text = text(result->text, arena);
    response->suggestion = text(result->suggestion, arena);
    return response->text != NULL && response->suggestion != NULL &&
           add_state(result, arena, response) && add_warnings(result, arena, response) &&
           add_version(result, arena, response) && add_attempts(result, arena, response);
}

static bool need_source(const ApiCall *call, Err *err)
{
    return call->api->source != NULL ||
           err_set(err, ERR_UNIMPLEMENTED, "source integration is not configured on this server");
}

/* NULL: out of memory. */
static SourceFunction *known_functions(const Flameline__V1__ResolveRequest *in, Arena *arena,
                                       size_t *ret_n)
{
    size_t n = MIN(in->n_functions, (size_t)VERSION_MAX_FUNCTIONS);
    SourceFunction *functions = ARENA_NEW(arena, SourceFunction, n);

    for (size_t i = 0; functions != NULL && i < n; i++) {
        functions[i] = (SourceFunction){ .name = str_from(in->functions[i]->name),
                                         .start_line = in->functions[i]->startline };
    }
    *ret_n = n;
    return functions;
}

static bool resolve(ApiCall *call, const ProtobufCMessage *message,
                    ProtobufCMessage *response_message, Err *err)
{
    const Flameline__V1__ResolveRequest *in = (const Flameline__V1__ResolveRequest *)message;
    Arena *arena = call->request->arena;
    SourceRequest request = {
        .repository = str_from(in->repository),
        .ref = str_from(in->ref),
        .root = str_from(in->root),
        .file = str_from(in->file),
        .function = str_from(in->function),
        .start_line = in->startline,
        .max_line = in->maxline,
        .profiled_at_ms = in->profiledat,
    };
    SourceCallerOf caller CLEANUP(source_caller_done) = { 0 };
    SourceResult result;

    request.functions = known_functions(in, arena, &request.n_functions);
    if (request.functions == NULL) {
        return err_no_memory(err);
    }
    if (!need_source(call, err) || !source_caller_init(call, &caller, err) ||
        !source_resolve(call->api->source, &caller.caller, &request, arena, &result, err)) {
        return false;
    }
    return resolve_response(&result, arena, (Flameline__V1__ResolveResponse *)response_message) ||
           err_set(err, ERR_RESOURCE_EXHAUSTED, "the file needs too much memory");
}

static bool commit_message(const SourceCommit *in, Arena *arena, Flameline__V1__Commit *out)
{
    const VcsCommit *commit = &in->commit;

    *out = (Flameline__V1__Commit)FLAMELINE__V1__COMMIT__INIT;
    out->ref = text(in->ref, arena);
    if (in->fault.state != SOURCE_OK) {
        out->error = text(str_from(source_state_name(in->fault.state)), arena);
        out->message = text(str_from(in->fault.message), arena);
        return out->ref != NULL && out->error != NULL && out->message != NULL;
    }
    out->sha = text(commit->sha, arena);
    out->message = text(commit->message, arena);
    out->author =
        text(commit->author_login.len > 0 ? commit->author_login : commit->author_name, arena);
    out->avatarurl = text(commit->avatar_url, arena);
    out->date = text(commit->date, arena);
    out->url = text(commit->url, arena);
    return out->ref != NULL && out->sha != NULL && out->message != NULL && out->author != NULL &&
           out->avatarurl != NULL && out->date != NULL && out->url != NULL;
}

static bool commits(ApiCall *call, const ProtobufCMessage *message,
                    ProtobufCMessage *response_message, Err *err)
{
    const Flameline__V1__CommitsRequest *in = (const Flameline__V1__CommitsRequest *)message;
    Flameline__V1__CommitsResponse *response = (Flameline__V1__CommitsResponse *)response_message;
    Arena *arena = call->request->arena;
    Str *refs = ARENA_NEW(arena, Str, in->n_refs);
    SourceCommit *found;
    SourceCallerOf caller CLEANUP(source_caller_done) = { 0 };

    if (refs == NULL) {
        return err_no_memory(err);
    }
    for (size_t i = 0; i < in->n_refs; i++) {
        refs[i] = str_from(in->refs[i]);
    }
    if (!need_source(call, err) || !source_caller_init(call, &caller, err) ||
        !source_commits(call->api->source, &caller.caller, str_from(in->repository), refs,
                        in->n_refs, arena, &found, err)) {
        return false;
    }
    Flameline__V1__Commit *items = ARENA_NEW(arena, Flameline__V1__Commit, in->n_refs);
    response->commits = ARENA_NEW(arena, Flameline__V1__Commit *, in->n_refs);
    if (items == NULL || response->commits == NULL) {
        return err_no_memory(err);
    }
    response->n_commits = in->n_refs;
    for (size_t i = 0; i < in->n_refs; i++) {
        response->commits[i] = &items[i];
        if (!commit_message(&found[i], arena, &items[i])) {
            return err_no_memory(err);
        }
    }
    return true;
}

static bool override(ApiCall *call, const ProtobufCMessage *message,
                     ProtobufCMessage *response_message, Err *err)
{
    const Flameline__V1__OverrideRequest *in = (const Flameline__V1__OverrideRequest *)message;
    Flameline__V1__OverrideResponse *response = (Flameline__V1__OverrideResponse *)response_message;
    Arena *arena = call->request->arena;
    Str tenant;

    if (!need_source(call, err) || !call_single_tenant(call, &tenant, err)) {
        return false;
    }
    const SourceOverride *found = source_override(call->api->source, tenant, str_from(in->service));
    if (found == NULL) {
        return true;
    }
    response->set = true;
    response->repository = text(found->repository, arena);
    response->ref = text(found->ref, arena);
    response->root = text(found->root, arena);
    return (response->repository != NULL && response->ref != NULL && response->root != NULL) ||
           err_no_memory(err);
}

#define SOURCE "flameline.v1.SourceService"

static const RpcMethod methods[] = {
    { .service = SOURCE, .method = "Resolve", .handler = resolve },
    { .service = SOURCE, .method = "Commits", .handler = commits },
    { .service = SOURCE, .method = "Override", .handler = override },
};

const RpcTable source_methods = { methods, ARRAY_LEN(methods) };
