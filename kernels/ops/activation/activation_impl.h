/* The variants behind activation.h: one per instruction set, and the plain reference the tests
 * compare them with. */
#ifndef KN_OPS_ACTIVATION_IMPL_H
#define KN_OPS_ACTIVATION_IMPL_H

#include "base/cpu.h"
#include "ops/activation/activation.h"

/* Arguments as kn_act_forward and kn_act_backward. */
typedef struct kn_act_impl {
    const char *name; /* "activation_avx2" */
    kn_isa isa;
    void (*forward)(kn_act act, size_t n, const float *z, float *y);
    void (*backward)(kn_act act, size_t n, const float *z, const float *y, const float *dy,
                     float *dz);
} kn_act_impl;

extern const kn_act_impl kn_act_ref; /* by libm, one number at a time */

#define KN_VARIANT(suffix, level) extern const kn_act_impl kn_act_##suffix;
#include "simd/variants.def"
#undef KN_VARIANT

extern const kn_act_impl *const kn_act_impls[]; /* by kn_isa */

#endif
