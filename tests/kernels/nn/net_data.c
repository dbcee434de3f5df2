#include "net_data.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nn/layer_config.h"
#include "tst.h"

/* The finalizer of MurmurHash3. */
uint32_t net_data_mix(uint32_t x)
{
    x ^= x >> 16;
    x *= 0x85ebca6bu;
    x ^= x >> 13;
    x *= 0xc2b2ae35u;
    return x ^ x >> 16;
}

uint8_t *net_data_labels(void)
{
    uint8_t *label = malloc(NET_DATA_IMAGES);
    for (uint32_t n = 0; label && n < NET_DATA_IMAGES; n++)
        label[n] = (uint8_t)(net_data_mix(n + 104729) >> 16 & 1);
    return label;
}

uint8_t *net_data_pixels(int size)
{
    uint32_t side = (uint32_t)size, at = 0;
    uint8_t *label = net_data_labels(), *x = malloc((size_t)NET_DATA_IMAGES * side * side);
    for (uint32_t n = 0; x && n < NET_DATA_IMAGES; n++)
        for (uint32_t row = 0; row < side; row++)
            for (uint32_t col = 0; col < side; col++, at++) {
                uint32_t noise = net_data_mix(7919 + at) >> 25;
                uint32_t level = label[n] ? 3 * (row + col) : 60;
                x[at] = (uint8_t)(noise + level + ((n * 37) & 31));
            }
    free(label);
    return x;
}

void net_data_weights(const kn_net *net, float *block)
{
    int count = kn_net_tensor_count(net);
    for (int k = 0; k < count; k++) {
        kn_tensor t = kn_net_tensor(net, k, block);
        size_t n = kn_tensor_size(&t), columns = (size_t)t.dim[t.rank - 1], rows = n / columns;
        double limit = sqrt(6.0 / (double)(rows + columns)), middle = 0.0;
        if (strstr(t.name, ".gamma") || strstr(t.name, ".moving_variance")) {
            limit = 0.3;
            middle = 1.0;
        } else if (t.rank == 1 || strstr(t.name, ".bias")) {
            limit = 0.05;
        }
        for (size_t i = 0; i < n; i++) {
            uint32_t bits = net_data_mix((uint32_t)k * 1000003u + (uint32_t)i + 1) >> 8;
            t.data[i] = (float)(middle + (2.0 * (double)bits / 16777216.0 - 1.0) * limit);
        }
        if (k == count - 1 && kn_net_output(net) == KN_OUTPUT_RELU)
            t.data[0] = 0.5f;
    }
}

static kn_net *net_of(int size, const kn_layer_spec *specs, int count, kn_output output)
{
    kn_net *net = NULL;
    kn_net_desc desc = {.input = {size, size, 1},
                        .layers = specs,
                        .layer_count = count,
                        .output = output,
                        .targets = 1};
    TST_OK(kn_net_new(&desc, &net, e));
    return net;
}

kn_net *net_data_layers(int size, const kn_layer_spec *specs, int count, kn_output output)
{
    return net_of(size, specs, count, output);
}

kn_net *net_data_residual(int size)
{
    static const kn_conv2d_config conv = {6, {3, 3}, {1, 1}, KN_PADDING_SAME, 0, -1};
    static const kn_conv2d_config separable = {6, {3, 3}, {1, 1}, KN_PADDING_SAME, 0, -1};
    static const kn_conv2d_config depthwise = {0, {3, 3}, {2, 2}, KN_PADDING_SAME, 0, -1};
    static const kn_batchnorm_config norm = {0.9f, 0.001f};
    static const kn_layernorm_config rows = {0.001f};
    static const kn_activation_config relu = {KN_ACT_RELU, -1};
    static const kn_pool_config pool = {{2, 2}, {0, 0}, KN_PADDING_VALID};
    static const kn_add_config add = {5};
    static const kn_dense_config dense = {5, KN_ACT_RELU, -1};
    const kn_layer_spec specs[] = {
        {&kn_layer_conv2d, &conv, 0, 0},     {&kn_layer_batchnorm, &norm, 0, 0},
        {&kn_layer_activation, &relu, 0, 0}, {&kn_layer_maxpool, &pool, 0, 0},
        {&kn_layer_conv2d, &conv, 0, 0},     {&kn_layer_batchnorm, &norm, 0, 0},
        {&kn_layer_activation, &relu, 0, 0}, {&kn_layer_separable_conv2d, &separable, 0, 0},
        {&kn_layer_batchnorm, &norm, 0, 0},  {&kn_layer_add, &add, 0, 0},
        {&kn_layer_activation, &relu, 0, 0}, {&kn_layer_depthwise_conv2d, &depthwise, 0, 0},
        {&kn_layer_layernorm, &rows, 0, 0},  {&kn_layer_global_avgpool, NULL, 0, 0},
        {&kn_layer_dense, &dense, 0, 0},     {&kn_layer_batchnorm, &norm, 0, 0},
    };
    return net_of(size, specs, (int)(sizeof specs / sizeof specs[0]), KN_OUTPUT_SIGMOID);
}

kn_net *net_data_cnn(int size, int filters, int dense, kn_output output, float l1, float l2,
                     float dropout)
{
    kn_cnn_options o = {
        .filters = {2, {filters, filters}}, .units = {1, {dense}}, .kernel = 3, .pool = 2};
    o.act = (kn_act){KN_ACT_RELU, 0};
    o.dropout = dropout;
    o.l1 = l1;
    o.l2 = l2;
    kn_arena arena;
    kn_arena_init(&arena);
    kn_layer_spec specs[KN_MODEL_MAX_LAYERS];
    kn_net *net = net_of(size, specs, kn_model_cnn(&o, &arena, specs), output);
    kn_arena_clear(&arena);
    return net;
}

kn_net *net_data_rnn(int size, kn_rnn_cell cell, int hidden, int dense, float dropout)
{
    kn_rnn_options o = {.cell = cell, .hidden = {2, {hidden, hidden}}, .units = {1, {dense}}};
    o.act = (kn_act){KN_ACT_RELU, 0};
    o.dropout = dropout;
    kn_arena arena;
    kn_arena_init(&arena);
    kn_layer_spec specs[KN_MODEL_MAX_LAYERS];
    kn_net *net = net_of(size, specs, kn_model_rnn(&o, &arena, specs), KN_OUTPUT_SOFTMAX);
    kn_arena_clear(&arena);
    return net;
}

kn_net *net_data_logreg(int size)
{
    kn_arena arena;
    kn_arena_init(&arena);
    kn_layer_spec specs[KN_MODEL_MAX_LAYERS];
    kn_net *net = net_of(size, specs, kn_model_logreg(&arena, specs), KN_OUTPUT_SIGMOID);
    kn_arena_clear(&arena);
    return net;
}
