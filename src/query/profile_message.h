/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query/profile_message.h - a merged profile as a pprof message (query.md 4.2).
 */
#pragma once

#include "google/v1/profile.pb-c.h"
#include "model/profile_merge.h"
#include "model/profile_type.h"

/*
 * Everything is allocated in the arena (texts are shared with the merge's arena). Ids are 1..n. A
 * profile without stacks gives an empty message. end_ms: end of the range, the time of the profile.
 */
bool profile_message(ProfileMerge *merge, const ProfileType *type, int64_t end_ms, Arena *arena,
                     Google__V1__Profile **ret_profile, Err *err) MUST_CHECK;
