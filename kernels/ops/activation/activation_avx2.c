#include "simd/avx2.h"

#include "ops/activation/activation_body.inc"

const kn_act_impl kn_act_avx2 = {"activation_avx2", KN_ISA_AVX2, forward, backward};
