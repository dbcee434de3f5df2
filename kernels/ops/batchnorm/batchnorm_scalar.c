#include "simd/scalar.h"

#include "ops/batchnorm/batchnorm_body.inc"

const kn_batchnorm_impl kn_batchnorm_scalar = {"batchnorm_scalar", KN_ISA_SCALAR, sums, forward,
                                               sums_back,          backward};
