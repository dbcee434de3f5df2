#include "tst.h"

#include <math.h>

#include "ops/loss/loss.h"

/* From scripts/oracle/losses.py (Keras 3.15, gradients by tf.GradientTape):
 * logits, probability, label, loss, gradient by logit. */
typedef struct one_unit {
    kn_output output;
    float z, p;
    uint8_t label;
    double loss;
    float dz;
} one_unit;

static const one_unit singles[] = {
    {KN_OUTPUT_SIGMOID, -100.0f, 0.0f, 0, 0.0, 0.0f},
    {KN_OUTPUT_RELU, -100.0f, 1.00000001e-07f, 0, 1.1920929e-07, 0.0f},
    {KN_OUTPUT_SIGMOID, -20.0f, 2.06115369e-09f, 0, 2.06115369e-09, 2.06115369e-09f},
    {KN_OUTPUT_RELU, -20.0f, 1.00000001e-07f, 0, 1.1920929e-07, 0.0f},
    {KN_OUTPUT_SIGMOID, -3.0f, 0.0474258736f, 0, 0.048587352, 0.0474258736f},
    {KN_OUTPUT_RELU, -3.0f, 1.00000001e-07f, 0, 1.1920929e-07, 0.0f},
    {KN_OUTPUT_SIGMOID, -0.5f, 0.377540678f, 0, 0.474076986, 0.377540678f},
    {KN_OUTPUT_RELU, -0.5f, 1.00000001e-07f, 0, 1.1920929e-07, 0.0f},
    {KN_OUTPUT_SIGMOID, 0.0f, 0.5f, 0, 0.693147182, 0.5f},
    {KN_OUTPUT_RELU, 0.0f, 1.00000001e-07f, 0, 1.1920929e-07, 0.0f},
    {KN_OUTPUT_SIGMOID, 1e-08f, 0.5f, 0, 0.693147182, 0.5f},
    {KN_OUTPUT_RELU, 1e-08f, 1.00000001e-07f, 0, 1.1920929e-07, 0.0f},
    {KN_OUTPUT_SIGMOID, 0.25f, 0.562176526f, 0, 0.825939417, 0.562176466f},
    {KN_OUTPUT_RELU, 0.25f, 0.25f, 0, 0.287682086, 1.33333337f},
    {KN_OUTPUT_SIGMOID, 0.75f, 0.679178715f, 0, 1.13687098, 0.679178715f},
    {KN_OUTPUT_RELU, 0.75f, 0.75f, 0, 1.38629436, 4.0f},
    {KN_OUTPUT_SIGMOID, 1.0f, 0.731058598f, 0, 1.31326175, 0.731058598f},
    {KN_OUTPUT_RELU, 1.0f, 0.999999881f, 0, 15.9423847, 0.0f},
    {KN_OUTPUT_SIGMOID, 2.5f, 0.924141824f, 0, 2.57888985, 0.924141824f},
    {KN_OUTPUT_RELU, 2.5f, 0.999999881f, 0, 15.9423847, 0.0f},
    {KN_OUTPUT_SIGMOID, 30.0f, 1.0f, 0, 30.0, 1.0f},
    {KN_OUTPUT_RELU, 30.0f, 0.999999881f, 0, 15.9423847, 0.0f},
    {KN_OUTPUT_SIGMOID, 90.0f, 1.0f, 0, 90.0, 1.0f},
    {KN_OUTPUT_RELU, 90.0f, 0.999999881f, 0, 15.9423847, 0.0f},
    {KN_OUTPUT_SIGMOID, -100.0f, 0.0f, 1, 100.0, -1.0f},
    {KN_OUTPUT_RELU, -100.0f, 1.00000001e-07f, 1, 16.1180954, 0.0f},
    {KN_OUTPUT_SIGMOID, -20.0f, 2.06115369e-09f, 1, 20.0, -1.0f},
    {KN_OUTPUT_RELU, -20.0f, 1.00000001e-07f, 1, 16.1180954, 0.0f},
    {KN_OUTPUT_SIGMOID, -3.0f, 0.0474258736f, 1, 3.04858732, -0.952574134f},
    {KN_OUTPUT_RELU, -3.0f, 1.00000001e-07f, 1, 16.1180954, 0.0f},
    {KN_OUTPUT_SIGMOID, -0.5f, 0.377540678f, 1, 0.974076986, -0.622459292f},
    {KN_OUTPUT_RELU, -0.5f, 1.00000001e-07f, 1, 16.1180954, 0.0f},
    {KN_OUTPUT_SIGMOID, 0.0f, 0.5f, 1, 0.693147182, -0.5f},
    {KN_OUTPUT_RELU, 0.0f, 1.00000001e-07f, 1, 16.1180954, 0.0f},
    {KN_OUTPUT_SIGMOID, 1e-08f, 0.5f, 1, 0.693147182, -0.5f},
    {KN_OUTPUT_RELU, 1e-08f, 1.00000001e-07f, 1, 16.1180954, 0.0f},
    {KN_OUTPUT_SIGMOID, 0.25f, 0.562176526f, 1, 0.575939417, -0.437823534f},
    {KN_OUTPUT_RELU, 0.25f, 0.25f, 1, 1.38629436, -4.0f},
    {KN_OUTPUT_SIGMOID, 0.75f, 0.679178715f, 1, 0.38687101, -0.320821315f},
    {KN_OUTPUT_RELU, 0.75f, 0.75f, 1, 0.287682086, -1.33333337f},
    {KN_OUTPUT_SIGMOID, 1.0f, 0.731058598f, 1, 0.313261688, -0.268941432f},
    {KN_OUTPUT_RELU, 1.0f, 0.999999881f, 1, 1.1920929e-07, 0.0f},
    {KN_OUTPUT_SIGMOID, 2.5f, 0.924141824f, 1, 0.078889735, -0.0758581832f},
    {KN_OUTPUT_RELU, 2.5f, 0.999999881f, 1, 1.1920929e-07, 0.0f},
    {KN_OUTPUT_SIGMOID, 30.0f, 1.0f, 1, 9.35762291e-14, -9.35762291e-14f},
    {KN_OUTPUT_RELU, 30.0f, 0.999999881f, 1, 1.1920929e-07, 0.0f},
    {KN_OUTPUT_SIGMOID, 90.0f, 1.0f, 1, 0.0, 0.0f},
    {KN_OUTPUT_RELU, 90.0f, 0.999999881f, 1, 1.1920929e-07, 0.0f},
};

