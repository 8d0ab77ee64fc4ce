/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/version.h - what was built.
 */
#pragma once

#define FLAMELINE_VERSION "0.1.0"

/* Commit of the source tree, "unknown" when it was built without git. */
const char *flameline_revision(void);
