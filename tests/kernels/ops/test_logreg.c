#include "tst.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "ops/logreg/logreg.h"
#include "ops/logreg/logreg_impl.h"

/* scikit-learn's objective and gradient, from scripts/oracle/logistic.py. */

enum { ROWS = 7, F = 5 };

typedef struct sklearn_case {
    float weight[2];
    double value, grad[F + 1];
} sklearn_case;

static const sklearn_case cases[] = {
    {{1.0f, 1.0f},
     11.781585858033321,
     {1.0380434825028664, -1.5123260770726117, 2.5083136298467155, 0.2031386360388065,
      1.3522953428284727, 0.87493867297990213}},
    {{0.5f, 3.0f},
     15.100068021792346,
     {-2.0135427682196263, -5.3797256937810927, -1.5055148292658695, -3.6361140575246278,
      -1.901155776395115, -5.6746637476118575}}};

/* Rows of random pixels; index takes every other row from the end. */
typedef struct problem {
    uint8_t *x, *label;
    uint32_t *index;
    double *w, *grad, *want;
    void *scratch;
    kn_logreg_data data;
} problem;

static problem problem_new(size_t stored, size_t rows, size_t features)
{
    problem p = {.x = malloc(stored * features), .label = malloc(stored)};
    kn_rng r;
    kn_rng_init(&r, 11, features);
    for (size_t i = 0; i < stored * features; i++)
        p.x[i] = (uint8_t)kn_rng_below(&r, 256);
    for (size_t i = 0; i < stored; i++)
        p.label[i] = (uint8_t)kn_rng_below(&r, 2);
    p.index = malloc(rows * sizeof *p.index);
    for (size_t i = 0; i < rows; i++)
        p.index[i] = (uint32_t)((stored - 1 - 2 * i % stored) % stored);
    p.w = malloc((features + 1) * sizeof(double));
    p.grad = malloc((features + 1) * sizeof(double));
    p.want = malloc((features + 1) * sizeof(double));
    for (size_t k = 0; k <= features; k++)
        p.w[k] = 0.3 * kn_rng_normal(&r);
    p.data = (kn_logreg_data){p.x, p.label, p.index, rows, features, {1.0f, 1.0f}};
    CU_ASSERT_EQUAL_FATAL(posix_memalign(&p.scratch, 64, kn_logreg_scratch_bytes(&p.data)), 0);
    return p;
}

static void problem_free(problem *p)
{
    void *all[] = {p->x, p->label, p->index, p->w, p->grad, p->want, p->scratch};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
}

static void test_agrees_with_scikit_learn(void)
{
    uint8_t x[ROWS * F], label[ROWS];
    uint32_t index[ROWS];
    const double w[F + 1] = {0.5, -1.25, 2.0, 0.0, -0.75, 0.3};
    double grad[F + 1];
    _Alignas(64) static unsigned char scratch[1 << 14];
    kn_pool *pool;
    TST_OK(kn_pool_new(1, &pool, e));
    for (uint32_t r = 0; r < ROWS; r++) {
        index[r] = r;
        label[r] = r * r % 3 == 1;
        for (uint32_t k = 0; k < F; k++)
            x[r * F + k] = (uint8_t)((37 * r + 61 * k + 11 * r * k) % 256);
    }
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        kn_logreg_data d = {x, label, index, ROWS, F, {cases[i].weight[0], cases[i].weight[1]}};
        CU_ASSERT_TRUE_FATAL(kn_logreg_scratch_bytes(&d) <= sizeof scratch);
        double value = kn_logreg_value_grad(&d, 2.0, w, grad, pool, scratch);
        CU_ASSERT_TRUE(tst_near(value, cases[i].value, 0.0, 1e-6));
        for (int k = 0; k <= F; k++)
            CU_ASSERT_TRUE(tst_near(grad[k], cases[i].grad[k], 1e-6, 1e-6));
        CU_ASSERT_FALSE(tst_near(value + 1e-3, cases[i].value, 0.0, 1e-6));
        value = kn_logreg_value_grad_ref(&d, 2.0, w, grad);
        CU_ASSERT_TRUE(tst_near(value, cases[i].value, 0.0, 1e-14));
        for (int k = 0; k <= F; k++)
            CU_ASSERT_TRUE(tst_near(grad[k], cases[i].grad[k], 1e-14, 1e-13));
    }
    kn_pool_free(pool);
}

static void test_value_and_gradient_of_every_size(void)
{
    const size_t features[] = {1, 15, 16, 17, 33, 63, 64, 65, 131, 2500};
    const size_t rows[] = {1, 2, 3, 4, 5, 67, 211};
    kn_pool *pool;
    TST_OK(kn_pool_new(2, &pool, e));
    for (size_t i = 0; i < sizeof features / sizeof *features; i++)
        for (size_t j = 0; j < sizeof rows / sizeof *rows; j++) {
            problem p = problem_new(rows[j] + 40, rows[j], features[i]);
            double want = kn_logreg_value_grad_ref(&p.data, 0.7, p.w, p.want),
                   tolerance = 1e-5 * (double)rows[j];
            double got = kn_logreg_value_grad(&p.data, 0.7, p.w, p.grad, pool, p.scratch);
            CU_ASSERT_TRUE(tst_near(got, want, 0.0, 1e-6));
            for (size_t k = 0; k <= features[i]; k++)
                CU_ASSERT_TRUE(tst_near(p.grad[k], p.want[k], tolerance, 1e-5));
            problem_free(&p);
        }
    kn_pool_free(pool);
}

static void test_any_number_of_threads_gives_the_same_bytes(void)
{
    problem p = problem_new(3000, 2713, 100);
    double first = 0.0, *keep = p.want;
    for (int threads = 1; threads <= 4; threads++) {
        kn_pool *pool;
        TST_OK(kn_pool_new(threads, &pool, e));
        double value = kn_logreg_value_grad(&p.data, 1.0, p.w, p.grad, pool, p.scratch);
        kn_pool_free(pool);
        if (threads == 1) {
            first = value;
            memcpy(keep, p.grad, 101 * sizeof *keep);
        }
        CU_ASSERT_EQUAL(memcmp(&first, &value, sizeof value), 0);
        CU_ASSERT_EQUAL(memcmp(keep, p.grad, 101 * sizeof *keep), 0);
    }
    problem_free(&p);
}

static void test_extreme_weights_do_not_overflow(void)
{
    problem p = problem_new(50, 50, 20);
    kn_pool *pool;
    TST_OK(kn_pool_new(1, &pool, e));
    for (int k = 0; k <= 20; k++)
        p.w[k] = k % 2 ? 1e4 : -1e4;
    double value = kn_logreg_value_grad(&p.data, 1.0, p.w, p.grad, pool, p.scratch);
    CU_ASSERT_TRUE(tst_near(value, kn_logreg_value_grad_ref(&p.data, 1.0, p.w, p.want), 0.0, 1e-6));
    for (int k = 0; k <= 20; k++)
        CU_ASSERT_TRUE(isfinite(p.grad[k]));
    kn_pool_free(pool);
    problem_free(&p);
}

const tst_case tst_ops_logreg[] = {TST(test_agrees_with_scikit_learn),
                                   TST(test_value_and_gradient_of_every_size),
                                   TST(test_any_number_of_threads_gives_the_same_bytes),
                                   TST(test_extreme_weights_do_not_overflow), TST_END};
