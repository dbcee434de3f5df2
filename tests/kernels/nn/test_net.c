#include <stdlib.h>
#include <string.h>

#include "net_data.h"
#include "nn/layer_config.h"
#include "tst.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

/* Keras's count_params of the same models. */
static void test_parameter_counts(void)
{
    static const struct {
        int size;
        size_t params;
    } want[] = {{50, 533313}, {100, 2204481}};
    for (int i = 0; i < COUNT(want); i++) {
        kn_net *net = net_data_cnn(want[i].size, 64, 64, KN_OUTPUT_SIGMOID, 0, 0, 0);
        CU_ASSERT_EQUAL(kn_net_params(net), want[i].params);
        CU_ASSERT_TRUE(kn_net_block_floats(net) >= want[i].params);
        CU_ASSERT_EQUAL(kn_net_block_floats(net) % 16, 0);
        kn_net_free(net);
    }
    kn_net *rnn = net_data_rnn(50, KN_RNN_LSTM, 128, 32, 0);
    CU_ASSERT_EQUAL(kn_net_params(rnn), 227426);
    kn_net_free(rnn);
    kn_net *logreg = net_data_logreg(50);
    CU_ASSERT_EQUAL(kn_net_params(logreg), 2501);
    kn_net_free(logreg);
}

static void check_row(const kn_net *net, int i, const char *name, int rank, kn_shape out,
                      size_t params)
{
    kn_summary_row row = kn_net_summary(net, i);
    TST_TEXT(row.name, name);
    CU_ASSERT_EQUAL(row.out_rank, rank);
    CU_ASSERT_EQUAL(row.out.h, out.h);
    CU_ASSERT_EQUAL(row.out.w, out.w);
    CU_ASSERT_EQUAL(row.out.c, out.c);
    CU_ASSERT_EQUAL(row.params, params);
}

static void test_summary_lists_the_layers_before_fusion(void)
{
    kn_net *net = net_data_cnn(50, 64, 64, KN_OUTPUT_SOFTMAX, 0, 0, 0.5f);
    CU_ASSERT_EQUAL_FATAL(kn_net_summary_rows(net), 8);
    check_row(net, 0, "conv2d", 3, (kn_shape){48, 48, 64}, 640);
    check_row(net, 1, "maxpool", 3, (kn_shape){24, 24, 64}, 0);
    check_row(net, 2, "conv2d_1", 3, (kn_shape){22, 22, 64}, 36928);
    check_row(net, 3, "maxpool_1", 3, (kn_shape){11, 11, 64}, 0);
    check_row(net, 4, "flatten", 1, (kn_shape){1, 1, 7744}, 0);
    check_row(net, 5, "dense", 1, (kn_shape){1, 1, 64}, 495680);
    check_row(net, 6, "dropout", 1, (kn_shape){1, 1, 64}, 0);
    check_row(net, 7, "dense_1", 1, (kn_shape){1, 1, 2}, 130);
    TST_TEXT(kn_net_summary(net, 1).kind, "maxpool");
    double conv = 48.0 * 48 * 64 * 9 + 22.0 * 22 * 64 * 9 * 64;
    CU_ASSERT_EQUAL(kn_net_macs(net), conv + 7744 * 64 + 64 * 2);
    CU_ASSERT_EQUAL(kn_net_summary(net, 0).macs, 48.0 * 48 * 64 * 9);
    CU_ASSERT_EQUAL(kn_net_layer_count(net), 6);
    TST_TEXT(kn_net_layer(net, 1)->name, "conv2d_1");
    CU_ASSERT_EQUAL(kn_net_layer(net, 0)->out.h, 24);
    kn_net_free(net);
}

static void test_a_sequence_in_the_summary(void)
{
    kn_net *net = net_data_rnn(50, KN_RNN_LSTM, 128, 32, 0);
    check_row(net, 0, "rows", 2, (kn_shape){1, 50, 50}, 0);
    check_row(net, 1, "lstm", 2, (kn_shape){1, 50, 128}, 91648);
    check_row(net, 2, "lstm_1", 1, (kn_shape){1, 1, 128}, 131584);
    check_row(net, 3, "dense", 1, (kn_shape){1, 1, 32}, 4128);
    check_row(net, 4, "dense_1", 1, (kn_shape){1, 1, 2}, 66);
    kn_net_free(net);
}

static void test_tensors_tile_the_block(void)
{
    static const char *const names[] = {"conv2d.kernel",  "conv2d.bias",  "conv2d_1.kernel",
                                        "conv2d_1.bias",  "dense.kernel", "dense.bias",
                                        "dense_1.kernel", "dense_1.bias"};
    kn_net *net = net_data_cnn(20, 5, 7, KN_OUTPUT_SIGMOID, 0, 0, 0);
    size_t floats = kn_net_block_floats(net), at = 0, params = 0;
    float *block = malloc(floats * sizeof *block);
    CU_ASSERT_EQUAL_FATAL(kn_net_tensor_count(net), COUNT(names));
    for (int i = 0; i < COUNT(names); i++) {
        kn_tensor t = kn_net_tensor(net, i, block);
        TST_TEXT(t.name, names[i]);
        CU_ASSERT_TRUE((size_t)(t.data - block) >= at && (size_t)(t.data - block) < at + 16);
        CU_ASSERT_EQUAL((t.data - block) % 16, 0);
        at = (size_t)(t.data - block) + kn_tensor_size(&t);
        params += kn_tensor_size(&t);
    }
    CU_ASSERT_TRUE(at <= floats);
    CU_ASSERT_EQUAL(params, kn_net_params(net));
    kn_tensor kernel = kn_net_tensor(net, 2, block);
    CU_ASSERT_EQUAL(kernel.rank, 4);
    CU_ASSERT_EQUAL(kernel.dim[2] * 100 + kernel.dim[3], 505);
    free(block);
    kn_net_free(net);
}

