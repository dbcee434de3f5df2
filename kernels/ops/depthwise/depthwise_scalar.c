#include "simd/scalar.h"

#include "ops/depthwise/depthwise_body.inc"

const kn_depthwise_impl kn_depthwise_scalar = {"depthwise_scalar", KN_ISA_SCALAR, multiply, back,
                                               weights};
