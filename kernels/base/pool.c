#include "base/pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cpu.h"

/* A run costs a few microseconds where nobody has to be woken: a thread with nothing to do looks for
 * work for SPIN_NS before it sleeps. Two steps of a small model follow each other within that
 * time; an idle pool sleeps. */
enum { SPIN_NS = 80000, SPIN_LOOKS = 64, LINE = 64 };

/* Each number that another thread looks at has a cache line of its own. */
struct kn_pool {
    int size; /* workers, the caller included */
    bool spins;
    pthread_t *threads;
    kn_task_fn fn;
    void *context;
    size_t tasks;
    pthread_mutex_t lock; /* of those who sleep */
    pthread_cond_t start, done;
    _Alignas(LINE) atomic_ulong round; /* counts runs; a worker waits for the next one */
    atomic_bool stop;
    _Alignas(LINE) atomic_size_t next; /* task */
    _Alignas(LINE) atomic_int busy;    /* started workers still in this run */
    _Alignas(LINE) atomic_int sleepers;
    atomic_bool caller_sleeps;
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

static uint64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* One look of a thread that waits; false when it has waited long enough. `began` starts as 0. */
static bool spin(const kn_pool *p, unsigned *looks, uint64_t *began)
{
    if (!p->spins)
        return false;
    if (++*looks % SPIN_LOOKS == 0) {
        uint64_t t = now();
        if (*began == 0)
            *began = t;
        if (t - *began > SPIN_NS)
            return false;
    }
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
    return true;
}

static bool has_news(kn_pool *p, unsigned long seen)
{
    return atomic_load(&p->round) != seen || atomic_load(&p->stop);
}

/* Whoever goes to sleep counts itself and then looks again; whoever has news tells it and then
 * looks for sleepers. In the one order of these four steps that all threads see, one of the two
 * finds the other, so nobody sleeps through. The same holds for the end of a run. */
static void wait_for_news(kn_pool *p, unsigned long seen)
{
    unsigned looks = 0;
    uint64_t began = 0;
    while (!has_news(p, seen))
        if (!spin(p, &looks, &began))
            break;
    if (has_news(p, seen))
        return;
    pthread_mutex_lock(&p->lock);
    atomic_fetch_add(&p->sleepers, 1);
    while (!has_news(p, seen))
        pthread_cond_wait(&p->start, &p->lock);
    atomic_fetch_sub(&p->sleepers, 1);
    pthread_mutex_unlock(&p->lock);
}

static void wake_workers(kn_pool *p)
{
    if (atomic_load(&p->sleepers) == 0)
        return;
    pthread_mutex_lock(&p->lock);
    pthread_cond_broadcast(&p->start);
    pthread_mutex_unlock(&p->lock);
}

static void wait_for_end(kn_pool *p)
{
    unsigned looks = 0;
    uint64_t began = 0;
    while (atomic_load(&p->busy) > 0)
        if (!spin(p, &looks, &began))
            break;
    if (atomic_load(&p->busy) == 0)
        return;
    pthread_mutex_lock(&p->lock);
    atomic_store(&p->caller_sleeps, true);
    while (atomic_load(&p->busy) > 0)
        pthread_cond_wait(&p->done, &p->lock);
    atomic_store(&p->caller_sleeps, false);
    pthread_mutex_unlock(&p->lock);
}

static void tell_end(kn_pool *p)
{
    if (atomic_fetch_sub(&p->busy, 1) > 1 || !atomic_load(&p->caller_sleeps))
        return;
    pthread_mutex_lock(&p->lock);
    pthread_cond_signal(&p->done);
    pthread_mutex_unlock(&p->lock);
}

static void *worker_main(void *argument)
{
    worker_start *start = argument;
    kn_pool *p = start->pool;
    int worker = start->worker;
    free(start);
    for (unsigned long seen = 0;; seen++) {
        wait_for_news(p, seen);
        if (atomic_load(&p->stop))
            return NULL;
        take_tasks(p, worker);
        tell_end(p);
    }
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
    kn_pool *p = aligned_alloc(LINE, sizeof *p);
    if (!p)
        return kn_fail(e, KN_ENOMEM, "no memory for a pool of %d threads", threads);
    memset(p, 0, sizeof *p);
    p->spins = threads <= kn_cpu_count();
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
    atomic_store(&p->stop, true);
    wake_workers(p);
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
    p->fn = fn;
    p->context = context;
    p->tasks = tasks;
    atomic_store(&p->next, 0);
    atomic_store(&p->busy, p->size - 1);
    atomic_fetch_add(&p->round, 1);
    wake_workers(p);
    take_tasks(p, 0);
    wait_for_end(p);
}
