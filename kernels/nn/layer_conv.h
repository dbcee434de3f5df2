/* What conv2d, separable_conv2d and depthwise_conv2d share: a kn_conv2d_config and its parameter table. */
#ifndef KN_NN_LAYER_CONV_H
#define KN_NN_LAYER_CONV_H

#include "nn/layer.h"
#include "nn/layer_config.h"

/* filters first: depthwise_conv2d, which has as many as channels, takes the table from the second on. */
enum { KN_CONV_PARAMS = 6 };
extern const kn_param kn_conv_params[KN_CONV_PARAMS];

#endif
