#include "simd/avx512.h"

#include "ops/depthwise/depthwise_body.inc"

const kn_depthwise_impl kn_depthwise_avx512 = {"depthwise_avx512", KN_ISA_AVX512, multiply, back,
                                               weights};
