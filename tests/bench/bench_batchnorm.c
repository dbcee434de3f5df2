/* The passes of batch normalization with relu, one image after another through memory beyond L2. */
#include "bench/bench.h"

#include <math.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/rng.h"
#include "ops/batchnorm/batchnorm.h"

enum { IMAGES = 16 };

typedef struct run {
    kn_batchnorm op;
    size_t in, out; /* floats of an image */
    float *x, *dy, *y, *dx, *lines, *want;
    double *sums;
} run;

static kn_batchnorm_lines lines_of(const run *r)
{
    size_t c = (size_t)r->op.c;
    return (kn_batchnorm_lines){r->lines, r->lines + c, r->lines + 2 * c, r->lines + 3 * c};
}

static void sums(void *context, size_t item)
{
    run *r = context;
    kn_batchnorm_get()->sums(&r->op, r->x + item % IMAGES * r->in, r->sums, r->sums + r->op.c);
}

static void forward(void *context, size_t item)
{
    run *r = context;
    kn_batchnorm_lines k = lines_of(r);
    kn_batchnorm_get()->forward(&r->op, &k, r->x + item % IMAGES * r->in,
                                r->y + item % IMAGES * r->out);
}

static void sums_back(void *context, size_t item)
{
    run *r = context;
    kn_batchnorm_lines k = lines_of(r);
    kn_batchnorm_get()->sums_back(&r->op, &k, r->x + item % IMAGES * r->in,
                                  r->dy + item % IMAGES * r->out, r->sums, r->sums + r->op.c);
}

static void backward(void *context, size_t item)
{
    run *r = context;
    kn_batchnorm_lines k = lines_of(r);
    kn_batchnorm_get()->backward(&r->op, &k, r->x + item % IMAGES * r->in,
                                 r->dy + item % IMAGES * r->out, r->dx + item % IMAGES * r->in);
}

static kn_status parse(const char *problem, run *r, kn_error *e)
{
    int end = 0, pool = 0;
    if (sscanf(problem, "c%dh%dpool%d%n", &r->op.c, &r->op.h, &pool, &end) != 3 || problem[end] ||
        r->op.c < 1 || r->op.h < 2 || pool < 0 || pool > 1)
        return kn_fail(e, KN_EUSAGE, "\"%s\" is not like c64h25pool1", problem);
    r->op.w = r->op.h;
    r->op.relu = true;
    r->op.pool = pool == 1;
    r->in = (size_t)r->op.h * (size_t)r->op.w * (size_t)r->op.c;
    r->out = r->op.pool ? (size_t)(r->op.h / 2) * (size_t)(r->op.w / 2) * (size_t)r->op.c : r->in;
    return KN_OK;
}

static kn_status verify(run *r, kn_error *e)
{
    kn_batchnorm_lines k = lines_of(r);
    kn_batchnorm_ref.backward(&r->op, &k, r->x, r->dy, r->want);
    backward(r, 0);
    for (size_t i = 0; i < r->in; i++)
        if (!(fabsf(r->dx[i] - r->want[i]) <= 1e-4f))
            return kn_fail(e, KN_ENUMERIC, "dx[%zu] is %.9g, the reference has %.9g", i,
                           (double)r->dx[i], (double)r->want[i]);
    return KN_OK;
}

static kn_status run_problem(const char *problem, kn_error *e)
{
    run r = {.in = 0};
    KN_TRY(parse(problem, &r, e));
    struct {
        float **at;
        size_t n;
    } need[] = {{&r.x, IMAGES * r.in},  {&r.dy, IMAGES * r.out},        {&r.y, IMAGES * r.out},
                {&r.dx, IMAGES * r.in}, {&r.lines, 4 * (size_t)r.op.c}, {&r.want, r.in}};
    kn_arena arena;
    kn_arena_init(&arena);
    kn_rng g;
    kn_rng_init(&g, 1, 2);
    r.sums = kn_arena_alloc(&arena, 2 * (size_t)r.op.c, sizeof *r.sums);
    kn_status rc = r.sums ? KN_OK : kn_fail(e, KN_ENOMEM, "no memory for %d sums", 2 * r.op.c);
    for (size_t a = 0; rc == KN_OK && a < sizeof need / sizeof *need; a++) {
        float *v = *need[a].at = kn_arena_alloc(&arena, need[a].n, sizeof *v);
        if (!v)
            rc = kn_fail(e, KN_ENOMEM, "no memory for %zu numbers", need[a].n);
        for (size_t i = 0; v && i < need[a].n; i++)
            v[i] = (float)kn_rng_normal(&g);
    }
    if (rc == KN_OK)
        rc = verify(&r, e);
    const char *variant = kn_batchnorm_get()->name;
    double bytes = (double)r.in * sizeof(float);
    const bench_row rows[] = {
        {.pass = "sums", .variant = variant, .bytes = bytes, .step = sums, .context = &r},
        {.pass = "forward", .variant = variant, .bytes = bytes, .step = forward, .context = &r},
        {.pass = "sums back", .variant = variant, .bytes = bytes, .step = sums_back, .context = &r},
        {.pass = "backward", .variant = variant, .bytes = bytes, .step = backward, .context = &r},
    };
    for (size_t i = 0; rc == KN_OK && i < sizeof rows / sizeof *rows; i++)
        bench_time(&rows[i]);
    kn_arena_clear(&arena);
    return rc;
}

static const char *const problems[] = {"c32h50pool1", "c32h25pool0", "c64h12pool0", "c256h6pool0",
                                       NULL};

const bench bench_batchnorm = {"batchnorm", "batch normalization and relu, e.g. c64h25pool1",
                               problems, run_problem};
