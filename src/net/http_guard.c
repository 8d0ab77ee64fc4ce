/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The watchdog over connections. libmicrohttpd's own timeout starts again with every byte, so a
 * client that sends one now and then would hold its connection for ever (foundations.md section 4).
 */
#include <sys/socket.h>

#include "base/clock.h"
#include "net/http_internal.h"

static void end_late_locked(HttpGuard *guard) REQUIRES(guard->lock);

static void end_late_locked(HttpGuard *guard)
{
    int64_t now = clock_steady_ns();

    for (HttpConn *conn = guard->list.next; conn != &guard->list; conn = conn->next) {
        if (conn->deadline_steady_ns != 0 && conn->deadline_steady_ns < now) {
            /* the event loop sees the end of the stream and releases the connection */
            (void)shutdown(conn->fd, SHUT_RDWR);
            conn->deadline_steady_ns = 0;
            guard->timed_out++;
        }
    }
}

static void *guard_run(void *arg)
{
    HttpGuard *guard = arg;

    mutex_lock(&guard->lock);
    while (!guard->stopping) {
        (void)cond_wait_until(&guard->stop_asked, &guard->lock, clock_steady_ns() + NS_PER_S);
        end_late_locked(guard);
    }
    mutex_unlock(&guard->lock);
    return NULL;
}

bool http_guard_start(HttpGuard *guard, Err *err)
{
    mutex_init(&guard->lock);
    cond_init(&guard->stop_asked);
    guard->list.prev = &guard->list;
    guard->list.next = &guard->list;
    if (!thread_start(&guard->thread, "http-guard", guard_run, guard)) {
        return err_set(err, ERR_INTERNAL, "could not start a thread");
    }
    return true;
}

void http_guard_stop(HttpGuard *guard)
{
    mutex_lock(&guard->lock);
    guard->stopping = true;
    cond_signal(&guard->stop_asked);
    mutex_unlock(&guard->lock);
    (void)pthread_join(guard->thread, NULL); /* cannot fail for our own thread */
    cond_done(&guard->stop_asked);
    mutex_done(&guard->lock);
}

HttpConn *http_guard_add(HttpGuard *guard, int fd, unsigned timeout_s)
{
    HttpConn *conn = calloc(1, sizeof(*conn));

    if (conn == NULL) {
        return NULL;
    }
    conn->fd = fd;
    conn->deadline_steady_ns = clock_steady_ns() + timeout_s * NS_PER_S;
    mutex_lock(&guard->lock);
    conn->prev = guard->list.prev;
    conn->next = &guard->list;
    conn->prev->next = conn;
    guard->list.prev = conn;
    guard->n_connections++;
    mutex_unlock(&guard->lock);
    return conn;
}

void http_guard_remove(HttpGuard *guard, HttpConn *conn)
{
    mutex_lock(&guard->lock);
    conn->prev->next = conn->next;
    conn->next->prev = conn->prev;
    guard->n_connections--;
    mutex_unlock(&guard->lock);
    free(conn);
}

void http_guard_set(HttpGuard *guard, HttpConn *conn, unsigned timeout_s)
{
    mutex_lock(&guard->lock);
    conn->deadline_steady_ns = timeout_s == 0 ? 0 : clock_steady_ns() + timeout_s * NS_PER_S;
    mutex_unlock(&guard->lock);
}
