/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/ref_name.h - which texts may be used as a git ref (section 1.8), and what they look like.
 */
#pragma once

#include "base/str.h"

/* Inside git's ref name rules: nothing that could change the meaning of a path or a URL. */
bool ref_name_valid(Str ref);

/* 40 or 64 hex digits: a full commit id, which never moves. */
bool ref_name_is_full_id(Str ref);

/* At least 7 hex digits. */
bool ref_name_may_be_short_id(Str ref);

/* "v1.2.3", "go1.22.3", "storage/v1.0.0": a tag by its looks, so it hardly ever moves. */
bool ref_name_is_version_tag(Str ref);
