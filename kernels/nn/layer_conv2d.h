/* What a conv2d layer of a net computes, with what was taken into it. */
#ifndef KN_NN_LAYER_CONV2D_H
#define KN_NN_LAYER_CONV2D_H

#include "nn/layer.h"
#include "ops/conv2d/conv2d.h"

/* Of a layer whose kind is kn_layer_conv2d; borrowed. */
const kn_conv2d *kn_layer_conv2d_op(const kn_layer *l);

#endif
