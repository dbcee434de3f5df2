#include "simd/scalar.h"

#include <stdatomic.h>

#include "ops/probe/probe_body.inc"

const kn_probe_impl kn_probe_scalar = {"probe_scalar", KN_ISA_SCALAR, fma_rounds, read_all};
