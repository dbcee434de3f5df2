#include "ops/probe/probe.h"

#include <stdlib.h>
#include <time.h>

#include "ops/probe/probe_impl.h"

const kn_probe_impl *const kn_probe_impls[] = {
#define KN_VARIANT(suffix, level) &kn_probe_##suffix,
#include "simd/variants.def"
#undef KN_VARIANT
};

enum {
    FLOATS = 16 << 20, /* 64 MB a worker: beyond the third-level cache */
    TRIAL_ROUNDS = 100000,
    FMA_RUNS = 24,
    READ_RUNS = 12
};

static const double RUN_SECONDS = 0.004; /* of FMAs: long beside the start of a pool's run */

typedef struct probe {
    const kn_probe_impl *impl;
    size_t rounds;
    float *x; /* FLOATS of each task */
} probe;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void fma_task(void *context, size_t task, int worker)
{
    const probe *p = context;
    (void)task;
    (void)worker;
    p->impl->fma(p->rounds);
}

static void fill_task(void *context, size_t task, int worker)
{
    const probe *p = context;
    (void)worker;
    for (size_t i = 0; i < FLOATS; i++)
        p->x[task * FLOATS + i] = (float)(i & 7);
}

static void read_task(void *context, size_t task, int worker)
{
    const probe *p = context;
    (void)worker;
    p->impl->read(FLOATS, p->x + task * FLOATS);
}

/* The shortest of `runs` in which each worker takes one task. */
static double best_seconds(kn_pool *pool, int runs, kn_task_fn task, probe *p)
{
    double best = 0;
    for (int i = 0; i < runs; i++) {
        double began = now();
        kn_pool_run(pool, (size_t)kn_pool_size(pool), task, p);
        double seconds = now() - began;
        best = i == 0 || seconds < best ? seconds : best;
    }
    return best;
}

kn_status kn_probe_peaks(kn_pool *pool, kn_peaks *out, kn_error *e)
{
    probe p = {.impl = kn_probe_impls[kn_isa_get()]};
    size_t workers = (size_t)kn_pool_size(pool);
    p.x = malloc(workers * FLOATS * sizeof *p.x);
    if (!p.x)
        return kn_fail(e, KN_ENOMEM, "no memory to measure how fast it is read");
    double began = now();
    p.impl->fma(TRIAL_ROUNDS);
    p.rounds = (size_t)(TRIAL_ROUNDS * RUN_SECONDS / (now() - began)) + 1;
    double flop = p.impl->fma(1) * (double)p.rounds * (double)workers;
    out->flops = flop / best_seconds(pool, FMA_RUNS, fma_task, &p);
    kn_pool_run(pool, workers, fill_task, &p);
    double bytes = (double)(workers * FLOATS * sizeof *p.x);
    out->reads = bytes / best_seconds(pool, READ_RUNS, read_task, &p);
    free(p.x);
    return KN_OK;
}
