/* Fully connected layer on mb rows: Y[mb,oc] = act(X[mb,ic] W[ic,oc] + b)   (Keras Dense). Layouts
 * row-major f32. The way follows from the shape alone:
 *
 *   rows     1 or 2 units: passes over a few rows of x at a time
 *   panels   more: register tiles on packed weights (ops/gemm/gemm_panel.h)
 *   blas     above KN_DENSE_PANEL_UNITS: OpenBLAS, which blocks for the caches in all directions
 *   bf16     from 3 units on, where it is asked for: products of numbers rounded to bf16, sums in f32 (dense_bf16.h).
 *            One and two units, outputs for the most part, stay f32
 *
 * Deterministic for a fixed instruction set and BLAS core. By rows, by panels and of bf16 a row of Y or dX
 * does not depend on mb. */
#ifndef KN_OPS_DENSE_H
#define KN_OPS_DENSE_H

#include <stdbool.h>
#include <stdint.h>

#include "ops/activation/activation.h"

enum { KN_DENSE_ROW_UNITS = 2, KN_DENSE_PANEL_UNITS = 256 };

typedef enum kn_dense_way {
    KN_DENSE_ROWS,
    KN_DENSE_PANELS,
    KN_DENSE_BLAS,
    KN_DENSE_BF16
} kn_dense_way;

typedef struct kn_dense {
    int ic, oc;
    kn_act act;
    bool bf16; /* kn_bf16_get() is not KN_BF16_NONE */
} kn_dense;

kn_dense_way kn_dense_way_of(const kn_dense *d);

/* Bytes of packed weights, 0 where W is read as it lies, and of scratch, for all passes and any number
 * of rows. */
size_t kn_dense_packed_bytes(const kn_dense *d);
size_t kn_dense_scratch_bytes(const kn_dense *d);

/* w[ic,oc] -> packed, as forward and backward_data read it; nothing where packed_bytes is 0. */
void kn_dense_pack(const kn_dense *d, const float *w, float *packed);

/* z[mb,oc] receives the pre-activation where kn_act_backward_from_y(act) is false; it may be NULL
 * otherwise. */
void kn_dense_forward(const kn_dense *d, int mb, const float *x, const float *w,
                      const float *packed, const float *b, float *z, float *y, float *scratch);

/* dz[mb,oc] = dy * act'; dX = dZ W^T where dx is not NULL (overwritten). dz may be dy. */
void kn_dense_backward_data(const kn_dense *d, int mb, const float *w, const float *packed,
                            const float *z, const float *y, const float *dy, float *dz, float *dx,
                            float *scratch);

/* Rows ic0..ic1-1 of dW[ic,oc] += X^T dZ over the mb rows; db[oc] += column sums of dZ where db is
 * not NULL. By rows ic0..ic1-1 are all, and dw is [oc,ic] until kn_dense_finish turns it. */
void kn_dense_backward_weights(const kn_dense *d, int mb, int ic0, int ic1, const float *x,
                               const float *dz, float *dw, float *db, float *scratch);
void kn_dense_finish(const kn_dense *d, float *dw, float *scratch);

/* By rows only: forward and backward_weights (of all of dw) on mb rows of pixels, x[n][k] / 255 with k
 * < ic. No float of x is ever stored, and the sums are divided by 255 once. */
void kn_dense_forward_pixels(const kn_dense *d, int mb, const uint8_t *const *x, const float *w,
                             const float *packed, const float *b, float *z, float *y);
void kn_dense_backward_pixels(const kn_dense *d, int mb, const uint8_t *const *x, const float *dz,
                              float *dw, float *db);

#endif
