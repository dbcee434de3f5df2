#include "simd/avx2.h"

#include "ops/pixels/pixels_body.inc"

const kn_pixels_impl kn_pixels_avx2 = {"pixels_avx2", KN_ISA_AVX2, to_f32};
