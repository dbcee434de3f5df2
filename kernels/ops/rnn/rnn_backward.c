/* Backward through time: dh_{t-1} = dG_t U^T + what the cell passes straight on. */
#include <string.h>

#include "ops/rnn/rnn_sizes.h"

/* Steps run in blocks of about BLOCK_ROWS rows, whose dG is still in the cache when it goes into
 *
 *   dW += X^T dG     dU += H_before^T dG     db += the rows of dG
 *
 * dG of a block: [steps of the block][panel][mb][W], padded columns a gate.
 *
 * scratch: dh, dc [mb,hc] | dgx, dgh of a block (dgh where the cell keeps the recurrent product
 * apart) */
enum { BLOCK_ROWS = 256 };

typedef struct backward {
    const kn_rnn *r;
    kn_rnn_sizes s;
    kn_rnn_packed w;
    const float *x, *dy, *gates, *extra, *h;
    float *dx, *dw, *du, *db, *dh, *dc, *dgx, *dgh;
    size_t width, gate, dg_step; /* floats of a vector, a gate's panels, all gates' */
} backward;

static size_t block_steps(const kn_rnn_sizes *s)
{
    size_t steps = BLOCK_ROWS / s->mb;
    return steps < 1 ? 1 : steps < s->steps ? steps : s->steps;
}

/* The most a block of mb or fewer rows a step takes. */
static size_t dg_floats(const kn_rnn_sizes *s)
{
    size_t all = s->steps * s->mb, rows = s->mb > BLOCK_ROWS ? s->mb : BLOCK_ROWS;
    return (rows < all ? rows : all) * s->gates * s->padded;
}

static size_t state_floats(const kn_rnn_sizes *s)
{
    return (s->step + KN_PANEL_ALIGN - 1) / KN_PANEL_ALIGN * KN_PANEL_ALIGN;
}

size_t kn_rnn_backward_floats(const kn_rnn *r, const kn_rnn_sizes *s)
{
    size_t apart = kn_rnn_cells[r->cell].recurrent_bias ? 2 : 1;
    return 2 * state_floats(s) + apart * (dg_floats(s) + KN_PANEL_ALIGN);
}

/* The gates of step t; their gradients go to slot `slot` of the block. */
static void gates_backward(const backward *k, size_t t, size_t slot)
{
    const kn_rnn *r = k->r;
    const kn_rnn_sizes *s = &k->s;
    const float *extra = s->extra ? k->extra + t * s->step : NULL;
    const float *h = k->h + t * s->step;
    kn_rnn_backward_args a = {.mb = s->mb,
                              .hc = s->hc,
                              .dy_row = r->last_only ? s->hc : s->steps * s->hc,
                              .width = k->width,
                              .gate = k->gate,
                              .gates = k->gates + t * s->mb * s->columns,
                              .extra = extra,
                              .h = h,
                              .before_extra = extra && t ? extra - s->step : NULL,
                              .before_h = t ? h - s->step : NULL,
                              .dh = k->dh,
                              .dc = k->dc,
                              .dgx = k->dgx + slot * k->dg_step,
                              .dgh = k->dgh + slot * k->dg_step};
    if (!r->last_only)
        a.dy = k->dy + t * s->hc;
    else if (t == s->steps - 1)
        a.dy = k->dy;
    kn_rnn_impls[kn_isa_get()]->backward[r->cell](&a);
}

/* c[mb,n] = dG W^T for a step's dG and weights packed backwards. */
static void multiply_gates(const backward *k, const float *dg, const float *packed, size_t n,
                           bool add, float *c, size_t c_row)
{
    const kn_rnn_sizes *s = &k->s;
    size_t panels = s->gates * s->padded / k->width;
    kn_panel_args p = {.m = s->mb,
                       .n = n,
                       .terms = 1,
                       .term = {{.a = dg,
                                 .a_row = (ptrdiff_t)k->width,
                                 .a_outer = (ptrdiff_t)(s->mb * k->width),
                                 .a_k = 1,
                                 .b = packed,
                                 .b_panel = (ptrdiff_t)(panels * k->width * k->width),
                                 .b_outer = (ptrdiff_t)(k->width * k->width),
                                 .outer = panels,
                                 .k = k->width}},
                       .add = add,
                       .c = c,
                       .c_row = (ptrdiff_t)c_row};
    kn_panel_multiply(&p);
}

