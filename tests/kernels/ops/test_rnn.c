#include "tst.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "ops/rnn/rnn.h"

/* The equations of rnn.h in double, one sequence and one number at a time. */

enum { HC_MAX = 40 };

static double sig(double z)
{
    return 1.0 / (1.0 + exp(-z));
}

/* columns[j] = bias[j] + sum_k v[k] m[k,j] */
static void affine(int n, int columns, const double *v, const double *m, const double *bias,
                   double *out)
{
    for (int j = 0; j < columns; j++) {
        out[j] = bias ? bias[j] : 0.0;
        for (int k = 0; k < n; k++)
            out[j] += v[k] * m[k * columns + j];
    }
}

static void step64(kn_rnn_cell cell, int hc, const double *a, const double *r, double *h, double *c)
{
    for (int k = 0; k < hc; k++) {
        if (cell == KN_RNN_LSTM) {
            double i = sig(a[k] + r[k]), f = sig(a[hc + k] + r[hc + k]);
            double g = tanh(a[2 * hc + k] + r[2 * hc + k]);
            double o = sig(a[3 * hc + k] + r[3 * hc + k]);
            c[k] = f * c[k] + i * g;
            h[k] = o * tanh(c[k]);
        } else if (cell == KN_RNN_GRU) {
            double z = sig(a[k] + r[k]), reset = sig(a[hc + k] + r[hc + k]);
            double g = tanh(a[2 * hc + k] + reset * r[2 * hc + k]);
            h[k] = z * h[k] + (1.0 - z) * g;
        } else {
            h[k] = tanh(a[k] + r[k]);
        }
    }
}

static void forward64(const kn_rnn *r, int mb, const double *x, const double *w, const double *u,
                      const double *b, double *y)
{
    int columns = kn_rnn_gate_columns(r), hc = r->hc;
    for (int n = 0; n < mb; n++) {
        double h[HC_MAX] = {0}, c[HC_MAX] = {0}, a[4 * HC_MAX], rec[4 * HC_MAX];
        for (int t = 0; t < r->steps; t++) {
            affine(r->ic, columns, x + (n * r->steps + t) * r->ic, w, b, a);
            affine(hc, columns, h, u, r->cell == KN_RNN_GRU ? b + columns : NULL, rec);
            step64(r->cell, hc, a, rec, h, c);
            if (r->last_only)
                memcpy(y + n * hc, h, (size_t)hc * sizeof *y);
            else
                memcpy(y + (n * r->steps + t) * hc, h, (size_t)hc * sizeof *y);
        }
    }
}

/* One problem: x, w, u, b in one block of numbers, f32 and double. */
typedef struct problem {
    kn_rnn r;
    int mb;
    size_t nx, nw, nu, nb, ny, total;
    float *f;
    double *d;
    float *y, *dy, *grad; /* grad: dx, dw, du, db as in f */
    void *saved, *scratch, *packed;
} problem;

static void *aligned(size_t bytes)
{
    void *p = NULL;
    CU_ASSERT_EQUAL_FATAL(posix_memalign(&p, 64, bytes ? bytes : 64), 0);
    return p;
}

static problem problem_new(kn_rnn r, int mb)
{
    problem p = {.r = r, .mb = mb};
    size_t columns = (size_t)kn_rnn_gate_columns(&r), hc = (size_t)r.hc, m = (size_t)mb;
    p.nx = m * (size_t)r.steps * (size_t)r.ic;
    p.nw = (size_t)r.ic * columns;
    p.nu = hc * columns;
    p.nb = r.cell == KN_RNN_GRU ? 2 * columns : columns;
    p.ny = r.last_only ? m * hc : m * (size_t)r.steps * hc;
    p.total = p.nx + p.nw + p.nu + p.nb;
    p.f = aligned(p.total * sizeof(float));
    p.grad = aligned(p.total * sizeof(float));
    p.d = aligned(p.total * sizeof(double));
    p.y = aligned(p.ny * sizeof(float));
    p.dy = aligned(p.ny * sizeof(float));
    p.saved = aligned(kn_rnn_saved_bytes(&r, mb));
    p.scratch = aligned(kn_rnn_scratch_bytes(&r, mb));
    p.packed = aligned(kn_rnn_packed_bytes(&r));
    kn_rng rng;
    kn_rng_init(&rng, 7, (uint64_t)mb);
    for (size_t i = 0; i < p.total; i++) {
        p.f[i] = (float)(0.5 * kn_rng_normal(&rng));
        p.d[i] = (double)p.f[i];
        p.grad[i] = 0.0f;
    }
    for (size_t i = 0; i < p.ny; i++)
        p.dy[i] = (float)kn_rng_normal(&rng);
    return p;
}

