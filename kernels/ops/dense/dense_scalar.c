#include "simd/scalar.h"

#include "ops/dense/dense_body.inc"

const kn_dense_impl kn_dense_scalar = {"dense_scalar", KN_ISA_SCALAR, dot,       add,
                                       spread,         dot_pixels,    add_pixels};
