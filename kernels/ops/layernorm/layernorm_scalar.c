#include "simd/scalar.h"

#include "ops/layernorm/layernorm_body.inc"

const kn_layernorm_impl kn_layernorm_scalar = {"layernorm_scalar", KN_ISA_SCALAR, forward,
                                               backward};
