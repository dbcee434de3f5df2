#include "tst.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "ops/dense/dense.h"
#include "ops/dense/dense_impl.h"
#include "ops/gemm/gemm.h"

/* The units of a problem choose the way: rows, rows, panels. */
static const int units[] = {1, 2, 4};
enum { MB = 5, IC = 7, OC_MAX = 4, NX = MB * IC, NW = IC * OC_MAX, NY = MB * OC_MAX };
enum { NIN = NX + NW + OC_MAX, WAYS = sizeof units / sizeof *units };

typedef struct problem { /* in: x, w, b */
    int oc;
    float in[NIN], z[NY], y[NY], dy[NY], dz[NY], dx[NX], dw[NW], db[OC_MAX];
    float packed[2 * 16 * 16], scratch[128 * (16 + 272)];
} problem;

static void fill(problem *p, int oc)
{
    kn_rng r;
    kn_rng_init(&r, 21, 0);
    memset(p, 0, sizeof *p);
    p->oc = oc;
    for (int i = 0; i < NIN; i++)
        p->in[i] = (float)(0.4 * kn_rng_normal(&r));
    for (int i = 0; i < NY; i++)
        p->dy[i] = (float)kn_rng_normal(&r);
}

static double act64(kn_act act, double z)
{
    switch (act.kind) {
    case KN_ACT_TANH:
        return tanh(z);
    case KN_ACT_GELU:
        return 0.5 * z * erfc(-z * 0.70710678118654752);
    default:
        return z > 0.0 ? z : 0.0;
    }
}

/* dot(y, dy) with the number at `where` (of x, w, b in a row) moved by `step`; y may be NULL. */
static double loss64(const problem *p, kn_act act, int where, double step, double *y)
{
    double v[NIN], loss = 0.0;
    int oc = p->oc;
    for (int i = 0; i < NIN; i++)
        v[i] = (double)p->in[i] + (i == where ? step : 0.0);
    for (int n = 0; n < MB; n++)
        for (int o = 0; o < oc; o++) {
            double z = v[NX + IC * oc + o];
            for (int k = 0; k < IC; k++)
                z += v[n * IC + k] * v[NX + k * oc + o];
            if (y)
                y[n * oc + o] = act64(act, z);
            loss += act64(act, z) * (double)p->dy[n * oc + o];
        }
    return loss;
}

static const kn_act acts[] = {{KN_ACT_RELU, 0.0f}, {KN_ACT_TANH, 0.0f}, {KN_ACT_GELU, 0.0f}};

static void run(problem *p, int oc, kn_act act)
{
    const kn_dense d = {.ic = IC, .oc = oc, .act = act};
    fill(p, oc);
    const float *w = p->in + NX, *b = w + IC * oc;
    CU_ASSERT_TRUE_FATAL(kn_dense_packed_bytes(&d) <= sizeof p->packed);
    CU_ASSERT_TRUE_FATAL(kn_dense_scratch_bytes(&d) <= sizeof p->scratch);
    kn_dense_pack(&d, w, p->packed);
    kn_dense_forward(&d, MB, p->in, w, p->packed, b, p->z, p->y, p->scratch);
    kn_dense_backward_data(&d, MB, w, p->packed, p->z, p->y, p->dy, p->dz, p->dx, p->scratch);
    kn_dense_backward_weights(&d, MB, 0, IC, p->in, p->dz, p->dw, p->db, p->scratch);
    kn_dense_finish(&d, p->dw, p->scratch);
}

static void test_forward_is_the_formula(void)
{
    for (size_t a = 0; a < sizeof acts / sizeof *acts; a++)
        for (int way = 0; way < WAYS; way++) {
            problem p;
            double y[NY];
            size_t n = (size_t)(MB * units[way]);
            run(&p, units[way], acts[a]);
            loss64(&p, acts[a], -1, 0.0, y);
            CU_ASSERT_TRUE(tst_near_f64(p.y, y, n, 1e-6, 1e-6));
            p.y[n - 1] += 1e-4f;
            CU_ASSERT_FALSE(tst_near_f64(p.y, y, n, 1e-6, 1e-6));
        }
}

static void backward_is_the_derivative(int oc, kn_act act)
{
    const double h = 1e-6;
    const int bias = NX + IC * oc;
    problem p;
    run(&p, oc, act);
    for (int i = 0; i < bias + oc; i++) {
        double want = (loss64(&p, act, i, h, NULL) - loss64(&p, act, i, -h, NULL)) / (2 * h);
        float got = i < NX ? p.dx[i] : i < bias ? p.dw[i - NX] : p.db[i - bias];
        CU_ASSERT_TRUE(tst_near((double)got, want, 3e-6, 3e-6));
    }
}

