/* Value and gradient of logistic regression over u8 rows, on one thread. */
#include "bench/bench.h"

#include <math.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/rng.h"
#include "ops/dense/dense_impl.h"
#include "ops/logreg/logreg_impl.h"

typedef struct run {
    kn_logreg_data data;
    double *w, *grad;
    kn_pool *pool;
    void *scratch;
} run;

static void step(void *context, size_t item)
{
    run *r = context;
    (void)item;
    kn_logreg_value_grad(&r->data, 1.0, r->w, r->grad, r->pool, r->scratch);
}

static kn_status run_init(run *r, size_t rows, size_t features, kn_arena *a, kn_error *e)
{
    uint8_t *x = kn_arena_alloc(a, rows, features), *label = kn_arena_alloc(a, rows, 1);
    uint32_t *index = kn_arena_alloc(a, rows, sizeof *index);
    r->data = (kn_logreg_data){x, label, index, rows, features, {1.0f, 1.0f}};
    r->w = kn_arena_alloc(a, features + 1, sizeof *r->w);
    r->grad = kn_arena_alloc(a, features + 1, sizeof *r->grad);
    r->scratch = kn_arena_alloc(a, kn_logreg_scratch_bytes(&r->data), 1);
    if (!x || !label || !index || !r->w || !r->grad || !r->scratch)
        return kn_fail(e, KN_ENOMEM, "no memory for %zu rows", rows);
    kn_rng g;
    kn_rng_init(&g, 1, 2);
    for (size_t i = 0; i < rows * features; i++)
        x[i] = (uint8_t)kn_rng_below(&g, 256);
    for (size_t i = 0; i < rows; i++) {
        label[i] = (uint8_t)kn_rng_below(&g, 2);
        index[i] = (uint32_t)i;
    }
    for (size_t k = 0; k <= features; k++)
        r->w[k] = 0.01 * kn_rng_normal(&g);
    return kn_pool_new(1, &r->pool, e);
}

static kn_status verify(run *r, kn_arena *a, kn_error *e)
{
    size_t f = r->data.features;
    double *want = kn_arena_alloc(a, f + 1, sizeof *want);
    if (!want)
        return kn_fail(e, KN_ENOMEM, "no memory for %zu features", f);
    double value = kn_logreg_value_grad_ref(&r->data, 1.0, r->w, want);
    double got = kn_logreg_value_grad(&r->data, 1.0, r->w, r->grad, r->pool, r->scratch);
    if (!(fabs(got - value) <= 1e-6 * value))
        return kn_fail(e, KN_ENUMERIC, "the value is %.12g, the reference has %.12g", got, value);
    for (size_t k = 0; k <= f; k++)
        if (!(fabs(r->grad[k] - want[k]) <= 1e-5 * (double)r->data.rows))
            return kn_fail(e, KN_ENUMERIC, "grad[%zu] is %.12g, the reference has %.12g", k,
                           r->grad[k], want[k]);
    return KN_OK;
}

static kn_status run_problem(const char *problem, kn_error *e)
{
    size_t rows, features;
    if (sscanf(problem, "rows%zuf%zu", &rows, &features) != 2 || rows < 1 || features < 1)
        return kn_fail(e, KN_EUSAGE, "\"%s\" is not like rows19120f2500", problem);
    run r = {.pool = NULL};
    kn_arena arena;
    kn_arena_init(&arena);
    kn_status rc;
    KN_TRY_TO(rc, cleanup, run_init(&r, rows, features, &arena, e));
    KN_TRY_TO(rc, cleanup, verify(&r, &arena, e));
    const bench_row row = {.pass = "value+grad",
                           .variant = kn_dense_impls[kn_isa_get()]->name,
                           .bytes = (double)rows * (double)features,
                           .step = step,
                           .context = &r};
    bench_time(&row);
cleanup:
    kn_pool_free(r.pool);
    kn_arena_clear(&arena);
    return rc;
}

static const char *const problems[] = {"rows19120f2500", "rows4780f10000", NULL};

const bench bench_logreg = {"logreg", "logistic regression, e.g. rows19120f2500", problems,
                            run_problem};
