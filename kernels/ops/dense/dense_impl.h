/* The passes behind dense.h for layers of 1 or 2 units: one set per instruction set, and the plain
 * reference. w and dw are [units, ic], a unit after the other. */
#ifndef KN_OPS_DENSE_IMPL_H
#define KN_OPS_DENSE_IMPL_H

#include <stddef.h>
#include <stdint.h>

#include "base/cpu.h"

typedef struct kn_dense_impl {
    const char *name; /* "dense_avx2" */
    kn_isa isa;
    /* z[mb,units] = b + x[mb,ic] w^T; a row of z does not depend on mb */
    void (*dot)(int units, size_t mb, size_t ic, const float *x, const float *w, const float *b,
                float *z);
    /* dw[u] += sum of dz[r,u] x[r], row by row in order: any partition of the rows gives the same
     * bytes */
    void (*add)(int units, size_t mb, size_t ic, const float *x, const float *dz, float *dw);
    /* dx[r] = sum of dz[r,u] w[u] */
    void (*spread)(int units, size_t mb, size_t ic, const float *dz, const float *w, float *dx);
    /* dot and add on rows of pixels: x[r][k] / 255. Rows mb..known-1 of x are those of later calls,
     * to be brought near; known >= mb. */
    void (*dot_pixels)(int units, size_t mb, size_t known, size_t ic, const uint8_t *const *x,
                       const float *w, const float *b, float *z);
    void (*add_pixels)(int units, size_t mb, size_t ic, const uint8_t *const *x, const float *dz,
                       float *dw);
} kn_dense_impl;

extern const kn_dense_impl kn_dense_ref;

#define KN_VARIANT(suffix, level) extern const kn_dense_impl kn_dense_##suffix;
#include "simd/variants.def"
#undef KN_VARIANT

extern const kn_dense_impl *const kn_dense_impls[]; /* by kn_isa */

#endif
