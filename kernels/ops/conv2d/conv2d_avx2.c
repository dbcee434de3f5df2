#include "simd/avx2.h"
#include "ops/conv2d/conv2d_body.inc"

const kn_conv2d_impl kn_conv2d_f32_avx2 = {
    .name = "conv2d_f32_avx2",
    .isa = KN_ISA_AVX2,
    .images = images,
    .packed_bytes = packed_bytes,
    .saved_bytes = saved_bytes,
    .scratch_bytes = scratch_bytes,
    .pack = pack,
    .forward = forward,
    .backward = backward,
    .finish = finish,
};
