/* The logit's gradient in the pixels and in the map of a convolution: against PyTorch, and against central differences. */
#include "nn/attribution.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "net_data.h"
#include "nn/layer_config.h"
#include "ops/conv2d/conv2d.h"
#include "tst.h"

#include "gradcam_torch.inc"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* Of the largest value of a table; 4e-7 at most was seen. */
static const double tolerance = 3e-6;

typedef struct subject {
    kn_net *net;
    kn_arena arena;
    float *w;
    uint8_t *x; /* the image */
    kn_attribution *a;
    double logit;
} subject;

static void look(subject *s)
{
    kn_attribution_free(s->a);
    TST_OK(kn_attribution_new(s->net, s->w, &s->a, e));
    s->logit = kn_attribution_run(s->a, s->x, 0);
}

/* Takes the net. */
static void set_up(subject *s, kn_net *net, int image)
{
    *s = (subject){.net = net};
    kn_arena_init(&s->arena);
    s->w = kn_arena_alloc(&s->arena, kn_net_block_floats(net), sizeof(float));
    net_data_weights(net, s->w);
    size_t pixels = kn_shape_size(kn_net_input(net));
    uint8_t *all = net_data_pixels(kn_net_input(net).h);
    s->x = kn_arena_alloc(&s->arena, 1, pixels);
    memcpy(s->x, all + (size_t)image * pixels, pixels);
    free(all);
    look(s);
}

static void tear_down(subject *s)
{
    kn_attribution_free(s->a);
    kn_arena_clear(&s->arena);
    kn_net_free(s->net);
}

static kn_net *mixed(void)
{
    kn_conv2d_config c1 = {6, {3, 5}, {2, 2}, KN_PADDING_SAME, KN_ACT_ELU, -1};
    kn_pool_config p1 = {{2, 2}, {0, 0}, KN_PADDING_SAME};
    kn_conv2d_config c2 = {5, {2, 2}, {1, 1}, KN_PADDING_VALID, KN_ACT_LEAKY_RELU, -1};
    kn_activation_config a = {KN_ACT_GELU, -1};
    kn_dropout_config drop = {0.5f};
    kn_pool_config p2 = {{3, 3}, {1, 1}, KN_PADDING_SAME};
    kn_dense_config d1 = {9, KN_ACT_GELU, -1}, d2 = {7, KN_ACT_TANH, -1};
    const kn_layer_spec specs[] = {
        {&kn_layer_conv2d, &c1, 0, 0},    {&kn_layer_avgpool, &p1, 0, 0},
        {&kn_layer_conv2d, &c2, 0, 0},    {&kn_layer_activation, &a, 0, 0},
        {&kn_layer_dropout, &drop, 0, 0}, {&kn_layer_maxpool, &p2, 0, 0},
        {&kn_layer_flatten, NULL, 0, 0},  {&kn_layer_dense, &d1, 0, 0},
        {&kn_layer_dense, &d2, 0, 0}};
    return net_data_layers(20, specs, (int)COUNT(specs), KN_OUTPUT_SIGMOID);
}

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
    return net_data_layers(10, specs, (int)COUNT(specs), KN_OUTPUT_SOFTMAX);
}

static double largest(const double *v, size_t n)
{
    double most = 0.0;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, fabs(v[i]));
    return most;
}

/* Means of the gradient by channel, and the maps weighted by them. */
static void weigh(const kn_activation_map *m, double *alpha, double *map)
{
    size_t positions = (size_t)m->shape.h * (size_t)m->shape.w, channels = (size_t)m->shape.c;
    for (size_t k = 0; k < channels; k++) {
        alpha[k] = 0.0;
        for (size_t p = 0; p < positions; p++)
            alpha[k] += (double)m->gradient[p * channels + k];
        alpha[k] /= (double)positions;
    }
    for (size_t p = 0; p < positions; p++) {
        map[p] = 0.0;
        for (size_t k = 0; k < channels; k++)
            map[p] += alpha[k] * (double)m->activation[p * channels + k];
    }
}

static double distance(const double *got, const double *want, size_t n)
{
    double worst = 0.0;
    for (size_t i = 0; i < n; i++)
        worst = fmax(worst, fabs(got[i] - want[i]));
    return worst / largest(want, n);
}

