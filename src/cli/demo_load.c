/* SPDX-License-Identifier: Apache-2.0 */
/* Recorded profiles as fresh data: each is stored again and again over the last hour. */
#include "cli/demo.h"

#define DEMO_SPAN_NS (3600 * NS_PER_S)
#define DEMO_SECOND_COMMIT_NS (15 * 60 * NS_PER_S) /* both commits lie in the UI's first range */

enum { DEMO_MAX_LABELS = 12 };

/* Profiles of one program and commit take turns, so that neighbours in time differ as they did in
 * life. */
typedef struct Turn {
    size_t position; /* of the profile among those of its service, metric and commit */
    size_t n;
    int64_t offset_ns; /* a few seconds apart from other programs, as processes are */
} Turn;

static bool same_program(const DemoProfile *a, const DemoProfile *b)
{
    return str_eq(a->service, b->service) && str_eq(a->metric, b->metric) &&
           a->commit == b->commit && str_eq(a->region, b->region);
}

static Turn turn_of(const DemoManifest *manifest, size_t at)
{
    Turn turn = { 0 };

    for (size_t i = 0; i < manifest->n_profiles; i++) {
        if (same_program(&manifest->profiles[i], &manifest->profiles[at])) {
            if (turn.n == 0) {
                turn.offset_ns = (int64_t)(i * 7 % 15) * NS_PER_S;
            }
            turn.position += i < at;
            turn.n++;
        }
    }
    return turn;
}

static size_t make_labels(const DemoManifest *manifest, const DemoProfile *profile,
                          const Str ids[DEMO_COMMITS], Label *items)
{
    size_t n = 0;

    items[n++] = (Label){ LABEL_NAME, profile->metric };
    items[n++] = (Label){ LABEL_SERVICE_NAME, profile->service };
    if (profile->spy.len > 0) {
        items[n++] = (Label){ STR("pyroscope_spy"), profile->spy };
    }
    if (profile->region.len > 0) {
        items[n++] = (Label){ STR("region"), profile->region };
    }
    if (profile->commit > 0) {
        items[n++] = (Label){ LABEL_REPOSITORY, manifest->repository };
        items[n++] = (Label){ LABEL_GIT_REF, ids[profile->commit - 1] };
        items[n++] = (Label){ LABEL_ROOT_PATH, profile->root };
    }
    return n;
}

static bool add_at(Upload *upload, const DemoManifest *manifest, const DemoProfile *demo,
                   const Str ids[DEMO_COMMITS], int64_t time_ns, Err *err)
{
    const EmbeddedFile *file = demo_find_file(demo->file);
    Label *items = ARENA_NEW(upload->arena, Label, DEMO_MAX_LABELS);
    Pprof *profile;
    size_t raw_bytes;

    if (items == NULL) {
        return err_no_memory(err);
    }
    if (!upload_decode(upload, embedded_content(file), MiB(16), &profile, &raw_bytes, err)) {
        return err_wrap(err, "%.*s", STR_ARG(demo->file));
    }
    profile->time_nanos = time_ns;
    if (!upload_add(upload, profile, raw_bytes, items, make_labels(manifest, demo, ids, items))) {
        *err = upload->first_error;
        return err_wrap(err, "%.*s", STR_ARG(demo->file));
    }
    return true;
}

/*
 * The first commit ran until a quarter of an hour ago, the second one since: as after a release.
 * Profiles without a version cover the whole hour.
 */
static bool load_profile(Ingest *ingest, const DemoManifest *manifest, size_t at,
                         const Str ids[DEMO_COMMITS], int64_t now_ns, Arena *arena, Err *err)
{
    const DemoProfile *profile = &manifest->profiles[at];
    Turn turn = turn_of(manifest, at);
    int64_t release_ns = now_ns - DEMO_SECOND_COMMIT_NS;
    int64_t start_ns = (profile->commit == 2 ? release_ns : now_ns - DEMO_SPAN_NS) + DEMO_STEP_NS;
    int64_t end_ns = profile->commit == 1 ? release_ns : now_ns;
    int64_t step_ns = DEMO_STEP_NS * (int64_t)turn.n;
    Upload upload;

    upload_init(&upload, ingest, STR("anonymous"), arena);
    bool ok = true;
    for (int64_t t = start_ns + DEMO_STEP_NS * (int64_t)turn.position; ok && t < end_ns;
         t += step_ns) {
        ok = add_at(&upload, manifest, profile, ids, t - turn.offset_ns, err);
    }
    ok = ok && upload_commit(&upload, err);
    upload_done(&upload);
    arena_reset(arena);
    return ok;
}

bool demo_load_profiles(Ingest *ingest, const DemoManifest *manifest, const Str ids[DEMO_COMMITS],
                        int64_t now_ns, Err *err)
{
    CLEANUP(arena_destroyp) Arena *arena = arena_create(MiB(256));

    for (size_t i = 0; i < manifest->n_profiles; i++) {
        if (!load_profile(ingest, manifest, i, ids, now_ns, arena, err)) {
            return false;
        }
    }
    return true;
}

bool demo_load_step(Ingest *ingest, const DemoManifest *manifest, const Str ids[DEMO_COMMITS],
                    size_t step, int64_t now_ns, Err *err)
{
    CLEANUP(arena_destroyp) Arena *arena = arena_create(MiB(256));
    Upload upload;
    bool ok = true;

    upload_init(&upload, ingest, STR("anonymous"), arena);
    for (size_t i = 0; ok && i < manifest->n_profiles; i++) {
        Turn turn = turn_of(manifest, i);
        if (manifest->profiles[i].commit != 1 && step % turn.n == turn.position) {
            ok = add_at(&upload, manifest, &manifest->profiles[i], ids, now_ns - turn.offset_ns,
                        err);
        }
    }
    ok = ok && upload_commit(&upload, err);
    upload_done(&upload);
    return ok;
}
