#include "framing/linear_fit.h"

#include <assert.h>
#include <lbfgs.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ops/gemm/gemm.h"
#include "ops/logreg/logreg.h"
#include "util/interrupt.h"

enum { FEATURES = PL_WINDOW_FEATURES, ITERATIONS = 150, MEMORY = 10, BLOCK = 512, TARGETS_MAX = 8 };

typedef struct classes {
    kn_logreg_data data;
    double c, scale;
    kn_pool *pool;
    void *scratch;
} classes;

static lbfgsfloatval_t evaluate(void *instance, const lbfgsfloatval_t *w, lbfgsfloatval_t *g,
                                const int n, const lbfgsfloatval_t step)
{
    (void)step;
    classes *f = instance;
    double value = kn_logreg_value_grad(&f->data, f->c, w, g, f->pool, f->scratch);
    for (int i = 0; i < n; i++)
        g[i] *= f->scale;
    return value * f->scale;
}

static int watch(void *instance, const lbfgsfloatval_t *w, const lbfgsfloatval_t *g,
                 const lbfgsfloatval_t value, const lbfgsfloatval_t wnorm,
                 const lbfgsfloatval_t gnorm, const lbfgsfloatval_t step, int n, int k, int ls)
{
    (void)instance;
    (void)w;
    (void)g;
    (void)value;
    (void)wnorm;
    (void)gnorm;
    (void)step;
    (void)n;
    (void)k;
    (void)ls;
    return pl_interrupted();
}

/* Any end leaves weights: a line search that gains nothing more is as close as this arithmetic comes. */
static kn_status minimise(classes *f, double *w, kn_error *e)
{
    lbfgs_parameter_t p;
    lbfgs_parameter_init(&p);
    p.m = MEMORY;
    p.max_iterations = ITERATIONS;
    p.epsilon = 1e-4;
    p.gtol = 0.9;
    p.ftol = 1e-3;
    memset(w, 0, (FEATURES + 1) * sizeof *w);
    int code = lbfgs(FEATURES + 1, w, NULL, evaluate, watch, f, &p);
    KN_TRY(pl_interrupt_check(e));
    if (code == LBFGSERR_OUTOFMEMORY)
        return kn_fail(e, KN_ENOMEM, "no memory for L-BFGS over %d weights", FEATURES);
    for (int i = 0; i <= FEATURES; i++)
        if (!isfinite(w[i]))
            return kn_fail(e, KN_ENUMERIC, "a scorer of frames is not finite");
    return KN_OK;
}

kn_status pl_linear_fit_classes(const uint8_t *x, const uint8_t *label, size_t rows, double c,
                                kn_pool *pool, pl_linear *out, kn_error *e)
{
    uint32_t *index = malloc(rows * sizeof *index);
    double *w = lbfgs_malloc(FEATURES + 1);
    classes f = {.data = {.x = x,
                          .label = label,
                          .index = index,
                          .rows = rows,
                          .features = FEATURES,
                          .weight = {1, 1}},
                 .c = c,
                 .scale = 1 / (c * (double)rows),
                 .pool = pool};
    f.scratch = malloc(kn_logreg_scratch_bytes(&f.data));
    kn_status rc = KN_OK;
    if (!index || !w || !f.scratch)
        rc = kn_fail(e, KN_ENOMEM, "no memory to fit %zu windows", rows);
    for (size_t i = 0; rc == KN_OK && i < rows; i++)
        index[i] = (uint32_t)i;
    if (rc == KN_OK)
        rc = minimise(&f, w, e);
    for (int i = 0; rc == KN_OK && i < FEATURES; i++)
        out->weight[i] = (float)w[i];
    if (rc == KN_OK)
        out->bias = (float)w[FEATURES];
    free(f.scratch);
    lbfgs_free(w);
    free(index);
    return rc;
}

/* What the sums of a ridge regression are over: x / 255 and y less their means. */
typedef struct values {
    const uint8_t *x;
    const float *y;
    size_t rows;
    int targets;
    double mean[FEATURES], y_mean[TARGETS_MAX];
    float *block, *y_block; /* [BLOCK, FEATURES], [BLOCK, targets] */
    float *xx, *xy;         /* [FEATURES, FEATURES], [FEATURES, targets] */
    double *a, *b;          /* the same in double; a becomes its Cholesky factor */
} values;

static void means(values *v)
{
    for (size_t r = 0; r < v->rows; r++) {
        for (int i = 0; i < FEATURES; i++)
            v->mean[i] += v->x[r * FEATURES + (size_t)i];
        for (int t = 0; t < v->targets; t++)
            v->y_mean[t] += (double)v->y[r * (size_t)v->targets + (size_t)t];
    }
    for (int i = 0; i < FEATURES; i++)
        v->mean[i] /= 255 * (double)v->rows;
    for (int t = 0; t < v->targets; t++)
        v->y_mean[t] /= (double)v->rows;
}

