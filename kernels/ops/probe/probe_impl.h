/* The variants behind probe.h. */
#ifndef KN_OPS_PROBE_IMPL_H
#define KN_OPS_PROBE_IMPL_H

#include <stddef.h>

#include "base/cpu.h"

typedef struct kn_probe_impl {
    const char *name; /* "probe_avx2" */
    kn_isa isa;
    double (*fma)(size_t rounds); /* independent FMAs in registers; the FLOP done */
    void (*read)(size_t n, const float *x);
} kn_probe_impl;

#define KN_VARIANT(suffix, level) extern const kn_probe_impl kn_probe_##suffix;
#include "simd/variants.def"
#undef KN_VARIANT

extern const kn_probe_impl *const kn_probe_impls[]; /* by kn_isa */

#endif
