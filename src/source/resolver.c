/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/resolver.c - request in, answer with all attempts out.
 */
#include "source/resolver.h"

#include "source/path.h"
#include "source/ref_name.h"
#include "source/resolver_internal.h"
#include "source/verify.h"

/* A candidate whose file was read. */
typedef struct Found {
    const Candidate *candidate;
    Str commit;
    Str bytes;
    const char *doubt; /* NULL: none */
} Found;

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
        .ref = ref,
        .path = arena_str(r->arena, path), /* may be lent by the tree */
        .result = report->fault.state,
        .status = report->fault.status,
        .duration_ms = report->duration_ms,
        .cached = report->cached,
        .message = arena_str(r->arena, str_from(report->fault.message)),
    };
    r->no_memory = r->no_memory || attempt->message.ptr == NULL || attempt->repo.ptr == NULL ||
                   attempt->path.ptr == NULL;
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

/* Commit of a candidate's ref; own candidates are at the request's commit. */
static bool candidate_commit(Resolver *r, const Candidate *candidate, Str *ret_commit,
                             SourceFault *fault)
{
    if (candidate->repo.own) {
        if (!r->input.own_readable) {
            *fault = r->strongest;
            return false;
        }
        *ret_commit = r->own_ref.commit;
        return true;
    }
    for (size_t i = 0; i < r->n_known; i++) {
        const KnownRef *known = &r->known[i];
        if (!repo_address_eq(&known->address, &candidate->repo.address)) {
            continue;
        }
        bool same_ref = str_eq(known->ref, candidate->ref);
        /* a missing ref says nothing about others; everything else is about the repository */
        bool whole_repo = known->fault.state != SOURCE_OK &&
                          known->fault.state != SOURCE_REF_NOT_FOUND &&
                          known->fault.state != SOURCE_TIMEOUT;
        if (same_ref || whole_repo) {
            *fault = known->fault;
            *ret_commit = known->result.commit;
            return known->fault.state == SOURCE_OK;
        }
    }
    LookupReport report = { 0 };
    KnownRef known = { .address = candidate->repo.address, .ref = candidate->ref };
    bool ok = r->lookup->ops->resolve(r->lookup, &candidate->repo, candidate->ref, &known.result,
                                      &report);
    if (!ok) {
        resolver_note(r, candidate->rule, &candidate->repo, candidate->ref, candidate->path,
                      &report);
    }
    known.fault = report.fault;
    *fault = report.fault;
    if (r->n_known < ARRAY_LEN(r->known)) {
        r->known[r->n_known++] = known;
    }
    *ret_commit = known.result.commit;
    return ok;
}

static bool is_text_file(Str bytes, SourceFault *fault)
{
    if (verify_is_lfs_pointer(bytes)) {
        fault->entry = SOURCE_ENTRY_LFS;
        return source_fault_set(fault, SOURCE_FILE_NOT_FOUND,
                                "the repository holds a Git LFS pointer in place of the file");
    }
    if (verify_is_binary(bytes)) {
        return source_fault_set(fault, SOURCE_BINARY, "the file is not text");
    }
    return true;
}

/* Whether a file that was read may be taken, as its rule asks. */
static bool prove(const Resolver *r, Found *found, SourceFault *fault)
{
    Proof proof = found->candidate->proof;

    if (proof == PROOF_NONE) {
        return true;
    }
    VerifyResult seen = verify_function(found->bytes, rule_language(&r->input),
                                        r->request->function, r->request->start_line);
    if (seen == VERIFY_AT_LINE) {
        return true;
    }
    if (seen == VERIFY_UNKNOWN && proof == PROOF_LIKELY) {
        if (found->doubt == NULL) {
            found->doubt = "only the end of its path fits, and other files could fit as well";
        }
        return true;
    }
    return source_fault_set(fault, SOURCE_FILE_NOT_FOUND,
                            seen == VERIFY_UNKNOWN
                                ? "the name alone fits and the function cannot be looked for"
                                : "the function is not at its line in this file");
}

