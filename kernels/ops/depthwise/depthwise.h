/* Depthwise convolution of one image, NHWC f32: each channel by its own kernel.
 *
 *   z[oh,ow,c] = b[c] + sum x[oh*sh+kh-pt, ow*sw+kw-pl, c] * w[kh,kw,c]   (as Keras DepthwiseConv2D,
 *                depth_multiplier 1; zeros beyond the image)
 *
 * or the larger of that and 0, and back: dx is overwritten, dw and db are added to. Deterministic for a fixed
 * instruction set; nothing is allocated; pointers may be unaligned and must not overlap. */
#ifndef KN_OPS_DEPTHWISE_H
#define KN_OPS_DEPTHWISE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cpu.h"
#include "base/status.h"

typedef struct kn_depthwise {
    int c, ih, iw, oh, ow;
    int kh, kw, sh, sw;
    int pt, pl; /* zero rows above, columns left */
    bool relu;  /* y = max(z, 0), NaN stays; the passes back take dz all the same */
} kn_depthwise;

/* Fills oh, ow, pt and pl from the other members; same != 0 pads as Keras padding="same". Fails with a
 * sentence where a size is out of range or the output would be empty. */
kn_status kn_depthwise_shape(kn_depthwise *d, int same, kn_error *e);

typedef struct kn_depthwise_impl {
    const char *name; /* "depthwise_avx2" */
    kn_isa isa;
    /* y = b + the sum above; b may be NULL */
    void (*multiply)(const kn_depthwise *d, const float *x, const float *w, const float *b,
                     float *y);
    /* dx[h,w,c] = sum of dz times w over the taps by which x[h,w,c] is taken */
    void (*back)(const kn_depthwise *d, const float *w, const float *dz, float *dx);
    /* dw[kh,kw,c] += sum over outputs of x dz; db[c] += sum of dz; db may be NULL */
    void (*weights)(const kn_depthwise *d, const float *x, const float *dz, float *dw, float *db);
} kn_depthwise_impl;

extern const kn_depthwise_impl kn_depthwise_ref; /* a number at a time, sums in double */

#define KN_VARIANT(suffix, level) extern const kn_depthwise_impl kn_depthwise_##suffix;
#include "simd/variants.def"
#undef KN_VARIANT

extern const kn_depthwise_impl *const kn_depthwise_impls[]; /* by kn_isa */

/* By the given implementation. b and db may be NULL. dx NULL: not wanted. */
void kn_depthwise_forward(const kn_depthwise_impl *by, const kn_depthwise *d, const float *x,
                          const float *w, const float *b, float *y);
void kn_depthwise_backward(const kn_depthwise_impl *by, const kn_depthwise *d, const float *x,
                           const float *w, const float *dz, float *dx, float *dw, float *db);

const kn_depthwise_impl *kn_depthwise_get(void);
double kn_depthwise_macs(const kn_depthwise *d);

#endif
