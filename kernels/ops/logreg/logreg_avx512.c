#include "simd/avx512.h"

#include "ops/logreg/logreg_body.inc"

const kn_logreg_impl kn_logreg_avx512 = {"logreg_avx512", KN_ISA_AVX512, dot, add, fold};
