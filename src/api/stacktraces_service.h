/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/stacktraces_service.h - the methods of querier.v1.QuerierService that merge stacks.
 */
#pragma once

#include "api/rpc.h"
#include "types/v1/types.pb-c.h"

bool select_merge_stacktraces(ApiCall *call, const ProtobufCMessage *request,
                              ProtobufCMessage *response, Err *err);
bool select_merge_span_profile(ApiCall *call, const ProtobufCMessage *request,
                               ProtobufCMessage *response, Err *err);
bool select_merge_profile(ApiCall *call, const ProtobufCMessage *request,
                          ProtobufCMessage *response, Err *err);

/* Function names of a call site, root first; selector may be NULL. NULL when the arena is used up.
 */
const Str *call_site_of(const Types__V1__StackTraceSelector *selector, Arena *arena, size_t *ret_n);

/*
 * Checks a node limit (query.md 1.4): absent or 0 becomes the default.
 * Errors: INVALID_ARGUMENT.
 */
bool check_max_nodes(const QueryLimits *limits, bool given, int64_t asked, int64_t *ret_max_nodes,
                     Err *err) MUST_CHECK;