typedef struct two_units {
    float z[2], p;
    uint8_t label;
    double loss;
    float dz[2];
} two_units;

static const two_units pairs[] = {
    {{0.0f, 0.0f}, 0.5f, 0, 0.693147182, {-0.5f, 0.5f}},
    {{1.0f, -2.0f}, 0.0474258736f, 0, 0.0485873297, {-0.0474258661f, 0.0474258736f}},
    {{-3.0f, 0.5f}, 0.970687747f, 0, 3.52975035, {-0.970687747f, 0.970687747f}},
    {{90.0f, -90.0f}, 0.0f, 0, 0.0, {0.0f, 0.0f}},
    {{-60.0f, 60.0f}, 1.0f, 0, 120.0, {-1.0f, 1.0f}},
    {{1000.0f, 1001.0f}, 0.731058538f, 0, 1.31326163, {-0.731058598f, 0.731058598f}},
    {{0.0f, 0.0f}, 0.5f, 1, 0.693147182, {0.5f, -0.5f}},
    {{1.0f, -2.0f}, 0.0474258736f, 1, 3.04858732, {0.952574134f, -0.952574134f}},
    {{-3.0f, 0.5f}, 0.970687747f, 1, 0.0297504161, {0.0293122306f, -0.029312253f}},
    {{90.0f, -90.0f}, 0.0f, 1, 180.0, {1.0f, -1.0f}},
    {{-60.0f, 60.0f}, 1.0f, 1, 0.0, {0.0f, 0.0f}},
    {{1000.0f, 1001.0f}, 0.731058538f, 1, 0.313261658, {0.268941432f, -0.268941402f}},
};

static const float ones[4] = {1.0f, 1.0f, 1.0f, 1.0f};

enum { MOST = 4 };

/* Of one target with hard labels. */
static void probability_of(kn_output output, size_t mb, const float *z, float *p)
{
    kn_output_probability(output, 1, mb, z, p);
}

static void loss_of(kn_output output, size_t mb, const float *z, const uint8_t *label,
                    const float *scale, float *p, double *loss, float *dz)
{
    float y[MOST];
    for (size_t i = 0; i < mb; i++)
        y[i] = label[i];
    kn_output_loss(output, 1, mb, z, y, scale, p, loss, dz);
}

static void test_one_unit_agrees_with_keras(void)
{
    for (size_t i = 0; i < sizeof singles / sizeof *singles; i++) {
        const one_unit *k = &singles[i];
        double loss;
        float p, also_p, dz;
        probability_of(k->output, 1, &k->z, &p);
        loss_of(k->output, 1, &k->z, &k->label, ones, &also_p, &loss, &dz);
        CU_ASSERT_EQUAL(also_p, p);
        CU_ASSERT_TRUE(tst_near((double)p, (double)k->p, 1e-7, 1e-6));
        CU_ASSERT_TRUE(tst_near(loss, k->loss, 1e-7, 1e-6));
        CU_ASSERT_TRUE(tst_near((double)dz, (double)k->dz, 1e-7, 1e-6));
    }
}

