#include "nn/initializer.h"

#include <math.h>

void kn_init_glorot_uniform(kn_rng *r, size_t n, double fan_in, double fan_out, float *w)
{
    double limit = sqrt(6.0 / (fan_in + fan_out));
    for (size_t i = 0; i < n; i++)
        w[i] = (float)((2.0 * (double)kn_rng_uniform(r) - 1.0) * limit);
}

/* Vector i of the set: element j at v[j * step]. */
static double dot(const float *a, const float *b, int n, size_t step)
{
    double sum[4] = {0};
    for (int j = 0; j < n; j++)
        sum[j & 3] += (double)a[(size_t)j * step] * (double)b[(size_t)j * step];
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

static void subtract(float *a, const float *b, double factor, int n, size_t step)
{
    for (int j = 0; j < n; j++)
        a[(size_t)j * step] -= (float)(factor * (double)b[(size_t)j * step]);
}

/* Gram-Schmidt; the second pass removes what rounding left of the first. */
void kn_init_orthogonal(kn_rng *r, int rows, int columns, float *w)
{
    size_t total = (size_t)rows * (size_t)columns;
    for (size_t i = 0; i < total; i++)
        w[i] = (float)kn_rng_normal(r);
    int by_row = rows <= columns;
    int vectors = by_row ? rows : columns, length = by_row ? columns : rows;
    size_t step = by_row ? 1 : (size_t)columns, next = by_row ? (size_t)columns : 1;
    for (int i = 0; i < vectors; i++) {
        float *v = w + (size_t)i * next;
        for (int pass = 0; pass < 2; pass++) {
            for (int k = 0; k < i; k++) {
                const float *u = w + (size_t)k * next;
                subtract(v, u, dot(v, u, length, step), length, step);
            }
            double scale = 1.0 / sqrt(dot(v, v, length, step));
            for (int j = 0; j < length; j++)
                v[(size_t)j * step] = (float)((double)v[(size_t)j * step] * scale);
        }
    }
}
