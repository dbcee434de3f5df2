#include "ops/dense/dense.h"

#include <string.h>

#include "ops/gemm/gemm.h"

/* Y = X W + b: the bias is laid down first and the product added to it. */
void kn_dense_forward(int mb, int ic, int oc, kn_act act, const float *x, const float *w,
                      const float *b, float *z, float *y)
{
    size_t cols = (size_t)oc;
    float *pre = kn_act_backward_from_y(act.kind) || !z ? y : z;
    for (int n = 0; n < mb; n++)
        memcpy(pre + (size_t)n * cols, b, cols * sizeof *b);
    kn_gemm(false, false, mb, oc, ic, 1.0f, x, ic, w, oc, 1.0f, pre, oc);
    kn_act_forward(act, (size_t)mb * cols, pre, y);
}

/* dZ = dY * act'; dX = dZ W^T */
void kn_dense_backward_data(int mb, int ic, int oc, kn_act act, const float *w, const float *z,
                            const float *y, const float *dy, float *dz, float *dx)
{
    kn_act_backward(act, (size_t)mb * (size_t)oc, z, y, dy, dz);
    if (dx)
        kn_gemm(false, true, mb, ic, oc, 1.0f, dz, oc, w, oc, 0.0f, dx, ic);
}

/* dW = X^T dZ; db = sum over rows of dZ */
void kn_dense_backward_weights(int mb, int ic, int oc, int ic0, int ic1, const float *x,
                               const float *dz, float *dw, float *db)
{
    kn_gemm(true, false, ic1 - ic0, oc, mb, 1.0f, x + ic0, ic, dz, oc, 1.0f,
            dw + (size_t)ic0 * (size_t)oc, oc);
    if (!db)
        return;
    for (int n = 0; n < mb; n++)
        for (int o = 0; o < oc; o++)
            db[o] += dz[(size_t)n * (size_t)oc + (size_t)o];
}