/* xx = X' X, xy = X' Y, block by block in order */
static void products(values *v)
{
    kn_gemm_init();
    for (size_t first = 0; first < v->rows; first += BLOCK) {
        size_t n = v->rows - first < BLOCK ? v->rows - first : BLOCK;
        for (size_t r = 0; r < n; r++) {
            for (size_t i = 0; i < FEATURES; i++)
                v->block[r * FEATURES + i] =
                    (float)(v->x[(first + r) * FEATURES + i] / 255.0 - v->mean[i]);
            for (size_t t = 0; t < (size_t)v->targets; t++) {
                size_t at = (first + r) * (size_t)v->targets + t;
                v->y_block[r * (size_t)v->targets + t] = (float)((double)v->y[at] - v->y_mean[t]);
            }
        }
        float beta = first > 0 ? 1 : 0;
        kn_gemm(true, false, FEATURES, FEATURES, (int)n, 1, v->block, FEATURES, v->block, FEATURES,
                beta, v->xx, FEATURES);
        kn_gemm(true, false, FEATURES, v->targets, (int)n, 1, v->block, FEATURES, v->y_block,
                v->targets, beta, v->xy, v->targets);
    }
}

/* a = L L', L over the lower half of a. False where a is not positive definite. */
static bool cholesky(double *a)
{
    for (int j = 0; j < FEATURES; j++)
        for (int i = j; i < FEATURES; i++) {
            double sum = a[i * FEATURES + j];
            for (int k = 0; k < j; k++)
                sum -= a[i * FEATURES + k] * a[j * FEATURES + k];
            if (i == j && !(sum > 0))
                return false;
            a[i * FEATURES + j] = i == j ? sqrt(sum) : sum / a[j * FEATURES + j];
        }
    return true;
}

/* L L' w = b for one target, in place */
static void solve(const double *l, double *b, int stride)
{
    for (int i = 0; i < FEATURES; i++) {
        double sum = b[i * stride];
        for (int k = 0; k < i; k++)
            sum -= l[i * FEATURES + k] * b[k * stride];
        b[i * stride] = sum / l[i * FEATURES + i];
    }
    for (int i = FEATURES - 1; i >= 0; i--) {
        double sum = b[i * stride];
        for (int k = i + 1; k < FEATURES; k++)
            sum -= l[k * FEATURES + i] * b[k * stride];
        b[i * stride] = sum / l[i * FEATURES + i];
    }
}

static kn_status regress(values *v, double ridge, pl_linear *const *out, kn_error *e)
{
    means(v);
    products(v);
    for (int i = 0; i < FEATURES * FEATURES; i++)
        v->a[i] = (double)v->xx[i] + (i % (FEATURES + 1) == 0 ? ridge : 0);
    for (int i = 0; i < FEATURES * v->targets; i++)
        v->b[i] = (double)v->xy[i];
    if (!cholesky(v->a))
        return kn_fail(e, KN_ENUMERIC, "the windows of frames do not determine a regression");
    for (int t = 0; t < v->targets; t++) {
        double bias = v->y_mean[t];
        solve(v->a, v->b + t, v->targets);
        for (int i = 0; i < FEATURES; i++) {
            double w = v->b[i * v->targets + t];
            out[t]->weight[i] = (float)w;
            bias -= w * v->mean[i];
        }
        out[t]->bias = (float)bias;
    }
    return KN_OK;
}

kn_status pl_linear_fit_values(const uint8_t *x, const float *y, size_t rows, int targets,
                               double ridge, pl_linear *const *out, kn_error *e)
{
    assert(targets >= 1 && targets <= TARGETS_MAX);
    size_t squares = (size_t)FEATURES * FEATURES, t = (size_t)targets;
    values v = {.x = x, .y = y, .rows = rows, .targets = targets};
    v.block = malloc(BLOCK * FEATURES * sizeof *v.block);
    v.y_block = malloc(BLOCK * t * sizeof *v.y_block);
    v.xx = malloc(squares * sizeof *v.xx);
    v.xy = malloc(FEATURES * t * sizeof *v.xy);
    v.a = malloc(squares * sizeof *v.a);
    v.b = malloc(FEATURES * t * sizeof *v.b);
    kn_status rc = v.block && v.y_block && v.xx && v.xy && v.a && v.b
                       ? regress(&v, ridge, out, e)
                       : kn_fail(e, KN_ENOMEM, "no memory to fit %zu windows", rows);
    free(v.block);
    free(v.y_block);
    free(v.xx);
    free(v.xy);
    free(v.a);
    free(v.b);
    return rc;
}
