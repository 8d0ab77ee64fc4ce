/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/unit/support_source_fake_internal.h - the fake host for the files that make it.
 */
#pragma once

#include <microhttpd.h>

#include "base/thread.h"
#include "support_source_fake.h"

struct FakeHost {
    const FakeDialect *dialect;
    struct MHD_Daemon *daemon;
    struct MHD_Daemon *foreign; /* another "host": a redirect must not bring the token here */
    char url[64];
    uint16_t foreign_port;
    const ModelRepo *const *repos;
    size_t n_repos;
    atomic_int mood;
    atomic_size_t count;
    atomic_size_t leaks;
    Mutex lock;
    Cond opened;
    bool gate_open;
    bool stopping;
    Buf log;
    char authorization[256];
};

/* Requests stand here while the gate is closed. */
void fake_wait_for_gate(FakeHost *fake);

/* Changes the answer to what the mood makes of it; a response when its body is made on the way. */
struct MHD_Response *fake_in_mood(FakeHost *fake, FakeMood mood, FakeAnswer *answer);
