/* SPDX-License-Identifier: Apache-2.0 */
/* Cache and tree index: bounds, life, merging, searches. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/clock.h"
#include "source/cache.h"
#include "source/tree_index.h"
#include "support_source.h"

static CacheValue *value_of(size_t n_bytes)
{
    CacheValue *value = cache_value_create(n_bytes + 64);

    assert_non_null(value);
    char *bytes = arena_alloc(value->arena, n_bytes);
    assert_non_null(bytes);
    value->bytes = (Str){ bytes, n_bytes };
    return value;
}

static void put(Cache *cache, const char *key, size_t n_bytes, int64_t life_ns)
{
    CacheValue *value = value_of(n_bytes);

    cache_put(cache, str_from(key), value, life_ns);
    cache_value_unref(value);
}

static bool has(Cache *cache, const char *key)
{
    CacheValue *value = cache_get(cache, str_from(key));
    bool found = value != NULL;

    cache_value_unref(value);
    return found;
}

static void drops_what_was_used_longest_ago(void **state)
{
    Cache *cache = cache_create(10000);
    CacheStats stats;

    (void)state;
    put(cache, "a", 4000, CACHE_FOREVER);
    put(cache, "b", 4000, CACHE_FOREVER);
    assert_true(has(cache, "a")); /* now b is the oldest */
    put(cache, "c", 4000, CACHE_FOREVER);
    assert_true(has(cache, "a"));
    assert_false(has(cache, "b"));
    assert_true(has(cache, "c"));
    put(cache, "huge", 20000, CACHE_FOREVER); /* larger than all: not kept, evicts nothing */
    assert_false(has(cache, "huge"));
    assert_true(has(cache, "a"));
    cache_stats(cache, &stats);
    assert_true(stats.bytes <= 10000);
    assert_int_equal(stats.entries, 2);
    cache_clear(cache);
    cache_stats(cache, &stats);
    assert_int_equal(stats.bytes, 0);
    cache_destroy(cache);
}

static void compact_values_keep_their_texts(void **state)
{
    CacheValue *value = value_of(5);

    (void)state;
    value->ref.commit = arena_str(value->arena, STR("0123"));
    value->commit.message = STR("from a constant");
    assert_true(cache_value_compact(value));
    assert_int_equal(value->bytes.len, 5);
    support_expect_str("commit", 0, value->ref.commit, STR("0123"));
    support_expect_str("message", 0, value->commit.message, STR("from a constant"));
    assert_int_equal(value->commit.url.len, 0);
    cache_value_unref(value);
}

static void values_have_a_life(void **state)
{
    Cache *cache = cache_create(MiB(1));

    (void)state;
    put(cache, "a", 10, 1); /* over before the next look */
    assert_false(has(cache, "a"));
    put(cache, "b", 10, 0);
    assert_false(has(cache, "b"));
    put(cache, "c", 10, 3600 * NS_PER_S);
    assert_true(has(cache, "c"));
    put(cache, "c", 10, 0); /* removes */
    assert_false(has(cache, "c"));
    cache_destroy(cache);
}

static void borrowed_values_outlive_eviction(void **state)
{
    Cache *cache = cache_create(MiB(1));

    (void)state;
    put(cache, "a", 10, CACHE_FOREVER);
    CacheValue *value = cache_get(cache, STR("a"));
    cache_clear(cache);
    assert_int_equal(value->bytes.len, 10);
    assert_int_equal(value->bytes.ptr[9], 0);
    cache_value_unref(value);
    cache_destroy(cache);
}

typedef struct Waiter {
    Cache *cache;
    CacheValue *value;
    bool ok;
} Waiter;

static void *wait_for_value(void *context)
{
    Waiter *waiter = context;

    waiter->ok =
        cache_join(waiter->cache, STR("k"), clock_steady_ns() + 20 * NS_PER_S, &waiter->value);
    if (waiter->ok && waiter->value == NULL) { /* came late and leads itself */
        waiter->value = value_of(5);
        cache_finish(waiter->cache, STR("k"), waiter->value);
    }
    return NULL;
}

