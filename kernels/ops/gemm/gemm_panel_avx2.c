#include "simd/avx2.h"

#include "ops/gemm/gemm_panel_body.inc"

const kn_panel_impl kn_panel_avx2 = {"panel_avx2", KN_ISA_AVX2, KN_V_WIDTH, multiply};
