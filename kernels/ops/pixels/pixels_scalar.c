#include "simd/scalar.h"

#include "ops/pixels/pixels_body.inc"

const kn_pixels_impl kn_pixels_scalar = {"pixels_scalar", KN_ISA_SCALAR, to_f32};
