/* Nets of precision bf16: refused where the machine has none, gradients near those of f32, the same bytes for any number
 * of threads. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "net_data.h"
#include "nn/layer_config.h"
#include "tst.h"

enum { SIZE = 20, BATCH = 50 };

/* Convolutions of both granules, fused and not, strided, 1x1; a dense layer; an output. */
static const kn_conv2d_config first = {24, {3, 3}, {1, 1}, KN_PADDING_VALID, KN_ACT_RELU, -1};
static const kn_conv2d_config second = {33, {3, 3}, {1, 1}, KN_PADDING_SAME, KN_ACT_LINEAR, -1};
static const kn_conv2d_config third = {40, {3, 3}, {2, 2}, KN_PADDING_SAME, KN_ACT_GELU, -1};
static const kn_conv2d_config fourth = {48, {1, 1}, {1, 1}, KN_PADDING_VALID, KN_ACT_TANH, -1};
static const kn_pool_config halves = {.size = {2, 2}};
static const kn_dense_config hidden = {20, KN_ACT_RELU, -1};

static kn_status net_new(kn_precision precision, kn_net **out, kn_error *e)
{
    const kn_layer_spec layers[] = {
        {.kind = &kn_layer_conv2d, .config = &first},
        {.kind = &kn_layer_maxpool, .config = &halves},
        {.kind = &kn_layer_conv2d, .config = &second},
        {.kind = &kn_layer_conv2d, .config = &third},
        {.kind = &kn_layer_conv2d, .config = &fourth},
        {.kind = &kn_layer_flatten},
        {.kind = &kn_layer_dense, .config = &hidden},
    };
    kn_net_desc desc = {.input = {SIZE, SIZE, 1},
                        .layers = layers,
                        .layer_count = sizeof layers / sizeof *layers,
                        .output = KN_OUTPUT_SIGMOID,
                        .targets = 1,
                        .precision = precision};
    return kn_net_new(&desc, out, e);
}

static kn_net *net_of(kn_precision precision)
{
    kn_net *net = NULL;
    TST_OK(net_new(precision, &net, e));
    return net;
}

/* Weights after `steps` steps of plain gradient descent, from the formula's; malloc'd. */
static float *weights_after(const kn_net *net, int threads, int steps, float rate)
{
    kn_trainer_options o = {
        .batch_max = BATCH, .optimizer = kn_optimizer_default(KN_OPT_SGD), .class_weight = {1, 1}};
    kn_pool *pool = NULL;
    kn_trainer *t = NULL;
    TST_OK(kn_pool_new(threads, &pool, e));
    TST_OK(kn_trainer_new(net, pool, &o, &t, e));
    uint8_t *x = net_data_pixels(SIZE), *label = net_data_labels();
    uint32_t index[BATCH];
    for (uint32_t i = 0; i < BATCH; i++)
        index[i] = (i * 37 + 5) % NET_DATA_IMAGES;
    kn_batch batch = {.x = x, .label = label, .index = index, .count = BATCH};
    net_data_weights(net, kn_trainer_params(t));
    kn_step_result r;
    for (int i = 0; i < steps; i++)
        TST_OK(kn_trainer_step(t, &batch, rate, &r, e));
    const size_t bytes = kn_net_block_floats(net) * sizeof(float);
    float *w = malloc(bytes);
    CU_ASSERT_PTR_NOT_NULL_FATAL(w);
    memcpy(w, kn_trainer_params(t), bytes);
    kn_trainer_free(t);
    kn_pool_free(pool);
    free(x);
    free(label);
    return w;
}

static void for_every_level(void (*check)(void))
{
    const kn_bf16 before = kn_bf16_get(), top = kn_bf16_detect();
    if (top == KN_BF16_NONE)
        tst_note("this machine has no bf16: nothing to run");
    for (int level = KN_BF16_AVX512; level <= (int)top; level++) {
        kn_bf16_force((kn_bf16)level);
        check();
    }
    kn_bf16_force(before);
}

/* What a step of rate 1 takes away: of bf16 against f32, the length of the difference to that of the gradient. Rounding
 * to 8 bits is 2^-9 at most of each factor. */
