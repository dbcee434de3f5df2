/* A net for prediction alone: a batch normalization that directly follows a linear convolution (conv2d,
 * depthwise, separable) or dense layer becomes part of its weights,
 *
 *   w'[..,c] = w[..,c] a[c],  b'[c] = (b[c] - mean[c]) a[c] + beta[c],  a = gamma / sqrt(variance + eps)
 *
 * with the running values. What then follows (an activation, a pooling layer) can be taken into the convolution.
 * The outputs are the same to the rounding of f32 (1e-5 of their size). */
#ifndef KN_NN_NET_FOLD_H
#define KN_NN_NET_FOLD_H

#include "nn/net.h"

/* block: parameters of net. *out is a new net (kn_net_free), *block_out its parameters in the arena, 64-byte
 * aligned. Where there is nothing to fold both are like the given ones. KN_ENOMEM. */
kn_status kn_net_fold(const kn_net *net, const float *block, kn_arena *arena, kn_net **out,
                      float **block_out, kn_error *e);

#endif
