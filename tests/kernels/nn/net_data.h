/* Images, labels and weights that a formula gives (scripts/oracle/keras_steps.py has the same), and
 * small nets. */
#ifndef NET_DATA_H
#define NET_DATA_H

#include "nn/models.h"
#include "nn/trainer.h"

enum { NET_DATA_IMAGES = 256 };

uint32_t net_data_mix(uint32_t x);

/* [NET_DATA_IMAGES, size, size, 1] and [NET_DATA_IMAGES]; malloc'd. */
uint8_t *net_data_pixels(int size);
uint8_t *net_data_labels(void);

/* Writes the weights of every tensor. */
void net_data_weights(const kn_net *net, float *block);

/* The layers of the cnn, rnn and logreg of the oracle; the result is malloc'd inside kn_net_new. */
kn_net *net_data_cnn(int size, int filters, int dense, kn_output output, float l1, float l2,
                     float dropout);
kn_net *net_data_rnn(int size, kn_rnn_cell cell, int hidden, int dense, float dropout);
kn_net *net_data_logreg(int size);

/* conv, batchnorm, relu, maxpool; a residual block with a separable convolution; depthwise, layernorm, global
 * average, dense, batchnorm. */
kn_net *net_data_residual(int size);

/* A list of layers on a [size, size, 1] input. */
kn_net *net_data_layers(int size, const kn_layer_spec *specs, int count, kn_output output);

#endif
