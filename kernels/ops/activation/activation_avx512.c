#include "simd/avx512.h"

#include "ops/activation/activation_body.inc"

const kn_act_impl kn_act_avx512 = {"activation_avx512", KN_ISA_AVX512, forward, backward};
