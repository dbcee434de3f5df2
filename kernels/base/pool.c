#include "base/pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

struct kn_pool {
    int size; /* workers, the caller included */
    pthread_t *threads;
    pthread_mutex_t lock;
    pthread_cond_t start, done;
    unsigned long round; /* counts runs; a worker waits for the next one */
    int busy;            /* started workers still in this run */
    bool stop;
    kn_task_fn fn;
    void *context;
    size_t tasks;
    atomic_size_t next;
};

typedef struct worker_start {
    kn_pool *pool;
    int worker;
} worker_start;

static void take_tasks(kn_pool *p, int worker)
{
    for (;;) {
        size_t task = atomic_fetch_add(&p->next, 1);
        if (task >= p->tasks)
            return;
        p->fn(p->context, task, worker);
    }
}

static void *worker_main(void *argument)
{
    worker_start *start = argument;
    kn_pool *p = start->pool;
    int worker = start->worker;
    free(start);
    unsigned long seen = 0;
    pthread_mutex_lock(&p->lock);
    for (;;) {
        while (p->round == seen && !p->stop)
            pthread_cond_wait(&p->start, &p->lock);
        if (p->stop)
            break;
        seen = p->round;
        pthread_mutex_unlock(&p->lock);
        take_tasks(p, worker);
        pthread_mutex_lock(&p->lock);
        if (--p->busy == 0)
            pthread_cond_signal(&p->done);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

static kn_status start_worker(kn_pool *p, int worker, kn_error *e)
{
    worker_start *start = malloc(sizeof *start);
    if (!start)
        return kn_fail(e, KN_ENOMEM, "no memory for thread %d", worker);
    *start = (worker_start){p, worker};
    if (pthread_create(&p->threads[worker - 1], NULL, worker_main, start) != 0) {
        free(start);
        return kn_fail(e, KN_EINTERNAL, "cannot start thread %d of %d", worker + 1, p->size);
    }
    return KN_OK;
}

kn_status kn_pool_new(int threads, kn_pool **out, kn_error *e)
{
    *out = NULL;
    if (threads < 1)
        return kn_fail(e, KN_EUSAGE, "%d threads: at least 1 is needed", threads);
    kn_pool *p = calloc(1, sizeof *p);
    if (!p)
        return kn_fail(e, KN_ENOMEM, "no memory for a pool of %d threads", threads);
    p->threads = calloc((size_t)threads, sizeof *p->threads);
    if (!p->threads) {
        free(p);
        return kn_fail(e, KN_ENOMEM, "no memory for a pool of %d threads", threads);
    }
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->start, NULL);
    pthread_cond_init(&p->done, NULL);
    for (p->size = 1; p->size < threads; p->size++) {
        kn_status rc = start_worker(p, p->size, e);
        if (rc != KN_OK) {
            kn_pool_free(p);
            return rc;
        }
    }
    *out = p;
    return KN_OK;
}

void kn_pool_free(kn_pool *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    p->stop = true;
    pthread_cond_broadcast(&p->start);
    pthread_mutex_unlock(&p->lock);
    for (int i = 1; i < p->size; i++)
        pthread_join(p->threads[i - 1], NULL);
    pthread_cond_destroy(&p->done);
    pthread_cond_destroy(&p->start);
    pthread_mutex_destroy(&p->lock);
    free(p->threads);
    free(p);
}

int kn_pool_size(const kn_pool *p)
{
    return p->size;
}

void kn_pool_run(kn_pool *p, size_t tasks, kn_task_fn fn, void *context)
{
    if (tasks == 0)
        return;
    if (p->size == 1 || tasks == 1) {
        for (size_t t = 0; t < tasks; t++)
            fn(context, t, 0);
        return;
    }
    pthread_mutex_lock(&p->lock);
    p->fn = fn;
    p->context = context;
    p->tasks = tasks;
    atomic_store(&p->next, 0);
    p->busy = p->size - 1;
    p->round++;
    pthread_cond_broadcast(&p->start);
    pthread_mutex_unlock(&p->lock);
    take_tasks(p, 0);
    pthread_mutex_lock(&p->lock);
    while (p->busy > 0)
        pthread_cond_wait(&p->done, &p->lock);
    pthread_mutex_unlock(&p->lock);
}
