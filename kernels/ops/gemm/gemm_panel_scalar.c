#include "simd/scalar.h"

#include "ops/gemm/gemm_panel_body.inc"

const kn_panel_impl kn_panel_scalar = {"panel_scalar", KN_ISA_SCALAR, KN_V_WIDTH, multiply};
