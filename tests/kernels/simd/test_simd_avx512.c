#include "simd/avx512.h"

#define SIMD_LEVEL KN_ISA_AVX512
#include "kernels/simd/simd_body.inc"

const tst_case tst_simd_avx512[] = SIMD_CASES;
