/* What the machine can do at the instruction set in force: FMAs in registers and reads from memory,
 * fp32. The measure that rates of kernels are shares of. */
#ifndef KN_OPS_PROBE_H
#define KN_OPS_PROBE_H

#include "base/pool.h"

typedef struct kn_peaks {
    double flops; /* FLOP/s of all workers of the pool together, 2 an FMA */
    double reads; /* bytes/s that they read together from beyond the caches */
} kn_peaks;

/* The best of many short rounds, about 0.3 s in all. Takes 64 MB a worker for the time. */
kn_status kn_probe_peaks(kn_pool *pool, kn_peaks *out, kn_error *e);

#endif
