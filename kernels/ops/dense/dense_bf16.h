/* The products of a dense layer on numbers rounded to bf16, sums in f32 (ops/bf16/bf16_block.h): what dense.h does for
 * kn_dense.bf16. Arguments as there; rows of x and dz are rounded as they pass, w once a step. */
#ifndef KN_OPS_DENSE_BF16_H
#define KN_OPS_DENSE_BF16_H

#include "ops/bf16/bf16_block.h"
#include "ops/dense/dense.h"

size_t kn_dense_bf16_packed_bytes(const kn_dense *d);
size_t kn_dense_bf16_scratch_bytes(const kn_dense *d);
void kn_dense_bf16_pack(const kn_dense *d, const float *w, void *packed);

/* z = x w + b */
void kn_dense_bf16_forward(const kn_bf16_ops *ops, const kn_dense *d, int mb, const float *x,
                           const void *packed, const float *b, float *z, void *scratch);

/* dx = dz w^T */
void kn_dense_bf16_data(const kn_bf16_ops *ops, const kn_dense *d, int mb, const void *packed,
                        const float *dz, float *dx, void *scratch);

/* Rows ic0..ic1-1 of dw += x^T dz. */
void kn_dense_bf16_weights(const kn_bf16_ops *ops, const kn_dense *d, int mb, int ic0, int ic1,
                           const float *x, const float *dz, float *dw, void *scratch);

#endif