static void followers_get_the_leaders_value(void **state)
{
    Cache *cache = cache_create(MiB(1));
    CacheValue *mine = NULL;
    Waiter waiters[8];
    pthread_t threads[8];

    (void)state;
    assert_true(cache_join(cache, STR("k"), INT64_MAX, &mine));
    assert_null(mine);
    for (size_t i = 0; i < ARRAY_LEN(waiters); i++) {
        waiters[i] = (Waiter){ .cache = cache };
        assert_int_equal(pthread_create(&threads[i], NULL, wait_for_value, &waiters[i]), 0);
    }
    mine = value_of(5);
    cache_finish(cache, STR("k"), mine);
    for (size_t i = 0; i < ARRAY_LEN(waiters); i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_true(waiters[i].ok);
        assert_int_equal(waiters[i].value->bytes.len, 5);
        cache_value_unref(waiters[i].value);
    }
    cache_value_unref(mine);
    cache_destroy(cache);
}

static void followers_do_not_wait_beyond_their_deadline(void **state)
{
    Cache *cache = cache_create(MiB(1));
    CacheValue *value = NULL;

    (void)state;
    assert_true(cache_join(cache, STR("k"), INT64_MAX, &value));
    assert_false(cache_join(cache, STR("k"), clock_steady_ns() + NS_PER_MS, &value));
    cache_finish(cache, STR("k"), NULL);
    assert_true(cache_join(cache, STR("k"), INT64_MAX, &value)); /* a new flight */
    assert_null(value);
    cache_finish(cache, STR("k"), NULL);
    cache_destroy(cache);
}

static TreeIndex *tree_of(const char *const *paths, size_t n)
{
    TreeBuilder *builder = tree_builder_create();

    for (size_t i = 0; i < n; i++) {
        assert_true(tree_builder_add(builder, str_from(paths[i]), TREE_FILE));
    }
    TreeIndex *tree = tree_builder_finish(builder);
    tree_builder_destroy(builder);
    assert_non_null(tree);
    return tree;
}

static void trees_are_searched_by_path_and_suffix(void **state)
{
    static const char *const paths[] = { "b/main.go",  "a/b/main.go", "main.go",  "xmain.go",
                                         "a/xmain.go", "a-b/c.go",    "a.b/c.go", "a0/c.go" };
    TreeIndex *tree = tree_of(paths, ARRAY_LEN(paths));
    Str found[8];

    (void)state;
    assert_true(tree_index_has(tree, STR("a/b/main.go")));
    assert_false(tree_index_has(tree, STR("a/b")));
    assert_true(tree_index_is_directory(tree, STR("a/b")));
    assert_true(tree_index_is_directory(tree, STR("a")));
    assert_true(tree_index_is_directory(tree, STR("a-b")));
    assert_true(tree_index_is_directory(tree, STR_EMPTY));
    assert_false(tree_index_is_directory(tree, STR("main.go")));
    assert_false(tree_index_is_directory(tree, STR("c")));
    assert_false(tree_index_is_directory(tree, STR("z")));
    assert_int_equal(tree_index_by_suffix(tree, STR("main.go"), found, 8), 3);
    support_expect_str("first", 0, found[0], STR("a/b/main.go"));
    assert_int_equal(tree_index_by_suffix(tree, STR("b/main.go"), found, 1), 2);
    assert_int_equal(tree_index_by_suffix(tree, STR("ain.go"), found, 8), 0);
    assert_int_equal(tree_index_by_suffix(tree, STR("c.go"), found, 8), 3);
    assert_int_equal(tree_index_by_suffix(tree, STR_EMPTY, found, 8), 0);
    tree_index_unref(tree);
}

static void trees_too_large_are_cut_and_say_so(void **state)
{
    TreeBuilder *builder = tree_builder_create();
    char path[32];
    bool ok = true;

    (void)state;
    for (int i = 0; ok && i <= TREE_MAX_ENTRIES; i++) {
        (void)snprintf(path, sizeof(path), "d/%d.go", i);
        ok = tree_builder_add(builder, str_from(path), TREE_FILE);
    }
    assert_false(ok);
    TreeIndex *tree = tree_builder_finish(builder);
    assert_true(tree_index_truncated(tree));
    assert_int_equal(tree_index_len(tree), TREE_MAX_ENTRIES);
    Str found;
    assert_int_equal(tree_index_by_suffix(tree, STR("77.go"), &found, 1), 1);
    tree_index_unref(tree);
    tree_builder_destroy(builder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(drops_what_was_used_longest_ago),
        cmocka_unit_test(compact_values_keep_their_texts),
        cmocka_unit_test(values_have_a_life),
        cmocka_unit_test(borrowed_values_outlive_eviction),
        cmocka_unit_test(followers_get_the_leaders_value),
        cmocka_unit_test(followers_do_not_wait_beyond_their_deadline),
        cmocka_unit_test(trees_are_searched_by_path_and_suffix),
        cmocka_unit_test(trees_too_large_are_cut_and_say_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
