#include "simd/scalar.h"

#define SIMD_LEVEL KN_ISA_SCALAR
#include "kernels/simd/simd_body.inc"

const tst_case tst_simd_scalar[] = SIMD_CASES;
