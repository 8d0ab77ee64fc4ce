/* SPDX-License-Identifier: Apache-2.0 */
#include "base/version.h"

#ifndef FLAMELINE_REVISION
#define FLAMELINE_REVISION "unknown"
#endif

const char *flameline_revision(void)
{
    return FLAMELINE_REVISION;
}
