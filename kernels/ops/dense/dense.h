/* Fully connected layer on mb rows: Y[mb,oc] = act(X[mb,ic] W[ic,oc] + b)   (Keras Dense). Layouts
 * row-major f32. Products by ops/gemm; deterministic for a fixed instruction set and BLAS core. */
#ifndef KN_OPS_DENSE_H
#define KN_OPS_DENSE_H

#include "ops/activation/activation.h"

/* z[mb,oc] receives the pre-activation where kn_act_backward_from_y(act) is false; it may be NULL
 * otherwise. */
void kn_dense_forward(int mb, int ic, int oc, kn_act act, const float *x, const float *w,
                      const float *b, float *z, float *y);

/* dz[mb,oc] = dy * act'; dX = dZ W^T where dx is not NULL (overwritten). dz may be dy. */
void kn_dense_backward_data(int mb, int ic, int oc, kn_act act, const float *w, const float *z,
                            const float *y, const float *dy, float *dz, float *dx);

/* Rows ic0..ic1-1 of dW[ic,oc] += X^T dZ over the mb rows; db[oc] += column sums of dZ where db is
 * not NULL. */
void kn_dense_backward_weights(int mb, int ic, int oc, int ic0, int ic1, const float *x,
                               const float *dz, float *dw, float *db);

#endif