static void check_gradient(void)
{
    kn_net *nets[2] = {net_of(KN_PRECISION_F32), net_of(KN_PRECISION_BF16)};
    float *start = weights_after(nets[0], 1, 0, 0), *w[2];
    double gradient = 0, difference = 0;
    for (int i = 0; i < 2; i++)
        w[i] = weights_after(nets[i], 1, 1, 1);
    for (size_t i = 0; i < kn_net_block_floats(nets[0]); i++) {
        gradient += pow((double)w[0][i] - (double)start[i], 2);
        difference += pow((double)w[1][i] - (double)w[0][i], 2);
    }
    const double off = sqrt(difference / gradient);
    tst_note("%s: the gradient is %.3g off f32's", kn_bf16_name(kn_bf16_get()), off);
    CU_ASSERT_TRUE(off < 2e-2);
    CU_ASSERT_TRUE(off > 1e-4);
    for (int i = 0; i < 2; i++) {
        kn_net_free(nets[i]);
        free(w[i]);
    }
    free(start);
}

static void test_the_gradient_is_near_that_of_f32(void)
{
    for_every_level(check_gradient);
}

static void check_threads(void)
{
    static const int threads[] = {1, 2, 3, 4, 7};
    kn_net *net = net_of(KN_PRECISION_BF16);
    float *want = weights_after(net, 1, 3, 0.1f);
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
        float *got = weights_after(net, threads[i], 3, 0.1f);
        CU_ASSERT_TRUE(memcmp(got, want, kn_net_block_floats(net) * sizeof(float)) == 0);
        free(got);
    }
    free(want);
    kn_net_free(net);
}

static void test_any_number_of_threads_gives_the_same_bytes(void)
{
    for_every_level(check_threads);
}

static void test_a_machine_without_bf16_refuses_the_net(void)
{
    const kn_bf16 before = kn_bf16_get();
    const kn_layer_spec layers[] = {{.kind = &kn_layer_flatten},
                                    {.kind = &kn_layer_dense, .config = &hidden}};
    kn_net_desc desc = {.input = {SIZE, SIZE, 1},
                        .layers = layers,
                        .layer_count = 2,
                        .output = KN_OUTPUT_SIGMOID,
                        .targets = 1,
                        .precision = KN_PRECISION_BF16};
    kn_net *net = NULL;
    kn_error e;
    kn_bf16_force(KN_BF16_NONE);
    CU_ASSERT_EQUAL(net_new(KN_PRECISION_BF16, &net, &e), KN_EUSAGE);
    if (kn_isa_get() == kn_isa_detect())
        TST_TEXT(e.text, "layer 0 (conv2d): this machine has neither AVX-512 BF16 nor AMX: "
                         "train.precision: bf16 needs one; fp32 runs anywhere");
    CU_ASSERT_EQUAL(kn_net_new(&desc, &net, &e), KN_EUSAGE);
    if (kn_isa_get() == kn_isa_detect())
        TST_TEXT(e.text, "layer 1 (dense): this machine has neither AVX-512 BF16 nor AMX: "
                         "train.precision: bf16 needs one; fp32 runs anywhere");
    CU_ASSERT_PTR_NULL(net);
    CU_ASSERT_EQUAL(net_new(KN_PRECISION_F32, &net, &e), KN_OK);
    kn_net_free(net);
    kn_bf16_force(before);
}

static void test_recurrent_layers_refuse_bf16(void)
{
    const kn_rnn_config lstm = {8, false};
    const kn_layer_spec layers[] = {{.kind = &kn_layer_rows},
                                    {.kind = &kn_layer_lstm, .config = &lstm}};
    const kn_net_desc desc = {.input = {SIZE, SIZE, 1},
                              .layers = layers,
                              .layer_count = 2,
                              .output = KN_OUTPUT_SIGMOID,
                              .targets = 1,
                              .precision = KN_PRECISION_BF16};
    kn_net *net = NULL;
    TST_FAILS(KN_EUSAGE,
              "layer 1 (lstm): it multiplies in fp32 only: train.precision: bf16 is for nets of "
              "conv2d and dense layers",
              kn_net_new(&desc, &net, e));
}

const tst_case tst_nn_net_bf16[] = {TST(test_the_gradient_is_near_that_of_f32),
                                    TST(test_any_number_of_threads_gives_the_same_bytes),
                                    TST(test_a_machine_without_bf16_refuses_the_net),
                                    TST(test_recurrent_layers_refuse_bf16), TST_END};
