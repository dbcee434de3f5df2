#include "insight/gradcam.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/nn/net_data.h"
#include "nn/layer_config.h"
#include "tst.h"

#include "gradcam_torch_maps.inc"

enum { SIDE = 10, PIXELS = SIDE * SIDE, IMAGE = 6 };

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

typedef struct subject {
    kn_net *net;
    kn_arena arena;
    float *w, map[PIXELS];
    uint8_t *x;
    kn_attribution *a;
    double logit;
} subject;

/* The net `overlapping` of scripts/oracle/gradcam.py. */
static kn_net *overlapping(void)
{
    kn_conv2d_config c1 = {4, {3, 3}, {1, 1}, KN_PADDING_SAME, KN_ACT_TANH, -1};
    kn_conv2d_config c2 = {3, {2, 2}, {1, 1}, KN_PADDING_VALID, KN_ACT_LINEAR, -1};
    kn_pool_config p1 = {{3, 3}, {2, 2}, KN_PADDING_VALID}, p2 = {{2, 2}, {1, 1}, KN_PADDING_VALID};
    const kn_layer_spec specs[] = {{&kn_layer_conv2d, &c1, 0, 0},
                                   {&kn_layer_maxpool, &p1, 0, 0},
                                   {&kn_layer_conv2d, &c2, 0, 0},
                                   {&kn_layer_maxpool, &p2, 0, 0},
                                   {&kn_layer_flatten, NULL, 0, 0}};
    return net_data_layers(SIDE, specs, (int)COUNT(specs), KN_OUTPUT_SOFTMAX);
}

static void set_up(subject *s, kn_net *net)
{
    *s = (subject){.net = net, .x = net_data_pixels(SIDE)};
    kn_arena_init(&s->arena);
    s->w = kn_arena_alloc(&s->arena, kn_net_block_floats(net), sizeof(float));
    net_data_weights(net, s->w);
    TST_OK(kn_attribution_new(net, s->w, &s->a, e));
    s->logit = kn_attribution_run(s->a, s->x + IMAGE * PIXELS, 0);
}

static void tear_down(subject *s)
{
    kn_attribution_free(s->a);
    kn_arena_clear(&s->arena);
    kn_net_free(s->net);
    free(s->x);
}

static bool is_map(subject *s, const char *name, int cls, const double *want)
{
    int layer = -1;
    TST_OK(kn_attribution_find(s->net, name, &layer, e));
    TST_OK(pl_gradcam(s->a, s->net, layer, cls, s->map, e));
    return tst_near_f64(s->map, want, PIXELS, 1e-7, 1e-5);
}

static void test_gradcam_is_pytorchs(void)
{
    subject s;
    set_up(&s, overlapping());
    CU_ASSERT_TRUE(is_map(&s, "conv2d", 1, first_1));
    CU_ASSERT_TRUE(is_map(&s, "conv2d", 0, first_0));
    CU_ASSERT_TRUE(is_map(&s, NULL, 1, last_1));
    tear_down(&s);
}

static void test_another_map_is_refused(void)
{
    subject s;
    set_up(&s, overlapping());
    double wrong[PIXELS];
    memcpy(wrong, last_1, sizeof wrong);
    wrong[57] *= 1.0001;
    CU_ASSERT_FALSE(is_map(&s, NULL, 1, wrong));
    tear_down(&s);
}

/* In the last layer everything argues for 1: nothing is left for 0. */
static void test_a_map_may_be_empty(void)
{
    static const double nothing[PIXELS] = {0};
    subject s;
    set_up(&s, overlapping());
    CU_ASSERT_TRUE(is_map(&s, NULL, 0, nothing));
    tear_down(&s);
}

static void test_the_input_map_of_logistic_regression_sums_to_the_logit(void)
{
    subject s;
    set_up(&s, net_data_logreg(SIDE));
    kn_tensor w = kn_net_tensor(s.net, 0, s.w), b = kn_net_tensor(s.net, 1, s.w);
    for (int cls = 0; cls < 2; cls++) {
        TST_OK(pl_input_map(s.a, s.net, cls, s.map, e));
        double sum = cls ? (double)b.data[0] : -(double)b.data[0];
        for (size_t i = 0; i < PIXELS; i++) {
            double x = s.x[IMAGE * PIXELS + i] / 255.0, want = x * (double)w.data[i];
            CU_ASSERT_TRUE(tst_near((double)s.map[i], cls ? want : -want, 1e-8, 1e-5));
            sum += (double)s.map[i];
        }
        CU_ASSERT_TRUE(tst_near(sum, cls ? s.logit : -s.logit, 1e-6, 1e-5));
    }
    tear_down(&s);
}

static void test_what_is_not_finite_is_said(void)
{
    subject s;
    set_up(&s, overlapping());
    int layer = -1;
    TST_OK(kn_attribution_find(s.net, NULL, &layer, e));
    kn_net_tensor(s.net, 4, s.w).data[0] = NAN;
    kn_attribution_free(s.a);
    TST_OK(kn_attribution_new(s.net, s.w, &s.a, e));
    kn_attribution_run(s.a, s.x, 0);
    TST_FAILS(KN_ENUMERIC,
              "the model's gradient is not finite: its weights are too large to be looked into",
              pl_gradcam(s.a, s.net, layer, 1, s.map, e));
    TST_FAILS(KN_ENUMERIC,
              "the model's gradient is not finite: its weights are too large to be looked into",
              pl_input_map(s.a, s.net, 1, s.map, e));
    tear_down(&s);
}

static void test_stretch_is_pytorchs(void)
{
    float grid[5 * 7], out[8 * 12];
    for (int i = 0; i < 5 * 7; i++)
        grid[i] = (float)((i * 5 + 3) % 17 - 8) / 8.0f;
    pl_stretch(grid, 5, 7, out, 8, 12);
    CU_ASSERT_TRUE(tst_near_f64(out, larger, COUNT(larger), 1e-6, 1e-6));
    pl_stretch(grid, 5, 7, out, 3, 4);
    CU_ASSERT_TRUE(tst_near_f64(out, smaller, COUNT(smaller), 1e-6, 1e-6));
    pl_stretch(grid, 5, 7, out, 5, 7);
    CU_ASSERT_EQUAL(memcmp(out, grid, sizeof grid), 0);
    pl_stretch(grid, 1, 1, out, 3, 3);
    for (int i = 0; i < 9; i++)
        CU_ASSERT_EQUAL(out[i], grid[0]);
}

const tst_case tst_insight_gradcam[] = {
    TST(test_gradcam_is_pytorchs),
    TST(test_another_map_is_refused),
    TST(test_a_map_may_be_empty),
    TST(test_the_input_map_of_logistic_regression_sums_to_the_logit),
    TST(test_what_is_not_finite_is_said),
    TST(test_stretch_is_pytorchs),
    TST_END,
};
