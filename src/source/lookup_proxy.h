/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/lookup_proxy.h - one file of a Go module from a module proxy (4.6, GOPROXY protocol): the
 * last resort, since it knows all hosts and all ways to tag alike, but no pages for people.
 *
 * Of the archive only its end, its directory and the wanted entry are read, by range requests.
 */
#pragma once

#include "source/lookup_cached.h"

/* Bytes are borrowed until the lookup ends. */
bool lookup_proxy_file(Lookup *base, Str module, Str version, Str file, Str *ret_bytes,
                       LookupReport *report);
