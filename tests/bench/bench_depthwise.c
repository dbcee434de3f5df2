/* Depthwise convolution, 3x3, padding same, of one image, which stays in the caches as in bench_conv2d.c. */
#include "bench/bench.h"

#include <math.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/rng.h"
#include "ops/depthwise/depthwise.h"

typedef struct run {
    kn_depthwise op;
    size_t size; /* floats of an image, in as out */
    float *x, *dz, *w, *b, *y, *dx, *dw, *want;
} run;

static void forward(void *context, size_t item)
{
    run *r = context;
    (void)item;
    kn_depthwise_forward(kn_depthwise_get(), &r->op, r->x, r->w, r->b, r->y);
}

static void backward(void *context, size_t item)
{
    run *r = context;
    (void)item;
    kn_depthwise_backward(kn_depthwise_get(), &r->op, r->x, r->w, r->dz, r->dx, r->dw, r->b);
}

static kn_status parse(const char *problem, run *r, kn_error *e)
{
    int end = 0;
    if (sscanf(problem, "c%dh%d%n", &r->op.c, &r->op.ih, &end) != 2 || problem[end])
        return kn_fail(e, KN_EUSAGE, "\"%s\" is not like c64h25", problem);
    r->op.iw = r->op.ih;
    r->op.kh = r->op.kw = 3;
    r->op.sh = r->op.sw = 1;
    return kn_depthwise_shape(&r->op, 1, e);
}

static kn_status verify(run *r, kn_error *e)
{
    kn_depthwise_forward(&kn_depthwise_ref, &r->op, r->x, r->w, r->b, r->want);
    forward(r, 0);
    for (size_t i = 0; i < r->size; i++)
        if (!(fabsf(r->y[i] - r->want[i]) <= 1e-4f))
            return kn_fail(e, KN_ENUMERIC, "y[%zu] is %.9g, the reference has %.9g", i,
                           (double)r->y[i], (double)r->want[i]);
    return KN_OK;
}

static kn_status run_problem(const char *problem, kn_error *e)
{
    run r = {.size = 0};
    KN_TRY(parse(problem, &r, e));
    r.size = (size_t)r.op.ih * (size_t)r.op.iw * (size_t)r.op.c;
    size_t taps = 9 * (size_t)r.op.c;
    struct {
        float **at;
        size_t n;
    } need[] = {{&r.x, r.size}, {&r.dz, r.size}, {&r.y, r.size},         {&r.dx, r.size},
                {&r.w, taps},   {&r.dw, taps},   {&r.b, (size_t)r.op.c}, {&r.want, r.size}};
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
        {.pass = "forward", .variant = variant, .flop = flop, .step = forward, .context = &r},
        {.pass = "dw+dx", .variant = variant, .flop = 2 * flop, .step = backward, .context = &r},
    };
    for (size_t i = 0; rc == KN_OK && i < sizeof rows / sizeof *rows; i++)
        bench_time(&rows[i]);
    kn_arena_clear(&arena);
    return rc;
}

static const char *const problems[] = {"c32h50", "c64h25", "c128h12", "c256h6", NULL};

const bench bench_depthwise = {"depthwise", "depthwise convolution 3x3, padding same, e.g. c64h25",
                               problems, run_problem};
