#include "image/warp_rows.inc"

const kn_warp_rows kn_warp_avx512 = {"warp_avx512", KN_ISA_AVX512, run};
