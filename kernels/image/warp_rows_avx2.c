#include "image/warp_rows.inc"

const kn_warp_rows kn_warp_avx2 = {"warp_avx2", KN_ISA_AVX2, run};
