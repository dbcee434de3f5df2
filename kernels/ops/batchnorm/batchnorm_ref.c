#include <math.h>
#include <string.h>

#include "ops/batchnorm/batchnorm.h"

static size_t at(const kn_batchnorm *n, int h, int w, int c)
{
    return ((size_t)h * (size_t)n->w + (size_t)w) * (size_t)n->c + (size_t)c;
}

static float line(const kn_batchnorm_lines *k, int c, float x)
{
    return k->a[c] * x + k->b[c];
}

static void sums(const kn_batchnorm *n, const float *x, double *sum, double *square)
{
    for (int i = 0; i < n->h * n->w; i++)
        for (int c = 0; c < n->c; c++) {
            double v = (double)x[(size_t)i * (size_t)n->c + (size_t)c];
            sum[c] += v;
            square[c] += v * v;
        }
}

/* Where in x the output at (oh, ow, c) comes from. */
static size_t winner(const kn_batchnorm *n, const kn_batchnorm_lines *k, const float *x, int oh,
                     int ow, int c)
{
    if (!n->pool)
        return at(n, oh, ow, c);
    size_t best = at(n, 2 * oh, 2 * ow, c);
    for (int i = 1; i < 4; i++) {
        size_t other = at(n, 2 * oh + i / 2, 2 * ow + i % 2, c);
        if (line(k, c, x[other]) > line(k, c, x[best]))
            best = other;
    }
    return best;
}

typedef void (*output_fn)(const kn_batchnorm *n, const kn_batchnorm_lines *k, int c, size_t from,
                          size_t out, void *context);

static void each_output(const kn_batchnorm *n, const kn_batchnorm_lines *k, const float *x,
                        output_fn fn, void *context)
{
    int oh = n->pool ? n->h / 2 : n->h, ow = n->pool ? n->w / 2 : n->w;
    size_t out = 0;
    for (int h = 0; h < oh; h++)
        for (int w = 0; w < ow; w++)
            for (int c = 0; c < n->c; c++, out++)
                fn(n, k, c, winner(n, k, x, h, w, c), out, context);
}

typedef struct pass {
    const float *x, *dy;
    float *y, *dz;
} pass;

static void forward_output(const kn_batchnorm *n, const kn_batchnorm_lines *k, int c, size_t from,
                           size_t out, void *context)
{
    pass *p = context;
    float z = line(k, c, p->x[from]);
    p->y[out] = n->relu && z < 0 ? 0 : z;
}

static void forward(const kn_batchnorm *n, const kn_batchnorm_lines *k, const float *x, float *y)
{
    pass p = {.x = x, .y = y};
    each_output(n, k, x, forward_output, &p);
}

/* dz of every pixel, from dy: dz was zero. */
static void spread_output(const kn_batchnorm *n, const kn_batchnorm_lines *k, int c, size_t from,
                          size_t out, void *context)
{
    pass *p = context;
    if (!n->relu || line(k, c, p->x[from]) > 0)
        p->dz[from] = p->dy[out];
}

typedef struct product {
    const float *x, *dy;
    double *sum, *product;
} product;

static void sum_output(const kn_batchnorm *n, const kn_batchnorm_lines *k, int c, size_t from,
                       size_t out, void *context)
{
    product *p = context;
    if (n->relu && !(line(k, c, p->x[from]) > 0))
        return;
    p->sum[c] += (double)p->dy[out];
    p->product[c] += (double)p->dy[out] * (double)p->x[from];
}

static void sums_back(const kn_batchnorm *n, const kn_batchnorm_lines *k, const float *x,
                      const float *dy, double *sum, double *products)
{
    product p = {x, dy, sum, products};
    each_output(n, k, x, sum_output, &p);
}

static void backward(const kn_batchnorm *n, const kn_batchnorm_lines *k, const float *x,
                     const float *dy, float *dx)
{
    pass p = {.x = x, .dy = dy, .dz = dx};
    memset(dx, 0, (size_t)n->h * (size_t)n->w * (size_t)n->c * sizeof *dx);
    each_output(n, k, x, spread_output, &p);
    for (int i = 0; i < n->h * n->w; i++)
        for (int c = 0; c < n->c; c++) {
            size_t j = (size_t)i * (size_t)n->c + (size_t)c;
            dx[j] = k->a[c] * dx[j] + (k->p[c] * x[j] + k->q[c]);
        }
}

const kn_batchnorm_impl kn_batchnorm_ref = {"batchnorm_ref", KN_ISA_SCALAR, sums,
                                            forward,         sums_back,     backward};
