/* Every variant of depthwise.h and layernorm.h against its reference. */
#include <math.h>
#include <string.h>

#include "base/rng.h"
#include "ops/depthwise/depthwise.h"
#include "ops/layernorm/layernorm.h"
#include "tst.h"

/* Sums of up to 156 products of numbers below 1, in f32 against double. */
static const double atol = 2e-5, rtol = 2e-5;

static tst_guard filled(size_t n, uint64_t stream)
{
    tst_guard g = tst_guard_new(n, stream % 3);
    kn_rng r;
    kn_rng_init(&r, 19, stream);
    for (size_t i = 0; i < n; i++)
        g.data[i] = kn_rng_uniform(&r) * 2.0f - 1.0f;
    return g;
}

typedef struct results {
    tst_guard y, dx, dw, db;
} results;

static results run(const kn_depthwise_impl *by, const kn_depthwise *d)
{
    size_t c = (size_t)d->c, in = (size_t)d->ih * (size_t)d->iw * c,
           out = (size_t)d->oh * (size_t)d->ow * c, taps = (size_t)d->kh * (size_t)d->kw * c;
    tst_guard x = filled(in, 1), w = filled(taps, 2), b = filled(c, 3), dz = filled(out, 4);
    results r = {tst_guard_new(out, 1), tst_guard_new(in, 2), filled(taps, 5), filled(c, 6)};
    kn_depthwise_forward(by, d, x.data, w.data, b.data, r.y.data);
    kn_depthwise_backward(by, d, x.data, w.data, dz.data, r.dx.data, r.dw.data, r.db.data);
    tst_guard *done[] = {&x, &w, &b, &dz};
    for (int i = 0; i < 4; i++)
        tst_guard_free(done[i]);
    return r;
}

static bool agree(const results *got, const results *want)
{
    const tst_guard *g[] = {&got->y, &got->dx, &got->dw, &got->db},
                    *w[] = {&want->y, &want->dx, &want->dw, &want->db};
    for (int i = 0; i < 4; i++)
        if (!tst_near_f32(g[i]->data, w[i]->data, w[i]->n, atol, rtol) || !tst_guard_ok(g[i]))
            return false;
    return true;
}

static void clear(results *r)
{
    tst_guard_free(&r->y);
    tst_guard_free(&r->dx);
    tst_guard_free(&r->dw);
    tst_guard_free(&r->db);
}

/* ih, iw, kh, kw, sh, sw, same */
static const int shapes[][7] = {
    /* by strips: one row and several, odd and even, images smaller than the kernel, all borders */
    {5, 7, 3, 3, 1, 1, 0},
    {5, 7, 3, 3, 1, 1, 1},
    {1, 1, 3, 3, 1, 1, 1},
    {2, 1, 3, 3, 1, 1, 1},
    {12, 13, 3, 3, 1, 1, 1},
    {3, 3, 3, 3, 1, 1, 0},
    {6, 5, 3, 3, 2, 2, 1},
    {7, 8, 3, 3, 2, 2, 1},
    {8, 6, 3, 3, 2, 2, 0},
    {9, 7, 3, 3, 2, 2, 0},
    {1, 2, 3, 3, 2, 2, 1},
    {6, 7, 5, 5, 1, 1, 1},
    {9, 8, 5, 5, 1, 1, 0},
    {2, 3, 5, 5, 1, 1, 1},
    {5, 5, 5, 5, 1, 1, 0},
    {7, 6, 5, 5, 2, 2, 1},
    {9, 10, 5, 5, 2, 2, 0},
    {1, 1, 5, 5, 2, 2, 1},
    {9, 8, 7, 7, 1, 1, 1},
    {8, 9, 7, 7, 1, 1, 0},
    {2, 3, 7, 7, 1, 1, 1},
    {10, 9, 7, 7, 2, 2, 1},
    {9, 11, 7, 7, 2, 2, 0},
    /* any other */
    {1, 1, 1, 1, 1, 1, 0},
    {7, 8, 2, 5, 2, 1, 1},
    {9, 9, 5, 5, 3, 2, 0},
    {9, 9, 3, 3, 3, 3, 0},
    {3, 3, 1, 1, 2, 2, 0},
    {8, 7, 3, 5, 1, 1, 1},
    {12, 13, 11, 11, 1, 1, 1},
    {6, 9, 3, 3, 1, 2, 1},
    {2, 3, 4, 4, 2, 3, 1},
};

