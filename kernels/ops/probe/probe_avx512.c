#include "simd/avx512.h"

#include <stdatomic.h>

#include "ops/probe/probe_body.inc"

const kn_probe_impl kn_probe_avx512 = {"probe_avx512", KN_ISA_AVX512, fma_rounds, read_all};
