/* Depthwise convolution with relu, padding same, of one image, which stays in the caches; beside the tuned
 * convolution, whose dense arithmetic is counted (forward, 3x3, Winograd does 1 / 2.25 of it). */
#include "bench/bench.h"

#include <math.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/rng.h"
#include "ops/depthwise/depthwise.h"

typedef struct run {
    kn_depthwise op;
    size_t in, out; /* floats of an image */
    float *x, *dz, *w, *b, *y, *dx, *dw, *db, *want;
} run;

static void forward(void *context, size_t item)
{
    run *r = context;
    (void)item;
    kn_depthwise_forward(kn_depthwise_get(), &r->op, r->x, r->w, r->b, r->y);
}

static void weights(void *context, size_t item)
{
    run *r = context;
    (void)item;
    kn_depthwise_backward(kn_depthwise_get(), &r->op, r->x, r->w, r->dz, NULL, r->dw, r->db);
}

static void back(void *context, size_t item)
{
    run *r = context;
    (void)item;
    kn_depthwise_get()->back(&r->op, r->w, r->dz, r->dx);
}

static void backward(void *context, size_t item)
{
    run *r = context;
    (void)item;
    kn_depthwise_backward(kn_depthwise_get(), &r->op, r->x, r->w, r->dz, r->dx, r->dw, r->db);
}

static kn_status parse(const char *problem, run *r, kn_error *e)
{
    int end = 0;
    kn_depthwise *d = &r->op;
    if (sscanf(problem, "c%dh%dk%ds%d%n", &d->c, &d->ih, &d->kh, &d->sh, &end) != 4 || problem[end])
        return kn_fail(e, KN_EUSAGE, "\"%s\" is not like c64h25k3s1", problem);
    d->iw = d->ih;
    d->kw = d->kh;
    d->sw = d->sh;
    d->relu = true;
    KN_TRY(kn_depthwise_shape(d, 1, e));
    r->in = (size_t)d->ih * (size_t)d->iw * (size_t)d->c;
    r->out = (size_t)d->oh * (size_t)d->ow * (size_t)d->c;
    return KN_OK;
}

static kn_status compare(const char *what, const float *got, const float *want, size_t n,
                         kn_error *e)
{
    for (size_t i = 0; i < n; i++)
        if (!(fabsf(got[i] - want[i]) <= 1e-4f + 1e-5f * fabsf(want[i])))
            return kn_fail(e, KN_ENUMERIC, "%s[%zu] is %.9g, the reference has %.9g", what, i,
                           (double)got[i], (double)want[i]);
    return KN_OK;
}

static kn_status verify(run *r, kn_error *e)
{
    kn_depthwise_forward(&kn_depthwise_ref, &r->op, r->x, r->w, r->b, r->want);
    forward(r, 0);
    KN_TRY(compare("y", r->y, r->want, r->out, e));
    kn_depthwise_ref.back(&r->op, r->w, r->dz, r->want);
    back(r, 0);
    return compare("dx", r->dx, r->want, r->in, e);
}

/* The convolution whose rates are the mark, measured once in a run of the program. */
static kn_status measure_mark(bench_conv2d_rates *out, kn_error *e)
{
    static bench_conv2d_rates mark;
    if (mark.forward.best == 0)
        KN_TRY(bench_conv2d_marks("ic64ih24oc64kh3same1/linear", &mark, e));
    *out = mark;
    return KN_OK;
}

static kn_status run_problem(const char *problem, kn_error *e)
{
    run r = {.in = 0};
    bench_conv2d_rates mark;
    KN_TRY(parse(problem, &r, e));
    KN_TRY(measure_mark(&mark, e));
    size_t c = (size_t)r.op.c, taps = (size_t)r.op.kh * (size_t)r.op.kw * c;
    struct {
        float **at;
        size_t n;
    } need[] = {{&r.x, r.in},  {&r.dz, r.out}, {&r.y, r.out}, {&r.dx, r.in},  {&r.w, taps},
                {&r.dw, taps}, {&r.b, c},      {&r.db, c},    {&r.want, r.in}};
    kn_arena arena;
    kn_arena_init(&arena);
    kn_rng g;
    kn_rng_init(&g, 1, 2);
    kn_status rc = KN_OK;
    for (size_t a = 0; rc == KN_OK && a < sizeof need / sizeof *need; a++) {
        float *v = *need[a].at = kn_arena_alloc(&arena, need[a].n, sizeof *v);
        if (!v)
            rc = kn_fail(e, KN_ENOMEM, "no memory for %zu numbers", need[a].n);
        for (size_t i = 0; v && i < need[a].n; i++)
            v[i] = (float)kn_rng_normal(&g);
    }
    if (rc == KN_OK)
        rc = verify(&r, e);
    const char *variant = kn_depthwise_get()->name;
    double flop = 2.0 * kn_depthwise_macs(&r.op);
    const bench_row rows[] = {
        {"forward", variant, flop, 0, 0, forward, &r, mark.forward},
        {"dw", variant, flop, 0, 0, weights, &r, mark.dw},
        {"dx", variant, flop, 0, 0, back, &r, mark.dw_dx},
        {"dw+dx", variant, 2 * flop, 0, 0, backward, &r, mark.dw_dx},
    };
    for (size_t i = 0; rc == KN_OK && i < sizeof rows / sizeof *rows; i++)
        bench_time(&rows[i]);
    kn_arena_clear(&arena);
    return rc;
}

static const char *const problems[] = {
    "c32h50k3s1",  "c64h25k3s1", "c128h12k3s1", "c256h6k3s1", "c128h25k3s1", "c64h50k3s1",
    "c32h50k3s2",  "c64h25k3s2", "c128h12k3s2", "c256h6k3s2", "c32h50k5s1",  "c64h25k5s1",
    "c128h12k5s1", "c256h6k5s1", "c32h50k5s2",  "c64h25k5s2", "c64h25k7s1",  NULL};

const bench bench_depthwise = {"depthwise",
                               "depthwise convolution and relu, padding same, e.g. c64h25k3s1",
                               problems, run_problem};
