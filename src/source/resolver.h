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

typedef struct ResolverOptions {
    Str default_host;
    bool any_repository;   /* --repo DIR: the request may name none */
    const GoForge *forges; /* configured git hosts */
    size_t n_forges;
} ResolverOptions;

/* Errors: RESOURCE_EXHAUSTED only (out of memory). */
bool resolver_run(Lookup *lookup, const ResolverOptions *options, const SourceRequest *request,
                  Arena *arena, SourceResult *ret_result, Err *err) MUST_CHECK;
