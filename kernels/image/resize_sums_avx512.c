#include "simd/avx512.h"

#include "image/resize_sums.inc"

const kn_resize_sums kn_resize_avx512 = {"resize_avx512", KN_ISA_AVX512, rows,
                                         columns,         across,        down};