static void test_depthwise_variants_agree_with_the_reference(void)
{
    static const int channels[] = {1, 7, 8, 9, 15, 16, 17, 33, 37, 70};
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
        for (size_t c = 0; c < 2 * sizeof channels / sizeof *channels; c++) {
            const int *k = shapes[s];
            kn_depthwise d = {.c = channels[c / 2], .ih = k[0], .iw = k[1], .kh = k[2], .kw = k[3]};
            d.sh = k[4];
            d.sw = k[5];
            d.relu = c % 2 == 1;
            TST_OK(kn_depthwise_shape(&d, k[6], e));
            results want = run(&kn_depthwise_ref, &d);
            for (int v = 0; v <= (int)kn_isa_detect(); v++) {
                results got = run(kn_depthwise_impls[v], &d);
                if (!agree(&got, &want))
                    tst_note("%s: shape %zu, %d channels", kn_depthwise_impls[v]->name, s, d.c);
                CU_ASSERT_TRUE(agree(&got, &want));
                clear(&got);
            }
            clear(&want);
        }
}

/* An image so wide that the channels go by groups. */
static void test_groups_of_channels_agree_with_the_reference(void)
{
    kn_depthwise d = {.c = 83, .ih = 3, .iw = 211, .kh = 3, .kw = 3, .sh = 1, .sw = 1};
    TST_OK(kn_depthwise_shape(&d, 1, e));
    results want = run(&kn_depthwise_ref, &d);
    for (int v = 0; v <= (int)kn_isa_detect(); v++) {
        results got = run(kn_depthwise_impls[v], &d);
        CU_ASSERT_TRUE(agree(&got, &want));
        clear(&got);
    }
    clear(&want);
}

/* y and dx of the transposed map: sum(dz y) is sum(dx x), exactly where all numbers are small and whole. */
static void test_back_is_the_transpose(void)
{
    enum { C = 5, MOST = 13 * 13 * C };
    static float x[MOST], dz[MOST], y[MOST], dx[MOST], w[121 * C];
    kn_rng r;
    kn_rng_init(&r, 23, 1);
    for (size_t i = 0; i < MOST; i++) {
        x[i] = (float)kn_rng_below(&r, 9) - 4;
        dz[i] = (float)kn_rng_below(&r, 9) - 4;
    }
    for (size_t i = 0; i < 121 * C; i++)
        w[i] = (float)kn_rng_below(&r, 9) - 4;
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
        for (int v = 0; v <= (int)kn_isa_detect(); v++) {
            const int *k = shapes[s];
            kn_depthwise d = {.c = C, .ih = k[0], .iw = k[1], .kh = k[2], .kw = k[3]};
            d.sh = k[4];
            d.sw = k[5];
            TST_OK(kn_depthwise_shape(&d, k[6], e));
            kn_depthwise_impls[v]->multiply(&d, x, w, NULL, y);
            kn_depthwise_impls[v]->back(&d, w, dz, dx);
            double there = 0.0, back = 0.0;
            for (int i = 0; i < d.oh * d.ow * C; i++)
                there += (double)dz[i] * (double)y[i];
            for (int i = 0; i < d.ih * d.iw * C; i++)
                back += (double)dx[i] * (double)x[i];
            CU_ASSERT_EQUAL(there, back);
        }
}

/* As kn_act_forward does: a number below 0 becomes 0, what is not a number stays. */
static void test_relu_keeps_what_is_not_a_number(void)
{
    static const int kernels[] = {3, 4};
    for (int i = 0; i < 2; i++)
        for (int v = 0; v <= (int)kn_isa_detect(); v++) {
            kn_depthwise d = {.c = 1, .ih = 5, .iw = 5, .kh = kernels[i], .kw = kernels[i]};
            d.sh = d.sw = 1;
            d.relu = true;
            TST_OK(kn_depthwise_shape(&d, 1, e));
            float x[25] = {0}, w[16] = {0}, y[25], b = -1.0f;
            w[0] = 1.0f;
            x[0] = NAN;
            kn_depthwise_forward(kn_depthwise_impls[v], &d, x, w, &b, y);
            CU_ASSERT_TRUE(isnan(y[6]));
            CU_ASSERT_EQUAL(y[24], 0.0f);
        }
}