static void test_backward_is_the_derivative(void)
{
    for (size_t a = 0; a < sizeof acts / sizeof *acts; a++)
        for (int way = 0; way < WAYS; way++)
            backward_is_the_derivative(units[way], acts[a]);
}

static void test_weight_rows_in_parts_add_up(void)
{
    problem p;
    float parts[NW] = {0};
    const kn_dense d = {.ic = IC, .oc = 4, .act = acts[1]};
    run(&p, 4, acts[1]);
    kn_dense_backward_weights(&d, MB, 0, 3, p.in, p.dz, parts, NULL, p.scratch);
    kn_dense_backward_weights(&d, MB, 3, IC, p.in, p.dz, parts, NULL, p.scratch);
    CU_ASSERT_TRUE(tst_near_f32(parts, p.dw, NW, 1e-6, 1e-6));
}

static void test_dz_may_be_dy_and_dx_is_optional(void)
{
    problem p;
    const kn_dense d = {.ic = IC, .oc = 4, .act = acts[0]};
    run(&p, 4, acts[0]);
    kn_dense_backward_data(&d, MB, p.in + NX, p.packed, NULL, p.y, p.dy, p.dy, NULL, p.scratch);
    CU_ASSERT_EQUAL(memcmp(p.dy, p.dz, sizeof p.dz), 0);
}

static void test_the_way_follows_from_the_units(void)
{
    const int want[][2] = {{1, KN_DENSE_ROWS},
                           {2, KN_DENSE_ROWS},
                           {3, KN_DENSE_PANELS},
                           {256, KN_DENSE_PANELS},
                           {257, KN_DENSE_BLAS}};
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        const kn_dense d = {.ic = 9, .oc = want[i][0], .act = acts[0]};
        CU_ASSERT_EQUAL((int)kn_dense_way_of(&d), want[i][1]);
    }
    const kn_dense one = {.ic = 9, .oc = 1, .act = acts[0]};
    const kn_dense wide = {.ic = 9, .oc = 257, .act = acts[0]};
    CU_ASSERT_EQUAL(kn_dense_packed_bytes(&one), 0);
    CU_ASSERT_EQUAL(kn_dense_packed_bytes(&wide), 0);
}

/* Shapes beyond a block of the sums, against plain products in double. */
typedef struct layer {
    kn_dense d;
    int mb;
    float *x, *w, *b, *dz; /* given */
    double *y, *dx, *dw, *db;
    tst_guard got_y, got_dx, got_dw, got_db, packed, scratch;
} layer;

static float *numbers(size_t n, uint64_t stream)
{
    float *v = malloc(n * sizeof *v);
    kn_rng r;
    kn_rng_init(&r, 4, stream);
    for (size_t i = 0; i < n; i++)
        v[i] = kn_rng_uniform(&r) - 0.5f;
    return v;
}

static double *zeros(size_t n)
{
    return calloc(n, sizeof(double));
}

static void want_products(layer *l)
{
    size_t ic = (size_t)l->d.ic, oc = (size_t)l->d.oc;
    for (size_t n = 0; n < (size_t)l->mb; n++)
        for (size_t o = 0; o < oc; o++) {
            double dz = (double)l->dz[n * oc + o], *y = &l->y[n * oc + o];
            *y = (double)l->b[o];
            l->db[o] += dz;
            for (size_t k = 0; k < ic; k++) {
                *y += (double)l->x[n * ic + k] * (double)l->w[k * oc + o];
                l->dx[n * ic + k] += dz * (double)l->w[k * oc + o];
                l->dw[k * oc + o] += dz * (double)l->x[n * ic + k];
            }
        }
}

static layer layer_new(int mb, int ic, int oc)
{
    size_t x = (size_t)mb * (size_t)ic, w = (size_t)ic * (size_t)oc, y = (size_t)mb * (size_t)oc;
    layer l = {.d = {ic, oc, {KN_ACT_LINEAR, 0}}, .mb = mb};
    l.x = numbers(x, 1);
    l.w = numbers(w, 2);
    l.b = numbers((size_t)oc, 3);
    l.dz = numbers(y, 4);
    l.y = zeros(y);
    l.dx = zeros(x);
    l.dw = zeros(w);
    l.db = zeros((size_t)oc);
    want_products(&l);
    l.got_y = tst_guard_new(y, 1);
    l.got_dx = tst_guard_new(x, 2);
    l.got_dw = tst_guard_new(w, 3);
    l.got_db = tst_guard_new((size_t)oc, 0);
    l.packed = tst_guard_new(kn_dense_packed_bytes(&l.d) / sizeof(float), 0);
    l.scratch = tst_guard_new(kn_dense_scratch_bytes(&l.d) / sizeof(float), 0);
    return l;
}

