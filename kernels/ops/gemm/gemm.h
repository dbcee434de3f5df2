/* Row-major matrix products on one thread: the only file that calls OpenBLAS. Results do not depend
 * on the caller's thread. Call kn_gemm_init once per process before the first product. */
#ifndef KN_OPS_GEMM_H
#define KN_OPS_GEMM_H

#include <stdbool.h>

#include "base/cpu.h"

/* Sets OpenBLAS to one thread. */
void kn_gemm_init(void);

/* C[m,n] = alpha * op(A) op(B) + beta * C, op(A) is [m,k], op(B) is [k,n]; op transposes where the
 * flag is set. lda, ldb, ldc: floats from one stored row to the next. beta == 0 overwrites C
 * whatever it held. */
void kn_gemm(bool trans_a, bool trans_b, int m, int n, int k, float alpha, const float *a, int lda,
             const float *b, int ldb, float beta, float *c, int ldc);

/* The core OpenBLAS really uses ("SkylakeX", "Haswell", ...) and its version string. */
const char *kn_gemm_core(void);
const char *kn_gemm_version(void);

/* True when that core is below what the CPU can do (AVX2 kernels on an AVX-512 machine, or older):
 * a reason to warn. The second form judges any core name against any level. */
bool kn_gemm_core_is_low(void);
bool kn_gemm_core_below(const char *core, kn_isa isa);

#endif
