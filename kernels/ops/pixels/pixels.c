#include "ops/pixels/pixels.h"

#include "ops/pixels/pixels_impl.h"

const kn_pixels_impl *const kn_pixels_impls[] = {
#define KN_VARIANT(suffix, level) &kn_pixels_##suffix,
#include "simd/variants.def"
#undef KN_VARIANT
};

void kn_pixels_to_f32(size_t n, const uint8_t *x, float *y)
{
    kn_pixels_impls[kn_isa_get()]->to_f32(n, x, y);
}
