/* One dense layer over a shard of a batch: each part of a step by itself. */
#include "bench/bench.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/cpu.h"
#include "base/rng.h"
#include "ops/dense/dense.h"
#include "ops/gemm/gemm.h"

enum { ROWS = 256 }; /* of dW at a time, as the layer does */

typedef struct run {
    kn_dense d;
    int mb;
    float *x, *w, *b, *y, *dy, *dz, *dx, *dw, *packed, *scratch;
} run;

static void pack(void *context, size_t item)
{
    run *r = context;
    (void)item;
    kn_dense_pack(&r->d, r->w, r->packed);
}

static void forward(void *context, size_t item)
{
    run *r = context;
    (void)item;
    kn_dense_forward(&r->d, r->mb, r->x, r->w, r->packed, r->b, NULL, r->y, r->scratch);
}

static void data(void *context, size_t item)
{
    run *r = context;
    (void)item;
    kn_dense_backward_data(&r->d, r->mb, r->w, r->packed, NULL, r->y, r->dy, r->dz, r->dx,
                           r->scratch);
}

static void weights(void *context, size_t item)
{
    run *r = context;
    int ic = r->d.ic;
    (void)item;
    bool by_rows = kn_dense_way_of(&r->d) == KN_DENSE_ROWS;
    for (int from = 0, to; from < ic; from = to) {
        to = by_rows || ic - from < ROWS ? ic : from + ROWS;
        kn_dense_backward_weights(&r->d, r->mb, from, to, r->x, r->dz, r->dw, NULL, r->scratch);
    }
}

static float *numbers(kn_arena *arena, size_t n, uint64_t stream)
{
    float *v = kn_arena_alloc(arena, n, sizeof *v);
    kn_rng g;
    kn_rng_init(&g, 1, stream);
    for (size_t i = 0; v && i < n; i++)
        v[i] = kn_rng_uniform(&g) - 0.5f;
    return v;
}

static bool run_init(run *r, kn_arena *a)
{
    size_t mb = (size_t)r->mb, ic = (size_t)r->d.ic, oc = (size_t)r->d.oc;
    r->x = numbers(a, mb * ic, 1);
    r->w = numbers(a, ic * oc, 2);
    r->b = numbers(a, oc, 3);
    r->dy = numbers(a, mb * oc, 4);
    r->y = numbers(a, mb * oc, 5);
    r->dz = numbers(a, mb * oc, 6);
    r->dx = numbers(a, mb * ic, 7);
    r->dw = kn_arena_alloc(a, ic * oc, sizeof(float));
    r->packed = kn_arena_alloc(a, kn_dense_packed_bytes(&r->d), 1);
    r->scratch = kn_arena_alloc(a, kn_dense_scratch_bytes(&r->d), 1);
    return r->x && r->w && r->b && r->dy && r->y && r->dz && r->dx && r->dw && r->packed &&
           r->scratch;
}

/* dot(y, dy) - dot(b, sum dy) = dot(dx, x) = dot(dw, w), in double, for a linear layer; of bf16 as near as its rounding
 * allows. */
static kn_status verify(run *r, kn_error *e)
{
    size_t mb = (size_t)r->mb, ic = (size_t)r->d.ic, oc = (size_t)r->d.oc;
    double y = 0.0, dx = 0.0, dw = 0.0, size = 0.0;
    pack(r, 0);
    forward(r, 0);
    data(r, 0);
    weights(r, 0);
    kn_dense_finish(&r->d, r->dw, r->scratch);
    for (size_t i = 0; i < mb * oc; i++)
        y += (double)r->dz[i] * ((double)r->y[i] - (double)r->b[i % oc]);
    for (size_t i = 0; i < mb * ic; i++)
        dx += (double)r->dx[i] * (double)r->x[i];
    for (size_t i = 0; i < ic * oc; i++) {
        dw += (double)r->dw[i] * (double)r->w[i];
        size += fabs((double)r->dw[i] * (double)r->w[i]);
    }
    const double near = (r->d.bf16 ? 4e-3 : 1e-4) * size;
    if (!(fabs(y - dx) <= near) || !(fabs(y - dw) <= near))
        return kn_fail(e, KN_ENUMERIC, "the products are %.9g, %.9g, %.9g: they should be equal", y,
                       dx, dw);
    return KN_OK;
}

static kn_status run_problem(const char *problem, kn_error *e)
{
    static const char *const ways[] = {"rows", "panels", "blas", "bf16"};
    run r = {0};
    int used = 0;
    const bool known =
        sscanf(problem, "mb%dic%doc%d%n", &r.mb, &r.d.ic, &r.d.oc, &used) == 3 && r.mb > 0;
    r.d.bf16 = known && strcmp(problem + used, "/bf16") == 0;
    if (!known || (problem[used] && !r.d.bf16) || r.d.ic < 1 || r.d.oc < 1)
        return kn_fail(e, KN_EUSAGE, "\"%s\" is not like mb31ic7744oc64 or mb31ic7744oc64/bf16",
                       problem);
    if (r.d.bf16 && kn_bf16_get() == KN_BF16_NONE)
        return KN_OK; /* this machine has none */
    kn_arena arena;
    kn_arena_init(&arena);
    kn_gemm_init();
    kn_status rc = run_init(&r, &arena) ? verify(&r, e) : kn_fail(e, KN_ENOMEM, "no memory");
    const double flop = 2.0 * r.mb * r.d.ic * r.d.oc;
    const bench_row rows[] = {
        {.pass = "pack", .bytes = 4.0 * r.d.ic * r.d.oc, .step = pack},
        {.pass = "forward", .flop = flop, .step = forward},
        {.pass = "backward", .flop = flop, .step = data},
        {.pass = "weights", .flop = flop, .step = weights},
    };
    for (size_t i = 0; rc == KN_OK && i < sizeof rows / sizeof *rows; i++) {
        bench_row row = rows[i];
        row.variant = ways[kn_dense_way_of(&r.d)];
        row.context = &r;
        bench_time(&row);
    }
    kn_arena_clear(&arena);
    return rc;
}

static const char *const problems[] = {
    "mb31ic7744oc64",       "mb500ic7744oc64",      "mb31ic7744oc256",
    "mb31ic7744oc257",      "mb31ic2500oc1",        "mb31ic7744oc64/bf16",
    "mb500ic7744oc64/bf16", "mb31ic7744oc256/bf16", NULL};

const bench bench_dense = {"dense", "dense layer, e.g. mb31ic7744oc64 or mb31ic7744oc64/bf16",
                           problems, run_problem};
