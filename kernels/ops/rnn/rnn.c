#include "ops/rnn/rnn.h"

#include <string.h>

#include "ops/gemm/gemm.h"
#include "ops/rnn/rnn_cell.h"

const char *const kn_rnn_cell_names[] = {"lstm", "gru", "simple", NULL};

const kn_rnn_cell_info kn_rnn_cells[KN_RNN_CELL_COUNT] = {
    {4, true, false, false}, /* lstm */
    {3, true, true, true},   /* gru */
    {1, false, false, false},
};

const kn_rnn_impl *const kn_rnn_impls[] = {
#define KN_VARIANT(suffix, level) &kn_rnn_##suffix,
#include "simd/variants.def"
#undef KN_VARIANT
};

/* Everything inside is time-major, [steps,mb,columns]: a time step is one block, and a product over
 * all steps is one GEMM.
 *
 *   saved    gates [steps,mb,gates*hc] | extra [steps,mb,hc] | h [steps,mb,hc]
 *   scratch  xt [steps,mb,ic] | dxt [steps,mb,ic] | dgx, dgh [steps,mb,gates*hc] | dh, dc [mb,hc] |
 *            rec [mb,gates*hc] | for inference what saved would hold
 *
 * dgh and rec for gru only. */
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
    size_t mb, steps, ic, hc, columns;
    size_t x, gates, extra, h; /* floats of [steps,mb,...], rounded up */
} sizes;

static sizes sizes_of(const kn_rnn *r, int mb)
{
    sizes s = {
        .mb = (size_t)mb, .steps = (size_t)r->steps, .ic = (size_t)r->ic, .hc = (size_t)r->hc};
    size_t all = s.mb * s.steps;
    s.columns = (size_t)kn_rnn_gate_columns(r);
    s.x = round_up(all * s.ic);
    s.gates = round_up(all * s.columns);
    s.h = round_up(all * s.hc);
    s.extra = kn_rnn_cells[r->cell].has_extra ? s.h : 0;
    return s;
}

static size_t saved_floats(const sizes *s)
{
    return s->gates + s->extra + s->h;
}

size_t kn_rnn_saved_bytes(const kn_rnn *r, int mb)
{
    sizes s = sizes_of(r, mb);
    return saved_floats(&s) * sizeof(float);
}

size_t kn_rnn_scratch_bytes(const kn_rnn *r, int mb)
{
    sizes s = sizes_of(r, mb);
    bool apart = kn_rnn_cells[r->cell].recurrent_bias;
    size_t rec = apart ? round_up(s.mb * s.columns) : 0;
    size_t forward = s.x + rec + saved_floats(&s);
    size_t backward = 2 * s.x + (apart ? 2 : 1) * s.gates + 2 * round_up(s.mb * s.hc);
    return (forward > backward ? forward : backward) * sizeof(float);
}

/* [outer,inner,n] -> [inner,outer,n] */
static void swap_axes(size_t outer, size_t inner, size_t n, const float *from, float *to)
{
    for (size_t i = 0; i < outer; i++)
        for (size_t k = 0; k < inner; k++)
            memcpy(to + (k * outer + i) * n, from + (i * inner + k) * n, n * sizeof *to);
}

static void fill_rows(size_t rows, size_t columns, const float *row, float *to)
{
    for (size_t i = 0; i < rows; i++)
        memcpy(to + i * columns, row, columns * sizeof *to);
}

/* One step from h before it: + h U into the gates, or h U + b' apart where the cell keeps it apart;
 * then the gates. */
static void forward_step(const kn_rnn *r, const sizes *s, const float *u, const float *b,
                         float *rec, kn_rnn_forward_args *a)
{
    int columns = (int)s->columns;
    float *to = a->gates;
    if (kn_rnn_cells[r->cell].recurrent_bias) {
        fill_rows(s->mb, s->columns, b + s->columns, rec);
        a->rec = to = rec;
    }
    if (a->before_h)
        kn_gemm(false, false, (int)s->mb, columns, r->hc, 1.0f, a->before_h, r->hc, u, columns,
                1.0f, to, columns);
    kn_rnn_impls[kn_isa_get()]->forward[r->cell](a);
}

