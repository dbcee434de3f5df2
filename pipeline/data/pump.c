#include "data/pump.h"

#include <pthread.h>
#include <stdlib.h>

#include "util/interrupt.h"

enum { BATCH_PICTURES = 512 };
static const size_t BATCH_BYTES = (size_t)32 << 20;

typedef struct batch {
    pl_picture picture[BATCH_PICTURES];
    size_t count;
    bool full; /* read and not yet worked on */
} batch;

typedef struct pump_state {
    pl_source *source;
    const pl_pump *pump;
    batch batches[2];
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool stop;  /* the worker side wants no more */
    bool ended; /* the reader has left */
    kn_status rc;
    kn_error error;
} pump_state;

static void clear_batch(batch *b)
{
    for (size_t i = 0; i < b->count; i++)
        free(b->picture[i].bytes);
    b->count = 0;
}

/* Fills a batch; *end when the source has no more. */
static kn_status fill(pump_state *s, batch *b, bool *end)
{
    size_t bytes = 0, index = 0;
    b->count = 0;
    while (b->count < BATCH_PICTURES && bytes < BATCH_BYTES) {
        pl_picture *p = &b->picture[b->count];
        while (s->pump->wants && pl_source_peek(s->source, &index) &&
               !s->pump->wants(s->pump->context, index))
            pl_source_skip(s->source);
        KN_TRY(pl_source_next(s->source, p, end, &s->error));
        if (*end)
            break;
        bytes += p->size;
        b->count++;
    }
    return KN_OK;
}

static void *reader(void *argument)
{
    pump_state *s = argument;
    bool end = false;
    for (int turn = 0; !end; turn ^= 1) {
        batch *b = &s->batches[turn];
        pthread_mutex_lock(&s->mutex);
        while (b->full && !s->stop)
            pthread_cond_wait(&s->changed, &s->mutex);
        bool stop = s->stop;
        pthread_mutex_unlock(&s->mutex);
        if (stop)
            break;
        kn_status rc = fill(s, b, &end);
        pthread_mutex_lock(&s->mutex);
        b->full = rc == KN_OK && b->count > 0;
        s->rc = rc;
        end = end || rc != KN_OK;
        pthread_cond_signal(&s->changed);
        pthread_mutex_unlock(&s->mutex);
        if (rc != KN_OK)
            clear_batch(b);
    }
    pthread_mutex_lock(&s->mutex);
    s->ended = true;
    pthread_cond_signal(&s->changed);
    pthread_mutex_unlock(&s->mutex);
    return NULL;
}

typedef struct batch_work {
    const pl_pump *pump;
    const batch *b;
} batch_work;

static void work(void *context, size_t task, int worker)
{
    const batch_work *w = context;
    w->pump->work(w->pump->context, &w->b->picture[task], worker);
}

/* Waits for a batch; false when there is none left. */
static bool take(pump_state *s, const batch *b)
{
    pthread_mutex_lock(&s->mutex);
    while (!b->full && !s->ended)
        pthread_cond_wait(&s->changed, &s->mutex);
    bool full = b->full;
    pthread_mutex_unlock(&s->mutex);
    return full;
}

static void give_back(pump_state *s, batch *b, bool stop)
{
    pthread_mutex_lock(&s->mutex);
    clear_batch(b);
    b->full = false;
    s->stop = s->stop || stop;
    pthread_cond_signal(&s->changed);
    pthread_mutex_unlock(&s->mutex);
}

static kn_status run(pump_state *s, kn_pool *pool, kn_error *e)
{
    kn_status rc = KN_OK;
    size_t done = 0;
    for (int turn = 0; rc == KN_OK && take(s, &s->batches[turn]); turn ^= 1) {
        batch *b = &s->batches[turn];
        batch_work w = {s->pump, b};
        kn_pool_run(pool, b->count, work, &w);
        done += b->count;
        if (s->pump->batch_end)
            s->pump->batch_end(s->pump->context, done);
        rc = pl_interrupt_check(e);
        give_back(s, b, rc != KN_OK);
    }
    return rc;
}

kn_status pl_pump_run(pl_source *source, kn_pool *pool, const pl_pump *pump, kn_error *e)
{
    pthread_t thread;
    pump_state *s = calloc(1, sizeof *s);
    if (!s)
        return kn_fail(e, KN_ENOMEM, "out of memory for reading pictures");
    s->source = source;
    s->pump = pump;
    pthread_mutex_init(&s->mutex, NULL);
    pthread_cond_init(&s->changed, NULL);
    kn_status rc = KN_OK;
    if (pthread_create(&thread, NULL, reader, s) != 0) {
        rc = kn_fail(e, KN_EINTERNAL, "cannot start a thread to read pictures");
    } else {
        rc = run(s, pool, e);
        pthread_join(thread, NULL);
        if (rc == KN_OK && s->rc != KN_OK)
            rc = kn_fail(e, s->rc, "%s", s->error.text);
    }
    clear_batch(&s->batches[0]);
    clear_batch(&s->batches[1]);
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->mutex);
    free(s);
    return rc;
}
