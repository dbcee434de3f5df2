#include "simd/avx2.h"

#define PROBE bench_probe_avx2
#include "bench/probe_body.inc"
