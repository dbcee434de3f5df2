#include "simd/scalar.h"

#define PROBE bench_probe_scalar
#include "bench/probe_body.inc"
