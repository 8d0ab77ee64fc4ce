/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/resolver.c - request in, answer with all attempts out.
 */
#include "source/resolver.h"

#include "source/path.h"
#include "source/ref_name.h"
#include "source/resolver_internal.h"

void resolver_note(Resolver *r, const char *step, const LookupRepo *repo, Str ref, Str path,
                   const LookupReport *report)
{
    if (r->n_attempts == RESOLVER_MAX_ATTEMPTS) {
        return;
    }
    SourceAttempt *attempt = &r->attempts[r->n_attempts++];
    *attempt = (SourceAttempt){
        .step = step,
        .repo = repo != NULL ? repo_address_text(r->arena, &repo->address) : STR_EMPTY,
        .ref = arena_str(r->arena, ref),   /* may be lent by a list of releases */
        .path = arena_str(r->arena, path), /* may be lent by the tree */
        .result = report->fault.state,
        .status = report->fault.status,
        .duration_ms = report->duration_ms,
        .cached = report->cached,
        .message = arena_str(r->arena, str_from(report->fault.message)),
    };
    r->no_memory = r->no_memory || attempt->message.ptr == NULL || attempt->repo.ptr == NULL ||
                   attempt->ref.ptr == NULL || attempt->path.ptr == NULL;
}

void resolver_warn(Resolver *r, const char *code, const char *message)
{
    if (message == NULL) {
        r->no_memory = true;
    } else if (r->n_warnings < RESOLVER_MAX_WARNINGS) {
        r->warnings[r->n_warnings++] = (SourceWarning){ code, str_from(message) };
    }
}

void resolver_failed(Resolver *r, const SourceFault *fault)
{
    if (r->strongest.state == SOURCE_OK ||
        source_state_strength(fault->state) > source_state_strength(r->strongest.state)) {
        r->strongest = *fault;
    }
}

static bool refuse(Resolver *r, const char *reason)
{
    r->result->state = SOURCE_INVALID_REQUEST;
    r->result->message = str_from(reason);
    return false;
}

/* What section 1.8 rejects before anything is asked. */
static bool check_request(Resolver *r)
{
    const SourceRequest *request = r->request;
    const Str fields[] = { request->repository, request->ref, request->root, request->file,
                           request->function };
    Str root = str_trim(request->root);

    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        if (fields[i].len > SOURCE_MAX_FIELD_BYTES) {
            return refuse(r, "a field of the request is longer than 4 KiB");
        }
        if (path_has_control(fields[i])) {
            return refuse(r, "a field of the request has control characters");
        }
    }
    if (request->ref.len > 0 && !ref_name_valid(request->ref)) {
        return refuse(r, "the ref is not a valid name of a commit, branch or tag");
    }
    if (!path_clean(r->arena, root, &r->input.root)) {
        return refuse(r, "the root path leaves the repository");
    }
    r->input.file = path_slashes(r->arena, request->file);
    r->input.function = request->function;
    return r->input.file.ptr != NULL;
}

static bool parse_repository(Resolver *r)
{
    Err err = ERR_INIT;
    Str repository = str_trim(r->request->repository);

    r->own.own = true;
    if (repository.len == 0 && r->options->any_repository) {
        r->own.address = (RepoAddress){ .host = STR_EMPTY, .path = STR("local") };
    } else if (repository.len == 0) {
        r->result->state = SOURCE_NO_LABELS;
        r->result->message =
            STR("The profile does not say which repository it was built from. Add the labels "
                "service_repository and service_git_ref to the application, for example "
                "service_repository=https://github.com/acme/shop and service_git_ref=<commit id>.");
        return false;
    } else if (!repo_address_parse(r->arena, repository, r->options->default_host, &r->own.address,
                                   &err)) {
        if (!r->options->any_repository) {
            return refuse(r, arena_printf(r->arena, "%s", err.msg));
        }
        r->own.address = (RepoAddress){ .host = STR_EMPTY, .path = STR("local") };
    }
    r->input.own = r->own.address;
    return true;
}

static SourceRequest with_texts(const SourceRequest *request)
{
    SourceRequest copy = *request;

    copy.repository = text_or_empty(copy.repository);
    copy.ref = str_trim(text_or_empty(copy.ref));
    copy.root = text_or_empty(copy.root);
    copy.file = text_or_empty(copy.file);
    copy.function = text_or_empty(copy.function);
    copy.config = text_or_empty(copy.config);
    return copy;
}

/* The requested function and the others of its file, as far as their start lines are known. */
static bool collect_functions(Resolver *r)
{
    const SourceRequest *request = r->request;
    size_t n = MIN(request->n_functions, (size_t)VERSION_MAX_FUNCTIONS);

    r->functions = ARENA_NEW(r->arena, SourceFunction, n + 1);
    if (r->functions == NULL) {
        return false;
    }
    if (request->start_line > 0) {
        r->functions[r->n_functions++] = (SourceFunction){ request->function, request->start_line };
    }
    for (size_t i = 0; i < n; i++) {
        SourceFunction function = request->functions[i];
        function.name = text_or_empty(function.name);
        bool again =
            function.start_line == request->start_line && str_eq(function.name, request->function);
        if (function.start_line > 0 && !again && function.name.len <= SOURCE_MAX_FIELD_BYTES) {
            r->functions[r->n_functions++] = function;
        }
    }
    return true;
}

