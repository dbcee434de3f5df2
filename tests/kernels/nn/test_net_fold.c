#include "nn/net_fold.h"

#include <stdlib.h>
#include <string.h>

#include "net_data.h"
#include "nn/layer_config.h"
#include "tst.h"

enum { SIDE = 14, BATCH = 64 };

static void predict(const kn_net *net, const float *block, float *p)
{
    const kn_trainer_options o = {.class_weight = {1, 1}};
    kn_pool *pool = NULL;
    kn_trainer *t = NULL;
    TST_OK(kn_pool_new(2, &pool, e));
    TST_OK(kn_trainer_new(net, pool, &o, &t, e));
    memcpy(kn_trainer_params(t), block, kn_net_block_floats(net) * sizeof(float));
    uint8_t *x = net_data_pixels(SIDE);
    uint32_t index[BATCH];
    for (uint32_t i = 0; i < BATCH; i++)
        index[i] = i;
    kn_batch batch = {.x = x, .index = index, .count = BATCH};
    TST_OK(kn_trainer_predict(t, &batch, p, NULL, e));
    free(x);
    kn_trainer_free(t);
    kn_pool_free(pool);
}

/* The probabilities of a net with weights by formula, and of the same net folded; frees the net. Returns how many
 * layers the folded one has. */
static int both(kn_net *net, float *p, float *folded)
{
    kn_arena arena;
    kn_arena_init(&arena);
    float *block = kn_arena_alloc(&arena, kn_net_block_floats(net), sizeof *block), *with = NULL;
    net_data_weights(net, block);
    kn_net *small = NULL;
    TST_OK(kn_net_fold(net, block, &arena, &small, &with, e));
    predict(net, block, p);
    predict(small, with, folded);
    int layers = kn_net_layer_count(small);
    kn_net_free(small);
    kn_net_free(net);
    kn_arena_clear(&arena);
    return layers;
}

static void test_folded_nets_predict_the_same(void)
{
    float p[BATCH], folded[BATCH];
    kn_net *net = net_data_residual(SIDE);
    CU_ASSERT_EQUAL(kn_net_layer_count(net), 14);
    /* the normalization behind the dense layer stays: that is not linear */
    CU_ASSERT_EQUAL(both(net, p, folded), 11);
    CU_ASSERT_TRUE(tst_near_f32(folded, p, BATCH, 1e-6, 1e-5));
    CU_ASSERT_NOT_EQUAL(memcmp(folded, p, sizeof p), 0);
}

static void test_a_net_without_batchnorm_stays_as_it_is(void)
{
    float p[BATCH], folded[BATCH];
    kn_net *net = net_data_cnn(SIDE, 4, 6, KN_OUTPUT_SOFTMAX, 0, 0, 0.3f);
    int layers = kn_net_layer_count(net);
    CU_ASSERT_EQUAL(both(net, p, folded), layers);
    CU_ASSERT_EQUAL(memcmp(folded, p, sizeof p), 0);
}

/* A convolution that a bridge reads, one with an activation, a pooling layer between: nothing can be folded. */
static void test_what_must_stay_stays(void)
{
    static const kn_conv2d_config conv = {3, {3, 3}, {1, 1}, KN_PADDING_SAME, KN_ACT_LINEAR, -1},
                                  tanh_conv = {3, {3, 3}, {1, 1}, KN_PADDING_SAME, KN_ACT_TANH, -1};
    static const kn_batchnorm_config norm = {0.9f, 0.001f};
    static const kn_pool_config pool = {{2, 2}, {0, 0}, KN_PADDING_VALID};
    static const kn_add_config add = {3};
    const kn_layer_spec specs[] = {
        {&kn_layer_conv2d, &conv, 0, 0},      {&kn_layer_batchnorm, &norm, 0, 0},
        {&kn_layer_conv2d, &tanh_conv, 0, 0}, {&kn_layer_batchnorm, &norm, 0, 0},
        {&kn_layer_add, &add, 0, 0},          {&kn_layer_conv2d, &conv, 0, 0},
        {&kn_layer_maxpool, &pool, 0, 0},     {&kn_layer_batchnorm, &norm, 0, 0},
        {&kn_layer_flatten, NULL, 0, 0}};
    float p[BATCH], folded[BATCH];
    kn_net *net = net_data_layers(SIDE, specs, 9, KN_OUTPUT_SIGMOID);
    int layers = kn_net_layer_count(net);
    CU_ASSERT_EQUAL(both(net, p, folded), layers);
    CU_ASSERT_EQUAL(memcmp(folded, p, sizeof p), 0);
}

/* A bridge over a folded layer is shorter. */
static void test_bridges_over_folded_layers(void)
{
    static const kn_conv2d_config conv = {3, {3, 3}, {1, 1}, KN_PADDING_SAME, KN_ACT_LINEAR, -1};
    static const kn_batchnorm_config norm = {0.9f, 0.001f};
    static const kn_activation_config relu = {KN_ACT_RELU, -1};
    static const kn_add_config add = {3};
    static const kn_dense_config dense = {5, KN_ACT_LINEAR, -1};
    const kn_layer_spec specs[] = {
        {&kn_layer_conv2d, &conv, 0, 0},     {&kn_layer_batchnorm, &norm, 0, 0},
        {&kn_layer_activation, &relu, 0, 0}, {&kn_layer_conv2d, &conv, 0, 0},
        {&kn_layer_batchnorm, &norm, 0, 0},  {&kn_layer_activation, &relu, 0, 0},
        {&kn_layer_add, &add, 0, 0},         {&kn_layer_flatten, NULL, 0, 0},
        {&kn_layer_dense, &dense, 0, 0},     {&kn_layer_batchnorm, &norm, 0, 0}};
    float p[BATCH], folded[BATCH];
    CU_ASSERT_EQUAL(both(net_data_layers(SIDE, specs, 10, KN_OUTPUT_SIGMOID), p, folded), 6);
    CU_ASSERT_TRUE(tst_near_f32(folded, p, BATCH, 1e-6, 1e-5));
}

const tst_case tst_nn_net_fold[] = {
    TST(test_folded_nets_predict_the_same), TST(test_a_net_without_batchnorm_stays_as_it_is),
    TST(test_what_must_stay_stays), TST(test_bridges_over_folded_layers), TST_END};
