#include <stddef.h>

#include "base/size.h"
#include "nn/initializer.h"
#include "nn/layer_conv.h"
#include "ops/depthwise/depthwise.h"

enum { KERNEL, BIAS };

typedef struct depthwise_state {
    kn_depthwise op;
    kn_act act;
} depthwise_state;

static size_t out_bytes(const kn_layer *l)
{
    return kn_size_round_up(kn_shape_size(l->out) * sizeof(float), KN_ALIGN);
}

static kn_status configure(kn_layer *l, kn_error *e)
{
    const kn_conv2d_config *k = l->config;
    KN_TRY(kn_layer_takes_image(l, e));
    depthwise_state *s = kn_arena_alloc(l->arena, 1, sizeof *s);
    if (!s)
        return kn_fail(e, KN_ENOMEM, "no memory for a layer");
    l->state = s;
    s->op = (kn_depthwise){.c = l->in.c, .ih = l->in.h, .iw = l->in.w};
    s->op.kh = k->kernel[0];
    s->op.kw = k->kernel[1];
    s->op.sh = k->stride[0];
    s->op.sw = k->stride[1];
    s->act = kn_config_act(k->activation, k->alpha);
    s->op.relu = s->act.kind == KN_ACT_RELU;
    KN_TRY(kn_depthwise_shape(&s->op, k->padding == KN_PADDING_SAME, e));
    l->out = (kn_shape){s->op.oh, s->op.ow, l->in.c};
    int64_t w[] = {s->op.kh, s->op.kw, l->in.c, 1};
    kn_layer_add_tensor(l, "kernel", 4, w, true);
    kn_layer_add_tensor(l, "bias", 1, &w[2], false);
    l->saved_bytes = kn_act_backward_from_y(s->act.kind) ? 0 : out_bytes(l);
    l->scratch_bytes = out_bytes(l);
    return KN_OK;
}

/* Keras counts the fans of a kernel [kh,kw,c,1] as kh kw c and kh kw. */
static void init(const kn_layer *l, float *w, kn_rng *rng)
{
    const kn_depthwise *d = &((const depthwise_state *)l->state)->op;
    double window = (double)d->kh * d->kw;
    kn_init_glorot_uniform(rng, kn_tensor_size(&l->tensor[KERNEL]), window * d->c, window,
                           w + l->offset[KERNEL]);
}

static float *z_of(const kn_layer *l, const kn_layer_args *a, int image)
{
    bool saves = l->saved_bytes > 0 && a->saved;
    return saves ? (float *)(void *)((char *)a->saved + (size_t)image * l->saved_bytes) : NULL;
}

static void forward(const kn_layer *l, const kn_layer_args *a)
{
    const depthwise_state *s = l->state;
    size_t in = kn_shape_size(l->in), out = kn_shape_size(l->out);
    for (int n = 0; n < a->mb; n++) {
        float *y = a->y + (size_t)n * out, *z = z_of(l, a, n);
        kn_depthwise_forward(kn_depthwise_get(), &s->op, a->x + (size_t)n * in,
                             a->w + l->offset[KERNEL], a->w + l->offset[BIAS], z ? z : y);
        if (!s->op.relu)
            kn_act_forward(s->act, out, z ? z : y, y);
    }
}

static void backward(const kn_layer *l, const kn_layer_args *a)
{
    const depthwise_state *s = l->state;
    size_t in = kn_shape_size(l->in), out = kn_shape_size(l->out);
    float *dz = a->scratch; /* of an image */
    for (int n = 0; n < a->mb; n++) {
        size_t x = (size_t)n * in, y = (size_t)n * out;
        kn_act_backward(s->act, out, z_of(l, a, n), a->y + y, a->dy + y, dz);
        kn_depthwise_backward(kn_depthwise_get(), &s->op, a->x + x, a->w + l->offset[KERNEL], dz,
                              a->dx ? a->dx + x : NULL, a->dw + l->offset[KERNEL],
                              a->dw + l->offset[BIAS]);
    }
}

static double macs(const kn_layer *l)
{
    return kn_depthwise_macs(&((const depthwise_state *)l->state)->op);
}

const kn_layer_kind kn_layer_depthwise_conv2d = {
    .name = "depthwise_conv2d",
    .doc = "Convolution of each channel by its own kernel, with bias and activation",
    .params = kn_conv_params + 1,
    .param_count = KN_CONV_PARAMS - 1,
    .config_size = sizeof(kn_conv2d_config),
    .granule = KN_GRANULE_IMAGE,
    .configure = configure,
    .init = init,
    .forward = forward,
    .backward = backward,
    .macs = macs,
};
