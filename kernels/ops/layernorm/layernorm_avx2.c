#include "simd/avx2.h"

#include "ops/layernorm/layernorm_body.inc"

const kn_layernorm_impl kn_layernorm_avx2 = {"layernorm_avx2", KN_ISA_AVX2, forward, backward};
