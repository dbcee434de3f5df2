#include "simd/scalar.h"
#include "ops/conv2d/conv2d_body.inc"

const kn_conv2d_impl kn_conv2d_f32_scalar = {
    "conv2d_f32_scalar",
    KN_ISA_SCALAR,
    packed_bytes,
    saved_bytes,
    scratch_bytes,
    pack,
    forward,
    backward,
    finish,
};
