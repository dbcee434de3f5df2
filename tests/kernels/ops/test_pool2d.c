#include "tst.h"

#include <math.h>

#include "base/rng.h"
#include "ops/pool2d/pool2d.h"

static kn_pool2d shape(int c, int ih, int iw, int k, int s, int same)
{
    kn_pool2d p = {.c = c, .ih = ih, .iw = iw, .kh = k, .kw = k, .sh = s, .sw = s};
    TST_OK(kn_pool2d_shape(&p, same, e));
    return p;
}

static void test_kn_pool2d_shape_follows_keras(void)
{
    kn_pool2d p = shape(1, 7, 8, 2, 2, 0);
    CU_ASSERT_TRUE(p.oh == 3 && p.ow == 4 && p.pt == 0 && p.pl == 0);
    p = shape(1, 7, 8, 3, 2, 1);
    CU_ASSERT_TRUE(p.oh == 4 && p.ow == 4 && p.pt == 1 && p.pl == 0);
    p = shape(1, 5, 5, 2, 3, 1);
    CU_ASSERT_TRUE(p.oh == 2 && p.ow == 2 && p.pt == 0 && p.pl == 0);
}

static void test_kn_pool2d_shape_says_what_is_wrong(void)
{
    kn_pool2d p = {.c = 1, .ih = 2, .iw = 5, .kh = 3, .kw = 3, .sh = 1, .sw = 1};
    TST_FAILS(KN_EUSAGE, "pool2d: a 3x3 window does not fit into 2x5", kn_pool2d_shape(&p, 0, e));
    p.kh = 17;
    TST_FAILS(KN_EUSAGE, "pool2d: window height is 17, not in 1..16", kn_pool2d_shape(&p, 0, e));
    p = (kn_pool2d){.c = 0, .ih = 2, .iw = 5, .kh = 2, .kw = 2, .sh = 1, .sw = 1};
    TST_FAILS(KN_EUSAGE, "pool2d: number of channels is 0, not in 1..65536",
              kn_pool2d_shape(&p, 0, e));
    p = (kn_pool2d){.c = 9, .ih = 65536, .iw = 65536, .kh = 2, .kw = 2, .sh = 1, .sw = 1};
    TST_FAILS(KN_EUSAGE, "pool2d: an input of 65536 x 65536 x 9 has more than 2147483647 elements",
              kn_pool2d_shape(&p, 0, e));
}

/* Two channels of a 2x3 image, one 2x2 window at stride 1; ties take the first place. */
static void test_kn_pool2d_max_takes_the_first_maximum(void)
{
    kn_pool2d p = shape(2, 2, 3, 2, 1, 0);
    const float x[12] = {1, -1, 5, -2, 5, -3, 1, -1, 5, -9, 2, -8};
    float y[4], dx[12];
    uint8_t where[4];
    kn_pool2d_max_forward(&p, x, y, where);
    const float want[4] = {5, -1, 5, -2};
    CU_ASSERT_TRUE(tst_near_f32(y, want, 4, 0, 0));
    CU_ASSERT_TRUE(where[0] == 1 && where[1] == 0 && where[2] == 0 && where[3] == 0);
    const float dy[4] = {1, 10, 100, 1000};
    kn_pool2d_max_backward(&p, where, dy, dx);
    const float want_dx[12] = {0, 10, 101, 1000, 0, 0, 0, 0, 0, 0, 0, 0};
    CU_ASSERT_TRUE(tst_near_f32(dx, want_dx, 12, 0, 0));
}

static void test_kn_pool2d_max_hands_nan_on(void)
{
    kn_pool2d p = shape(1, 2, 2, 2, 2, 0);
    uint8_t where;
    float y;
    for (int at = 0; at < 4; at++) {
        float x[4] = {INFINITY, 1, -INFINITY, 3};
        x[at] = NAN;
        kn_pool2d_max_forward(&p, x, &y, &where);
        CU_ASSERT_TRUE(isnan(y));
        CU_ASSERT_EQUAL(where, at);
    }
    kn_pool2d_max_forward(&p, (const float[4]){-INFINITY, -INFINITY, INFINITY, 3}, &y, NULL);
    CU_ASSERT_TRUE(isinf(y) && y > 0);
}

/* Average over the pixels inside the image: tensorflow.keras.layers.AveragePooling2D(3, 2, "same")
 * on 0..11 as 3x4. */
static void test_kn_pool2d_avg_matches_keras(void)
{
    kn_pool2d p = shape(1, 3, 4, 3, 2, 1);
    float x[12], y[4];
    for (int i = 0; i < 12; i++)
        x[i] = (float)i;
    kn_pool2d_avg_forward(&p, x, y);
    const float want[4] = {3.0f, 4.5f, 7.0f, 8.5f};
    CU_ASSERT_TRUE(tst_near_f32(y, want, 4, 1e-6, 0));
}

static double loss_of(const kn_pool2d *p, int average, const float *x, const float *r)
{
    float y[512];
    double loss = 0;
    if (average)
        kn_pool2d_avg_forward(p, x, y);
    else
        kn_pool2d_max_forward(p, x, y, NULL);
    for (int i = 0; i < p->oh * p->ow * p->c; i++)
        loss += (double)y[i] * (double)r[i];
    return loss;
}

/* Values are multiples of 1/8, all different, and the step is 1/64: no window changes its maximum.
 */
static void check_gradient(const kn_pool2d *p, int average)
{
    float x[512], r[512], dx[512], y[512];
    uint8_t where[512];
    uint32_t order[512];
    int n = p->ih * p->iw * p->c;
    kn_rng g;
    kn_rng_init(&g, 3, 4);
    for (uint32_t i = 0; i < 512; i++) {
        order[i] = i;
        r[i] = kn_rng_uniform(&g) - 0.5f;
    }
    kn_rng_shuffle(&g, order, (size_t)n);
    for (int i = 0; i < n; i++)
        x[i] = (float)order[i] / 8 - 16;
    kn_pool2d_max_forward(p, x, y, where);
    if (average)
        kn_pool2d_avg_backward(p, r, dx);
    else
        kn_pool2d_max_backward(p, where, r, dx);
    for (int i = 0; i < n; i++) {
        float keep = x[i], step = 1.0f / 64;
        x[i] = keep + step;
        double up = loss_of(p, average, x, r);
        x[i] = keep - step;
        double down = loss_of(p, average, x, r);
        x[i] = keep;
        CU_ASSERT_TRUE(tst_near((double)dx[i], (up - down) * 32, 1e-3, 1e-3));
    }
}

static void test_kn_pool2d_gradients_match_differences(void)
{
    for (int same = 0; same < 2; same++)
        for (int k = 1; k <= 3; k++)
            for (int s = 1; s <= 3; s++) {
                kn_pool2d p = shape(3, 7, 6, k, s, same);
                check_gradient(&p, 0);
                check_gradient(&p, 1);
            }
}

const tst_case tst_ops_pool2d[] = {TST(test_kn_pool2d_shape_follows_keras),
                                   TST(test_kn_pool2d_shape_says_what_is_wrong),
                                   TST(test_kn_pool2d_max_takes_the_first_maximum),
                                   TST(test_kn_pool2d_max_hands_nan_on),
                                   TST(test_kn_pool2d_avg_matches_keras),
                                   TST(test_kn_pool2d_gradients_match_differences),
                                   TST_END};
