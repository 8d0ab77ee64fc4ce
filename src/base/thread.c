/* SPDX-License-Identifier: Apache-2.0 */
#include "base/thread.h"

#include <signal.h>
#include <time.h>

#include "base/clock.h"

void mutex_init(Mutex *mutex)
{
    CHECK(pthread_mutex_init(&mutex->raw, NULL) == 0);
}

void mutex_done(Mutex *mutex)
{
    CHECK(pthread_mutex_destroy(&mutex->raw) == 0);
}

void mutex_lock(Mutex *mutex) NO_LOCK_ANALYSIS
{
    CHECK(pthread_mutex_lock(&mutex->raw) == 0);
}

void mutex_unlock(Mutex *mutex) NO_LOCK_ANALYSIS
{
    CHECK(pthread_mutex_unlock(&mutex->raw) == 0);
}

void cond_init(Cond *cond)
{
    pthread_condattr_t attr;

    CHECK(pthread_condattr_init(&attr) == 0);
    CHECK(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0);
    CHECK(pthread_cond_init(&cond->raw, &attr) == 0);
    CHECK(pthread_condattr_destroy(&attr) == 0);
}

void cond_done(Cond *cond)
{
    CHECK(pthread_cond_destroy(&cond->raw) == 0);
}

void cond_wait(Cond *cond, Mutex *mutex)
{
    CHECK(pthread_cond_wait(&cond->raw, &mutex->raw) == 0);
}

bool cond_wait_until(Cond *cond, Mutex *mutex, int64_t steady_ns)
{
    struct timespec until = { .tv_sec = steady_ns / NS_PER_S, .tv_nsec = steady_ns % NS_PER_S };

    return pthread_cond_timedwait(&cond->raw, &mutex->raw, &until) == 0;
}

void cond_signal(Cond *cond)
{
    CHECK(pthread_cond_signal(&cond->raw) == 0);
}

void cond_broadcast(Cond *cond)
{
    CHECK(pthread_cond_broadcast(&cond->raw) == 0);
}

bool thread_start(pthread_t *ret_thread, const char *name, void *(*run)(void *), void *arg)
{
    sigset_t all;
    sigset_t old;

    /* signals belong to the main thread: workers start with all of them blocked */
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &old); /* both cannot fail with valid arguments */
    int failed = pthread_create(ret_thread, NULL, run, arg);
    (void)pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (failed != 0) {
        return false;
    }
    (void)pthread_setname_np(*ret_thread, name); /* only for people who look at the threads */
    return true;
}
