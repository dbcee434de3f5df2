#include "simd/avx2.h"

#include <stdatomic.h>

#include "ops/probe/probe_body.inc"

const kn_probe_impl kn_probe_avx2 = {"probe_avx2", KN_ISA_AVX2, fma_rounds, read_all};