/* Reads one candidate and notes the attempt. */
static bool try_candidate(Resolver *r, const Candidate *candidate, Found *ret_found)
{
    LookupReport report = { 0 };
    Str ref = candidate->repo.own ? r->ref_shown : candidate->ref;
    Str commit = STR_EMPTY;
    Str bytes = STR_EMPTY;

    if (candidate->note.len > 0) {
        (void)source_fault_set(&report.fault, candidate->note_state, "%.*s",
                               STR_ARG(candidate->note));
        resolver_note(r, candidate->rule, NULL, STR_EMPTY, candidate->path, &report);
        resolver_failed(r, &report.fault);
        return false;
    }
    if (!candidate_commit(r, candidate, &commit, &report.fault)) {
        resolver_failed(r, &report.fault);
        return false;
    }
    bool ok = candidate->repo.own ? resolver_read_own(r, candidate->path, &bytes, &report)
                                  : r->lookup->ops->read(r->lookup, &candidate->repo, commit,
                                                         candidate->path, &bytes, &report);
    ok = ok && is_text_file(bytes, &report.fault);
    Found found = { candidate, commit, bytes, candidate->doubt };
    ok = ok && prove(r, &found, &report.fault);
    resolver_note(r, candidate->rule, &candidate->repo, ref, candidate->path, &report);
    if (!ok) {
        resolver_failed(r, &report.fault);
        if (report.fault.entry != SOURCE_ENTRY_NONE) {
            r->result->entry = report.fault.entry;
        }
        return false;
    }
    *ret_found = found;
    return true;
}

/* The candidate's directory has a go.mod that declares exactly its module. */
static bool declares_module(Resolver *r, const Found *found)
{
    const Candidate *candidate = found->candidate;
    LookupReport report = { 0 };
    Str path = STR_EMPTY;
    Str bytes = STR_EMPTY;
    GoMod mod;
    Err err = ERR_INIT;

    bool ok =
        path_join(r->arena, candidate->module_dir, STR("go.mod"), &path) &&
        r->lookup->ops->read(r->lookup, &candidate->repo, found->commit, path, &bytes, &report);
    resolver_note(r, "go_module", &candidate->repo, candidate->ref, path, &report);
    return ok && go_mod_parse(r->arena, bytes, &mod, &err) && str_eq(mod.module, candidate->module);
}

/*
 * One group: alternatives of which exactly one must verify (PROOF_ONE_OF), or directories of a
 * module of which the one that declares it wins (4.6.6). ret_next: first candidate behind.
 */
static bool try_group(Resolver *r, const CandidateList *list, size_t at, size_t *ret_next,
                      Found *ret_found)
{
    unsigned group = list->items[at].group;
    size_t n_found = 0;

    *ret_next = at;
    while (*ret_next < list->n && list->items[*ret_next].group == group) {
        const Candidate *candidate = &list->items[(*ret_next)++];
        Found found;
        if (!try_candidate(r, candidate, &found)) {
            continue;
        }
        if (candidate->module.len > 0 && declares_module(r, &found)) {
            *ret_found = found;
            return true;
        }
        if (n_found++ == 0) {
            *ret_found = found;
        }
    }
    return n_found == 1 || (n_found > 1 && list->items[at].proof != PROOF_ONE_OF);
}

static bool try_all(Resolver *r, const CandidateList *list, Found *ret_found)
{
    for (size_t i = 0; i < list->n && !r->no_memory;) {
        if (list->items[i].group != 0) {
            size_t next;
            if (try_group(r, list, i, &next, ret_found)) {
                return true;
            }
            i = next;
        } else if (try_candidate(r, &list->items[i++], ret_found)) {
            return true;
        }
    }
    return false;
}

/* Does the text fit the profile? Never changes the answer, only warns. */
static void check_version(Resolver *r, Str text)
{
    size_t n_lines = verify_count_lines(text);

    if (r->request->max_line > 0 && (size_t)r->request->max_line > n_lines) {
        resolver_warn(r, "lines_beyond_end",
                      arena_printf(r->arena,
                                   "The profile has line %d, but the file ends at line %zu: it is "
                                   "another version.",
                                   r->request->max_line, n_lines));
    }
    if (r->request->start_line <= 0) {
        return;
    }
    VerifyResult seen = verify_function(text, rule_language(&r->input), r->request->function,
                                        r->request->start_line);
    if (seen == VERIFY_ABSENT || seen == VERIFY_ELSEWHERE) {
        resolver_warn(r, "function_not_at_line",
                      arena_printf(r->arena,
                                   seen == VERIFY_ABSENT
                                       ? "The function is not in this file (line %d expected): it "
                                         "may be another version."
                                       : "The function is not at line %d of this file: it may be "
                                         "another version.",
                                   r->request->start_line));
    }
}

