#include "simd/avx2.h"

#include "image/resize_sums.inc"

const kn_resize_sums kn_resize_avx2 = {"resize_avx2", KN_ISA_AVX2, rows, columns, across, down};
