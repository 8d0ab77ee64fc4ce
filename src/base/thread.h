/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/thread.h - mutex and condition with the annotations that clang's thread-safety analysis
 * reads.
 */
#pragma once

#include <pthread.h>

#include "base/macros.h"

#if defined(__clang__)
#define LOCK_TYPE __attribute__((capability("mutex")))
#define ACQUIRES(...) __attribute__((acquire_capability(__VA_ARGS__)))
#define RELEASES(...) __attribute__((release_capability(__VA_ARGS__)))
#define REQUIRES(...) __attribute__((requires_capability(__VA_ARGS__)))
#define NO_LOCK_ANALYSIS __attribute__((no_thread_safety_analysis))
#else
#define LOCK_TYPE
#define ACQUIRES(...)
#define RELEASES(...)
#define REQUIRES(...)
#define NO_LOCK_ANALYSIS
#endif

typedef struct LOCK_TYPE Mutex {
    pthread_mutex_t raw;
} Mutex;

typedef struct Cond {
    pthread_cond_t raw;
} Cond;

void mutex_init(Mutex *mutex);
void mutex_done(Mutex *mutex);
void mutex_lock(Mutex *mutex) ACQUIRES(*mutex);
void mutex_unlock(Mutex *mutex) RELEASES(*mutex);

/* Conditions wait on the steady clock, so a change of the calendar time does not matter. */
void cond_init(Cond *cond);
void cond_done(Cond *cond);
void cond_wait(Cond *cond, Mutex *mutex) REQUIRES(*mutex);

/* Until steady_ns (clock_steady_ns()); false when the time passed first. */
bool cond_wait_until(Cond *cond, Mutex *mutex, int64_t steady_ns) REQUIRES(*mutex);
void cond_signal(Cond *cond);
void cond_broadcast(Cond *cond);

/* Starts a thread with a name of at most 15 characters; false when the system refuses. */
bool thread_start(pthread_t *ret_thread, const char *name, void *(*run)(void *), void *arg);
