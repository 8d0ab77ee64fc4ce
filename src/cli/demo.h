/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli/demo.h - the parts of "flameline demo": recorded profiles and the repository they came from.
 *
 * Everything comes from the folder demo/ of the source tree, which is part of the program:
 * demo.yaml names the profiles and the two commits; programs/ is the tree of the second commit,
 * earlier/ holds the files that were different at the first one.
 */
#pragma once

#include "base/clock.h"
#include "base/embedded.h"
#include "server/server.h"

extern const EmbeddedFile demo_files[]; /* [n_demo_files] */
extern const size_t n_demo_files;

enum { DEMO_COMMITS = 2 };

typedef struct DemoProfile {
    Str file;
    Str service;
    Str metric;      /* label __name__ */
    Str spy;         /* label pyroscope_spy, may be empty */
    Str root;        /* label service_root_path */
    Str region;      /* label region: something to filter by, may be empty */
    uint32_t commit; /* 1 or 2; 0: the profile has no labels of a version */
} DemoProfile;

typedef struct DemoManifest {
    Str repository; /* label service_repository */
    Str messages[DEMO_COMMITS];
    const DemoProfile *profiles; /* [n_profiles] */
    size_t n_profiles;
} DemoManifest;

/* Errors: INTERNAL (the program was built with a broken demo folder). */
bool demo_read_manifest(Arena *arena, DemoManifest *ret_manifest, Err *err) MUST_CHECK;

const EmbeddedFile *demo_find_file(Str path); /* NULL: none */

/*
 * Makes the bare repository at path; ret_ids: full commit ids in the arena, always the same ones.
 * Errors: INTERNAL.
 */
bool demo_make_repository(const char *path, const DemoManifest *manifest, Arena *arena,
                          Str ret_ids[DEMO_COMMITS], Err *err) MUST_CHECK;

/* Between profiles of one program: as SDKs push by default. */
#define DEMO_STEP_NS (15 * NS_PER_S)

/* Stores the profiles as data of the last hour. Errors: those of the store, INTERNAL. */
bool demo_load_profiles(Ingest *ingest, const DemoManifest *manifest, const Str ids[DEMO_COMMITS],
                        int64_t now_ns, Err *err) MUST_CHECK;

/* Stores what the programs of today would push at now_ns; they take their recordings in turn by
 * step. Errors: as demo_load_profiles(). */
bool demo_load_step(Ingest *ingest, const DemoManifest *manifest, const Str ids[DEMO_COMMITS],
                    size_t step, int64_t now_ns, Err *err) MUST_CHECK;

/* A thread that calls demo_load_step() for as long as the demo is served. */
typedef struct DemoFeed DemoFeed;

/* What is given must live until demo_feed_stop(). NULL: the system refuses; the data then ages. */
DemoFeed *demo_feed_start(Ingest *ingest, const DemoManifest *manifest,
                          const Str ids[DEMO_COMMITS]);
void demo_feed_stop(DemoFeed *feed); /* NULL is fine */
