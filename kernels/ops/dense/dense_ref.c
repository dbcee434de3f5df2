#include "ops/dense/dense_impl.h"

static void dot(int units, size_t mb, size_t ic, const float *x, const float *w, const float *b,
                float *z)
{
    for (size_t r = 0; r < mb; r++)
        for (size_t u = 0; u < (size_t)units; u++) {
            double sum = (double)b[u];
            for (size_t k = 0; k < ic; k++)
                sum += (double)x[r * ic + k] * (double)w[u * ic + k];
            z[r * (size_t)units + u] = (float)sum;
        }
}

static void add(int units, size_t mb, size_t ic, const float *x, const float *dz, float *dw)
{
    for (size_t u = 0; u < (size_t)units; u++)
        for (size_t k = 0; k < ic; k++) {
            double sum = (double)dw[u * ic + k];
            for (size_t r = 0; r < mb; r++)
                sum += (double)dz[r * (size_t)units + u] * (double)x[r * ic + k];
            dw[u * ic + k] = (float)sum;
        }
}

static void spread(int units, size_t mb, size_t ic, const float *dz, const float *w, float *dx)
{
    for (size_t r = 0; r < mb; r++)
        for (size_t k = 0; k < ic; k++) {
            double sum = 0.0;
            for (size_t u = 0; u < (size_t)units; u++)
                sum += (double)dz[r * (size_t)units + u] * (double)w[u * ic + k];
            dx[r * ic + k] = (float)sum;
        }
}

static void dot_pixels(int units, size_t mb, size_t known, size_t ic, const uint8_t *const *x,
                       const float *w, const float *b, float *z)
{
    (void)known;
    for (size_t r = 0; r < mb; r++)
        for (size_t u = 0; u < (size_t)units; u++) {
            double sum = (double)b[u];
            for (size_t k = 0; k < ic; k++)
                sum += x[r][k] / 255.0 * (double)w[u * ic + k];
            z[r * (size_t)units + u] = (float)sum;
        }
}

static void add_pixels(int units, size_t mb, size_t ic, const uint8_t *const *x, const float *dz,
                       float *dw)
{
    for (size_t u = 0; u < (size_t)units; u++)
        for (size_t k = 0; k < ic; k++) {
            double sum = (double)dw[u * ic + k];
            for (size_t r = 0; r < mb; r++)
                sum += (double)dz[r * (size_t)units + u] * (x[r][k] / 255.0);
            dw[u * ic + k] = (float)sum;
        }
}

const kn_dense_impl kn_dense_ref = {"dense_ref", KN_ISA_SCALAR, dot,       add,
                                    spread,      dot_pixels,    add_pixels};
