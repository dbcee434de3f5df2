#include "simd/avx2.h"

#include "ops/logreg/logreg_body.inc"

const kn_logreg_impl kn_logreg_avx2 = {"logreg_avx2", KN_ISA_AVX2, dot, add, fold};
