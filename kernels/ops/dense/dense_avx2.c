#include "simd/avx2.h"

#include "ops/dense/dense_body.inc"

const kn_dense_impl kn_dense_avx2 = {"dense_avx2", KN_ISA_AVX2, dot,       add,
                                     spread,       dot_pixels,  add_pixels};
