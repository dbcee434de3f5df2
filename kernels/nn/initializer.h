/* Initial values of weights, as Keras's initializers of the same names. */
#ifndef KN_NN_INITIALIZER_H
#define KN_NN_INITIALIZER_H

#include <stddef.h>

#include "base/rng.h"

/* Uniform in +-sqrt(6 / (fan_in + fan_out)); draws n numbers. (Glorot & Bengio, 2010) */
void kn_init_glorot_uniform(kn_rng *r, size_t n, double fan_in, double fan_out, float *w);

/* w[rows, columns] with orthonormal rows (rows <= columns) or columns: the Q of a normal random
 * matrix whose R has a positive diagonal. (Saxe et al., 2014) */
void kn_init_orthogonal(kn_rng *r, int rows, int columns, float *w);

#endif
