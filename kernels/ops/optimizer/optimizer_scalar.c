#include "simd/scalar.h"

#include "ops/optimizer/optimizer_body.inc"

const kn_opt_impl kn_opt_scalar = {
    "optimizer_scalar", KN_ISA_SCALAR, sgd, rmsprop, adam, adamw_torch, sum};
