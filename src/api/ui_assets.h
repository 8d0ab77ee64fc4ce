/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/ui_assets.h - the built web UI (ui/dist) as part of the program.
 */
#pragma once

#include "base/embedded.h"

extern const EmbeddedFile ui_files[]; /* [n_ui_files] */
extern const size_t n_ui_files;
