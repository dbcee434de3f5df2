#include "simd/avx2.h"

#include "ops/depthwise/depthwise_body.inc"

const kn_depthwise_impl kn_depthwise_avx2 = {"depthwise_avx2", KN_ISA_AVX2, multiply, back,
                                             weights};