/* What conv2d and dense take in, and what they leave alone. */
static void test_fusion(void)
{
    kn_conv2d_config conv = {4, {3, 3}, {1, 1}, KN_PADDING_SAME, KN_ACT_LINEAR, -1};
    kn_activation_config relu = {KN_ACT_RELU, -1};
    kn_pool_config valid = {{2, 2}, {0, 0}, KN_PADDING_VALID},
                   same = {{2, 2}, {0, 0}, KN_PADDING_SAME};
    kn_dense_config dense = {4, KN_ACT_LINEAR, -1};
    const kn_layer_spec all[] = {
        {&kn_layer_conv2d, &conv, 0, 0},   {&kn_layer_activation, &relu, 0, 0},
        {&kn_layer_maxpool, &valid, 0, 0}, {&kn_layer_flatten, NULL, 0, 0},
        {&kn_layer_dense, &dense, 0, 0},   {&kn_layer_activation, &relu, 0, 0}};
    kn_net *net = net_data_layers(8, all, COUNT(all), KN_OUTPUT_SIGMOID);
    CU_ASSERT_EQUAL(kn_net_layer_count(net), 4);
    CU_ASSERT_EQUAL(kn_net_layer(net, 0)->out.h, 4);
    kn_net_free(net);
    const kn_layer_spec none[] = {{&kn_layer_conv2d, &conv, 0, 0},
                                  {&kn_layer_maxpool, &same, 0, 0},
                                  {&kn_layer_activation, &relu, 0, 0},
                                  {&kn_layer_maxpool, &valid, 0, 0},
                                  {&kn_layer_flatten, NULL, 0, 0}};
    net = net_data_layers(8, none, COUNT(none), KN_OUTPUT_SIGMOID);
    CU_ASSERT_EQUAL(kn_net_layer_count(net), 6);
    kn_net_free(net);
}

static void refuses(kn_shape input, const kn_layer_spec *specs, int count, const char *text)
{
    kn_net *net = NULL;
    kn_net_desc desc = {.input = input,
                        .layers = specs,
                        .layer_count = count,
                        .output = KN_OUTPUT_SIGMOID,
                        .targets = 1};
    TST_FAILS(KN_EUSAGE, text, kn_net_new(&desc, &net, e));
    CU_ASSERT_PTR_NULL(net);
}

static void test_errors_name_the_layer(void)
{
    kn_conv2d_config conv = {8, {3, 3}, {1, 1}, 0, KN_ACT_RELU, -1};
    kn_pool_config pool = {{2, 2}, {0, 0}, 0};
    kn_dense_config dense = {65536, 0, -1};
    const kn_layer_spec deep[] = {{&kn_layer_conv2d, &conv, 0, 0},
                                  {&kn_layer_maxpool, &pool, 0, 0},
                                  {&kn_layer_conv2d, &conv, 0, 0}};
    refuses((kn_shape){6, 6, 1}, deep, 3,
            "layer 2 (conv2d): conv2d: a 3x3 kernel does not fit into 2x2");
    refuses((kn_shape){3, 3, 1}, deep, 3,
            "layer 1 (maxpool): pool2d: a 2x2 window does not fit into 1x1");
    refuses(
        (kn_shape){8, 8, 1}, deep, 1,
        "the output layer: it takes a vector, not the image [6, 6, 8]: put a flatten before it");
    refuses((kn_shape){0, 8, 1}, deep, 1, "the input [0, 8, 1] is no image: sizes are 1..65536");
    const kn_layer_spec wide[] = {{&kn_layer_flatten, NULL, 0, 0}, {&kn_layer_dense, &dense, 0, 0}};
    refuses((kn_shape){200, 200, 1}, wide, 2,
            "layer 1 (dense): it has 2621505536 parameters, more than 2147483647");
}

static void test_same_seed_same_bytes(void)
{
    kn_net *net = net_data_cnn(20, 6, 8, KN_OUTPUT_SIGMOID, 0, 0, 0);
    kn_net *with_dropout = net_data_cnn(20, 6, 8, KN_OUTPUT_SIGMOID, 0, 0.01f, 0.5f);
    size_t floats = kn_net_block_floats(net), bytes = floats * sizeof(float);
    float *a = malloc(bytes), *b = malloc(bytes);
    kn_net_init(net, 7, a);
    memset(b, 0xff, bytes);
    kn_net_init(with_dropout, 7, b);
    CU_ASSERT_EQUAL(memcmp(a, b, bytes), 0);
    kn_net_init(net, 8, b);
    CU_ASSERT_NOT_EQUAL(memcmp(a, b, bytes), 0);
    kn_tensor first = kn_net_tensor(net, 0, a), second = kn_net_tensor(net, 2, a);
    double product = 0.0, norm = 0.0;
    for (size_t i = 0; i < kn_tensor_size(&first); i++) {
        product += (double)first.data[i] * (double)second.data[i];
        norm += (double)first.data[i] * (double)first.data[i];
    }
    CU_ASSERT_TRUE(product < 0.5 * norm && product > -0.5 * norm);
    free(a);
    free(b);
    kn_net_free(net);
    kn_net_free(with_dropout);
}

const tst_case tst_nn_net[] = {
    TST(test_parameter_counts),
    TST(test_summary_lists_the_layers_before_fusion),
    TST(test_a_sequence_in_the_summary),
    TST(test_tensors_tile_the_block),
    TST(test_fusion),
    TST(test_errors_name_the_layer),
    TST(test_same_seed_same_bytes),
    TST_END,
};
