/* SPDX-License-Identifier: Apache-2.0 */
/*
 * model/version_json.h - the version of a program as it stands in build ids of merged profiles:
 * {"repository":"…","git_ref":"…","build_id":"…","root_path":"…"} (source-resolution.md 6.1).
 */
#pragma once

#include "base/buf.h"
#include "model/labels.h"

/* Appends the object; empty members are left out. Escapes are those of Go's encoder (<, >, & too).
 */
void version_json_add(Buf *buf, Version version, Str build_id);

/*
 * Reads such an object: only the four known members, all of them strings. False for anything else,
 * which is then an ordinary build id. Texts are in the arena.
 */
bool version_json_parse(Str text, Arena *arena, Version *ret_version, Str *ret_build_id);

/*
 * What a mapping's raw build id means for a series of the given version: a build id that already is
 * such an object (an exported profile that was pushed again) is unwrapped, and the labels of the
 * series win.
 */
void version_of_mapping(Version series, Str raw_build_id, Arena *arena, Version *ret_version,
                        Str *ret_build_id);
