/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/resolver_try.c - reads the candidates in order and asks each for the proof that its rule
 * wants.
 */
#include "source/path.h"
#include "source/ref_name.h"
#include "source/resolver_internal.h"
#include "source/verify.h"

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
    if (ref_name_is_full_id(candidate->ref)) {
        *ret_commit = candidate->ref;
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

bool resolver_is_text(Str bytes, SourceFault *fault)
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
    TextLines lines;
    if (!text_lines_create(r->arena, found->bytes, &lines)) {
        return source_fault_no_memory(fault);
    }
    if (proof == PROOF_TYPE) {
        return verify_declares_type(&lines, found->candidate->type) ||
               source_fault_set(fault, SOURCE_FILE_NOT_FOUND,
                                "the class is not declared in this file");
    }
    VerifyResult seen = verify_function(&lines, rule_language(&r->input), r->request->function,
                                        r->request->start_line);
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

/* Reads a file of a module from the proxy and notes the attempt. */
static bool try_proxy(Resolver *r, const Candidate *candidate, Found *ret_found)
{
    LookupReport report = { 0 };
    Str bytes = STR_EMPTY;
    const char *path = arena_printf(r->arena, "%.*s@%.*s/%.*s", STR_ARG(candidate->proxy_module),
                                    STR_ARG(candidate->ref), STR_ARG(candidate->path));

    if (path == NULL) {
        r->no_memory = true;
        return false;
    }
    bool ok = r->lookup->ops->proxy_file(r->lookup, candidate->proxy_module, candidate->ref,
                                         candidate->path, &bytes, &report) &&
              resolver_is_text(bytes, &report.fault);
    resolver_note(r, candidate->rule, NULL, STR_EMPTY, str_from(path), &report);
    if (!ok) {
        resolver_failed(r, &report.fault);
        return false;
    }
    *ret_found = (Found){ .candidate = candidate,
                          .ref = candidate->ref,
                          .commit = STR_EMPTY,
                          .bytes = bytes,
                          .doubt = candidate->doubt };
    return true;
}

/* Reads one candidate and notes the attempt. */
static bool try_candidate(Resolver *r, const Candidate *candidate, Found *ret_found)
{
    if (candidate->releases != NULL) {
        return resolver_try_releases(r, candidate, ret_found);
    }
    if (candidate->proxy_module.len > 0) {
        return try_proxy(r, candidate, ret_found);
    }
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
    ok = ok && resolver_is_text(bytes, &report.fault);
    Found found = { candidate, ref, commit, bytes, candidate->doubt };
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
    bool one_only = list->items[at].proof == PROOF_ONE_OF || list->items[at].proof == PROOF_TYPE;
    return n_found == 1 || (n_found > 1 && !one_only);
}

bool resolver_try(Resolver *r, const CandidateList *list, size_t first, Found *ret_found)
{
    for (size_t i = first; i < list->n && !r->no_memory;) {
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
