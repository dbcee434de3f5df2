#include <math.h>

#include "ops/layernorm/layernorm.h"

static void forward(size_t n, size_t c, float eps, const float *x, const float *gamma,
                    const float *beta, float *y, float *saved)
{
    for (size_t r = 0; r < n; r++, x += c, y += c) {
        double mean = 0.0, variance = 0.0;
        for (size_t i = 0; i < c; i++)
            mean += (double)x[i] / (double)c;
        for (size_t i = 0; i < c; i++)
            variance += ((double)x[i] - mean) * ((double)x[i] - mean) / (double)c;
        double inverse = 1.0 / sqrt(variance + (double)eps);
        for (size_t i = 0; i < c; i++)
            y[i] = (float)((double)gamma[i] * ((double)x[i] - mean) * inverse + (double)beta[i]);
        saved[2 * r] = (float)mean;
        saved[2 * r + 1] = (float)inverse;
    }
}

static void backward(size_t n, size_t c, const float *x, const float *gamma, const float *saved,
                     const float *dy, float *dx, float *dgamma, float *dbeta)
{
    for (size_t r = 0; r < n; r++, x += c, dy += c, dx += c) {
        double mean = (double)saved[2 * r], inverse = (double)saved[2 * r + 1];
        double g = 0.0, gh = 0.0;
        for (size_t i = 0; i < c; i++) {
            double h = ((double)x[i] - mean) * inverse;
            g += (double)gamma[i] * (double)dy[i] / (double)c;
            gh += (double)gamma[i] * (double)dy[i] * h / (double)c;
            dgamma[i] += (float)((double)dy[i] * h);
            dbeta[i] += dy[i];
        }
        for (size_t i = 0; i < c; i++) {
            double h = ((double)x[i] - mean) * inverse;
            dx[i] = (float)(((double)gamma[i] * (double)dy[i] - g - h * gh) * inverse);
        }
    }
}

const kn_layernorm_impl kn_layernorm_ref = {"layernorm_ref", KN_ISA_SCALAR, forward, backward};
