/* The gates of one time step of a recurrent cell, forward and backward, on mb rows (ops/rnn/rnn.h
 * has the equations).
 *
 *   gates  [mb,gates*hc]  in: the pre-activations x_t W + b (+ h U); out: the activated gates
 *   rec    [mb,gates*hc]  h U + b', where recurrent_bias is set (gru); NULL otherwise
 *   extra, before_extra [mb,hc]  lstm: c_t, c_{t-1}; gru: h U_g + b'_g; simple: not used
 *   h, before_h, dh, dc [mb,hc]
 *
 * "before" pointers are NULL before the first step, where h = c = 0. */
#ifndef KN_OPS_RNN_CELL_H
#define KN_OPS_RNN_CELL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cpu.h"
#include "ops/rnn/rnn.h"

typedef struct kn_rnn_cell_info {
    int gates;           /* blocks of hc columns */
    bool has_extra;      /* keeps hc more numbers per step */
    bool recurrent_bias; /* b is [2,gates*hc]: the recurrent product is kept apart, and dgh differs
                            from dgx */
    bool passes_dh;      /* backward leaves in dh what reaches h_{t-1} past the gates */
} kn_rnn_cell_info;

extern const kn_rnn_cell_info kn_rnn_cells[KN_RNN_CELL_COUNT];

typedef struct kn_rnn_forward_args {
    size_t mb, hc;
    float *gates, *extra, *h;
    const float *rec, *before_extra, *before_h;
} kn_rnn_forward_args;

/* dh: in, the gradient of h_t that comes from later steps; out: see passes_dh. dy is added to it:
 * rows of hc, dy_row floats apart (NULL: none). dc: gradient of c_t in, of c_{t-1} out (lstm). dgx,
 * dgh: gradients of the input and the recurrent product, as panels (ops/gemm/gemm_panel.h) of
 * `width` columns and mb rows; the panels of a gate start `gate` floats after those of the one
 * before, and columns from hc on are written as zeros. dgh is written only where recurrent_bias is
 * set. */
typedef struct kn_rnn_backward_args {
    size_t mb, hc, dy_row, width, gate;
    const float *gates, *extra, *h, *before_extra, *before_h, *dy;
    float *dh, *dc, *dgx, *dgh;
} kn_rnn_backward_args;

/* Where column k of gate g of row n lies in dgx and dgh. */
static inline size_t kn_rnn_panel_at(const kn_rnn_backward_args *a, size_t g, size_t n, size_t k)
{
    return g * a->gate + (k / a->width * a->mb + n) * a->width + k % a->width;
}

/* One per instruction set, and the plain reference the tests compare them with. */
typedef struct kn_rnn_impl {
    const char *name; /* "rnn_avx2" */
    kn_isa isa;
    void (*forward[KN_RNN_CELL_COUNT])(const kn_rnn_forward_args *a);
    void (*backward[KN_RNN_CELL_COUNT])(const kn_rnn_backward_args *a);

    /* sum[hc] += the rows of one gate's panels, in order */
    void (*add_rows)(size_t mb, size_t hc, size_t width, const float *panels, float *sum);
} kn_rnn_impl;

extern const kn_rnn_impl kn_rnn_ref;

#define KN_VARIANT(suffix, level) extern const kn_rnn_impl kn_rnn_##suffix;
#include "simd/variants.def"
#undef KN_VARIANT

extern const kn_rnn_impl *const kn_rnn_impls[]; /* by kn_isa */

#endif
