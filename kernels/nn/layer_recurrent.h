/* What lstm, gru and simple_rnn share; a kind differs by its cell and its initial bias. */
#ifndef KN_NN_LAYER_RECURRENT_H
#define KN_NN_LAYER_RECURRENT_H

#include "nn/layer.h"
#include "nn/layer_config.h"
#include "ops/rnn/rnn.h"

enum { KN_RNN_KERNEL, KN_RNN_RECURRENT, KN_RNN_BIAS, KN_RECURRENT_PARAMS = 2 };
extern const kn_param kn_recurrent_params[KN_RECURRENT_PARAMS];

/* l->state becomes a kn_rnn of the cell. */
kn_status kn_layer_recurrent_configure(kn_layer *l, kn_rnn_cell cell, kn_error *e);

/* Glorot uniform kernel, orthogonal recurrent kernel; the biases are left as they are. */
void kn_layer_recurrent_init(const kn_layer *l, float *w, kn_rng *rng);
void kn_layer_recurrent_prepare(const kn_layer *l, const float *w, void *packed);
void kn_layer_recurrent_forward(const kn_layer *l, const kn_layer_args *a);
void kn_layer_recurrent_backward(const kn_layer *l, const kn_layer_args *a);
double kn_layer_recurrent_macs(const kn_layer *l);

#endif
