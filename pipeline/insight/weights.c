#include "insight/weights.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "draw/heat.h"
#include "nn/layer_conv2d.h"

/* The first layer with parameters, where what it sees are the pixels. */
static const kn_layer *first_of(const kn_net *net)
{
    for (int i = 0; i < kn_net_layer_count(net); i++) {
        const kn_layer *l = kn_net_layer(net, i);
        if (l->tensors > 0)
            return l;
        if (l->kind != &kn_layer_flatten && l->kind != &kn_layer_dropout)
            return NULL;
    }
    return NULL;
}

static void describe(const kn_net *net, const kn_layer *l, pl_weights *w)
{
    kn_shape in = kn_net_input(net);
    bool last = l == kn_net_layer(net, kn_net_layer_count(net) - 1);
    if (l->kind == &kn_layer_conv2d) {
        const kn_conv2d *c = kn_layer_conv2d_op(l);
        w->kind = PL_WEIGHTS_FILTERS;
        w->w = c->kw;
        w->h = c->kh;
        w->channels = c->ic;
        w->all = c->oc;
    } else if (l->kind == &kn_layer_dense) {
        w->kind = last ? PL_WEIGHTS_OUTPUT : PL_WEIGHTS_UNITS;
        w->w = in.w;
        w->h = in.h;
        w->channels = in.c;
        w->all = last ? 1 : l->out.c;
    }
    w->count = w->all < PL_WEIGHTS_SHOWN ? w->all : PL_WEIGHTS_SHOWN;
}

/* From [h,w,channels,units] to [count,h,w,channels]. */
static void copy(const kn_net *net, const kn_layer *l, size_t target, const float *kernel,
                 pl_weights *w)
{
    size_t units = (size_t)l->out.c, n = (size_t)w->w * (size_t)w->h * (size_t)w->channels;
    if (l->kind == &kn_layer_conv2d)
        units = (size_t)w->all;
    bool output = w->kind == PL_WEIGHTS_OUTPUT;
    bool difference = output && kn_net_output(net) == KN_OUTPUT_SOFTMAX;
    for (size_t k = 0; k < (size_t)w->count; k++)
        for (size_t i = 0; i < n; i++) {
            const float *at = kernel + i * units;
            w->v[k * n + i] = difference ? at[1] - at[0] : at[output ? target : k];
        }
}

static kn_status check_finite(const pl_weights *w, size_t n, kn_error *e)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(w->v[i]))
            return kn_fail(e, KN_ENUMERIC, "a weight of %s is not finite", w->layer);
    return KN_OK;
}

kn_status pl_weights_read(const pl_model *m, size_t target, pl_weights *out, kn_error *e)
{
    *out = (pl_weights){.kind = PL_WEIGHTS_NONE};
    const kn_layer *l = first_of(m->net);
    if (l)
        describe(m->net, l, out);
    if (out->kind == PL_WEIGHTS_NONE)
        return KN_OK;
    snprintf(out->layer, sizeof out->layer, "%s", l->name);
    size_t n = (size_t)out->count * (size_t)out->w * (size_t)out->h * (size_t)out->channels;
    out->v = malloc(n * sizeof *out->v);
    if (!out->v)
        return kn_fail(e, KN_ENOMEM, "no memory for %zu weights", n);
    copy(m->net, l, target, m->block + l->block_offset + l->offset[0], out);
    kn_status rc = check_finite(out, n, e);
    out->most = pl_heat_most(out->v, n);
    if (rc != KN_OK)
        pl_weights_clear(out);
    return rc;
}

void pl_weights_clear(pl_weights *w)
{
    free(w->v);
    *w = (pl_weights){.kind = PL_WEIGHTS_NONE};
}

void pl_weights_csv(const pl_weights *w, pl_str *csv)
{
    const float *v = w->v;
    pl_str_add(csv, "number,channel,y,x,weight\n");
    for (int k = 0; k < w->count; k++)
        for (int y = 0; y < w->h; y++)
            for (int x = 0; x < w->w; x++)
                for (int c = 0; c < w->channels; c++)
                    pl_str_addf(csv, "%d,%d,%d,%d,%.9g\n", k, c, y, x, (double)*v++);
}
