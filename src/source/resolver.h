/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/resolver.h - tries the candidates of the rules in order and keeps the account.
 *
 * Does no I/O itself: everything comes through the Lookup, so a resolution is a function of the
 * request and what the lookup answers (section 11).
 */
#pragma once

#include "source/lookup.h"
#include "source/source.h"
#include "source/suggest.h"

typedef struct ResolverOptions {
    Str default_host;
    bool any_repository;   /* --repo DIR: the request may name none */
    bool has_proxy;        /* a module proxy is configured */
    const GoForge *forges; /* configured git hosts */
    size_t n_forges;
} ResolverOptions;

/* Errors: RESOURCE_EXHAUSTED only (out of memory). */
bool resolver_run(Lookup *lookup, const ResolverOptions *options, const SourceRequest *request,
                  Arena *arena, SourceResult *ret_result, Err *err) MUST_CHECK;

/*
 * Mappings for the frames of a profile, derived from the files of the request's repository; its
 * file and function are not looked at. *ret_result: state and attempts as of a resolution, state
 * SOURCE_OK when the files could be listed. Errors: RESOURCE_EXHAUSTED only.
 */
bool resolver_suggest(Lookup *lookup, const ResolverOptions *options, const SourceRequest *request,
                      const SuggestFrame *frames, size_t n, Arena *arena, SourceResult *ret_result,
                      Suggestion *ret_suggestion, Err *err) MUST_CHECK;
