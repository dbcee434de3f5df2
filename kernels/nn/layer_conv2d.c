#include "nn/layer_conv2d.h"

#include <stddef.h>

#include "base/cpu.h"
#include "base/size.h"
#include "nn/initializer.h"
#include "nn/layer_conv.h"

typedef struct conv_state {
    kn_conv2d op;
    const kn_conv2d_impl *impl;
} conv_state;

enum { KERNEL, BIAS };

static void set_sizes(kn_layer *l)
{
    conv_state *s = l->state;
    const kn_conv2d *c = &s->op;
    l->out = (kn_shape){c->ph, c->pw, c->oc};
    l->saved_bytes = kn_size_round_up(s->impl->saved_bytes(c), KN_ALIGN);
    l->scratch_bytes = s->impl->scratch_bytes(c);
    l->packed_bytes = s->impl->packed_bytes(c);
    if (s->impl->images(c) > 1)
        l->granule = KN_GRANULE_SHARD;
}

static kn_status configure(kn_layer *l, kn_error *e)
{
    const kn_conv2d_config *k = l->config;
    KN_TRY(kn_layer_takes_image(l, e));
    const bool bf16 = l->precision == KN_PRECISION_BF16;
    if (bf16)
        KN_TRY(kn_bf16_require(e));
    conv_state *s = kn_arena_alloc(l->arena, 1, sizeof *s);
    if (!s)
        return kn_fail(e, KN_ENOMEM, "no memory for a layer");
    l->state = s;
    s->op = (kn_conv2d){.ic = l->in.c, .ih = l->in.h, .iw = l->in.w, .oc = k->filters};
    s->op.kh = k->kernel[0];
    s->op.kw = k->kernel[1];
    s->op.sh = k->stride[0];
    s->op.sw = k->stride[1];
    s->op.act = kn_config_act(k->activation, k->alpha);
    KN_TRY(kn_conv2d_shape(&s->op, k->padding == KN_PADDING_SAME, e));
    s->impl = bf16 ? kn_conv2d_best_bf16() : kn_conv2d_best();
    int64_t w[] = {s->op.kh, s->op.kw, s->op.ic, s->op.oc};
    kn_layer_add_tensor(l, "kernel", 4, w, true);
    kn_layer_add_tensor(l, "bias", 1, &w[3], false);
    set_sizes(l);
    return KN_OK;
}

static void init(const kn_layer *l, float *w, kn_rng *rng)
{
    const kn_conv2d *c = &((const conv_state *)l->state)->op;
    double window = (double)c->kh * c->kw;
    kn_init_glorot_uniform(rng, kn_tensor_size(&l->tensor[KERNEL]), window * c->ic, window * c->oc,
                           w + l->offset[KERNEL]);
}

static void prepare(const kn_layer *l, const float *w, void *packed)
{
    const conv_state *s = l->state;
    s->impl->pack(&s->op, w + l->offset[KERNEL], packed);
}

static void forward(const kn_layer *l, const kn_layer_args *a)
{
    const conv_state *s = l->state;
    s->impl->forward(&s->op, a->mb, a->x, a->w + l->offset[KERNEL], a->packed,
                     a->w + l->offset[BIAS], a->y, a->saved, a->scratch);
}

static void backward(const kn_layer *l, const kn_layer_args *a)
{
    const conv_state *s = l->state;
    s->impl->backward(&s->op, a->mb, a->x, a->w + l->offset[KERNEL], a->packed, a->y, a->saved,
                      a->dy, a->dx, a->dw + l->offset[KERNEL], a->dw + l->offset[BIAS], a->scratch);
}

static void finish(const kn_layer *l, float *dw, void *scratch)
{
    const conv_state *s = l->state;
    s->impl->finish(&s->op, dw + l->offset[KERNEL], scratch);
}

/* What conv2d can pool: windows inside the image, of a size it can hold. */
static bool fuse_maxpool(conv_state *s, bool same, const kn_pool_config *p)
{
    kn_conv2d c = s->op;
    if (p->padding != KN_PADDING_VALID || c.pkh > 0)
        return false;
    c.pkh = p->size[0];
    c.pkw = p->size[1];
    c.psh = p->stride[0] > 0 ? p->stride[0] : p->size[0];
    c.psw = p->stride[1] > 0 ? p->stride[1] : p->size[1];
    if (kn_conv2d_shape(&c, same, NULL) != KN_OK)
        return false;
    s->op = c;
    return true;
}

static bool fuse(kn_layer *l, const kn_layer *next)
{
    conv_state *s = l->state;
    const kn_conv2d_config *own = l->config;
    bool same = own->padding == KN_PADDING_SAME;
    if (next->kind == &kn_layer_activation && s->op.act.kind == KN_ACT_LINEAR && s->op.pkh == 0) {
        const kn_activation_config *k = next->config;
        s->op.act = kn_config_act(k->activation, k->alpha);
    } else if (next->kind != &kn_layer_maxpool || !fuse_maxpool(s, same, next->config)) {
        return false;
    }
    set_sizes(l);
    return true;
}

static double macs(const kn_layer *l)
{
    return kn_conv2d_macs(&((const conv_state *)l->state)->op);
}

const kn_conv2d *kn_layer_conv2d_op(const kn_layer *l)
{
    return &((const conv_state *)l->state)->op;
}

const kn_layer_kind kn_layer_conv2d = {
    .name = "conv2d",
    .doc = "Convolution over an image, with bias and activation",
    .params = kn_conv_params,
    .param_count = KN_CONV_PARAMS,
    .config_size = sizeof(kn_conv2d_config),
    .granule = KN_GRANULE_IMAGE,
    .configure = configure,
    .init = init,
    .prepare = prepare,
    .forward = forward,
    .backward = backward,
    .finish = finish,
    .fuse = fuse,
    .macs = macs,
};
