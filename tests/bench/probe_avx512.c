#include "simd/avx512.h"

#define PROBE bench_probe_avx512
#include "bench/probe_body.inc"
