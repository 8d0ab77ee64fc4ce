/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps the demo fresh: a demo that was left open still has data in the last minutes. */
#include "base/log.h"
#include "base/thread.h"
#include "cli/demo.h"

struct DemoFeed {
    Ingest *ingest;
    const DemoManifest *manifest;
    const Str *ids; /* [DEMO_COMMITS] */
    Mutex lock;
    Cond changed;
    bool stopping;
    pthread_t thread;
};

static bool wait_for(DemoFeed *feed, int64_t steady_ns)
{
    mutex_lock(&feed->lock);
    while (!feed->stopping && cond_wait_until(&feed->changed, &feed->lock, steady_ns)) {
    }
    bool go_on = !feed->stopping;
    mutex_unlock(&feed->lock);
    return go_on;
}

static void *feed_run(void *arg)
{
    DemoFeed *feed = arg;
    int64_t next_ns = clock_steady_ns(); /* the first step follows the history that was loaded */

    for (size_t step = 0; wait_for(feed, next_ns); step++, next_ns += DEMO_STEP_NS) {
        Err err = ERR_INIT;
        if (!demo_load_step(feed->ingest, feed->manifest, feed->ids, step, clock_unix_ns(), &err)) {
            log_warn("the demo could not add profiles", FIELD_STR("error", str_from(err.msg)));
        }
    }
    return NULL;
}

static void feed_free(DemoFeed *feed)
{
    cond_done(&feed->changed);
    mutex_done(&feed->lock);
    free(feed);
}

DemoFeed *demo_feed_start(Ingest *ingest, const DemoManifest *manifest, const Str ids[DEMO_COMMITS])
{
    DemoFeed *feed = calloc(1, sizeof(*feed));

    if (feed == NULL) {
        return NULL;
    }
    feed->ingest = ingest;
    feed->manifest = manifest;
    feed->ids = ids;
    mutex_init(&feed->lock);
    cond_init(&feed->changed);
    if (!thread_start(&feed->thread, "demo-feed", feed_run, feed)) {
        feed_free(feed);
        return NULL;
    }
    return feed;
}

void demo_feed_stop(DemoFeed *feed)
{
    if (feed == NULL) {
        return;
    }
    mutex_lock(&feed->lock);
    feed->stopping = true;
    cond_signal(&feed->changed);
    mutex_unlock(&feed->lock);
    (void)pthread_join(feed->thread, NULL); /* cannot fail for our own thread */
    feed_free(feed);
}
