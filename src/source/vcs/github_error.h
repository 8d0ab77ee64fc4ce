/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/vcs/github_error.h - what an answer of GitHub that is no success means (7.2, 7.3).
 */
#pragma once

#include "net/http_client.h"
#include "source/state.h"

/*
 * Sets fault from status, headers and body. what: "repository", "commit or branch", ... for texts.
 * not_found: the state of a plain 404 or 422. now_ms: Unix time, for relative waits.
 */
void github_classify(const HttpReply *reply, SourceState not_found, const char *what,
                     int64_t now_ms, SourceFault *fault);
