/* SPDX-License-Identifier: Apache-2.0 */
/* Appends, queries, values and backups at the same time, with little memory so that maps and tables
 * are given up and read again. Meant for the thread sanitizer too. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/clock.h"
#include "support_store.h"

enum { WRITERS = 4, READERS = 2, PROFILES = 60, SERVICES = 5, RESENDS = 10 };

typedef struct Worker {
    Store *store;
    uint32_t number;
    const char *dir;
} Worker;

/* Each writer has its own tenant, so that what it must find is known. */
static void *write_profiles(void *arg)
{
    const Worker *worker = arg;
    char tenant[32];

    (void)snprintf(tenant, sizeof(tenant), "tenant-%u", worker->number);
    for (int i = 0; i < PROFILES; i++) {
        Arena *arena = arena_create(MiB(1));
        StoreProfile profile = simple_profile(
            arena, tenant, arena_printf(arena, "service-%d", i % SERVICES),
            TEST_DAY_NS + (i % 3) * NS_PER_DAY + i, 1 + i, arena_printf(arena, "f%d", i));
        append_or_fail(worker->store, &profile, 1);
        if (i % RESENDS == 0) {
            append_or_fail(worker->store, &profile, 1);
        }
        arena_destroy(arena);
    }
    return NULL;
}

static bool sum_point(void *ctx, const StorePoint *point, Err *err)
{
    int64_t *sum = ctx;

    (void)err;
    *sum += point->total;
    return true;
}

static bool sum_block(void *ctx, const StoreBlock *block, Err *err)
{
    int64_t *sum = ctx;

    (void)err;
    for (uint32_t i = 0; i < block->symbols->n_stacks; i++) {
        *sum += block->sums[0][i];
    }
    return true;
}

/* What a tenant has: by points and by sums. */
static void query(Store *store, const char *tenant, int64_t *ret_points, int64_t *ret_sums)
{
    StoreFilter filter = { .start_ns = 1, .end_ns = INT64_MAX };
    StoreSeriesList list;
    bool partial;
    Err err = ERR_INIT;

    *ret_points = *ret_sums = 0;
    assert_true(store_series(store, str_from(tenant), (Matchers){ 0 }, 0, 0, &list, &err));
    uint32_t *group = calloc(list.n + 1, sizeof(*group));
    assert_true(store_points(store, &list, &filter, sum_point, ret_points, &partial, &err));
    assert_false(partial);
    assert_true(store_merge(store, &list, group, 1, &filter, sum_block, ret_sums, &partial, &err));
    assert_false(partial);
    free(group);
    store_series_done(&list);
}

static void *read_profiles(void *arg)
{
    const Worker *worker = arg;

    for (int i = 0; i < PROFILES; i++) {
        char tenant[32];
        int64_t points;
        int64_t sums;
        (void)snprintf(tenant, sizeof(tenant), "tenant-%d", i % WRITERS);
        query(worker->store, tenant, &points, &sums);
        assert_true(sums >= points); /* the second query may see more */
        StoreStatus status;
        store_status(worker->store, &status);
        assert_int_equal(status.state, STORE_READY);
        if (i % 20 == 0) {
            char copy[300];
            Err err = ERR_INIT;
            (void)snprintf(copy, sizeof(copy), "%s/copy-%u-%d", worker->dir, worker->number, i);
            assert_true(store_backup(worker->store, copy, &err));
        }
    }
    return NULL;
}

static void everything_at_the_same_time(void **state)
{
    TestDir dir;
    char path[300];
    StoreOptions options = STORE_OPTIONS_INIT;
    Store *store;
    pthread_t threads[WRITERS + READERS];
    Worker workers[WRITERS + READERS];
    Err err = ERR_INIT;

    (void)state;
    test_dir_make(&dir);
    (void)snprintf(path, sizeof(path), "%s/live", dir.path);
    options.path = path;
    options.memory_bytes = 1; /* the least that the engine works with */
    assert_true(store_open_rocks(&options, &store, &err));
    for (uint32_t i = 0; i < WRITERS + READERS; i++) {
        workers[i] = (Worker){ store, i, dir.path };
        assert_int_equal(pthread_create(&threads[i], NULL,
                                        i < WRITERS ? write_profiles : read_profiles, &workers[i]),
                         0);
    }
    for (size_t i = 0; i < WRITERS + READERS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    StoreStatus status;
    store_status(store, &status);
    assert_int_equal(status.profiles_appended, WRITERS * PROFILES);
    assert_int_equal(status.profiles_deduplicated, WRITERS * PROFILES / RESENDS);
    assert_true(status.commits < WRITERS * PROFILES); /* one sync serves several */
    for (int i = 0; i < WRITERS; i++) {
        char tenant[32];
        int64_t points;
        int64_t sums;
        (void)snprintf(tenant, sizeof(tenant), "tenant-%d", i);
        query(store, tenant, &points, &sums);
        assert_int_equal(points, PROFILES * (PROFILES + 1) / 2);
        assert_int_equal(sums, points);
    }
    store_close(store);
    test_dir_remove(&dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_at_the_same_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
