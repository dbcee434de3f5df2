/* The FMA rate of one core, one function per instruction set (probe_body.inc). */
#ifndef BENCH_PROBE_H
#define BENCH_PROBE_H

#include <stddef.h>

/* Runs `rounds` rounds of independent FMAs and returns the floating-point operations done. */
double bench_probe_scalar(size_t rounds);
double bench_probe_avx2(size_t rounds);
double bench_probe_avx512(size_t rounds);

#endif
