#include "tst.h"

#include <math.h>
#include <string.h>

#include "base/rng.h"
#include "ops/gemm/gemm_panel.h"

/* Products by each variant this machine runs against the plain reference. The two terms of a
 * product read A in two ways: rows in place, and columns of a matrix. */

enum { M_MAX = 37, N_MAX = 80, K_MAX = 17, OUTER = 3, A_MAX = M_MAX * K_MAX * OUTER };

typedef enum start { FROM_ZERO, FROM_BIAS, FROM_C, STARTS } start;

typedef struct product {
    size_t m, n, k, width;
    int terms;
    start start;
    float a[2][A_MAX], b[2][OUTER * K_MAX * N_MAX], bias[N_MAX];
    tst_guard c; /* [m,n] in rows of n + 3 */
} product;

static void product_new(product *p, size_t m, size_t n, size_t k, size_t width)
{
    kn_rng r;
    kn_rng_init(&r, 3, m * n);
    p->m = m;
    p->n = n;
    p->k = k;
    p->width = width;
    for (int t = 0; t < 2; t++) {
        for (size_t i = 0; i < A_MAX; i++)
            p->a[t][i] = (float)kn_rng_normal(&r);
        for (size_t i = 0; i < sizeof p->b[t] / sizeof p->b[t][0]; i++)
            p->b[t][i] = (float)kn_rng_normal(&r);
    }
    for (size_t i = 0; i < n; i++)
        p->bias[i] = (float)kn_rng_normal(&r);
    p->c = tst_guard_new(m * (n + 3), n % 3);
}

static kn_panel_args args_of(const product *p)
{
    kn_panel_args a = {.m = p->m, .n = p->n, .terms = p->terms, .c_row = (ptrdiff_t)p->n + 3};
    for (int t = 0; t < 2; t++) {
        kn_panel_term *x = &a.term[t];
        x->a = p->a[t];
        x->k = t ? 1 : p->k;
        x->outer = t ? OUTER : 1;
        x->a_row = t ? 1 : (ptrdiff_t)p->k + 1;
        x->a_k = t ? (ptrdiff_t)p->m : 1;
        x->a_outer = (ptrdiff_t)(p->m * p->k);
        x->b = p->b[t];
        x->b_outer = (ptrdiff_t)(p->k * p->width);
        x->b_panel = OUTER * x->b_outer;
    }
    a.add = p->start == FROM_C;
    a.bias = p->start == FROM_BIAS ? p->bias : NULL;
    a.c = p->c.data;
    return a;
}

/* C starts as NaN where it is overwritten, as `k` elsewhere. */
static void run(product *p, const kn_panel_impl *impl)
{
    for (size_t i = 0; i < p->c.n; i++)
        p->c.data[i] = p->start == FROM_C ? 0.25f * (float)(i % 7) : NAN;
    kn_panel_args a = args_of(p);
    impl->multiply(&a, p->width);
}

static bool agree(const product *got, const product *want)
{
    return tst_near_f32(got->c.data, want->c.data, want->c.n, 1e-5, 1e-5);
}

static product want, got; /* large */

static void product_free(void)
{
    CU_ASSERT_TRUE(tst_guard_ok(&want.c));
    CU_ASSERT_TRUE(tst_guard_ok(&got.c));
    tst_guard_free(&want.c);
    tst_guard_free(&got.c);
}

static void compare(const kn_panel_impl *impl, size_t m, size_t n, size_t k)
{
    product_new(&want, m, n, k, impl->width);
    product_new(&got, m, n, k, impl->width);
    for (int terms = 0; terms <= 2; terms++)
        for (int s = 0; s < STARTS; s++) {
            want.terms = got.terms = terms;
            want.start = got.start = (start)s;
            run(&want, &kn_panel_ref);
            run(&got, impl);
            CU_ASSERT_TRUE(agree(&got, &want));
        }
    product_free();
}

