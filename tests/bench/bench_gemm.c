/* The matrix products of the layers by OpenBLAS, on one thread. */
#include "bench/bench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/rng.h"
#include "ops/gemm/gemm.h"
#include "ops/gemm/gemm_core.h"

typedef struct run {
    int m, n, k;
    bool ta, tb;
    float *a, *b, *c;
} run;

static void step(void *context, size_t item)
{
    const run *r = context;
    (void)item;
    kn_gemm(r->ta, r->tb, r->m, r->n, r->k, 1.0f, r->a, r->ta ? r->m : r->k, r->b,
            r->tb ? r->k : r->n, 0.0f, r->c, r->n);
}

static float *numbers(kn_arena *arena, int rows, int columns, uint64_t stream)
{
    size_t n = (size_t)rows * (size_t)columns;
    float *v = kn_arena_alloc(arena, n, sizeof *v);
    kn_rng g;
    kn_rng_init(&g, 1, stream);
    for (size_t i = 0; v && i < n; i++)
        v[i] = kn_rng_uniform(&g) - 0.5f;
    return v;
}

/* C applied to a vector of ones against A applied to B's row sums, in double. */
static kn_status verify(run *r, kn_error *e)
{
    step(r, 0);
    for (int i = 0; i < r->m; i++) {
        double got = 0.0, want = 0.0;
        for (int j = 0; j < r->n; j++)
            got += (double)r->c[(size_t)i * (size_t)r->n + (size_t)j];
        for (int l = 0; l < r->k; l++) {
            double sum = 0.0;
            for (int j = 0; j < r->n; j++)
                sum += (double)r->b[r->tb ? j * r->k + l : l * r->n + j];
            want += sum * (double)r->a[r->ta ? l * r->m + i : i * r->k + l];
        }
        if (!(fabs(got - want) <= 1e-3 + 1e-4 * fabs(want)))
            return kn_fail(e, KN_ENUMERIC, "row %d sums to %.9g, not to %.9g", i, got, want);
    }
    return KN_OK;
}

static kn_status run_problem(const char *problem, kn_error *e)
{
    run r = {0};
    char form[3] = "";
    if (sscanf(problem, "m%dn%dk%d/%2[nt]", &r.m, &r.n, &r.k, form) != 4 || !form[1] || r.m < 1 ||
        r.n < 1 || r.k < 1)
        return kn_fail(e, KN_EUSAGE, "\"%s\" is not like m62n512k128/nn", problem);
    r.ta = form[0] == 't';
    r.tb = form[1] == 't';
    kn_arena arena;
    kn_arena_init(&arena);
    r.a = numbers(&arena, r.m, r.k, 1);
    r.b = numbers(&arena, r.k, r.n, 2);
    r.c = numbers(&arena, r.m, r.n, 3);
    kn_gemm_init();
    kn_status rc = r.a && r.b && r.c ? verify(&r, e) : kn_fail(e, KN_ENOMEM, "no memory");
    const bench_row row = {.pass = form,
                           .variant = kn_gemm_core(),
                           .flop = 2.0 * r.m * r.n * r.k,
                           .step = step,
                           .context = &r};
    if (rc == KN_OK)
        bench_time(&row);
    kn_arena_clear(&arena);
    return rc;
}

static const char *const problems[] = {"m62n512k128/nn",
                                       "m62n128k512/nt",
                                       "m3100n512k128/nn",
                                       "m128n512k3100/tn",
                                       "m62n64k7744/nn",
                                       "m512n512k512/nn",
                                       NULL};

const bench bench_gemm = {"gemm", "matrix product, e.g. m62n512k128/nt (t: transposed)", problems,
                          run_problem};
