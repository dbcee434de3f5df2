#include "ops/rnn/rnn.h"

#include <string.h>

#include "ops/gemm/gemm.h"
#include "ops/rnn/rnn_cell.h"

const char *const kn_rnn_cell_names[] = {"lstm", "gru", "simple", NULL};

/* Everything inside is time-major: [steps, mb, columns], so that a time step is one block and a
 * product over all steps is one GEMM.
 *
 *   saved    state [steps,mb,state_columns] | h [steps,mb,hc]
 *   scratch  xt [steps,mb,ic] | dgx [steps,mb,gates] | dgh [steps,mb,gates] (gru) | dxt
 * [steps,mb,ic] | rec [mb,gates] | dh [mb,hc] | dc [mb,hc] | and, for inference, what saved would
 * hold
 */
enum { ALIGN_FLOATS = 16 };

static size_t round_up(size_t n)
{
    return (n + ALIGN_FLOATS - 1) / ALIGN_FLOATS * ALIGN_FLOATS;
}

int kn_rnn_gate_columns(const kn_rnn *r)
{
    return kn_rnn_cells[r->cell].gates * r->hc;
}

typedef struct sizes {
    size_t all, x, gates, state, h; /* steps * mb; floats of [steps,mb,ic], ... */
    size_t step_gates, step_h;      /* floats of one step */
} sizes;

static sizes sizes_of(const kn_rnn *r, int mb)
{
    sizes s;
    s.all = (size_t)r->steps * (size_t)mb;
    s.x = round_up(s.all * (size_t)r->ic);
    s.gates = round_up(s.all * (size_t)kn_rnn_gate_columns(r));
    s.state = round_up(s.all * (size_t)kn_rnn_cells[r->cell].state * (size_t)r->hc);
    s.h = round_up(s.all * (size_t)r->hc);
    s.step_gates = round_up((size_t)mb * (size_t)kn_rnn_gate_columns(r));
    s.step_h = round_up((size_t)mb * (size_t)r->hc);
    return s;
}

size_t kn_rnn_saved_bytes(const kn_rnn *r, int mb)
{
    sizes s = sizes_of(r, mb);
    return (s.state + s.h) * sizeof(float);
}

size_t kn_rnn_scratch_bytes(const kn_rnn *r, int mb)
{
    sizes s = sizes_of(r, mb);
    return (2 * s.x + 2 * s.gates + s.state + s.h + s.step_gates + 2 * s.step_h) * sizeof(float);
}

/* [mb,steps,n] <-> [steps,mb,n] */
static void swap_axes(size_t outer, size_t inner, size_t n, const float *from, float *to)
{
    for (size_t i = 0; i < outer; i++)
        for (size_t k = 0; k < inner; k++)
            memcpy(to + (k * outer + i) * n, from + (i * inner + k) * n, n * sizeof *to);
}

static void add_column_sums(size_t rows, size_t columns, const float *a, float *sum)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t k = 0; k < columns; k++)
            sum[k] += a[i * columns + k];
}

/* G = X W + b over all steps; then step by step R = h U (+ recurrent bias) and the cell's gates. */
void kn_rnn_forward(const kn_rnn *r, int mb, const float *x, const float *w, const float *u,
                    const float *b, float *y, void *saved, void *scratch)
{
    const kn_rnn_cell_ops *cell = &kn_rnn_cells[r->cell];
    sizes s = sizes_of(r, mb);
    int columns = kn_rnn_gate_columns(r);
    size_t m = (size_t)mb, hc = (size_t)r->hc, steps = (size_t)r->steps, gc = (size_t)columns;
    float *xt = scratch, *gx = xt + s.x, *rec = gx + s.gates, *own = rec + s.step_gates;
    float *state = saved ? saved : own, *h = state + s.state;
    size_t step_state = m * (size_t)cell->state * hc;

    swap_axes(m, steps, (size_t)r->ic, x, xt);
    for (size_t i = 0; i < s.all; i++)
        memcpy(gx + i * gc, b, gc * sizeof *b);
    kn_gemm(false, false, (int)s.all, columns, r->ic, 1.0f, xt, r->ic, w, columns, 1.0f, gx,
            columns);
    for (size_t t = 0; t < steps; t++) {
        float *ht = h + t * m * hc;
        const float *before = t ? ht - m * hc : NULL;
        for (size_t i = 0; i < m; i++) {
            if (cell->recurrent_bias)
                memcpy(rec + i * gc, b + gc, gc * sizeof *b);
            else
                memset(rec + i * gc, 0, gc * sizeof *rec);
        }
        if (before)
            kn_gemm(false, false, mb, columns, r->hc, 1.0f, before, r->hc, u, columns, 1.0f, rec,
                    columns);
        float *st = state + t * step_state;
        cell->forward(m, hc, gx + t * m * gc, rec, before, t ? st - step_state : NULL, st, ht);
    }
    if (r->last_only)
        memcpy(y, h + (steps - 1) * m * hc, m * hc * sizeof *y);
    else
        swap_axes(steps, m, hc, h, y);
}

