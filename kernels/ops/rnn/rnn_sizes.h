/* Inside ops/rnn: sizes of a call and where the packed weights lie. */
#ifndef KN_OPS_RNN_SIZES_H
#define KN_OPS_RNN_SIZES_H

#include "ops/gemm/gemm_panel.h"
#include "ops/rnn/rnn_cell.h"

/* Time steps, images and columns as size_t. Saved and inner data are time-major: [steps,mb,...]. */
typedef struct kn_rnn_sizes {
    size_t mb, steps, ic, hc, gates, columns;
    size_t padded; /* hc rounded up to whole panels */
    size_t step;   /* mb hc */
    bool extra;    /* has_extra of the cell */
} kn_rnn_sizes;

kn_rnn_sizes kn_rnn_sizes_of(const kn_rnn *r, int mb);

/* Saved data of `slots` time steps: gates [slots,mb,columns] at 0, extra [slots,mb,hc], h
 * [slots,mb,hc]; floats, each a multiple of 16. */
typedef struct kn_rnn_saved {
    size_t extra, h, end;
} kn_rnn_saved;

kn_rnn_saved kn_rnn_saved_of(const kn_rnn_sizes *s, size_t slots);

/* w [ic,columns] and u [hc,columns] as they are; w_back and u_back turned around, each gate's rows
 * filled up to `padded`. */
typedef struct kn_rnn_packed {
    const float *w, *u, *w_back, *u_back;
} kn_rnn_packed;

kn_rnn_packed kn_rnn_packed_at(const kn_rnn_sizes *s, const float *packed);

size_t kn_rnn_backward_floats(const kn_rnn *r, const kn_rnn_sizes *s);

#endif
