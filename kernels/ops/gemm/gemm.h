/* Row-major matrix products on one thread, by OpenBLAS. Results do not depend
 * on the caller's thread. Call kn_gemm_init once per process before the first product. */
#ifndef KN_OPS_GEMM_H
#define KN_OPS_GEMM_H

#include <stdbool.h>

/* Sets OpenBLAS to one thread. */
void kn_gemm_init(void);

/* C[m,n] = alpha * op(A) op(B) + beta * C, op(A) is [m,k], op(B) is [k,n]; op transposes where the
 * flag is set. lda, ldb, ldc: floats from one stored row to the next. beta == 0 overwrites C
 * whatever it held. */
void kn_gemm(bool trans_a, bool trans_b, int m, int n, int k, float alpha, const float *a, int lda,
             const float *b, int ldb, float beta, float *c, int ldc);

#endif