static void problem_free(problem *p)
{
    void *all[] = {p->f, p->grad, p->d, p->y, p->dy, p->saved, p->scratch, p->packed};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
}

static void run_forward(problem *p, bool keep)
{
    const float *w = p->f + p->nx, *u = w + p->nw, *b = u + p->nu;
    kn_rnn_pack(&p->r, w, u, p->packed);
    kn_rnn_forward(&p->r, p->mb, p->f, p->packed, b, p->y, keep ? p->saved : NULL, p->scratch);
}

static void run_backward(problem *p)
{
    float *dw = p->grad + p->nx, *du = dw + p->nw, *db = du + p->nu;
    kn_rnn_backward(&p->r, p->mb, p->f, p->packed, p->saved, p->dy, p->grad, dw, du, db,
                    p->scratch);
}

static double loss64(const problem *p, double *y)
{
    const double *w = p->d + p->nx, *u = w + p->nw, *b = u + p->nu;
    double loss = 0.0;
    forward64(&p->r, p->mb, p->d, w, u, b, y);
    for (size_t i = 0; i < p->ny; i++)
        loss += y[i] * (double)p->dy[i];
    return loss;
}

static const kn_rnn shapes[] = {
    {KN_RNN_LSTM, 1, 1, 1, false},    {KN_RNN_LSTM, 5, 3, 17, false},
    {KN_RNN_LSTM, 4, 7, 16, true},    {KN_RNN_GRU, 1, 2, 3, true},
    {KN_RNN_GRU, 5, 3, 17, false},    {KN_RNN_GRU, 4, 7, 16, true},
    {KN_RNN_SIMPLE, 1, 1, 2, false},  {KN_RNN_SIMPLE, 5, 3, 17, true},
    {KN_RNN_SIMPLE, 4, 7, 15, false},
};
enum { SHAPES = sizeof shapes / sizeof *shapes };

static void test_forward_is_the_equations(void)
{
    for (int s = 0; s < SHAPES; s++)
        for (int mb = 1; mb <= 7; mb += 3) {
            problem p = problem_new(shapes[s], mb);
            double *y = aligned(p.ny * sizeof(double));
            loss64(&p, y);
            run_forward(&p, true);
            CU_ASSERT_TRUE(tst_near_f64(p.y, y, p.ny, 3e-6, 0.0));
            memset(p.y, 0xff, p.ny * sizeof(float));
            run_forward(&p, false);
            CU_ASSERT_TRUE(tst_near_f64(p.y, y, p.ny, 3e-6, 0.0));
            free(y);
            problem_free(&p);
        }
}

/* Central differences of dot(y, dy) in double for every number of x, w, u and b. */
static bool gradient_holds(problem *p)
{
    double *y = aligned(p->ny * sizeof(double)), *want = aligned(p->total * sizeof(double));
    const double step = 1e-6;
    for (size_t i = 0; i < p->total; i++) {
        double keep = p->d[i];
        p->d[i] = keep + step;
        double up = loss64(p, y);
        p->d[i] = keep - step;
        double down = loss64(p, y);
        p->d[i] = keep;
        want[i] = (up - down) / (2.0 * step);
    }
    bool ok = tst_near_f64(p->grad, want, p->total, 2e-5, 2e-5);
    free(y);
    free(want);
    return ok;
}

static void test_backward_is_the_derivative(void)
{
    for (int s = 0; s < SHAPES; s++) {
        problem p = problem_new(shapes[s], 3);
        run_forward(&p, true);
        run_backward(&p);
        CU_ASSERT_TRUE(gradient_holds(&p));
        problem_free(&p);
    }
}

static void test_backward_adds_to_the_gradients(void)
{
    problem p = problem_new(shapes[4], 3);
    size_t n = p.total - p.nx;
    float *once = aligned(n * sizeof(float));
    run_forward(&p, true);
    run_backward(&p);
    for (size_t i = 0; i < n; i++)
        once[i] = 2.0f * p.grad[p.nx + i];
    run_backward(&p);
    CU_ASSERT_TRUE(tst_near_f32(p.grad + p.nx, once, n, 1e-5, 1e-5));
    free(once);
    problem_free(&p);
}

static void test_a_wrong_gradient_is_refused(void)
{
    problem p = problem_new(shapes[2], 2);
    run_forward(&p, true);
    run_backward(&p);
    p.grad[p.total / 2] += 1e-3f;
    CU_ASSERT_FALSE(gradient_holds(&p));
    problem_free(&p);
}

const tst_case tst_ops_rnn[] = {
    TST(test_forward_is_the_equations), TST(test_backward_is_the_derivative),
    TST(test_backward_adds_to_the_gradients), TST(test_a_wrong_gradient_is_refused), TST_END};
