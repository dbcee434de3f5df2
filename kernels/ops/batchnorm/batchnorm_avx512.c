#include "simd/avx512.h"

#include "ops/batchnorm/batchnorm_body.inc"

const kn_batchnorm_impl kn_batchnorm_avx512 = {"batchnorm_avx512", KN_ISA_AVX512, sums, forward,
                                               sums_back,          backward};