static void test_softmax_agrees_with_keras(void)
{
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const two_units *k = &pairs[i];
        double loss;
        float p, also_p, dz[2];
        probability_of(KN_OUTPUT_SOFTMAX, 1, k->z, &p);
        loss_of(KN_OUTPUT_SOFTMAX, 1, k->z, &k->label, ones, &also_p, &loss, dz);
        CU_ASSERT_EQUAL(also_p, p);
        CU_ASSERT_TRUE(tst_near((double)p, (double)k->p, 1e-7, 1e-6));
        CU_ASSERT_TRUE(tst_near(loss, k->loss, 1e-7, 1e-6));
        CU_ASSERT_TRUE(tst_near_f32(dz, k->dz, 2, 1e-7, 1e-6));
        CU_ASSERT_EQUAL(dz[0], -dz[1]);
    }
}

static void test_gradients_are_the_slopes(void)
{
    const double h = 1e-3;
    for (int output = 0; output < KN_OUTPUT_COUNT; output++)
        for (uint8_t label = 0; label < 2; label++)
            for (float z = 0.05f; z < 0.96f; z += 0.1f) {
                int units = kn_output_units((kn_output)output, 1);
                float at[2] = {z, 0.3f}, up[2] = {z, 0.3f}, down[2] = {z, 0.3f}, dz[2], p;
                double lu, ld, l;
                up[0] += (float)h;
                down[0] -= (float)h;
                loss_of((kn_output)output, 1, at, &label, ones, &p, &l, dz);
                loss_of((kn_output)output, 1, up, &label, ones, &p, &lu, NULL);
                loss_of((kn_output)output, 1, down, &label, ones, &p, &ld, NULL);
                double want = (lu - ld) / ((double)up[0] - (double)down[0]);
                CU_ASSERT_TRUE(tst_near((double)dz[0], want, 1e-5, 1e-3));
                CU_ASSERT_TRUE(units == 1 || dz[1] == -dz[0]);
            }
}

static void test_extreme_logits_do_not_overflow(void)
{
    const float z[] = {-3e38f, -1000.0f, 1000.0f, 3e38f};
    const uint8_t label[] = {0, 1, 0, 1};
    const double sigmoid[] = {0.0, 1000.0, 1000.0, 0.0};
    double loss[4];
    float p[4], dz[4];
    probability_of(KN_OUTPUT_SIGMOID, 4, z, p);
    loss_of(KN_OUTPUT_SIGMOID, 4, z, label, ones, p, loss, dz);
    for (int i = 0; i < 4; i++) {
        CU_ASSERT_EQUAL(loss[i], sigmoid[i]);
        CU_ASSERT_EQUAL(p[i], z[i] > 0.0f ? 1.0f : 0.0f);
        CU_ASSERT_EQUAL(dz[i], p[i] - (float)label[i]);
    }
    loss_of(KN_OUTPUT_SOFTMAX, 2, z, label, ones, p, loss, dz);
    CU_ASSERT_EQUAL(loss[0], 3e38f);
    CU_ASSERT_EQUAL(loss[1], 0.0);
    loss_of(KN_OUTPUT_RELU, 4, z, label, ones, p, loss, dz);
    for (int i = 0; i < 4; i++)
        CU_ASSERT_TRUE(isfinite(loss[i]) && dz[i] == 0.0f);
}

static void test_nan_logits_give_nan(void)
{
    const float z[2] = {NAN, 0.0f};
    const uint8_t label[2] = {1, 0};
    for (int output = 0; output < KN_OUTPUT_COUNT; output++) {
        double loss;
        float p, also_p;
        probability_of((kn_output)output, 1, z, &p);
        loss_of((kn_output)output, 1, z, label, ones, &also_p, &loss, NULL);
        CU_ASSERT_TRUE(isnan(p) && isnan(also_p) && isnan(loss));
    }
}

static void test_loss_at_uniform_is_log_2(void)
{
    const float z[2] = {0.0f, 0.0f}, half = 0.5f;
    const uint8_t label = 1;
    double loss;
    float p;
    loss_of(KN_OUTPUT_SIGMOID, 1, z, &label, ones, &p, &loss, NULL);
    CU_ASSERT_DOUBLE_EQUAL(loss, log(2.0), 1e-15);
    loss_of(KN_OUTPUT_SOFTMAX, 1, z, &label, ones, &p, &loss, NULL);
    CU_ASSERT_DOUBLE_EQUAL(loss, log(2.0), 1e-15);
    loss_of(KN_OUTPUT_RELU, 1, &half, &label, ones, &p, &loss, NULL);
    CU_ASSERT_DOUBLE_EQUAL(loss, log(2.0), 1e-15);
}

