/* Recurrent layers over mb sequences of `steps` time steps: x[mb,steps,ic] -> y[mb,steps,hc], or
 * its last step y[mb,hc] where last_only is set. Equations, gate order and weight layout are
 * Keras's:
 *
 *   lstm    i,f,g,o = split(x_t W + h U + b);  c = sig(f) c + sig(i) tanh(g);  h = sig(o) tanh(c)
 *           W [ic,4hc]  U [hc,4hc]  b [4hc]
 *   gru     z,r = sig(x_t W_zr + b_zr + h U_zr + b'_zr)                    (reset_after=True)
 *           g = tanh(x_t W_g + b_g + r (h U_g + b'_g));  h = z h + (1 - z) g
 *           W [ic,3hc]  U [hc,3hc]  b [2,3hc] (input, recurrent)
 *   simple  h = tanh(x_t W + h U + b)
 *           W [ic,hc]   U [hc,hc]   b [hc]
 *
 * f32, row-major; h and c start at zero. Deterministic for a fixed instruction set: all products are
 * those of ops/gemm/gemm_panel.h. */
#ifndef KN_OPS_RNN_H
#define KN_OPS_RNN_H

#include <stdbool.h>
#include <stddef.h>

typedef enum kn_rnn_cell { KN_RNN_LSTM, KN_RNN_GRU, KN_RNN_SIMPLE, KN_RNN_CELL_COUNT } kn_rnn_cell;

extern const char *const kn_rnn_cell_names[]; /* "lstm", "gru", "simple", NULL */

typedef struct kn_rnn {
    kn_rnn_cell cell;
    int steps, ic, hc;
    bool last_only;
} kn_rnn;

/* Columns of W: 4hc, 3hc or hc. */
int kn_rnn_gate_columns(const kn_rnn *r);

/* The weights as the products read them: W and U, and both turned around for the backward pass. To
 * be packed again when they, or the instruction set in force, change. */
size_t kn_rnn_packed_bytes(const kn_rnn *r);
void kn_rnn_pack(const kn_rnn *r, const float *w, const float *u, void *packed);

/* Bytes of saved state for mb sequences (written by forward, read by backward) and of scratch:
 * enough for fewer sequences too. */
size_t kn_rnn_saved_bytes(const kn_rnn *r, int mb);
size_t kn_rnn_scratch_bytes(const kn_rnn *r, int mb);

/* y is overwritten. saved may be NULL for inference. 64-byte alignment of packed, saved and scratch
 * is expected. */
void kn_rnn_forward(const kn_rnn *r, int mb, const float *x, const void *packed, const float *b,
                    float *y, void *saved, void *scratch);

/* dx is overwritten (NULL: not wanted); dw, du, db are added to. */
void kn_rnn_backward(const kn_rnn *r, int mb, const float *x, const void *packed, const void *saved,
                     const float *dy, float *dx, float *dw, float *du, float *db, void *scratch);

#endif
