#include "simd/avx512.h"

#include "ops/optimizer/optimizer_body.inc"

const kn_opt_impl kn_opt_avx512 = {
    "optimizer_avx512", KN_ISA_AVX512, sgd, rmsprop, adam, adamw_torch, sum};