/* dw[rows,columns] += A^T dG over `steps` steps of mb rows; a: its first step's first row. */
static void add_products(const backward *k, const float *a, size_t rows, size_t a_step,
                         size_t a_row, const float *dg, size_t steps, float *dw)
{
    const kn_rnn_sizes *s = &k->s;
    for (size_t g = 0; g < s->gates; g++) {
        kn_panel_args p = {.m = rows,
                           .n = s->hc,
                           .terms = 1,
                           .term = {{.a = a,
                                     .a_row = 1,
                                     .a_outer = (ptrdiff_t)a_step,
                                     .a_k = (ptrdiff_t)a_row,
                                     .b = dg + g * k->gate,
                                     .b_panel = (ptrdiff_t)(s->mb * k->width),
                                     .b_outer = (ptrdiff_t)k->dg_step,
                                     .outer = steps,
                                     .k = s->mb}},
                           .add = true,
                           .c = dw + g * s->hc,
                           .c_row = (ptrdiff_t)s->columns};
        kn_panel_multiply(&p);
    }
}

static void add_bias(const backward *k, const float *dg, size_t steps, float *db)
{
    const kn_rnn_sizes *s = &k->s;
    for (size_t t = 0; t < steps; t++)
        for (size_t g = 0; g < s->gates; g++)
            kn_rnn_impls[kn_isa_get()]->add_rows(s->mb, s->hc, k->width,
                                                 dg + t * k->dg_step + g * k->gate, db + g * s->hc);
}

/* Steps from..to-1; h before the first step is zero. */
static void weight_gradients(const backward *k, size_t from, size_t to)
{
    const kn_rnn_sizes *s = &k->s;
    size_t skip = from == 0 ? 1 : 0;
    add_products(k, k->x + from * s->ic, s->ic, s->ic, s->steps * s->ic, k->dgx, to - from, k->dw);
    if (to - from > skip)
        add_products(k, k->h + (from + skip - 1) * s->step, s->hc, s->step, s->hc,
                     k->dgh + skip * k->dg_step, to - from - skip, k->du);
    add_bias(k, k->dgx, to - from, k->db);
    if (k->dgh != k->dgx)
        add_bias(k, k->dgh, to - from, k->db + s->columns);
}

static void run_block(const backward *k, size_t from, size_t to)
{
    const kn_rnn_sizes *s = &k->s;
    for (size_t t = to; t-- > from;) {
        size_t dg = (t - from) * k->dg_step;
        gates_backward(k, t, t - from);
        if (t)
            multiply_gates(k, k->dgh + dg, k->w.u_back, s->hc, kn_rnn_cells[k->r->cell].passes_dh,
                           k->dh, s->hc);
        if (k->dx)
            multiply_gates(k, k->dgx + dg, k->w.w_back, s->ic, false, k->dx + t * s->ic,
                           s->steps * s->ic);
    }
    weight_gradients(k, from, to);
}

void kn_rnn_backward(const kn_rnn *r, int mb, const float *x, const void *packed, const void *saved,
                     const float *dy, float *dx, float *dw, float *du, float *db, void *scratch)
{
    backward k = {.r = r,
                  .s = kn_rnn_sizes_of(r, mb),
                  .x = x,
                  .dy = dy,
                  .dx = dx,
                  .dw = dw,
                  .du = du,
                  .db = db,
                  .dh = scratch,
                  .width = kn_panel_get()->width};
    const kn_rnn_sizes *s = &k.s;
    size_t steps = block_steps(s);
    k.w = kn_rnn_packed_at(s, packed);
    kn_rnn_saved at = kn_rnn_saved_of(s, s->steps);
    k.gates = saved;
    k.extra = k.gates + at.extra;
    k.h = k.gates + at.h;
    k.gate = s->padded * s->mb;
    k.dg_step = s->gates * k.gate;
    k.dc = k.dh + state_floats(s);
    k.dgx = k.dc + state_floats(s);
    k.dgh = kn_rnn_cells[r->cell].recurrent_bias ? k.dgx + dg_floats(s) : k.dgx;
    memset(k.dh, 0, s->step * sizeof *k.dh);
    memset(k.dc, 0, s->step * sizeof *k.dc);
    for (size_t to = s->steps, from; to > 0; to = from) {
        from = to > steps ? to - steps : 0;
        run_block(&k, from, to);
    }
}