static void layer_free(layer *l)
{
    tst_guard *const guards[] = {&l->got_y,  &l->got_dx, &l->got_dw,
                                 &l->got_db, &l->packed, &l->scratch};
    void *const blocks[] = {l->x, l->w, l->b, l->dz, l->y, l->dx, l->dw, l->db};
    for (size_t i = 0; i < sizeof guards / sizeof *guards; i++) {
        CU_ASSERT_TRUE(tst_guard_ok(guards[i]));
        tst_guard_free(guards[i]);
    }
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        free(blocks[i]);
}

static void run_layer(layer *l)
{
    const kn_dense *d = &l->d;
    memset(l->got_dw.data, 0, l->got_dw.n * sizeof(float));
    memset(l->got_db.data, 0, l->got_db.n * sizeof(float));
    kn_gemm_init();
    kn_dense_pack(d, l->w, l->packed.data);
    kn_dense_forward(d, l->mb, l->x, l->w, l->packed.data, l->b, NULL, l->got_y.data,
                     l->scratch.data);
    kn_dense_backward_data(d, l->mb, l->w, l->packed.data, NULL, l->got_y.data, l->dz, l->dz,
                           l->got_dx.data, l->scratch.data);
    kn_dense_backward_weights(d, l->mb, 0, d->ic, l->x, l->dz, l->got_dw.data, l->got_db.data,
                              l->scratch.data);
    kn_dense_finish(d, l->got_dw.data, l->scratch.data);
}

static bool layer_agrees(const layer *l)
{
    return tst_near_f64(l->got_y.data, l->y, l->got_y.n, 3e-5, 1e-5) &&
           tst_near_f64(l->got_dx.data, l->dx, l->got_dx.n, 3e-5, 1e-5) &&
           tst_near_f64(l->got_dw.data, l->dw, l->got_dw.n, 3e-5, 1e-5) &&
           tst_near_f64(l->got_db.data, l->db, l->got_db.n, 3e-5, 1e-5);
}

static void test_shapes_beyond_a_block(void)
{
    const int shapes[][3] = {{1, 1, 1},      {9, 257, 2},  {17, 600, 1},  {1, 513, 3},
                             {13, 300, 16},  {7, 256, 17}, {130, 37, 33}, {257, 19, 64},
                             {130, 290, 20}, {5, 67, 256}, {5, 67, 257}};
    kn_isa now = kn_isa_get();
    for (int isa = 0; isa <= (int)kn_isa_detect(); isa++) {
        kn_isa_force((kn_isa)isa);
        for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
            layer l = layer_new(shapes[i][0], shapes[i][1], shapes[i][2]);
            run_layer(&l);
            CU_ASSERT_TRUE(layer_agrees(&l));
            l.got_dw.data[l.got_dw.n / 2] += 2e-3f;
            CU_ASSERT_FALSE(layer_agrees(&l));
            layer_free(&l);
        }
    }
    kn_isa_force(now);
}

/* The passes by rows, each variant against the plain reference. */
enum { MB_MAX = 17, IC_MAX = 131, OUTPUTS = 5 };

typedef struct rows_in {
    int oc;
    size_t mb, ic;
    float *x, *w, *b, *dz;
    uint8_t pixels[MB_MAX * IC_MAX];
    const uint8_t *row[MB_MAX]; /* from the last to the first */
} rows_in;

static void run_rows(const kn_dense_impl *k, const rows_in *in, const tst_guard out[OUTPUTS])
{
    k->dot(in->oc, in->mb, in->ic, in->x, in->w, in->b, out[0].data);
    k->add(in->oc, in->mb, in->ic, in->x, in->dz, out[1].data);
    k->spread(in->oc, in->mb, in->ic, in->dz, in->w, out[2].data);
    k->dot_pixels(in->oc, in->mb, in->mb, in->ic, in->row, in->w, in->b, out[3].data);
    k->add_pixels(in->oc, in->mb, in->ic, in->row, in->dz, out[4].data);
}

static rows_in rows_in_new(int oc, size_t mb, size_t ic)
{
    size_t u = (size_t)oc;
    rows_in in = {.oc = oc, .mb = mb, .ic = ic};
    in.x = numbers(mb * ic, 1);
    in.w = numbers(u * ic, 2);
    in.b = numbers(u, 3);
    in.dz = numbers(mb * u, 4);
    for (size_t i = 0; i < mb * ic; i++)
        in.pixels[i] = (uint8_t)(i * 37 + 11);
    return in;
}

