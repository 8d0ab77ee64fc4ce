/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/resolver_finish.c - the answer: the text and how well it fits the profile, or the reason
 * why there is none.
 */
#include <stdlib.h>

#include "source/resolver_internal.h"
#include "source/verify.h"

/* Does the text fit the profile? Never changes the answer, only says so. */
static void check_version(Resolver *r, Str text)
{
    VersionCheck *check = &r->result->version;
    TextLines lines;

    if (!text_lines_create(r->arena, text, &lines)) {
        r->no_memory = true;
        return;
    }
    if (r->request->max_line > 0 && (size_t)r->request->max_line > lines.n) {
        resolver_warn(r, "lines_beyond_end",
                      arena_printf(r->arena,
                                   "The profile has line %d, but the file ends at line %zu: it is "
                                   "another version.",
                                   r->request->max_line, lines.n));
    }
    *check = version_check(&lines, rule_language(&r->input), r->functions, r->n_functions);
    if (check->verdict == VERSION_SHIFTED) {
        resolver_warn(r, "version_shifted",
                      arena_printf(r->arena,
                                   "The functions of the profile stand %d lines further %s in this "
                                   "file: it is another version.",
                                   abs(check->shift), check->shift > 0 ? "down" : "up"));
    } else if (check->verdict == VERSION_DIFFERS) {
        resolver_warn(r, "version_differs",
                      arena_printf(r->arena,
                                   "Of %u functions of the profile %u are at their line in this "
                                   "file: it is another version.",
                                   check->checked, check->fitting));
    }
}

/* Where the text is from and where people can see it. */
static void place(Resolver *r, const Found *found)
{
    SourceResult *result = r->result;
    const Candidate *candidate = found->candidate;

    if (candidate->proxy_module.len == 0) {
        result->repository = repo_address_text(r->arena, &candidate->repo.address);
        r->lookup->ops->place(r->lookup, &candidate->repo, found->commit, candidate->path,
                              &result->provider, &result->url);
        return;
    }
    const char *url = arena_printf(r->arena, "https://pkg.go.dev/%.*s@%.*s",
                                   STR_ARG(candidate->proxy_module), STR_ARG(candidate->ref));
    result->repository = arena_str(r->arena, candidate->proxy_module);
    result->commit = arena_str(r->arena, candidate->ref); /* the version is all that is known */
    result->provider = STR("module proxy");
    result->url = url != NULL ? str_from(url) : (Str){ NULL, 0 };
}

void resolver_finish_found(Resolver *r, const Found *found)
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
    result->path = arena_str(r->arena, candidate->path);
    result->rule = str_from(candidate->rule);
    result->message = STR("The file was found.");
    place(r, found);
    if (found->doubt != NULL) {
        result->uncertain = true;
        const char *text =
            arena_printf(r->arena, "This may not be the compiled file: %s.", found->doubt);
        resolver_warn(r, "uncertain", text);
    }
    check_version(r, result->bytes);
    r->no_memory = r->no_memory || result->bytes.ptr == NULL || result->text.ptr == NULL ||
                   result->commit.ptr == NULL || result->repository.ptr == NULL ||
                   result->provider.ptr == NULL || result->url.ptr == NULL ||
                   result->path.ptr == NULL;
}

void resolver_finish_not_found(Resolver *r, const CandidateList *list)
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
    r->result->no_file = list->generated;
    r->result->retry_at_ms = fault->retry_at_ms;
    r->result->message = arena_str(r->arena, str_from(fault->message));
    r->result->suggestion = resolver_suggestion(r);
    r->no_memory = r->no_memory || r->result->message.ptr == NULL;
}
