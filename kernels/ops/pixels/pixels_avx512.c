#include "simd/avx512.h"

#include "ops/pixels/pixels_body.inc"

const kn_pixels_impl kn_pixels_avx512 = {"pixels_avx512", KN_ISA_AVX512, to_f32};
