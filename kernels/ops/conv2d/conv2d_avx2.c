#include "simd/avx2.h"
#include "ops/conv2d/conv2d_body.inc"

const kn_conv2d_impl kn_conv2d_f32_avx2 = {
    "conv2d_f32_avx2", KN_ISA_AVX2, packed_bytes, saved_bytes, scratch_bytes, pack,
    forward,           backward,    finish,
};