void kn_rnn_forward(const kn_rnn *r, int mb, const float *x, const float *w, const float *u,
                    const float *b, float *y, void *saved, void *scratch)
{
    sizes s = sizes_of(r, mb);
    int all = (int)(s.steps * s.mb), columns = (int)s.columns;
    float *xt = scratch, *own = xt + s.x, *gates = saved ? saved : own;
    float *extra = gates + s.gates, *h = extra + s.extra, *rec = saved ? own : h + s.h;
    size_t step = s.mb * s.hc;

    swap_axes(s.mb, s.steps, s.ic, x, xt);
    fill_rows(s.steps * s.mb, s.columns, b, gates);
    kn_gemm(false, false, all, columns, r->ic, 1.0f, xt, r->ic, w, columns, 1.0f, gates, columns);
    for (size_t t = 0; t < s.steps; t++) {
        kn_rnn_forward_args a = {.mb = s.mb,
                                 .hc = s.hc,
                                 .gates = gates + t * s.mb * s.columns,
                                 .extra = s.extra ? extra + t * step : NULL,
                                 .h = h + t * step,
                                 .before_extra = s.extra && t ? extra + (t - 1) * step : NULL,
                                 .before_h = t ? h + (t - 1) * step : NULL};
        forward_step(r, &s, u, b, rec, &a);
    }
    if (r->last_only)
        memcpy(y, h + (s.steps - 1) * step, step * sizeof *y);
    else
        swap_axes(s.steps, s.mb, s.hc, h, y);
}

/* Backward through time: dh_t = dy_t + dG_{t+1} U^T + what the cell passes straight on. */
static void backward_steps(const kn_rnn *r, const sizes *s, const float *u, const float *saved,
                           const float *dy, float *dgx, float *dgh, float *dh, float *dc)
{
    const kn_rnn_cell_info *cell = &kn_rnn_cells[r->cell];
    const float *extra = saved + s->gates, *h = extra + s->extra;
    int columns = (int)s->columns;
    size_t step = s->mb * s->hc, gate_step = s->mb * s->columns;

    memset(dh, 0, step * sizeof *dh);
    memset(dc, 0, step * sizeof *dc);
    for (size_t t = s->steps; t-- > 0;) {
        kn_rnn_backward_args a = {.mb = s->mb,
                                  .hc = s->hc,
                                  .dy_row = r->last_only ? s->hc : s->steps * s->hc,
                                  .gates = saved + t * gate_step,
                                  .extra = s->extra ? extra + t * step : NULL,
                                  .h = h + t * step,
                                  .before_extra = s->extra && t ? extra + (t - 1) * step : NULL,
                                  .before_h = t ? h + (t - 1) * step : NULL,
                                  .dh = dh,
                                  .dc = dc,
                                  .dgx = dgx + t * gate_step,
                                  .dgh = dgh + t * gate_step};
        if (!r->last_only)
            a.dy = dy + t * s->hc;
        else if (t == s->steps - 1)
            a.dy = dy;
        kn_rnn_impls[kn_isa_get()]->backward[r->cell](&a);
        if (t)
            kn_gemm(false, true, (int)s->mb, r->hc, columns, 1.0f, a.dgh, columns, u, columns,
                    cell->passes_dh ? 1.0f : 0.0f, dh, r->hc);
    }
}

void kn_rnn_backward(const kn_rnn *r, int mb, const float *x, const float *w, const float *u,
                     const float *b, const float *y, const void *saved, const float *dy, float *dx,
                     float *dw, float *du, float *db, void *scratch)
{
    const kn_rnn_impl *impl = kn_rnn_impls[kn_isa_get()];
    bool apart = kn_rnn_cells[r->cell].recurrent_bias;
    sizes s = sizes_of(r, mb);
    size_t rows = s.steps * s.mb;
    int columns = (int)s.columns, all = (int)rows;
    const float *h = (const float *)saved + s.gates + s.extra;
    float *xt = scratch, *dxt = xt + s.x, *dh = dxt + s.x, *dc = dh + round_up(s.mb * s.hc);
    float *dgx = dc + round_up(s.mb * s.hc), *dgh = apart ? dgx + s.gates : dgx;
    (void)b;
    (void)y;

    backward_steps(r, &s, u, saved, dy, dgx, dgh, dh, dc);
    /* dW = X^T dG; dU = H_before^T dG, where h before the first step is zero; dX = dG W^T */
    swap_axes(s.mb, s.steps, s.ic, x, xt);
    kn_gemm(true, false, r->ic, columns, all, 1.0f, xt, r->ic, dgx, columns, 1.0f, dw, columns);
    kn_gemm(true, false, r->hc, columns, all - mb, 1.0f, h, r->hc, dgh + s.mb * s.columns, columns,
            1.0f, du, columns);
    impl->add_rows(rows, s.columns, dgx, db);
    if (apart)
        impl->add_rows(rows, s.columns, dgh, db + s.columns);
    if (dx) {
        kn_gemm(false, true, all, r->ic, columns, 1.0f, dgx, columns, w, columns, 0.0f, dxt, r->ic);
        swap_axes(s.steps, s.mb, s.ic, dxt, dx);
    }
}