static void rows_agree(const kn_dense_impl *impl, int oc, size_t mb, size_t ic)
{
    size_t u = (size_t)oc, sizes[OUTPUTS] = {mb * u, u * ic, mb * ic, mb * u, u * ic};
    rows_in in = rows_in_new(oc, mb, ic);
    tst_guard got[OUTPUTS], want[OUTPUTS];
    for (size_t r = 0; r < mb; r++)
        in.row[r] = in.pixels + (mb - 1 - r) * ic;
    for (size_t i = 0; i < OUTPUTS; i++) {
        got[i] = tst_guard_new(sizes[i], i + 1);
        want[i] = tst_guard_new(sizes[i], 0);
        if (i == 1 || i == 4) { /* added to */
            memcpy(got[i].data, in.w, u * ic * sizeof(float));
            memcpy(want[i].data, in.w, u * ic * sizeof(float));
        }
    }
    run_rows(impl, &in, got);
    run_rows(&kn_dense_ref, &in, want);
    for (size_t i = 0; i < OUTPUTS; i++) {
        CU_ASSERT_TRUE(tst_near_f32(got[i].data, want[i].data, sizes[i], 1e-5, 1e-5));
        got[i].data[sizes[i] - 1] += 1e-3f;
        CU_ASSERT_FALSE(tst_near_f32(got[i].data, want[i].data, sizes[i], 1e-5, 1e-5));
        CU_ASSERT_TRUE(tst_guard_ok(&got[i]));
        tst_guard_free(&got[i]);
        tst_guard_free(&want[i]);
    }
    free(in.x);
    free(in.w);
    free(in.b);
    free(in.dz);
}

/* Pixels as they lie and pixels turned into floats first make the same layer. */
static void test_pixels_are_floats_over_255(void)
{
    const kn_dense d = {.ic = IC_MAX, .oc = 2, .act = {KN_ACT_GELU, 0}};
    rows_in in = rows_in_new(2, MB_MAX, IC_MAX);
    float packed[2 * IC_MAX], z[2][2 * MB_MAX], y[2][2 * MB_MAX], db[2][2] = {{0}};
    float dw[2][2 * IC_MAX] = {{0}};
    for (size_t r = 0; r < MB_MAX; r++)
        in.row[r] = in.pixels + r * IC_MAX;
    for (size_t i = 0; i < MB_MAX * IC_MAX; i++)
        in.x[i] = (float)in.pixels[i] / 255.0f;
    kn_dense_pack(&d, in.w, packed);
    kn_dense_forward(&d, MB_MAX, in.x, in.w, packed, in.b, z[0], y[0], NULL);
    kn_dense_forward_pixels(&d, MB_MAX, in.row, in.w, packed, in.b, z[1], y[1]);
    kn_dense_backward_weights(&d, MB_MAX, 0, IC_MAX, in.x, in.dz, dw[0], db[0], NULL);
    kn_dense_backward_pixels(&d, MB_MAX, in.row, in.dz, dw[1], db[1]);
    CU_ASSERT_TRUE(tst_near_f32(z[1], z[0], 2 * MB_MAX, 1e-5, 1e-5));
    CU_ASSERT_TRUE(tst_near_f32(y[1], y[0], 2 * MB_MAX, 1e-5, 1e-5));
    CU_ASSERT_TRUE(tst_near_f32(dw[1], dw[0], 2 * IC_MAX, 1e-5, 1e-5));
    CU_ASSERT_EQUAL(memcmp(db[1], db[0], sizeof db[0]), 0);
    free(in.x);
    free(in.w);
    free(in.b);
    free(in.dz);
}

static void test_row_variants_agree_with_the_reference(void)
{
    const size_t lengths[] = {1, 7, 8, 9, 15, 16, 17, 33, 131};
    for (int isa = 0; isa <= (int)kn_isa_detect(); isa++)
        for (int oc = 1; oc <= KN_DENSE_ROW_UNITS; oc++)
            for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++)
                for (size_t mb = 1; mb <= 17; mb += mb < 9 ? 1 : 8)
                    rows_agree(kn_dense_impls[isa], oc, mb, lengths[l]);
}

const tst_case tst_ops_dense[] = {TST(test_forward_is_the_formula),
                                  TST(test_backward_is_the_derivative),
                                  TST(test_weight_rows_in_parts_add_up),
                                  TST(test_dz_may_be_dy_and_dx_is_optional),
                                  TST(test_the_way_follows_from_the_units),
                                  TST(test_shapes_beyond_a_block),
                                  TST(test_pixels_are_floats_over_255),
                                  TST(test_row_variants_agree_with_the_reference),
                                  TST_END};
