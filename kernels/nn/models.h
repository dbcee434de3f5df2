/* The named architectures as lists of layers:
 *
 *   cnn     [conv kernel x kernel x filters[i], act, maxpool pool] per filter, flatten,
 *           dense units[i] act, output
 *   rnn     rows, cell hidden[i] (the last one gives its last step only), dense units[i] act,
 *           output
 *   logreg  flatten, output
 *
 * dropout > 0 puts a dropout layer after each dense layer. */
#ifndef KN_NN_MODELS_H
#define KN_NN_MODELS_H

#include "nn/net.h"
#include "ops/activation/activation.h"
#include "ops/rnn/rnn.h"

enum { KN_MODEL_MAX_LIST = 8, KN_MODEL_MAX_LAYERS = 40 };

typedef struct kn_int_list {
    int count, item[KN_MODEL_MAX_LIST];
} kn_int_list;

typedef struct kn_cnn_options {
    kn_int_list filters, units;
    int kernel, pool;
    kn_act act;
    float dropout, l1, l2;
} kn_cnn_options;

typedef struct kn_rnn_options {
    kn_rnn_cell cell;
    kn_int_list hidden, units;
    kn_act act; /* of the dense layers */
    float dropout, l1, l2;
} kn_rnn_options;

/* Writes the layers to specs (room for KN_MODEL_MAX_LAYERS); configurations live in the arena.
 * Returns the count, or -1 when memory is out. */
int kn_model_cnn(const kn_cnn_options *o, kn_arena *arena, kn_layer_spec *specs);
int kn_model_rnn(const kn_rnn_options *o, kn_arena *arena, kn_layer_spec *specs);
int kn_model_logreg(kn_arena *arena, kn_layer_spec *specs);

#endif
