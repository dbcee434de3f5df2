/* The variants behind pixels.h: all give the same bytes. */
#ifndef KN_OPS_PIXELS_IMPL_H
#define KN_OPS_PIXELS_IMPL_H

#include <stddef.h>
#include <stdint.h>

#include "base/cpu.h"

typedef struct kn_pixels_impl {
    const char *name; /* "pixels_avx2" */
    kn_isa isa;
    void (*to_f32)(size_t n, const uint8_t *x, float *y);
} kn_pixels_impl;

#define KN_VARIANT(suffix, level) extern const kn_pixels_impl kn_pixels_##suffix;
#include "simd/variants.def"
#undef KN_VARIANT

extern const kn_pixels_impl *const kn_pixels_impls[]; /* by kn_isa */

#endif
