#include "simd/avx512.h"

#include "ops/layernorm/layernorm_body.inc"

const kn_layernorm_impl kn_layernorm_avx512 = {"layernorm_avx512", KN_ISA_AVX512, forward,
                                               backward};
