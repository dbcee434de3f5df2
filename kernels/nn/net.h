/* A net: layers in a row, their shapes, their parameters in one block, and the memory plan of one
 * shard.
 *
 * Building a net checks every shape. The net itself holds no parameter values and can be shared by
 * threads; a trainer (nn/trainer.h) holds parameters, gradients and moments, one block each, in the
 * same layout, where each tensor starts at a multiple of 16 floats:
 *
 *   parameter block: [ layer 0: kernel | bias ][ layer 1: ... ] ...
 *
 * The last layer is the output layer the net adds itself: dense, linear, kn_output_units units; the
 * loss works on its logits. A maxpool or an activation that directly follows a conv2d, and an
 * activation after a dense layer, are taken into it (one pass per image, ops/conv2d); the summary
 * still lists them. */
#ifndef KN_NN_NET_H
#define KN_NN_NET_H

#include "nn/layer.h"
#include "ops/loss/loss.h"

typedef struct kn_net kn_net;

/* One layer as a spec states it. */
typedef struct kn_layer_spec {
    const kn_layer_kind *kind;
    const void *config; /* kind->config_size bytes; copied by kn_net_new */
    float l1, l2;       /* regularizer on its kernels */
} kn_layer_spec;

typedef struct kn_net_desc {
    kn_shape input; /* u8 pixels, / 255 */
    const kn_layer_spec *layers;
    int layer_count;
    kn_output output;
    int targets;                /* attributes told at once, 1..KN_TARGETS_MAX; above 1: sigmoid */
    float output_l1, output_l2; /* on the output layer's kernel: 0 but for logreg */
    kn_precision precision;     /* of the products of convolutions and dense layers */
} kn_net_desc;

/* Fails with KN_EUSAGE and "layer 3 (conv2d): ..." (counted from 0) when a shape does not fit. */
kn_status kn_net_new(const kn_net_desc *desc, kn_net **out, kn_error *e);
void kn_net_free(kn_net *net); /* NULL is allowed */

/* The layers as configured (after fusion), the output layer last. Borrowed. */
int kn_net_layer_count(const kn_net *net);
const kn_layer *kn_net_layer(const kn_net *net, int index);
kn_shape kn_net_input(const kn_net *net);
kn_output kn_net_output(const kn_net *net);
int kn_net_targets(const kn_net *net);
kn_precision kn_net_precision(const kn_net *net);

size_t kn_net_params(const kn_net *net);       /* as Keras counts them: those of its state too */
size_t kn_net_state(const kn_net *net);        /* of them: no gradient moves them */
size_t kn_net_block_floats(const kn_net *net); /* floats of a block, padding included */
double kn_net_macs(const kn_net *net);         /* forward pass of one image */

/* The layers as the description listed them, before fusion and without the output layer: what a net like
 * this one is built from. Borrowed. The index of the layer (after fusion) that does the work of a listed one. */
kn_net_desc kn_net_describe(const kn_net *net);
int kn_net_layer_of(const kn_net *net, int listed);

/* One line of a summary, as the spec lists the layers (before fusion), the output layer last. */
typedef struct kn_summary_row {
    char name[KN_NAME_BYTES];
    const char *kind;
    kn_shape out;
    int out_rank; /* 1: [c]; 2: [w, c] (steps, features); 3: [h, w, c] */
    size_t params;
    double macs;
} kn_summary_row;
int kn_net_summary_rows(const kn_net *net);
kn_summary_row kn_net_summary(const kn_net *net, int row);

/* Name, shape and data pointer of every tensor, state included, inside `block` (kn_net_block_floats
 * floats), in layer order. */
int kn_net_tensor_count(const kn_net *net);
kn_tensor kn_net_tensor(const kn_net *net, int index, float *block);

/* Initial parameters from the seed, as Keras's initializers (Glorot uniform kernels, orthogonal
 * recurrent weights, zero biases, LSTM forget bias 1). Overwrites the block, padding zeroed. */
void kn_net_init(const kn_net *net, uint64_t seed, float *block);

#endif
