/* One image through convolution, activation and pooling, and back. Dense arithmetic is counted: 2
 * FLOP per multiply-add of the forward pass, as many for dw, as many for dx. Images rotate, so that
 * their data comes from beyond the second-level cache as in training. */
#include "bench/bench.h"

#include <math.h>

#include "base/arena.h"
#include "base/rng.h"
#include "base/size.h"
#include "kernels/ops/conv2d_problem.h"
#include "ops/bf16/bf16_block.h"

enum { IMAGES = 24 };

typedef struct run {
    const kn_conv2d_impl *k;
    kn_conv2d c;
    int mb;     /* images a call */
    int groups; /* of mb images */
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

static kn_status run_init(run *r, const kn_conv2d_impl *k, const kn_conv2d *c, int mb, kn_arena *a,
                          kn_error *e)
{
    const size_t images = (size_t)mb;
    kn_rng g;
    kn_rng_init(&g, 1, 2);
    *r = (run){.k = k, .c = *c, .mb = mb, .groups = mb < IMAGES ? IMAGES / mb : 1};
    r->w = lattice(a, size3(c->kh * c->kw, c->ic, c->oc), &g);
    r->b = lattice(a, (size_t)c->oc, &g);
    r->dw = kn_arena_alloc(a, size3(c->kh * c->kw, c->ic, c->oc), sizeof(float));
    r->db = kn_arena_alloc(a, (size_t)c->oc, sizeof(float));
    r->packed = kn_arena_alloc(a, k->packed_bytes(c), 1);
    r->scratch = kn_arena_alloc(a, k->scratch_bytes(c), 1);
    bool ok = r->w && r->b && r->dw && r->db && r->packed && r->scratch;
    const size_t x = images * kn_conv2d_x_size(c), y = images * kn_conv2d_y_size(c);
    for (int i = 0; ok && i < r->groups; i++) {
        r->x[i] = lattice(a, x, &g);
        r->dy[i] = lattice(a, y, &g);
        r->half[i] = lattice(a, y, &g);
        r->y[i] = kn_arena_alloc(a, y, sizeof(float));
        r->dx[i] = kn_arena_alloc(a, x, sizeof(float));
        r->saved[i] = kn_arena_alloc(a, images, kn_size_round_up(k->saved_bytes(c) + 1, KN_ALIGN));
        for (size_t n = 0; r->half[i] && n < y; n++)
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
    size_t i = item % (size_t)r->groups;
    r->k->forward(&r->c, r->mb, r->x[i], r->w, r->packed, r->b, r->y[i], r->saved[i], r->scratch);
}

static void step_inference(void *context, size_t item)
{
    run *r = context;
    size_t i = item % (size_t)r->groups;
    r->k->forward(&r->c, r->mb, r->x[i], r->w, r->packed, r->b, r->y[i], NULL, r->scratch);
}

static size_t group(const run *r, size_t item)
{
    return item % (size_t)r->groups;
}

static void back(run *r, size_t i, const float *dy, float *dx)
{
    r->k->backward(&r->c, r->mb, r->x[i], r->w, r->packed, r->y[i], r->saved[i], dy, dx, r->dw,
                   r->db, r->scratch);
}

static void step_dw(void *context, size_t item)
{
    run *r = context;
    back(r, group(r, item), r->dy[group(r, item)], NULL);
}

static void step_dw_dx(void *context, size_t item)
{
    run *r = context;
    back(r, group(r, item), r->dy[group(r, item)], r->dx[group(r, item)]);
}

static void step_half_dw(void *context, size_t item)
{
    run *r = context;
    back(r, group(r, item), r->half[group(r, item)], NULL);
}

static void step_half_dw_dx(void *context, size_t item)
{
    run *r = context;
    back(r, group(r, item), r->half[group(r, item)], r->dx[group(r, item)]);
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
    const kn_conv2d_impl *reference = r->k->bf16 ? kn_conv2d_bf16_impls[0] : kn_conv2d_impls[0];
    const size_t images = (size_t)r->mb;
    KN_TRY(run_init(&ref, reference, c, r->mb, a, e));
    step_forward(&ref, 0);
    step_forward(r, 0);
    step_dw_dx(&ref, 0);
    step_dw_dx(r, 0);
    ref.k->finish(c, ref.dw, ref.scratch);
    r->k->finish(c, r->dw, r->scratch);
    KN_TRY(compare("y", r->y[0], ref.y[0], images * kn_conv2d_y_size(c), e));
    KN_TRY(compare("dx", r->dx[0], ref.dx[0], images * kn_conv2d_x_size(c), e));
    KN_TRY(compare("dw", r->dw, ref.dw, size3(c->kh * c->kw, c->ic, c->oc), e));
    return compare("db", r->db, ref.db, (size_t)c->oc, e);
}

enum { INFERENCE, FORWARD, DW, DW_DX, HALF_DW, HALF_DW_DX, PASSES };

static kn_status time_all(run *r, kn_arena *a, bench_rate *rate, kn_error *e)
{
    KN_TRY(verify(r, a, e));
    double flop = 2 * kn_conv2d_macs(&r->c) * r->mb, images = r->mb;
    const bench_row rows[PASSES] = {
        [INFERENCE] = {"inference", r->k->name, flop, 0, images, step_inference, r, {0, 0}},
        [FORWARD] = {"forward", r->k->name, flop, 0, images, step_forward, r, {0, 0}},
        [DW] = {"dw", r->k->name, flop, 0, images, step_dw, r, {0, 0}},
        [DW_DX] = {"dw+dx", r->k->name, 2 * flop, 0, images, step_dw_dx, r, {0, 0}},
        [HALF_DW] = {"dw, half 0", r->k->name, flop, 0, images, step_half_dw, r, {0, 0}},
        [HALF_DW_DX] =
            {"dw+dx, half 0", r->k->name, 2 * flop, 0, images, step_half_dw_dx, r, {0, 0}},
    };
    for (int i = 0; i < r->groups; i++)
        step_forward(r, (size_t)i);
    for (size_t i = 0; i < PASSES; i++)
        rate[i] = bench_time(&rows[i]);
    return KN_OK;
}

static kn_status run_impl(const kn_conv2d_impl *k, const char *problem, bench_rate *rate,
                          kn_error *e)
{
    kn_conv2d c;
    KN_TRY(conv2d_problem_parse(problem, &c, e));
    kn_arena a;
    kn_arena_init(&a);
    run r;
    kn_status rc = run_init(&r, k, &c, k->images(&c), &a, e);
    if (rc == KN_OK)
        rc = time_all(&r, &a, rate, e);
    kn_arena_clear(&a);
    return rc;
}

static kn_status run_problem(const char *problem, kn_error *e)
{
    bench_rate rate[PASSES];
    return run_impl(kn_conv2d_best(), problem, rate, e);
}

kn_status bench_conv2d_marks(const char *problem, bench_conv2d_rates *out, kn_error *e)
{
    bench_rate rate[PASSES];
    KN_TRY(run_impl(kn_conv2d_best(), problem, rate, e));
    *out = (bench_conv2d_rates){rate[FORWARD], rate[DW], rate[DW_DX]};
    return KN_OK;
}

/* Blocks whose tiles lie in L1, 18 terms as the second layer of the CNN has: what this machine can do. */
static void step_blocks(void *context, size_t item)
{
    enum { TERMS = 18, BLOCKS = 100 };
    const kn_bf16_ops *ops = context;
    static _Alignas(64) uint16_t ab[2 * TERMS * KN_BF16_TILE_BYTES];
    static _Alignas(64) float c[4 * KN_BF16_ROWS * KN_BF16_COLUMNS];
    kn_bf16_term term[TERMS];
    (void)item;
    for (int t = 0; t < TERMS; t++) /* rows of A are 64 bytes apart, four tiles of it */
        term[t] = (kn_bf16_term){{t % 4 * 1024, t % 4 * 1024 + 4096}, t % 16 * 1024};
    const kn_bf16_block m = {.term = term,
                             .terms = TERMS,
                             .a = {ab, ab},
                             .b = ab,
                             .a_row = 64,
                             .b_next = 16 * 1024,
                             .c = {c, c + 2 * KN_BF16_ROWS * KN_BF16_COLUMNS},
                             .c_row = 2 * KN_BF16_COLUMNS,
                             .rows = 2,
                             .columns = 2};
    ops->begin();
    for (int i = 0; i < BLOCKS; i++)
        ops->multiply(&m);
    ops->end();
}

static kn_status time_blocks(void)
{
    const kn_bf16_ops *ops = kn_bf16_ops_get();
    bench_row row = {.pass = "block", .variant = ops->name, .step = step_blocks};
    kn_bf16_ops context = *ops;
    row.context = &context;
    row.flop = 2.0 * 100 * 18 * 32 * 32 * 32;
    bench_time(&row);
    return KN_OK;
}

/* As many images a call as it wants; the share of peak is of f32's, the problem `peak` tells bf16's. */
static kn_status run_bf16(const char *problem, kn_error *e)
{
    if (kn_bf16_get() == KN_BF16_NONE)
        return KN_OK;
    if (strcmp(problem, "peak") == 0)
        return time_blocks();
    bench_rate rate[PASSES];
    return run_impl(kn_conv2d_best_bf16(), problem, rate, e);
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

static const char *const bf16_problems[] = {"ic1ih50oc64kh3pool2",
                                            "ic64ih24oc64kh3pool2",
                                            "ic1ih50oc32kh3same1/linear",
                                            "ic32ih50oc32kh3same1/linear",
                                            "ic64ih25oc64kh3same1/linear",
                                            "ic128ih12oc128kh3same1/linear",
                                            "ic256ih6oc256kh3same1/linear",
                                            "ic64ih25oc128kh1/linear",
                                            "ic64ih25oc128kh3sh2same1/linear",
                                            NULL};

const bench bench_conv2d_bf16 = {
    "bf16", "convolution of bf16 numbers, e.g. ic64ih24oc64kh3pool2; peak: blocks alone",
    bf16_problems, run_bf16};
