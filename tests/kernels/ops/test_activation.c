#include "tst.h"

#include <math.h>

#include "ops/activation/activation.h"

/* Keras 3.15's activations and slopes at these points, from scripts/oracle/activations.py (elu with
 * alpha 0.7). */

enum { POINTS = 11 };

static const float points[POINTS] = {-12.0f, -3.0f, -1.0f, -0.25f, -0.0f, 0.0f,
                                     1e-6f,  0.5f,  1.0f,  2.75f,  9.0f};

static const float keras[KN_ACT_COUNT][2][POINTS] = {
    /* linear */ {
        {-12.0f, -3.0f, -1.0f, -0.25f, -0.0f, 0.0f, 9.99999997e-07f, 0.5f, 1.0f, 2.75f, 9.0f},
        {1.0f, 1.0f, 1.0f, 1.0f, 1.0f, 1.0f, 1.0f, 1.0f, 1.0f, 1.0f, 1.0f}},
    /* relu */
    {{0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 9.99999997e-07f, 0.5f, 1.0f, 2.75f, 9.0f},
     {0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 1.0f, 1.0f, 1.0f, 1.0f, 1.0f}},
    /* leaky_relu */
    {{-3.60000014f, -0.900000036f, -0.300000012f, -0.075000003f, -0.0f, 0.0f, 9.99999997e-07f, 0.5f,
      1.0f, 2.75f, 9.0f},
     {0.300000012f, 0.300000012f, 0.300000012f, 0.300000012f, 0.300000012f, 0.300000012f, 1.0f,
      1.0f, 1.0f, 1.0f, 1.0f}},
    /* elu */
    {{-0.699995697f, -0.665149033f, -0.442484379f, -0.154839441f, -0.0f, 0.0f, 9.99999997e-07f,
      0.5f, 1.0f, 2.75f, 9.0f},
     {4.2974948e-06f, 0.0348509289f, 0.257515609f, 0.545160532f, 0.699999988f, 0.699999988f, 1.0f,
      1.0f, 1.0f, 1.0f, 1.0f}},
    /* tanh */
    {{-1.0f, -0.995054722f, -0.761594176f, -0.244918659f, -0.0f, 0.0f, 9.99999997e-07f,
      0.462117136f, 0.761594176f, 0.991859734f, 1.0f},
     {0.0f, 0.00986611843f, 0.419974327f, 0.940014839f, 1.0f, 1.0f, 1.0f, 0.786447763f,
      0.419974327f, 0.0162142515f, 0.0f}},
    /* sigmoid */
    {{6.14417468e-06f, 0.0474258661f, 0.268941402f, 0.437823445f, 0.5f, 0.5f, 0.500000238f,
      0.622459352f, 0.731058598f, 0.939913332f, 0.999876618f},
     {6.14413693e-06f, 0.0451766551f, 0.196611926f, 0.246134087f, 0.25f, 0.25f, 0.25f, 0.23500371f,
      0.196611926f, 0.0564762615f, 0.000123366393f}},
    /* gelu */
    {{-2.13179251e-32f, -0.00404969649f, -0.158655256f, -0.100323416f, -0.0f, 0.0f, 5.00000397e-07f,
      0.345731229f, 0.841344714f, 2.74180555f, 9.0f},
     {-2.55791497e-31f, -0.0119456518f, -0.0833154917f, 0.304626644f, 0.5f, 0.5f, 0.500000834f,
      0.86749512f, 1.08331549f, 1.02202749f, 1.0f}},
};

static kn_act act_of(int kind)
{
    kn_act act = {(kn_act_kind)kind, kn_act_default_alpha((kn_act_kind)kind)};
    if (kind == KN_ACT_ELU)
        act.alpha = 0.7f;
    return act;
}

static void test_values_and_slopes_agree_with_keras(void)
{
    for (int kind = 0; kind < KN_ACT_COUNT; kind++) {
        float y[POINTS], dy[POINTS], dz[POINTS];
        for (int i = 0; i < POINTS; i++)
            dy[i] = 1.0f;
        kn_act_forward(act_of(kind), POINTS, points, y);
        kn_act_backward(act_of(kind), POINTS, points, y, dy, dz);
        CU_ASSERT_TRUE(tst_near_f32(y, keras[kind][0], POINTS, 1e-7, 3e-7));
        CU_ASSERT_TRUE(tst_near_f32(dz, keras[kind][1], POINTS, 3e-7, 3e-6));
        dz[3] += 1e-5f;
        CU_ASSERT_FALSE(tst_near_f32(dz, keras[kind][1], POINTS, 3e-7, 3e-6));
    }
}

static double exact(kn_act act, double z)
{
    switch (act.kind) {
    case KN_ACT_RELU:
        return z > 0.0 ? z : 0.0;
    case KN_ACT_LEAKY_RELU:
        return z > 0.0 ? z : (double)act.alpha * z;
    case KN_ACT_ELU:
        return z > 0.0 ? z : (double)act.alpha * expm1(z);
    case KN_ACT_TANH:
        return tanh(z);
    case KN_ACT_SIGMOID:
        return 1.0 / (1.0 + exp(-z));
    case KN_ACT_GELU:
        return 0.5 * z * erfc(-z * 0.70710678118654752);
    case KN_ACT_LINEAR:
    case KN_ACT_COUNT:
        break;
    }
    return z;
}

static void test_slopes_are_central_differences(void)
{
    const double h = 1e-6;
    for (int kind = 0; kind < KN_ACT_COUNT; kind++)
        for (float z = -6.03f; z < 6.0f; z += 0.11f) {
            float y, dy = 2.0f, dz;
            double want =
                (exact(act_of(kind), (double)z + h) - exact(act_of(kind), (double)z - h)) / h;
            kn_act_forward(act_of(kind), 1, &z, &y);
            kn_act_backward(act_of(kind), 1, &z, &y, &dy, &dz);
            CU_ASSERT_TRUE(tst_near((double)dz, want, 2e-6, 2e-6));
        }
}

static void test_names_and_alphas(void)
{
    CU_ASSERT_PTR_NULL(kn_act_names[KN_ACT_COUNT]);
    TST_TEXT(kn_act_names[KN_ACT_GELU], "gelu");
    CU_ASSERT_EQUAL(kn_act_default_alpha(KN_ACT_LEAKY_RELU), 0.3f);
    CU_ASSERT_EQUAL(kn_act_default_alpha(KN_ACT_ELU), 1.0f);
    CU_ASSERT_FALSE(kn_act_backward_from_y(KN_ACT_GELU));
    CU_ASSERT_TRUE(kn_act_backward_from_y(KN_ACT_TANH));
}

static void test_nan_and_infinities_pass_as_the_formula_gives(void)
{
    const float z[3] = {NAN, -INFINITY, INFINITY};
    for (int kind = 0; kind < KN_ACT_COUNT; kind++) {
        float y[3];
        kn_act_forward(act_of(kind), 3, z, y);
        CU_ASSERT_TRUE(isnan(y[0]));
        double low = kind == KN_ACT_GELU ? 0.0 : exact(act_of(kind), -(double)INFINITY);
        CU_ASSERT_EQUAL((double)y[1], low);
        CU_ASSERT_EQUAL((double)y[2], exact(act_of(kind), (double)INFINITY));
    }
}

const tst_case tst_ops_activation[] = {
    TST(test_values_and_slopes_agree_with_keras), TST(test_slopes_are_central_differences),
    TST(test_names_and_alphas), TST(test_nan_and_infinities_pass_as_the_formula_gives), TST_END};
