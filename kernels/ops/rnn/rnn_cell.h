/* The gates of one time step of a recurrent cell, forward and backward, on mb rows (ops/rnn/rnn.h
 * has the equations).
 *
 *   gx   [mb,gates*hc]  x_t W + b           rec  [mb,gates*hc]  h_{t-1} U (+ b')
 *   state, before_state  [mb,state*hc]: what backward needs; NULL before the first step, where h =
 * c = 0 h, before_h, dh, dc  [mb,hc]
 *
 * State per row: lstm i|f|g|o|c, gru z|r|g|rec_g (rec_g = h U_g + b'_g), simple none. */
#ifndef KN_OPS_RNN_CELL_H
#define KN_OPS_RNN_CELL_H

#include <stdbool.h>
#include <stddef.h>

#include "ops/rnn/rnn.h"

typedef struct kn_rnn_cell_ops {
    int gates, state;    /* blocks of hc columns */
    bool recurrent_bias; /* b is [2,gates*hc], and dgx differs from dgh */
    bool passes_dh;      /* backward leaves in dh what reaches h_{t-1} past the gates */

    void (*forward)(size_t mb, size_t hc, const float *gx, const float *rec, const float *before_h,
                    const float *before_state, float *state, float *h);

    /* dh: gradient of h_t in; see passes_dh out. dc: gradient of c_t in, of c_{t-1} out (lstm).
     * dgx, dgh [mb,gates*hc]: gradients of gx and rec; dgh is written only where recurrent_bias is
     * set. */
    void (*backward)(size_t mb, size_t hc, const float *state, const float *before_state,
                     const float *h, const float *before_h, float *dh, float *dc, float *dgx,
                     float *dgh);
} kn_rnn_cell_ops;

extern const kn_rnn_cell_ops kn_rnn_cells[KN_RNN_CELL_COUNT];

#endif
