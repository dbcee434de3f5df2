/* One image through convolution, activation and pooling, and back. Dense arithmetic is counted: 2
 * FLOP per multiply-add of the forward pass, as many for dw, as many for dx. Images rotate, so that
 * their data comes from beyond the second-level cache as in training. */
#include "bench/bench.h"

#include <math.h>

#include "base/arena.h"
#include "base/rng.h"
#include "kernels/ops/conv2d_problem.h"

enum { IMAGES = 24 };

typedef struct run {
    const kn_conv2d_impl *k;
    kn_conv2d c;
    float *x[IMAGES], *y[IMAGES], *dx[IMAGES];
    float *dy[IMAGES], *half[IMAGES]; /* half: every second gradient, by chance, is 0 */
    void *saved[IMAGES];
    float *w, *b, *dw, *db;
    void *packed, *scratch;
} run;

static size_t size3(int a, int b, int c)
{
    return (size_t)a * (size_t)b * (size_t)c;
}

/* n multiples of 1/8: their sums are exact, so that variants can be compared bit for bit. */
static float *lattice(kn_arena *a, size_t n, kn_rng *r)
{
    float *v = kn_arena_alloc(a, n, sizeof *v);
    for (size_t i = 0; v && i < n; i++)
        v[i] = ((float)kn_rng_below(r, 17) - 8) / 8;
    return v;
}

static kn_status run_init(run *r, const kn_conv2d_impl *k, const kn_conv2d *c, kn_arena *a,
                          kn_error *e)
{
    kn_rng g;
    kn_rng_init(&g, 1, 2);
    *r = (run){.k = k, .c = *c};
    r->w = lattice(a, size3(c->kh * c->kw, c->ic, c->oc), &g);
    r->b = lattice(a, (size_t)c->oc, &g);
    r->dw = kn_arena_alloc(a, size3(c->kh * c->kw, c->ic, c->oc), sizeof(float));
    r->db = kn_arena_alloc(a, (size_t)c->oc, sizeof(float));
    r->packed = kn_arena_alloc(a, k->packed_bytes(c), 1);
    r->scratch = kn_arena_alloc(a, k->scratch_bytes(c), 1);
    bool ok = r->w && r->b && r->dw && r->db && r->packed && r->scratch;
    for (int i = 0; ok && i < IMAGES; i++) {
        r->x[i] = lattice(a, size3(c->ih, c->iw, c->ic), &g);
        r->dy[i] = lattice(a, size3(c->ph, c->pw, c->oc), &g);
        r->half[i] = lattice(a, size3(c->ph, c->pw, c->oc), &g);
        r->y[i] = kn_arena_alloc(a, size3(c->ph, c->pw, c->oc), sizeof(float));
        r->dx[i] = kn_arena_alloc(a, size3(c->ih, c->iw, c->ic), sizeof(float));
        r->saved[i] = kn_arena_alloc(a, k->saved_bytes(c), 1);
        for (size_t n = 0; r->half[i] && n < size3(c->ph, c->pw, c->oc); n++)
            r->half[i][n] *= (float)kn_rng_below(&g, 2);
        ok = r->x[i] && r->dy[i] && r->half[i] && r->y[i] && r->dx[i] && r->saved[i];
    }
    if (!ok)
        return kn_fail(e, KN_ENOMEM, "no memory for %d images", IMAGES);
    k->pack(c, r->w, r->packed);
    return KN_OK;
}

static void step_forward(void *context, size_t item)
{
    run *r = context;
    size_t i = item % IMAGES;
    r->k->forward(&r->c, r->x[i], r->w, r->packed, r->b, r->y[i], r->saved[i], r->scratch);
}

static void step_inference(void *context, size_t item)
{
    run *r = context;
    size_t i = item % IMAGES;
    r->k->forward(&r->c, r->x[i], r->w, r->packed, r->b, r->y[i], NULL, r->scratch);
}

static void back(run *r, size_t i, const float *dy, float *dx)
{
    r->k->backward(&r->c, r->x[i], r->w, r->packed, r->y[i], r->saved[i], dy, dx, r->dw, r->db,
                   r->scratch);
}

static void step_dw(void *context, size_t item)
{
    run *r = context;
    back(r, item % IMAGES, r->dy[item % IMAGES], NULL);
}

static void step_dw_dx(void *context, size_t item)
{
    run *r = context;
    back(r, item % IMAGES, r->dy[item % IMAGES], r->dx[item % IMAGES]);
}

