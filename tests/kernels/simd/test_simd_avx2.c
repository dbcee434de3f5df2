#include "simd/avx2.h"

#define SIMD_LEVEL KN_ISA_AVX2
#include "kernels/simd/simd_body.inc"

const tst_case tst_simd_avx2[] = SIMD_CASES;
