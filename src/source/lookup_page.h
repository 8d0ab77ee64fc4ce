/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/lookup_page.h - asks the page of a Go module where it lives (4.6), with its guard: the
 * host comes from a profile, so only public addresses are asked, whatever its name leads to.
 */
#pragma once

#include "source/lookup_cached.h"

bool lookup_page(Lookup *base, Str module, GoPage *ret_page, LookupReport *report);