static void test_every_size_agrees(void)
{
    const size_t columns[] = {1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 37, 64, 67, N_MAX};
    const size_t depths[] = {0, 1, 2, 16, K_MAX};
    for (int isa = 0; isa <= (int)kn_isa_detect(); isa++)
        for (size_t n = 0; n < sizeof columns / sizeof *columns; n++)
            for (size_t m = 1; m <= M_MAX; m += m < 14 ? 1 : 11)
                compare(kn_panel_impls[isa], m, columns[n], depths[(m + n) % 5]);
}

static void test_a_changed_number_is_refused(void)
{
    for (int isa = 0; isa <= (int)kn_isa_detect(); isa++) {
        size_t width = kn_panel_impls[isa]->width;
        product_new(&want, 13, 33, 5, width);
        product_new(&got, 13, 33, 5, width);
        want.terms = got.terms = 2;
        got.b[1][2 * width * got.k] += 1e-2f;
        run(&want, &kn_panel_ref);
        run(&got, kn_panel_impls[isa]);
        CU_ASSERT_FALSE(agree(&got, &want));
        product_free();
    }
}

/* A row is the same whatever the number of rows, and a NaN or an infinity stays in its row. */
static void test_rows_do_not_depend_on_each_other(void)
{
    enum { M = 29, N = 40 };
    for (int isa = 0; isa <= (int)kn_isa_detect(); isa++) {
        size_t width = kn_panel_impls[isa]->width;
        product_new(&want, M, N, 16, width);
        product_new(&got, M, N, 16, width);
        want.terms = got.terms = 1;
        run(&want, kn_panel_impls[isa]);
        got.m = 11;
        run(&got, kn_panel_impls[isa]);
        for (size_t i = 0; i < 11; i++)
            CU_ASSERT_EQUAL(memcmp(want.c.data + i * (N + 3), got.c.data + i * (N + 3), N * 4), 0);
        got.m = M;
        got.a[0][3 * 17 + 4] = NAN;
        got.a[0][5 * 17 + 2] = INFINITY;
        run(&got, kn_panel_impls[isa]);
        for (size_t i = 0; i < M; i++)
            for (size_t j = 0; j < N; j++) {
                float c = got.c.data[i * (N + 3) + j];
                CU_ASSERT_EQUAL(isnan(c) != 0, i == 3);
                CU_ASSERT_EQUAL(isinf(c) != 0, i == 5);
                CU_ASSERT_TRUE(i == 3 || i == 5 || c == want.c.data[i * (N + 3) + j]);
            }
        product_free();
    }
}

/* Two groups of 3 rows filled up to 4, 19 columns, from a matrix turned around. */
static void test_packing_fills_groups_and_panels_with_zeros(void)
{
    enum { GROUPS = 2, K = 3, PADDED = 4, N = 19, COLUMN = GROUPS * K + 1 };
    float b[N * COLUMN], packed[GROUPS * PADDED * 32];
    kn_panel_source s = {b, GROUPS, K, PADDED, N, K, 1, COLUMN};
    for (int i = 0; i < N * COLUMN; i++)
        b[i] = (float)(i + 1);
    kn_isa before = kn_isa_get();
    CU_ASSERT_EQUAL(kn_panel_floats(&s), sizeof packed / sizeof *packed);
    for (int isa = 0; isa <= (int)kn_isa_detect(); isa++) {
        kn_isa_force((kn_isa)isa);
        size_t width = kn_panel_get()->width;
        kn_panel_pack(&s, packed);
        for (size_t j = 0; j < (N + width - 1) / width * width; j++)
            for (size_t k = 0; k < GROUPS * PADDED; k++) {
                size_t g = k / PADDED, row = k % PADDED;
                float is = packed[(j / width * GROUPS * PADDED + k) * width + j % width];
                CU_ASSERT_EQUAL(is, j < N && row < K ? b[g * K + row + j * COLUMN] : 0.0f);
            }
    }
    kn_isa_force(before);
}

const tst_case tst_ops_gemm_panel[] = {
    TST(test_every_size_agrees), TST(test_a_changed_number_is_refused),
    TST(test_rows_do_not_depend_on_each_other),
    TST(test_packing_fills_groups_and_panels_with_zeros), TST_END};
