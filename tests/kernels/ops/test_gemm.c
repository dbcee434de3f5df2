#include "tst.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "ops/gemm/gemm.h"
#include "ops/gemm/gemm_core.h"

typedef struct shape {
    int m, n, k, pad; /* pad: floats between the end of a row and the next */
} shape;

static const shape shapes[] = {{1, 1, 1, 0},   {3, 5, 7, 0},      {16, 16, 16, 3},
                               {17, 33, 5, 1}, {62, 512, 128, 0}, {5, 2, 131, 2}};
enum { SHAPES = sizeof shapes / sizeof *shapes, CASES = SHAPES * 4 };

static float *filled(size_t n, uint64_t stream)
{
    float *a = malloc(n * sizeof *a);
    kn_rng r;
    kn_rng_init(&r, 1, stream);
    for (size_t i = 0; i < n; i++)
        a[i] = (float)kn_rng_normal(&r);
    return a;
}

static double product(const float *a, const float *b, bool ta, bool tb, int lda, int ldb, int i,
                      int j, int k)
{
    double sum = 0.0;
    for (int l = 0; l < k; l++)
        sum +=
            (double)a[ta ? l * lda + i : i * lda + l] * (double)b[tb ? j * ldb + l : l * ldb + j];
    return sum;
}

/* One case: 0 when C = alpha op(A) op(B) + beta C held everywhere and the padding was left alone.
 */
static int wrong_numbers(const shape *s, bool ta, bool tb, float alpha, float beta, float change)
{
    int lda = (ta ? s->m : s->k) + s->pad, ldb = (tb ? s->k : s->n) + s->pad, ldc = s->n + s->pad;
    float *a = filled((size_t)((ta ? s->k : s->m) * lda), 1);
    float *b = filled((size_t)((tb ? s->n : s->k) * ldb), 2);
    float *c = filled((size_t)(s->m * ldc), 3), *before = filled((size_t)(s->m * ldc), 3);
    int bad = 0;
    for (int i = 0; beta == 0.0f && i < s->m; i++)
        for (int j = 0; j < s->n; j++)
            c[i * ldc + j] = NAN;
    kn_gemm(ta, tb, s->m, s->n, s->k, alpha, a, lda, b, ldb, beta, c, ldc);
    c[s->m / 2 * ldc + s->n / 2] += change;
    for (int i = 0; i < s->m; i++)
        for (int j = 0; j < ldc; j++) {
            double want = (double)before[i * ldc + j];
            if (j < s->n)
                want = (double)alpha * product(a, b, ta, tb, lda, ldb, i, j, s->k) +
                       (beta == 0.0f ? 0.0 : (double)beta * want);
            bad += !tst_near((double)c[i * ldc + j], want, 1e-6 * s->k, 1e-5);
        }
    free(a);
    free(b);
    free(c);
    free(before);
    return bad;
}

static void test_products_of_every_form(void)
{
    kn_gemm_init();
    for (int i = 0; i < CASES; i++) {
        const shape *s = &shapes[i / 4];
        bool ta = i & 1, tb = i & 2;
        CU_ASSERT_EQUAL(wrong_numbers(s, ta, tb, 1.0f, 0.0f, 0.0f), 0);
        CU_ASSERT_EQUAL(wrong_numbers(s, ta, tb, 1.0f, 1.0f, 0.0f), 0);
        CU_ASSERT_EQUAL(wrong_numbers(s, ta, tb, -0.5f, 2.0f, 0.0f), 0);
    }
    CU_ASSERT_EQUAL(wrong_numbers(&shapes[3], false, true, 1.0f, 1.0f, 0.01f), 1);
}

static void test_no_inner_dimension_scales_c(void)
{
    float c[2] = {3.0f, NAN};
    kn_gemm(false, false, 1, 1, 0, 1.0f, c, 1, c, 1, 1.0f, c, 1);
    CU_ASSERT_EQUAL(c[0], 3.0f);
    kn_gemm(false, false, 1, 2, 0, 1.0f, c, 1, c, 2, 0.0f, c, 2);
    CU_ASSERT_EQUAL(c[0], 0.0f);
    CU_ASSERT_EQUAL(c[1], 0.0f);
}

typedef struct job {
    const float *a, *b;
    float c[62 * 512];
} job;

static void *multiply(void *context)
{
    job *j = context;
    kn_gemm(false, false, 62, 512, 128, 1.0f, j->a, 128, j->b, 512, 0.0f, j->c, 512);
    return NULL;
}

static void test_two_threads_give_the_bytes_of_one(void)
{
    static job jobs[3];
    float *a = filled(62 * 128, 5), *b = filled(128 * 512, 6);
    kn_gemm_init();
    for (int i = 0; i < 3; i++) {
        jobs[i].a = a;
        jobs[i].b = b;
    }
    multiply(&jobs[0]);
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, multiply, &jobs[i + 1]), 0);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    CU_ASSERT_EQUAL(memcmp(jobs[0].c, jobs[1].c, sizeof jobs[0].c), 0);
    CU_ASSERT_EQUAL(memcmp(jobs[0].c, jobs[2].c, sizeof jobs[0].c), 0);
    free(a);
    free(b);
}

static void test_core_and_version_are_told(void)
{
    CU_ASSERT_TRUE(strlen(kn_gemm_core()) > 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(kn_gemm_version(), "OpenBLAS"));
    CU_ASSERT_EQUAL(kn_gemm_core_is_low(), kn_gemm_core_below(kn_gemm_core(), kn_isa_detect()));
}

static void test_a_core_below_the_cpu_is_low(void)
{
    CU_ASSERT_TRUE(kn_gemm_core_below("Haswell", KN_ISA_AVX512));
    CU_ASSERT_TRUE(kn_gemm_core_below("Zen", KN_ISA_AVX512));
    CU_ASSERT_TRUE(kn_gemm_core_below("Prescott", KN_ISA_AVX2));
    CU_ASSERT_FALSE(kn_gemm_core_below("SkylakeX", KN_ISA_AVX512));
    CU_ASSERT_FALSE(kn_gemm_core_below("Cooperlake", KN_ISA_AVX2));
    CU_ASSERT_FALSE(kn_gemm_core_below("Haswell", KN_ISA_AVX2));
    CU_ASSERT_FALSE(kn_gemm_core_below("Prescott", KN_ISA_SCALAR));
}

static void test_the_core_for_a_level_is_not_low(void)
{
    CU_ASSERT_PTR_NULL(kn_gemm_core_for(KN_ISA_SCALAR));
    for (kn_isa isa = KN_ISA_AVX2; isa < KN_ISA_COUNT; isa++) {
        CU_ASSERT_FALSE(kn_gemm_core_below(kn_gemm_core_for(isa), isa));
        CU_ASSERT_TRUE(kn_gemm_core_below("Prescott", isa));
    }
}

const tst_case tst_ops_gemm[] = {TST(test_products_of_every_form),
                                 TST(test_no_inner_dimension_scales_c),
                                 TST(test_two_threads_give_the_bytes_of_one),
                                 TST(test_core_and_version_are_told),
                                 TST(test_the_core_for_a_level_is_not_low),
                                 TST(test_a_core_below_the_cpu_is_low),
                                 TST_END};
