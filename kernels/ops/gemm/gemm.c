#include "ops/gemm/gemm.h"

#include <cblas.h>
#include <stddef.h>

void kn_gemm_init(void)
{
    openblas_set_num_threads(1);
}

/* c = alpha op(A) b + beta c: one output reads each number of A once. As a product of matrices
 * OpenBLAS would copy A first, and allocates memory where it is small. */
static void times_vector(bool trans_a, int m, int k, float alpha, const float *a, int lda,
                         const float *b, int step_b, float beta, float *c, int step_c)
{
    for (int i = 0; beta == 0.0f && i < m; i++)
        c[(size_t)i * (size_t)step_c] = 0.0f;
    cblas_sgemv(CblasRowMajor, trans_a ? CblasTrans : CblasNoTrans, trans_a ? k : m,
                trans_a ? m : k, alpha, a, lda, b, step_b, beta, c, step_c);
}

void kn_gemm(bool trans_a, bool trans_b, int m, int n, int k, float alpha, const float *a, int lda,
             const float *b, int ldb, float beta, float *c, int ldc)
{
    if (m <= 0 || n <= 0)
        return;
    if (n == 1 && k > 0) {
        times_vector(trans_a, m, k, alpha, a, lda, b, trans_b ? 1 : ldb, beta, c, ldc);
        return;
    }
    cblas_sgemm(CblasRowMajor, trans_a ? CblasTrans : CblasNoTrans,
                trans_b ? CblasTrans : CblasNoTrans, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}
