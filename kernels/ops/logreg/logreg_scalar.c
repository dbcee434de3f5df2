#include "simd/scalar.h"

#include "ops/logreg/logreg_body.inc"

const kn_logreg_impl kn_logreg_scalar = {"logreg_scalar", KN_ISA_SCALAR, dot, add, fold};
