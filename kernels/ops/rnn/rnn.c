#include "ops/rnn/rnn.h"

#include <string.h>

#include "ops/rnn/rnn_sizes.h"

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

/* Without `saved` only the step before is kept: two slots in turn. */
enum { INFERENCE_SLOTS = 2 };

int kn_rnn_gate_columns(const kn_rnn *r)
{
    return kn_rnn_cells[r->cell].gates * r->hc;
}

/* scratch: rec [mb,columns] where the cell keeps the recurrent product apart | for inference what
 * saved would hold, of INFERENCE_SLOTS steps */
static size_t forward_floats(const kn_rnn_sizes *s)
{
    return s->mb * s->columns + KN_PANEL_ALIGN + kn_rnn_saved_of(s, INFERENCE_SLOTS).end;
}

size_t kn_rnn_scratch_bytes(const kn_rnn *r, int mb)
{
    kn_rnn_sizes s = kn_rnn_sizes_of(r, mb);
    size_t forward = forward_floats(&s), backward = kn_rnn_backward_floats(r, &s);
    return (forward > backward ? forward : backward) * sizeof(float);
}

/* a [mb,k], rows a_row apart, times packed weights [k,columns]. */
static kn_panel_term term_of(const float *a, size_t a_row, size_t k, const float *packed)
{
    ptrdiff_t width = (ptrdiff_t)kn_panel_get()->width;
    return (kn_panel_term){.a = a,
                           .a_row = (ptrdiff_t)a_row,
                           .a_k = 1,
                           .b = packed,
                           .b_panel = (ptrdiff_t)k * width,
                           .outer = 1,
                           .k = k};
}

/* Pre-activations of a step: gates = x_t W + h U + b; or h U + b' apart, in rec. */
static void multiply_step(const kn_rnn_sizes *s, const kn_rnn_packed *w, const float *x,
                          const float *b, float *rec, const kn_rnn_forward_args *a)
{
    kn_panel_args p = {.m = s->mb,
                       .n = s->columns,
                       .terms = 1,
                       .term = {term_of(x, s->steps * s->ic, s->ic, w->w)},
                       .bias = b,
                       .c = a->gates,
                       .c_row = (ptrdiff_t)s->columns};
    kn_panel_term recurrent = {0};
    if (a->before_h)
        recurrent = term_of(a->before_h, s->hc, s->hc, w->u);
    if (a->before_h && !rec)
        p.term[p.terms++] = recurrent;
    kn_panel_multiply(&p);
    if (!rec)
        return;
    p.terms = a->before_h ? 1 : 0;
    p.term[0] = recurrent;
    p.bias = b + s->columns;
    p.c = rec;
    kn_panel_multiply(&p);
}

/* Rows of hc to every `step`-th row of y. */
static void copy_rows(const kn_rnn_sizes *s, const float *h, size_t row, float *y)
{
    for (size_t n = 0; n < s->mb; n++)
        memcpy(y + n * row, h + n * s->hc, s->hc * sizeof *y);
}

void kn_rnn_forward(const kn_rnn *r, int mb, const float *x, const void *packed, const float *b,
                    float *y, void *saved, void *scratch)
{
    kn_rnn_sizes s = kn_rnn_sizes_of(r, mb);
    size_t slots = saved ? s.steps : INFERENCE_SLOTS;
    kn_rnn_saved at = kn_rnn_saved_of(&s, slots);
    float *keep = saved ? saved : scratch, *rec = saved ? scratch : (float *)scratch + at.end;
    kn_rnn_packed w = kn_rnn_packed_at(&s, packed);
    kn_rnn_forward_args a = {.mb = s.mb, .hc = s.hc};

    if (kn_rnn_cells[r->cell].recurrent_bias)
        a.rec = rec;
    for (size_t t = 0; t < s.steps; t++) {
        size_t slot = t % slots;
        a.gates = keep + slot * s.mb * s.columns;
        a.extra = s.extra ? keep + at.extra + slot * s.step : NULL;
        a.h = keep + at.h + slot * s.step;
        multiply_step(&s, &w, x + t * s.ic, b, a.rec ? rec : NULL, &a);
        kn_rnn_impls[kn_isa_get()]->forward[r->cell](&a);
        a.before_extra = a.extra;
        a.before_h = a.h;
        if (!r->last_only)
            copy_rows(&s, a.h, s.steps * s.hc, y + t * s.hc);
    }
    if (r->last_only)
        copy_rows(&s, a.h, s.hc, y);
}
