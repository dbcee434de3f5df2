#include "simd/scalar.h"

#include "ops/activation/activation_body.inc"

const kn_act_impl kn_act_scalar = {"activation_scalar", KN_ISA_SCALAR, forward, backward};