/* The larger distance of alpha and map of a layer from PyTorch's. */
static double map_distance(subject *s, const char *name, const double *alpha, size_t channels,
                           const double *map, size_t positions)
{
    int layer = -1;
    TST_OK(kn_attribution_find(s->net, name, &layer, e));
    kn_activation_map m = kn_attribution_map(s->a, layer);
    CU_ASSERT_EQUAL_FATAL((size_t)m.shape.c, channels);
    CU_ASSERT_EQUAL_FATAL((size_t)m.shape.h * (size_t)m.shape.w, positions);
    double *mine = calloc(channels + positions, sizeof *mine);
    weigh(&m, mine, mine + channels);
    double worst = fmax(distance(mine, alpha, channels), distance(mine + channels, map, positions));
    free(mine);
    return worst;
}

#define CHECK_MAP(s, name, alpha, map)                                                             \
    do {                                                                                           \
        double off_ = map_distance((s), (name), (alpha), COUNT(alpha), (map), COUNT(map));         \
        if (!(off_ <= tolerance))                                                                  \
            tst_note("%s: %.3g off", #map, off_);                                                  \
        CU_ASSERT_TRUE(off_ <= tolerance);                                                         \
    } while (0)

#define CHECK_NET(net, image, table)                                                               \
    do {                                                                                           \
        subject s_;                                                                                \
        set_up(&s_, (net), (image));                                                               \
        CU_ASSERT_TRUE(tst_near(s_.logit, table##_logit[0], 1e-6, 1e-6));                          \
        CHECK_MAP(&s_, "conv2d", table##_alpha_0, table##_map_0);                                  \
        CHECK_MAP(&s_, NULL, table##_alpha_1, table##_map_1);                                      \
        CHECK_MAP(&s_, "conv2d_1", table##_alpha_1, table##_map_1);                                \
        tear_down(&s_);                                                                            \
    } while (0)

static void test_maps_are_those_of_pytorch(void)
{
    CHECK_NET(net_data_cnn(16, 8, 16, KN_OUTPUT_SIGMOID, 0, 0, 0), 3, cnn);
    CHECK_NET(net_data_cnn(16, 8, 16, KN_OUTPUT_SOFTMAX, 0, 0, 0), 4, softmax);
    CHECK_NET(mixed(), 5, mixed);
    CHECK_NET(overlapping(), 6, overlapping);
}

/* Of a relu output the value before it: as of sigmoid, but for the bias that net_data_weights gives. */
static void test_a_relu_output_is_seen_before_the_relu(void)
{
    subject s;
    set_up(&s, net_data_cnn(16, 8, 16, KN_OUTPUT_RELU, 0, 0, 0), 3);
    kn_tensor bias = kn_net_tensor(s.net, kn_net_tensor_count(s.net) - 1, s.w);
    bias.data[0] = -2.0f;
    look(&s);
    CU_ASSERT_TRUE(s.logit < 0.0);
    CHECK_MAP(&s, NULL, cnn_alpha_1, cnn_map_1);
    tear_down(&s);
}

static void test_another_map_is_refused(void)
{
    subject s;
    set_up(&s, overlapping(), 6);
    double wrong[COUNT(overlapping_map_1)];
    memcpy(wrong, overlapping_map_1, sizeof wrong);
    wrong[3] += 3e-5 * largest(wrong, COUNT(wrong));
    CU_ASSERT_TRUE(map_distance(&s, NULL, overlapping_alpha_1, COUNT(overlapping_alpha_1), wrong,
                                COUNT(wrong)) > tolerance);
    s.x[0] ^= 1;
    look(&s);
    CU_ASSERT_TRUE(map_distance(&s, "conv2d", overlapping_alpha_0, COUNT(overlapping_alpha_0),
                                overlapping_map_0, COUNT(overlapping_map_0)) > tolerance);
    tear_down(&s);
}

static void test_the_gradient_in_the_pixels_is_pytorchs(void)
{
    subject s;
    set_up(&s, overlapping(), 6);
    const float *dx = kn_attribution_input_gradient(s.a), *x = kn_attribution_input(s.a);
    CU_ASSERT_TRUE(tst_near_f64(dx, overlapping_input_gradient, COUNT(overlapping_input_gradient),
                                1e-6, 1e-5));
    for (size_t i = 0; i < COUNT(overlapping_input_gradient); i++)
        CU_ASSERT_TRUE(tst_near((double)x[i], s.x[i] / 255.0, 1e-7, 0));
    tear_down(&s);
}

/* Of logistic regression the gradient in the pixels is the weights, whatever the picture. */
static void test_of_logistic_regression_it_is_the_weights(void)
{
    subject s;
    set_up(&s, net_data_logreg(14), 2);
    kn_tensor w = kn_net_tensor(s.net, 0, s.w), b = kn_net_tensor(s.net, 1, s.w);
    const float *dx = kn_attribution_input_gradient(s.a);
    double z = (double)b.data[0];
    for (size_t i = 0; i < 14 * 14; i++) {
        CU_ASSERT_EQUAL(dx[i], w.data[i]);
        z += (double)w.data[i] * s.x[i] / 255.0;
    }
    CU_ASSERT_TRUE(tst_near(s.logit, z, 1e-5, 1e-5));
    tear_down(&s);
}

/* Fixed statistics, two bridges that begin at one value, one over a view and pooling; smooth, so that differences tell. */
static kn_net *bridged(void)
{
    static const kn_conv2d_config conv = {3, {3, 3}, {1, 1}, KN_PADDING_SAME, KN_ACT_TANH, -1};
    static const kn_conv2d_config separable = {3, {3, 3}, {1, 1}, KN_PADDING_SAME, KN_ACT_TANH, -1};
    static const kn_batchnorm_config norm = {0.9f, 0.001f};
    static const kn_layernorm_config rows = {0.1f};
    static const kn_pool_config pool = {{2, 2}, {0, 0}, KN_PADDING_VALID};
    static const kn_add_config one = {1}, two = {2}, four = {4};
    static const kn_dense_config dense = {108, KN_ACT_TANH, -1};
    const kn_layer_spec all[] = {
        {&kn_layer_conv2d, &conv, 0, 0},
        {&kn_layer_batchnorm, &norm, 0, 0},
        {&kn_layer_separable_conv2d, &separable, 0, 0},
        {&kn_layer_add, &two, 0, 0},
        {&kn_layer_layernorm, &rows, 0, 0},
        {&kn_layer_add, &four, 0, 0},
        {&kn_layer_avgpool, &pool, 0, 0},
        {&kn_layer_flatten, NULL, 0, 0},
        {&kn_layer_dense, &dense, 0, 0},
        {&kn_layer_add, &one, 0, 0},
    };
    return net_data_layers(12, all, 10, KN_OUTPUT_SIGMOID);
}

/* A step of one grey level to both sides, relative to the largest; smooth nets alone. */
static double pixel_differences(subject *s)
{
    size_t n = kn_shape_size(kn_net_input(s->net));
    double *want = calloc(2 * n, sizeof *want), *got = want + n;
    for (size_t i = 0; i < n; i++)
        got[i] = (double)kn_attribution_input_gradient(s->a)[i];
    for (size_t i = 0; i < n; i++) {
        s->x[i]++;
        double above = kn_attribution_run(s->a, s->x, 0);
        s->x[i] = (uint8_t)(s->x[i] - 2);
        want[i] = (above - kn_attribution_run(s->a, s->x, 0)) / (2.0 / 255.0);
        s->x[i]++;
    }
    double off = distance(got, want, n);
    free(want);
    return off;
}

static void test_the_gradient_in_the_pixels_of_recurrent_nets(void)
{
    for (int c = 0; c < KN_RNN_CELL_COUNT; c++) {
        subject s;
        set_up(&s, net_data_rnn(12, (kn_rnn_cell)c, 7, 6, 0), 1);
        double off = pixel_differences(&s);
        if (!(off < 2e-3))
            tst_note("cell %d: %.3g off", c, off);
        CU_ASSERT_TRUE(off < 2e-3);
        tear_down(&s);
    }
}

/* More bias of a linear convolution lifts its whole channel: the derivative is the sum of the map's gradient. */
static void test_the_gradient_in_the_pixels_goes_over_bridges(void)
{
    subject s;
    set_up(&s, bridged(), 4);
    double off = pixel_differences(&s);
    if (off > 2e-3)
        tst_note("%.3g off", off);
    CU_ASSERT_TRUE(off < 2e-3);
    tear_down(&s);
}

static void test_the_gradient_of_a_map_sums_to_that_of_the_bias(void)
{
    static const float width = 1e-3f;
    subject s;
    set_up(&s, overlapping(), 6);
    kn_tensor bias = kn_net_tensor(s.net, 3, s.w);
    TST_TEXT(bias.name, "conv2d_1.bias");
    double sum[3] = {0};
    int layer = -1;
    TST_OK(kn_attribution_find(s.net, NULL, &layer, e));
    kn_activation_map m = kn_attribution_map(s.a, layer);
    for (int i = 0; i < m.shape.h * m.shape.w * m.shape.c; i++)
        sum[i % m.shape.c] += (double)m.gradient[i];
    for (int k = 0; k < 3; k++) {
        float was = bias.data[k];
        bias.data[k] = was + width;
        look(&s);
        double above = s.logit;
        bias.data[k] = was - width;
        look(&s);
        double slope = (above - s.logit) / (2.0 * (double)width);
        bias.data[k] = was;
        CU_ASSERT_TRUE(tst_near(sum[k], slope, 1e-3, 1e-3));
    }
    tear_down(&s);
}

static kn_net *of_targets(int targets)
{
    kn_conv2d_config c = {4, {3, 3}, {1, 1}, KN_PADDING_VALID, KN_ACT_TANH, -1};
    kn_dense_config d = {6, KN_ACT_TANH, -1};
    const kn_layer_spec specs[] = {
        {&kn_layer_conv2d, &c, 0, 0}, {&kn_layer_flatten, NULL, 0, 0}, {&kn_layer_dense, &d, 0, 0}};
    const kn_net_desc desc = {.input = {10, 10, 1},
                              .layers = specs,
                              .layer_count = (int)COUNT(specs),
                              .output = KN_OUTPUT_SIGMOID,
                              .targets = targets};
    kn_net *net = NULL;
    TST_OK(kn_net_new(&desc, &net, e));
    return net;
}

/* A target of several is what a net of it alone says, with that column of the output layer. */
static void test_a_target_of_several_is_as_alone(void)
{
    enum { TARGETS = 3, PIXELS = 100 };
    subject all, one;
    set_up(&all, of_targets(TARGETS), 3);
    set_up(&one, of_targets(1), 3);
    int last = kn_net_tensor_count(one.net) - 2;
    for (int i = 0; i < last; i++) {
        kn_tensor from = kn_net_tensor(all.net, i, all.w), to = kn_net_tensor(one.net, i, one.w);
        memcpy(to.data, from.data, kn_tensor_size(&to) * sizeof(float));
    }
    for (int target = 0; target < TARGETS; target++) {
        kn_tensor w = kn_net_tensor(all.net, last, all.w),
                  b = kn_net_tensor(all.net, last + 1, all.w);
        kn_tensor v = kn_net_tensor(one.net, last, one.w),
                  c = kn_net_tensor(one.net, last + 1, one.w);
        for (int64_t i = 0; i < v.dim[0]; i++)
            v.data[i] = w.data[i * TARGETS + target];
        c.data[0] = b.data[target];
        look(&one);
        double logit = kn_attribution_run(all.a, all.x, target);
        CU_ASSERT_TRUE(tst_near(logit, one.logit, 1e-6, 1e-5));
        const float *got = kn_attribution_input_gradient(all.a);
        const float *want = kn_attribution_input_gradient(one.a);
        for (int i = 0; i < PIXELS; i++)
            CU_ASSERT_TRUE(tst_near((double)got[i], (double)want[i], 1e-6, 1e-4));
    }
    tear_down(&all);
    tear_down(&one);
}

static void test_layers_are_found_by_name(void)
{
    subject s;
    int layer = -1;
    set_up(&s, mixed(), 0);
    TST_OK(kn_attribution_find(s.net, "conv2d", &layer, e));
    TST_TEXT(kn_net_layer(s.net, layer)->name, "conv2d");
    TST_FAILS(KN_EUSAGE, "the model has no convolution 'conv2d_2'; it has conv2d, conv2d_1",
              kn_attribution_find(s.net, "conv2d_2", &layer, e));
    TST_FAILS(KN_EUSAGE, "the model has no convolution 'dense'; it has conv2d, conv2d_1",
              kn_attribution_find(s.net, "dense", &layer, e));
    tear_down(&s);
    set_up(&s, net_data_logreg(14), 0);
    TST_FAILS(KN_EUSAGE, "the model has no convolution, which Grad-CAM looks at",
              kn_attribution_find(s.net, NULL, &layer, e));
    tear_down(&s);
}

const tst_case tst_nn_attribution[] = {
    TST(test_maps_are_those_of_pytorch),
    TST(test_a_relu_output_is_seen_before_the_relu),
    TST(test_another_map_is_refused),
    TST(test_the_gradient_in_the_pixels_is_pytorchs),
    TST(test_of_logistic_regression_it_is_the_weights),
    TST(test_the_gradient_in_the_pixels_of_recurrent_nets),
    TST(test_the_gradient_in_the_pixels_goes_over_bridges),
    TST(test_the_gradient_of_a_map_sums_to_that_of_the_bias),
    TST(test_a_target_of_several_is_as_alone),
    TST(test_layers_are_found_by_name),
    TST_END,
};