static void finish_found(Resolver *r, const Found *found)
{
    SourceResult *result = r->result;
    const Candidate *candidate = found->candidate;
    bool repaired = false;

    result->state = SOURCE_OK;
    result->entry = SOURCE_ENTRY_NONE;
    result->bytes = arena_str(r->arena, found->bytes);
    result->text = verify_repair_utf8(r->arena, result->bytes, &repaired);
    if (repaired) {
        resolver_warn(r, "invalid_utf8",
                      "The file is not UTF-8; bytes that are not were replaced.");
    }
    result->commit = arena_str(r->arena, found->commit);
    result->repository = repo_address_text(r->arena, &candidate->repo.address);
    result->path = arena_str(r->arena, candidate->path);
    result->rule = str_from(candidate->rule);
    result->message = STR("The file was found.");
    r->lookup->ops->place(r->lookup, &candidate->repo, found->commit, candidate->path,
                          &result->provider, &result->url);
    if (found->doubt != NULL) {
        result->uncertain = true;
        const char *text =
            arena_printf(r->arena, "This may not be the compiled file: %s.", candidate->doubt);
        resolver_warn(r, "uncertain", text);
    }
    check_version(r, result->bytes);
    r->no_memory = r->no_memory || result->bytes.ptr == NULL || result->text.ptr == NULL ||
                   result->commit.ptr == NULL || result->repository.ptr == NULL ||
                   result->provider.ptr == NULL || result->url.ptr == NULL ||
                   result->path.ptr == NULL;
}

static void finish_not_found(Resolver *r, const CandidateList *list)
{
    SourceFault *fault = &r->strongest;
    bool has_mappings = r->input.config != NULL && r->input.config->n_mappings > 0;

    if (fault->state == SOURCE_OK) {
        (void)source_fault_set(fault, SOURCE_FILE_NOT_FOUND, "no rule knows where this file is");
    }
    if (fault->state == SOURCE_FILE_NOT_FOUND && has_mappings && !list->mapping_matched &&
        !list->generated) {
        (void)source_fault_set(fault, SOURCE_NO_MAPPING,
                               "no mapping of .pyroscope.yaml begins this path, and the path was "
                               "not found as it is");
    }
    r->result->state = fault->state;
    r->result->retry_at_ms = fault->retry_at_ms;
    r->result->message = arena_str(r->arena, str_from(fault->message));
    r->result->suggestion = resolver_suggestion(r);
    r->no_memory = r->no_memory || r->result->message.ptr == NULL;
}

static SourceRequest with_texts(const SourceRequest *request)
{
    SourceRequest copy = *request;

    copy.repository = text_or_empty(copy.repository);
    copy.ref = str_trim(text_or_empty(copy.ref));
    copy.root = text_or_empty(copy.root);
    copy.file = text_or_empty(copy.file);
    copy.function = text_or_empty(copy.function);
    return copy;
}

static bool start(Resolver *r, Err *err)
{
    r->attempts = ARENA_NEW(r->arena, SourceAttempt, RESOLVER_MAX_ATTEMPTS);
    r->warnings = ARENA_NEW(r->arena, SourceWarning, RESOLVER_MAX_WARNINGS);
    if (r->attempts == NULL || r->warnings == NULL) {
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
    return true;
}

bool resolver_run(Lookup *lookup, const ResolverOptions *options, const SourceRequest *request,
                  Arena *arena, SourceResult *ret_result, Err *err)
{
    Resolver *r = ARENA_NEW(arena, Resolver, 1);
    CandidateList *list = ARENA_NEW(arena, CandidateList, 1);
    SourceRequest texts = with_texts(request);

    if (r == NULL || list == NULL) {
        return err_no_memory(err);
    }
    *r = (Resolver){ .lookup = lookup,
                     .options = options,
                     .request = &texts,
                     .arena = arena,
                     .result = ret_result };
    if (!start(r, err)) {
        return false;
    }
    if (check_request(r) && parse_repository(r)) {
        Found found;
        resolver_gather(r);
        rule_run(&r->input, list);
        if (try_all(r, list, &found)) {
            finish_found(r, &found);
        } else {
            finish_not_found(r, list);
        }
    }
    ret_result->attempts = r->attempts;
    ret_result->n_attempts = r->n_attempts;
    ret_result->warnings = r->warnings;
    ret_result->n_warnings = r->n_warnings;
    if (r->no_memory || ret_result->state == SOURCE_INTERNAL) {
        return err_set(err, ERR_RESOURCE_EXHAUSTED, "finding the source needs too much memory");
    }
    return true;
}