static void step_half_dw(void *context, size_t item)
{
    run *r = context;
    back(r, item % IMAGES, r->half[item % IMAGES], NULL);
}

static void step_half_dw_dx(void *context, size_t item)
{
    run *r = context;
    back(r, item % IMAGES, r->half[item % IMAGES], r->dx[item % IMAGES]);
}

static kn_status compare(const char *what, const float *got, const float *want, size_t n,
                         kn_error *e)
{
    for (size_t i = 0; i < n; i++)
        if (!(fabsf(got[i] - want[i]) <= 1e-3f + 1e-4f * fabsf(want[i])))
            return kn_fail(e, KN_ENUMERIC, "%s[%zu] is %.9g, the reference has %.9g", what, i,
                           (double)got[i], (double)want[i]);
    return KN_OK;
}

/* One image forward and back by r and by the reference. */
static kn_status verify(run *r, kn_arena *a, kn_error *e)
{
    run ref;
    const kn_conv2d *c = &r->c;
    KN_TRY(run_init(&ref, kn_conv2d_impls[0], c, a, e));
    step_forward(&ref, 0);
    step_forward(r, 0);
    step_dw_dx(&ref, 0);
    step_dw_dx(r, 0);
    ref.k->finish(c, ref.dw, ref.scratch);
    r->k->finish(c, r->dw, r->scratch);
    KN_TRY(compare("y", r->y[0], ref.y[0], size3(c->ph, c->pw, c->oc), e));
    KN_TRY(compare("dx", r->dx[0], ref.dx[0], size3(c->ih, c->iw, c->ic), e));
    KN_TRY(compare("dw", r->dw, ref.dw, size3(c->kh * c->kw, c->ic, c->oc), e));
    return compare("db", r->db, ref.db, (size_t)c->oc, e);
}

static kn_status time_all(run *r, kn_arena *a, kn_error *e)
{
    KN_TRY(verify(r, a, e));
    double flop = 2 * kn_conv2d_macs(&r->c);
    const bench_row rows[] = {
        {"inference", r->k->name, flop, 0, 1, step_inference, r},
        {"forward", r->k->name, flop, 0, 1, step_forward, r},
        {"dw", r->k->name, flop, 0, 1, step_dw, r},
        {"dw+dx", r->k->name, 2 * flop, 0, 1, step_dw_dx, r},
        {"dw, half 0", r->k->name, flop, 0, 1, step_half_dw, r},
        {"dw+dx, half 0", r->k->name, 2 * flop, 0, 1, step_half_dw_dx, r},
    };
    for (int i = 0; i < IMAGES; i++)
        step_forward(r, (size_t)i);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        bench_time(&rows[i]);
    return KN_OK;
}

static kn_status run_problem(const char *problem, kn_error *e)
{
    kn_conv2d c;
    KN_TRY(conv2d_problem_parse(problem, &c, e));
    kn_arena a;
    kn_arena_init(&a);
    run r;
    kn_status rc = run_init(&r, kn_conv2d_best(), &c, &a, e);
    if (rc == KN_OK)
        rc = time_all(&r, &a, e);
    kn_arena_clear(&a);
    return rc;
}

static const char *const problems[] = {"ic1ih50oc64kh3pool2",      "ic64ih24oc64kh3pool2",
                                       "ic1ih100oc64kh3pool2",     "ic64ih49oc64kh3pool2",
                                       "ic3ih50oc32kh5same1pool2", NULL};

const bench bench_conv2d = {"conv", "convolution block, e.g. ic64ih24oc64kh3pool2/relu", problems,
                            run_problem};

/* Other filters, kernels and sizes than those the kernels were tuned at. */
static const char *const sizes[] = {"ic8ih24oc8kh3pool2",   "ic16ih24oc16kh3pool2",
                                    "ic32ih24oc32kh3pool2", "ic48ih24oc48kh3pool2",
                                    "ic96ih24oc96kh3pool2", "ic128ih24oc128kh3pool2",
                                    "ic64ih24oc64kh1pool2", "ic64ih24oc64kh5pool2",
                                    "ic64ih23oc64kh3pool2", "ic64ih25oc64kh3pool3",
                                    "ic3ih50oc64kh3pool2",  "ic64ih24oc64kh3",
                                    "ic64ih24oc64kh3same1", NULL};

const bench bench_conv2d_sizes = {
    "sizes", "convolution at other filters, kernels and sizes than the tuned", sizes, run_problem};
