#include "simd/avx512.h"

#include "ops/gemm/gemm_panel_body.inc"

const kn_panel_impl kn_panel_avx512 = {"panel_avx512", KN_ISA_AVX512, KN_V_WIDTH, multiply};
