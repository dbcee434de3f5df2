#include "simd/avx512.h"

#include "ops/dense/dense_body.inc"

const kn_dense_impl kn_dense_avx512 = {"dense_avx512", KN_ISA_AVX512, dot,       add,
                                       spread,         dot_pixels,    add_pixels};
