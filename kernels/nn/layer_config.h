/* The configurations of the layer kinds: what their parameter tables fill. */
#ifndef KN_NN_LAYER_CONFIG_H
#define KN_NN_LAYER_CONFIG_H

#include <stdbool.h>

#include "ops/activation/activation.h"

typedef enum kn_padding { KN_PADDING_VALID, KN_PADDING_SAME } kn_padding;

extern const char *const kn_padding_names[]; /* "valid", "same", NULL */

/* Of conv2d, separable_conv2d and depthwise_conv2d, which leaves filters alone. activation is a kn_act_kind; alpha below 0
 * stands for Keras's value of that kind. */
typedef struct kn_conv2d_config {
    int filters;
    int kernel[2], stride[2]; /* rows, columns */
    int padding;
    int activation;
    float alpha;
} kn_conv2d_config;

typedef struct kn_pool_config {
    int size[2], stride[2]; /* rows, columns; stride 0 stands for the size */
    int padding;
} kn_pool_config;

typedef struct kn_dense_config {
    int units;
    int activation;
    float alpha;
} kn_dense_config;

typedef struct kn_activation_config {
    int activation;
    float alpha;
} kn_activation_config;

typedef struct kn_dropout_config {
    float rate;
} kn_dropout_config;

typedef struct kn_batchnorm_config {
    float momentum, eps;
} kn_batchnorm_config;

typedef struct kn_layernorm_config {
    float eps;
} kn_layernorm_config;

typedef struct kn_add_config {
    int back; /* layers bridged */
} kn_add_config;

/* lstm, gru, simple_rnn */
typedef struct kn_rnn_config {
    int units;
    bool return_sequences;
} kn_rnn_config;

kn_act kn_config_act(int activation, float alpha);

#endif