/* Backward through time: dh_t = dy_t + dG_{t+1} U^T (+ what the cell passes straight on). */
static void backward_steps(const kn_rnn *r, int mb, const float *u, const float *saved,
                           const float *dy, float *dgx, float *dgh, float *dh, float *dc)
{
    const kn_rnn_cell_ops *cell = &kn_rnn_cells[r->cell];
    sizes s = sizes_of(r, mb);
    int columns = kn_rnn_gate_columns(r);
    size_t m = (size_t)mb, hc = (size_t)r->hc, steps = (size_t)r->steps, gc = (size_t)columns;
    size_t step_state = m * (size_t)cell->state * hc;
    const float *h = saved + s.state;

    memset(dh, 0, m * hc * sizeof *dh);
    memset(dc, 0, m * hc * sizeof *dc);
    for (size_t t = steps; t-- > 0;) {
        const float *st = saved + t * step_state, *ht = h + t * m * hc;
        if (!r->last_only || t == steps - 1) {
            size_t row = r->last_only ? hc : steps * hc;
            const float *from = r->last_only ? dy : dy + t * hc;
            for (size_t i = 0; i < m; i++)
                for (size_t k = 0; k < hc; k++)
                    dh[i * hc + k] += from[i * row + k];
        }
        float *gx = dgx + t * m * gc, *gh = dgh + t * m * gc;
        cell->backward(m, hc, st, t ? st - step_state : NULL, ht, t ? ht - m * hc : NULL, dh, dc,
                       gx, gh);
        if (t)
            kn_gemm(false, true, mb, r->hc, columns, 1.0f, gh, columns, u, columns,
                    cell->passes_dh ? 1.0f : 0.0f, dh, r->hc);
    }
}

void kn_rnn_backward(const kn_rnn *r, int mb, const float *x, const float *w, const float *u,
                     const float *b, const float *y, const void *saved, const float *dy, float *dx,
                     float *dw, float *du, float *db, void *scratch)
{
    const kn_rnn_cell_ops *cell = &kn_rnn_cells[r->cell];
    sizes s = sizes_of(r, mb);
    int columns = kn_rnn_gate_columns(r), all = (int)s.all;
    size_t m = (size_t)mb, gc = (size_t)columns;
    const float *h = (const float *)saved + s.state;
    float *xt = scratch, *dxt = xt + s.x, *dgx = dxt + s.x, *dgh = dgx + s.gates;
    float *dh = dgh + s.gates, *dc = dh + s.step_h;
    (void)b;
    (void)y;
    if (!cell->recurrent_bias)
        dgh = dgx;

    backward_steps(r, mb, u, saved, dy, dgx, dgh, dh, dc);
    /* dW = X^T dG; dU = H_before^T dG, where h before the first step is zero; dX = dG W^T */
    swap_axes(m, (size_t)r->steps, (size_t)r->ic, x, xt);
    kn_gemm(true, false, r->ic, columns, all, 1.0f, xt, r->ic, dgx, columns, 1.0f, dw, columns);
    kn_gemm(true, false, r->hc, columns, all - mb, 1.0f, h, r->hc, dgh + m * gc, columns, 1.0f, du,
            columns);
    add_column_sums(s.all, gc, dgx, db);
    if (cell->recurrent_bias)
        add_column_sums(s.all, gc, dgh, db + gc);
    if (dx) {
        kn_gemm(false, true, all, r->ic, columns, 1.0f, dgx, columns, w, columns, 0.0f, dxt, r->ic);
        swap_axes((size_t)r->steps, m, (size_t)r->ic, dxt, dx);
    }
}
