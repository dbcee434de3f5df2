#include "ops/rnn/rnn_sizes.h"

#include "base/size.h"

kn_rnn_sizes kn_rnn_sizes_of(const kn_rnn *r, int mb)
{
    kn_rnn_sizes s = {.mb = (size_t)mb,
                      .steps = (size_t)r->steps,
                      .ic = (size_t)r->ic,
                      .hc = (size_t)r->hc,
                      .gates = (size_t)kn_rnn_cells[r->cell].gates};
    s.columns = s.gates * s.hc;
    s.padded = kn_size_round_up(s.hc, kn_panel_get()->width);
    s.step = s.mb * s.hc;
    s.extra = kn_rnn_cells[r->cell].has_extra;
    return s;
}

static size_t round_up(size_t floats)
{
    return kn_size_round_up(floats, 16);
}

kn_rnn_saved kn_rnn_saved_of(const kn_rnn_sizes *s, size_t slots)
{
    kn_rnn_saved v = {.extra = round_up(slots * s->mb * s->columns)};
    v.h = v.extra + (s->extra ? round_up(slots * s->step) : 0);
    v.end = v.h + round_up(slots * s->step);
    return v;
}

size_t kn_rnn_saved_bytes(const kn_rnn *r, int mb)
{
    kn_rnn_sizes s = kn_rnn_sizes_of(r, mb);
    return kn_rnn_saved_of(&s, s.steps).end * sizeof(float);
}

/* w [k,columns] for the forward pass, and turned around for the backward pass. */
static kn_panel_source forward_of(const kn_rnn_sizes *s, const float *w, size_t k)
{
    return (kn_panel_source){.b = w,
                             .groups = 1,
                             .k = k,
                             .k_padded = k,
                             .n = s->columns,
                             .b_k = s->columns,
                             .b_column = 1};
}

static kn_panel_source backward_of(const kn_rnn_sizes *s, const float *w, size_t n)
{
    return (kn_panel_source){.b = w,
                             .groups = s->gates,
                             .k = s->hc,
                             .k_padded = s->padded,
                             .n = n,
                             .b_group = s->hc,
                             .b_k = 1,
                             .b_column = s->columns};
}

/* Sources in the order of kn_rnn_packed, and where each begins; returns the end. */
static size_t sources(const kn_rnn_sizes *s, const float *w, const float *u, kn_panel_source out[4],
                      size_t at[4])
{
    out[0] = forward_of(s, w, s->ic);
    out[1] = forward_of(s, u, s->hc);
    out[2] = backward_of(s, w, s->ic);
    out[3] = backward_of(s, u, s->hc);
    size_t end = 0;
    for (int i = 0; i < 4; i++) {
        at[i] = end;
        end += kn_panel_floats(&out[i]);
    }
    return end;
}

size_t kn_rnn_packed_bytes(const kn_rnn *r)
{
    kn_rnn_sizes s = kn_rnn_sizes_of(r, 1);
    kn_panel_source source[4];
    size_t at[4];
    return sources(&s, NULL, NULL, source, at) * sizeof(float);
}

void kn_rnn_pack(const kn_rnn *r, const float *w, const float *u, void *packed)
{
    kn_rnn_sizes s = kn_rnn_sizes_of(r, 1);
    kn_panel_source source[4];
    size_t at[4];
    sources(&s, w, u, source, at);
    for (int i = 0; i < 4; i++)
        kn_panel_pack(&source[i], (float *)packed + at[i]);
}

kn_rnn_packed kn_rnn_packed_at(const kn_rnn_sizes *s, const float *packed)
{
    kn_panel_source source[4];
    size_t at[4];
    sources(s, NULL, NULL, source, at);
    return (kn_rnn_packed){packed + at[0], packed + at[1], packed + at[2], packed + at[3]};
}
