/* Layer normalization over the last axis, as Keras LayerNormalization: each of n rows [c] by itself,
 *
 *   y = gamma (x - mean) / sqrt(var + eps) + beta      (Ba, Kiros and Hinton, 2016)
 *
 * and back, with h = (x - mean) / sd:
 *
 *   dx = (gamma dy - mean(gamma dy) - h mean(gamma dy h)) / sd,  dgamma += dy h,  dbeta += dy
 *
 * saved [n,2]: mean and 1/sd of each row. Deterministic for a fixed instruction set; nothing is allocated;
 * pointers may be unaligned and must not overlap. */
#ifndef KN_OPS_LAYERNORM_H
#define KN_OPS_LAYERNORM_H

#include <stddef.h>

#include "base/cpu.h"

typedef struct kn_layernorm_impl {
    const char *name; /* "layernorm_avx2" */
    kn_isa isa;
    void (*forward)(size_t n, size_t c, float eps, const float *x, const float *gamma,
                    const float *beta, float *y, float *saved);
    /* dx is overwritten; dgamma and dbeta are added to */
    void (*backward)(size_t n, size_t c, const float *x, const float *gamma, const float *saved,
                     const float *dy, float *dx, float *dgamma, float *dbeta);
} kn_layernorm_impl;

extern const kn_layernorm_impl kn_layernorm_ref; /* a number at a time, sums in double */

#define KN_VARIANT(suffix, level) extern const kn_layernorm_impl kn_layernorm_##suffix;
#include "simd/variants.def"
#undef KN_VARIANT

extern const kn_layernorm_impl *const kn_layernorm_impls[]; /* by kn_isa */

const kn_layernorm_impl *kn_layernorm_get(void);

#endif
