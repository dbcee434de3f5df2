#include "tst.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "ops/dense/dense.h"
#include "ops/gemm/gemm.h"

enum { MB = 5, IC = 7, OC = 4, NX = MB * IC, NW = IC * OC, NY = MB * OC, NIN = NX + NW + OC };

typedef struct problem { /* in: x, w, b */
    float in[NIN], z[NY], y[NY], dy[NY], dz[NY], dx[NX], dw[NW], db[OC];
} problem;

static void fill(problem *p)
{
    kn_rng r;
    kn_rng_init(&r, 21, 0);
    memset(p, 0, sizeof *p);
    for (int i = 0; i < NIN; i++)
        p->in[i] = (float)(0.4 * kn_rng_normal(&r));
    for (int i = 0; i < NY; i++)
        p->dy[i] = (float)kn_rng_normal(&r);
}

static double act64(kn_act act, double z)
{
    switch (act.kind) {
    case KN_ACT_TANH:
        return tanh(z);
    case KN_ACT_GELU:
        return 0.5 * z * erfc(-z * 0.70710678118654752);
    default:
        return z > 0.0 ? z : 0.0;
    }
}

/* dot(y, dy) with the number at `where` (of x, w, b in a row) moved by `step`; y may be NULL. */
static double loss64(const problem *p, kn_act act, int where, double step, double *y)
{
    double v[NIN], loss = 0.0;
    for (int i = 0; i < NIN; i++)
        v[i] = (double)p->in[i] + (i == where ? step : 0.0);
    for (int n = 0; n < MB; n++)
        for (int o = 0; o < OC; o++) {
            double z = v[NX + NW + o];
            for (int k = 0; k < IC; k++)
                z += v[n * IC + k] * v[NX + k * OC + o];
            if (y)
                y[n * OC + o] = act64(act, z);
            loss += act64(act, z) * (double)p->dy[n * OC + o];
        }
    return loss;
}

static const kn_act acts[] = {{KN_ACT_RELU, 0.0f}, {KN_ACT_TANH, 0.0f}, {KN_ACT_GELU, 0.0f}};

static void run(problem *p, kn_act act)
{
    fill(p);
    kn_gemm_init();
    kn_dense_forward(MB, IC, OC, act, p->in, p->in + NX, p->in + NX + NW, p->z, p->y);
    kn_dense_backward_data(MB, IC, OC, act, p->in + NX, p->z, p->y, p->dy, p->dz, p->dx);
    kn_dense_backward_weights(MB, IC, OC, 0, IC, p->in, p->dz, p->dw, p->db);
}

static void test_forward_is_the_formula(void)
{
    for (size_t a = 0; a < sizeof acts / sizeof *acts; a++) {
        problem p;
        double y[NY];
        run(&p, acts[a]);
        loss64(&p, acts[a], -1, 0.0, y);
        CU_ASSERT_TRUE(tst_near_f64(p.y, y, NY, 1e-6, 1e-6));
        p.y[NY - 1] += 1e-4f;
        CU_ASSERT_FALSE(tst_near_f64(p.y, y, NY, 1e-6, 1e-6));
    }
}

static void test_backward_is_the_derivative(void)
{
    const double h = 1e-6;
    for (size_t a = 0; a < sizeof acts / sizeof *acts; a++) {
        problem p;
        run(&p, acts[a]);
        for (int i = 0; i < NIN; i++) {
            double want =
                (loss64(&p, acts[a], i, h, NULL) - loss64(&p, acts[a], i, -h, NULL)) / (2 * h);
            float got = i < NX ? p.dx[i] : i < NX + NW ? p.dw[i - NX] : p.db[i - NX - NW];
            CU_ASSERT_TRUE(tst_near((double)got, want, 3e-6, 3e-6));
        }
    }
}

static void test_weight_rows_in_parts_add_up(void)
{
    problem p;
    float parts[NW] = {0};
    run(&p, acts[1]);
    kn_dense_backward_weights(MB, IC, OC, 0, 3, p.in, p.dz, parts, NULL);
    kn_dense_backward_weights(MB, IC, OC, 3, IC, p.in, p.dz, parts, NULL);
    CU_ASSERT_TRUE(tst_near_f32(parts, p.dw, NW, 1e-6, 1e-6));
}

static void test_dz_may_be_dy_and_dx_is_optional(void)
{
    problem p;
    run(&p, acts[0]);
    kn_dense_backward_data(MB, IC, OC, acts[0], p.in + NX, NULL, p.y, p.dy, p.dy, NULL);
    CU_ASSERT_EQUAL(memcmp(p.dy, p.dz, sizeof p.dz), 0);
}

const tst_case tst_ops_dense[] = {
    TST(test_forward_is_the_formula), TST(test_backward_is_the_derivative),
    TST(test_weight_rows_in_parts_add_up), TST(test_dz_may_be_dy_and_dx_is_optional), TST_END};