static bool start(Resolver *r, Err *err)
{
    r->attempts = ARENA_NEW(r->arena, SourceAttempt, RESOLVER_MAX_ATTEMPTS);
    r->warnings = ARENA_NEW(r->arena, SourceWarning, RESOLVER_MAX_WARNINGS);
    if (r->attempts == NULL || r->warnings == NULL || !collect_functions(r)) {
        return err_no_memory(err);
    }
    *r->result = (SourceResult){ .message = STR_EMPTY,
                                 .bytes = STR_EMPTY,
                                 .text = STR_EMPTY,
                                 .url = STR_EMPTY,
                                 .commit = STR_EMPTY,
                                 .provider = STR_EMPTY,
                                 .repository = STR_EMPTY,
                                 .path = STR_EMPTY,
                                 .rule = STR_EMPTY,
                                 .suggestion = STR_EMPTY };
    r->ref_shown = r->request->ref.len > 0 ? r->request->ref : STR("HEAD");
    r->input.arena = r->arena;
    r->input.has_proxy = r->options->has_proxy && r->lookup->ops->proxy_file != NULL;
    r->input.homes.forges = r->options->forges;
    r->input.homes.n_forges = r->options->n_forges;
    return true;
}

/*
 * Mappings first: when one leads to the file, nothing else has to be known. Then what the rules
 * need, which is not the same for every path: a call that is not made costs nobody a quota.
 */
static void run(Resolver *r, CandidateList *list)
{
    Found found;

    resolver_gather(r);
    rule_add_mappings(&r->input, list, r->input.file);
    bool ok = resolver_try(r, list, 0, &found);
    if (!ok) {
        size_t n_tried = list->n;
        resolver_gather_for_rules(r);
        rule_run(&r->input, list);
        ok = resolver_try(r, list, n_tried, &found);
        n_tried = list->n;
        if (!ok && resolver_read_page(r, false)) { /* a well-known name may have moved */
            rule_run(&r->input, list);
            ok = resolver_try(r, list, n_tried, &found);
        }
    }
    if (ok) {
        resolver_finish_found(r, &found);
    } else {
        resolver_finish_not_found(r, list);
    }
}

/* The state of a resolution that has begun; NULL: out of memory. */
static Resolver *begin(Lookup *lookup, const ResolverOptions *options, const SourceRequest *request,
                       Arena *arena, SourceResult *ret_result, Err *err)
{
    Resolver *r = ARENA_NEW(arena, Resolver, 1);
    SourceRequest *texts = ARENA_NEW(arena, SourceRequest, 1);

    if (r == NULL || texts == NULL) {
        (void)err_no_memory(err); /* NULL says it failed */
        return NULL;
    }
    *texts = with_texts(request);
    *r = (Resolver){
        .lookup = lookup, .options = options, .request = texts, .arena = arena, .result = ret_result
    };
    return start(r, err) ? r : NULL;
}

static bool end(Resolver *r, Err *err)
{
    SourceResult *result = r->result;

    result->attempts = r->attempts;
    result->n_attempts = r->n_attempts;
    result->warnings = r->warnings;
    result->n_warnings = r->n_warnings;
    if (r->no_memory || result->state == SOURCE_INTERNAL) {
        return err_set(err, ERR_RESOURCE_EXHAUSTED, "finding the source needs too much memory");
    }
    return true;
}

bool resolver_run(Lookup *lookup, const ResolverOptions *options, const SourceRequest *request,
                  Arena *arena, SourceResult *ret_result, Err *err)
{
    CandidateList *list = ARENA_NEW(arena, CandidateList, 1);
    Resolver *r = begin(lookup, options, request, arena, ret_result, err);

    if (r == NULL || list == NULL) {
        return err_no_memory(err);
    }
    if (check_request(r) && parse_repository(r)) {
        run(r, list);
    }
    return end(r, err);
}

bool resolver_suggest(Lookup *lookup, const ResolverOptions *options, const SourceRequest *request,
                      const SuggestFrame *frames, size_t n, Arena *arena, SourceResult *ret_result,
                      Suggestion *ret_suggestion, Err *err)
{
    Resolver *r = begin(lookup, options, request, arena, ret_result, err);

    *ret_suggestion = (Suggestion){ 0 };
    if (r == NULL) {
        return err_no_memory(err);
    }
    if (!check_request(r) || !parse_repository(r)) {
        return end(r, err);
    }
    resolver_gather_modules(r);
    if (r->input.tree == NULL) {
        ret_result->state =
            r->strongest.state != SOURCE_OK ? r->strongest.state : SOURCE_REPO_NOT_FOUND;
        ret_result->message = r->strongest.message[0] != '\0'
                                  ? arena_str(arena, str_from(r->strongest.message))
                                  : STR("the files of the repository could not be listed");
        return end(r, err);
    }
    return suggest_mappings(&r->input, frames, n, ret_suggestion, err) && end(r, err);
}
