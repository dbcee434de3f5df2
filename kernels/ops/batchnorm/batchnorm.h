/* The passes of batch normalization over one image [h,w,c], NHWC f32, each channel by itself:
 *
 *   z = a x + b            a = gamma / sqrt(var + eps),  b = beta - mean a
 *   y = act(z)             act: linear or relu
 *   or, with pooling, y[oh,ow] = act(the maximum of z over the 2x2 pixels at (2 oh, 2 ow)), valid
 *
 * and back, with dz = dy where y came from (0 elsewhere, and where relu cut):
 *
 *   dx = a dz + p x + q    p and q are what the batch's statistics pass on (0 when they are fixed):
 *                          p = -a/sd^2 mean(dz (x - mean)),  q = -a mean(dz) - p mean
 *
 * Ioffe and Szegedy, "Batch normalization", ICML 2015. Ties in a window: the first maximum in row-major
 * order takes the gradient. A vector is an image of one pixel, a sequence one of a single row.
 * Deterministic for a fixed instruction set; nothing is allocated; pointers may be unaligned and must not
 * overlap. */
#ifndef KN_OPS_BATCHNORM_H
#define KN_OPS_BATCHNORM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cpu.h"

typedef struct kn_batchnorm {
    int h, w, c;
    bool relu, pool;
} kn_batchnorm;

/* Per channel. */
typedef struct kn_batchnorm_lines {
    const float *a, *b, *p, *q;
} kn_batchnorm_lines;

/* One per instruction set. y and dy [h,w,c], or [h/2,w/2,c] with pooling; the sums are [c], double. */
typedef struct kn_batchnorm_impl {
    const char *name; /* "batchnorm_avx2" */
    kn_isa isa;
    /* sum += x, square += x^2 */
    void (*sums)(const kn_batchnorm *n, const float *x, double *sum, double *square);
    void (*forward)(const kn_batchnorm *n, const kn_batchnorm_lines *k, const float *x, float *y);
    /* sum += dz, product += dz x */
    void (*sums_back)(const kn_batchnorm *n, const kn_batchnorm_lines *k, const float *x,
                      const float *dy, double *sum, double *product);
    /* dx is overwritten */
    void (*backward)(const kn_batchnorm *n, const kn_batchnorm_lines *k, const float *x,
                     const float *dy, float *dx);
} kn_batchnorm_impl;

extern const kn_batchnorm_impl kn_batchnorm_ref; /* a number at a time, sums in double */

#define KN_VARIANT(suffix, level) extern const kn_batchnorm_impl kn_batchnorm_##suffix;
#include "simd/variants.def"
#undef KN_VARIANT

extern const kn_batchnorm_impl *const kn_batchnorm_impls[]; /* by kn_isa */

const kn_batchnorm_impl *kn_batchnorm_get(void);

#endif
