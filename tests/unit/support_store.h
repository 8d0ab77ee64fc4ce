/* SPDX-License-Identifier: Apache-2.0 */
/*
 * support_store.h - what the tests of the store share: a model engine as oracle, random profiles,
 * and a text of what a store answers, to compare two of them.
 */
#pragma once

#include "base/buf.h"
#include "store/store.h"

/* xorshift64*: the same numbers everywhere for the same seed. */
typedef struct Rng {
    uint64_t state;
} Rng;

uint64_t rng_next(Rng *rng);
uint32_t rng_below(Rng *rng, uint32_t n);

/* A seed from TEST_SEED or the clock, printed so that a failure can be repeated. */
Rng rng_from_environment(void);

/* ---- the model: everything in arrays, nothing clever ---- */

Store *model_store_create(void);

/* Forgets which profiles were resent ones, as a restart does. */
void model_store_forget_recent(Store *store);

/* ---- profiles ---- */

/* Shape of random profiles. */
typedef struct ProfileShape {
    uint32_t n_tenants;
    uint32_t n_services;
    uint32_t n_days;
    uint32_t max_stacks;
    int64_t start_ns;
    bool with_spans;
} ProfileShape;

#define PROFILE_SHAPE                                                                              \
    ((ProfileShape){ .n_tenants = 2,                                                               \
                     .n_services = 3,                                                              \
                     .n_days = 3,                                                                  \
                     .max_stacks = 12,                                                             \
                     .start_ns = TEST_DAY_NS,                                                      \
                     .with_spans = true })

/* 2026-03-01T00:00:00Z */
#define TEST_DAY_NS INT64_C(1772323200000000000)

/* A random profile in the arena. */
StoreProfile random_profile(Rng *rng, const ProfileShape *shape, Arena *arena);

/* A profile with one row and one sample: the simplest that can be stored. */
StoreProfile simple_profile(Arena *arena, const char *tenant, const char *service, int64_t time_ns,
                            int64_t value, const char *function);

/* ---- answers as text ---- */

typedef struct Question {
    const char *tenant;
    const char *selector;
    StoreFilter filter;
    bool group_by_series;
} Question;

/* Series, points and sums, in an order and with names that do not depend on the engine. */
void describe_answer(Store *store, const Question *question, Buf *out, bool *ret_partial);

/* Fails the test unless both answer alike. */
void expect_same_answer(Store *expected, Store *actual, const Question *question);
void expect_same_content(Store *expected, Store *actual, const ProfileShape *shape);

/* ---- places ---- */

typedef struct TestDir {
    char path[256];
} TestDir;

void test_dir_make(TestDir *dir);
void test_dir_remove(TestDir *dir);

/* Opens a store or fails the test. */
Store *open_store(const char *path);
void append_or_fail(Store *store, const StoreProfile *profiles, size_t n);
