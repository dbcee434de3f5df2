/* Inverted dropout (Keras Dropout): kept values are scaled by 1/(1-rate). The mask of element i of
 * image n at step t is a pure function of (seed, layer, t, n, i), so it does not depend on shards
 * or threads. */
#ifndef KN_OPS_DROPOUT_H
#define KN_OPS_DROPOUT_H

#include <stddef.h>
#include <stdint.h>

/* y[n] = x[n] * mask. stream: unique to (layer, step); image: position in the batch. y may be x. */
void kn_dropout_apply(float rate, uint64_t seed, uint64_t stream, uint32_t image, size_t n,
                      const float *x, float *y);

#endif
