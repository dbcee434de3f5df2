#include "simd/avx2.h"

#include "ops/optimizer/optimizer_body.inc"

const kn_opt_impl kn_opt_avx2 = {"optimizer_avx2", KN_ISA_AVX2, sgd, rmsprop, adam,
                                 adamw_torch,      sum};
