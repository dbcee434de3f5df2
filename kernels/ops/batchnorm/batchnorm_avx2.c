#include "simd/avx2.h"

#include "ops/batchnorm/batchnorm_body.inc"

const kn_batchnorm_impl kn_batchnorm_avx2 = {"batchnorm_avx2", KN_ISA_AVX2, sums,
                                             forward,          sums_back,   backward};