/* log(1 + exp(-|z|)) keeps its digits where it is small. */
static void test_small_losses_are_exact(void)
{
    const uint8_t label = 1;
    for (float z = 0.0f; z < 700.0f; z += 0.37f) {
        double loss, want = log1p(exp(-(double)z));
        float p;
        loss_of(KN_OUTPUT_SIGMOID, 1, &z, &label, ones, &p, &loss, NULL);
        CU_ASSERT_TRUE(tst_near(loss, want, 0, 1e-15));
        CU_ASSERT_FALSE(tst_near(loss * (1 + 4e-15), want, 0, 1e-15));
    }
}

/* A soft target is the mean of the two hard ones, weighted. */
static void test_soft_targets_lie_between_the_hard_ones(void)
{
    for (int output = 0; output < KN_OUTPUT_COUNT; output++) {
        const float z[2] = {0.3f, 0.7f}, y = 0.2f;
        const uint8_t zero = 0, one = 1;
        double loss, low, high;
        float p, dz[2], dlow[2], dhigh[2];
        kn_output_loss((kn_output)output, 1, 1, z, &y, ones, &p, &loss, dz);
        loss_of((kn_output)output, 1, z, &zero, ones, &p, &low, dlow);
        loss_of((kn_output)output, 1, z, &one, ones, &p, &high, dhigh);
        CU_ASSERT_TRUE(tst_near(loss, 0.8 * low + 0.2 * high, 1e-7, 1e-7));
        CU_ASSERT_TRUE(
            tst_near((double)dz[0], 0.8 * (double)dlow[0] + 0.2 * (double)dhigh[0], 1e-6, 1e-6));
    }
}

/* Keras: the mean over the targets; here a missing one counts 0 and has no gradient. */
static void test_several_targets_are_a_mean_and_missing_ones_are_silent(void)
{
    const float z[6] = {0.5f, -1.0f, 2.0f, 3.0f, NAN, -0.25f};
    const float y[6] = {1.0f, 0.0f, 1.0f, NAN, NAN, 1.0f}, scale[2] = {1.0f, 2.0f};
    double loss[2], each[6];
    float p[6], dz[6], single, dsingle[6];
    kn_output_loss(KN_OUTPUT_SIGMOID, 3, 2, z, y, scale, p, loss, dz);
    for (int i = 0; i < 6; i++) {
        float half = scale[i / 3] / 3.0f;
        kn_output_loss(KN_OUTPUT_SIGMOID, 1, 1, z + i, y + i, &half, &single, &each[i],
                       &dsingle[i]);
        CU_ASSERT_TRUE(isnan(z[i]) ? isnan(p[i]) : p[i] == single);
        CU_ASSERT_TRUE(tst_near((double)dz[i], (double)dsingle[i], 0, 1e-6));
    }
    CU_ASSERT_EQUAL(dz[3], 0.0f);
    CU_ASSERT_EQUAL(dz[4], 0.0f);
    CU_ASSERT_TRUE(tst_near(loss[0], (each[0] + each[1] + each[2]) / 3, 0, 1e-15));
    CU_ASSERT_TRUE(tst_near(loss[1], each[5] / 3, 0, 1e-15));
    CU_ASSERT_EQUAL(kn_output_units(KN_OUTPUT_SIGMOID, 3), 3);
    CU_ASSERT_EQUAL(kn_output_units(KN_OUTPUT_SOFTMAX, 1), 2);
}

static void test_scale_goes_by_image_and_dz_may_be_z(void)
{
    float z[2] = {0.0f, 0.0f};
    const uint8_t label[2] = {0, 1};
    const float scale[2] = {0.25f, 4.0f};
    double loss[2];
    float p[2];
    loss_of(KN_OUTPUT_SIGMOID, 2, z, label, scale, p, loss, z);
    CU_ASSERT_EQUAL(z[0], 0.125f);
    CU_ASSERT_EQUAL(z[1], -2.0f);
    CU_ASSERT_EQUAL(loss[0], loss[1]);
}

const tst_case tst_ops_loss[] = {TST(test_one_unit_agrees_with_keras),
                                 TST(test_softmax_agrees_with_keras),
                                 TST(test_gradients_are_the_slopes),
                                 TST(test_extreme_logits_do_not_overflow),
                                 TST(test_nan_logits_give_nan),
                                 TST(test_loss_at_uniform_is_log_2),
                                 TST(test_small_losses_are_exact),
                                 TST(test_soft_targets_lie_between_the_hard_ones),
                                 TST(test_several_targets_are_a_mean_and_missing_ones_are_silent),
                                 TST(test_scale_goes_by_image_and_dz_may_be_z),
                                 TST_END};