static void test_a_changed_number_is_refused(void)
{
    kn_depthwise d = {.c = 3, .ih = 5, .iw = 5, .kh = 3, .kw = 3, .sh = 1, .sw = 1};
    TST_OK(kn_depthwise_shape(&d, 1, e));
    results want = run(&kn_depthwise_ref, &d), got = run(&kn_depthwise_ref, &d);
    CU_ASSERT_TRUE(agree(&got, &want));
    got.dw.data[0] += 1e-3f;
    CU_ASSERT_FALSE(agree(&got, &want));
    clear(&got);
    clear(&want);
}

/* A kernel that is 1 in its middle gives the image back. */
static void test_the_middle_tap_is_the_identity(void)
{
    enum { C = 17, N = 6 * 5 * C };
    kn_depthwise d = {.c = C, .ih = 6, .iw = 5, .kh = 3, .kw = 3, .sh = 1, .sw = 1};
    TST_OK(kn_depthwise_shape(&d, 1, e));
    tst_guard x = filled(N, 7);
    float w[9 * C] = {0}, y[N];
    for (int c = 0; c < C; c++)
        w[4 * C + c] = 1.0f;
    for (int v = 0; v <= (int)kn_isa_detect(); v++) {
        kn_depthwise_forward(kn_depthwise_impls[v], &d, x.data, w, NULL, y);
        CU_ASSERT_EQUAL(memcmp(x.data, y, sizeof y), 0);
    }
    tst_guard_free(&x);
}

static void test_shapes_that_do_not_fit(void)
{
    kn_depthwise d = {.c = 3, .ih = 2, .iw = 9, .kh = 3, .kw = 3, .sh = 1, .sw = 1};
    TST_FAILS(KN_EUSAGE, "depthwise: a 3x3 kernel does not fit into 2x9",
              kn_depthwise_shape(&d, 0, e));
    d.kh = 12;
    TST_FAILS(KN_EUSAGE, "depthwise: kernel height is 12, not in 1..11",
              kn_depthwise_shape(&d, 0, e));
}

static void test_layernorm_variants_agree_with_the_reference(void)
{
    static const size_t channels[] = {1, 7, 8, 9, 15, 16, 17, 33, 37, 64};
    enum { ROWS = 5 };
    for (size_t k = 0; k < sizeof channels / sizeof *channels; k++) {
        size_t c = channels[k], n = ROWS * c;
        tst_guard x = filled(n, 1), gamma = filled(c, 2), beta = filled(c, 3), dy = filled(n, 4);
        tst_guard y[2], dx[2], dg[2], db[2], saved[2];
        for (int v = -1; v <= (int)kn_isa_detect(); v++) {
            const kn_layernorm_impl *by = v < 0 ? &kn_layernorm_ref : kn_layernorm_impls[v];
            int i = v >= 0;
            y[i] = tst_guard_new(n, 1);
            dx[i] = tst_guard_new(n, 2);
            saved[i] = tst_guard_new(2 * ROWS, 0);
            dg[i] = filled(c, 5);
            db[i] = filled(c, 6);
            by->forward(ROWS, c, 0.01f, x.data, gamma.data, beta.data, y[i].data, saved[i].data);
            by->backward(ROWS, c, x.data, gamma.data, saved[i].data, dy.data, dx[i].data,
                         dg[i].data, db[i].data);
            if (v < 0)
                continue;
            tst_guard *g[] = {&y[1], &dx[1], &dg[1], &db[1], &saved[1]},
                      *w[] = {&y[0], &dx[0], &dg[0], &db[0], &saved[0]};
            for (int t = 0; t < 5; t++) {
                CU_ASSERT_TRUE(tst_near_f32(g[t]->data, w[t]->data, w[t]->n, 1e-4, 1e-4));
                CU_ASSERT_TRUE(tst_guard_ok(g[t]));
                tst_guard_free(g[t]);
            }
        }
        tst_guard *done[] = {&x, &gamma, &beta, &dy, &y[0], &dx[0], &dg[0], &db[0], &saved[0]};
        for (int t = 0; t < 9; t++)
            tst_guard_free(done[t]);
    }
}

const tst_case tst_ops_depthwise[] = {
    TST(test_depthwise_variants_agree_with_the_reference),
    TST(test_groups_of_channels_agree_with_the_reference),
    TST(test_back_is_the_transpose),
    TST(test_relu_keeps_what_is_not_a_number),
    TST(test_a_changed_number_is_refused),
    TST(test_the_middle_tap_is_the_identity),
    TST(test_shapes_that_do_not_fit),
    TST(test_layernorm_variants_agree_with_the_reference),
    TST_END,
};
