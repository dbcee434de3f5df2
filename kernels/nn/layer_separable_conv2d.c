#include <stddef.h>

#include "base/size.h"
#include "nn/initializer.h"
#include "nn/layer_conv.h"
#include "ops/conv2d/conv2d.h"
#include "ops/depthwise/depthwise.h"

enum { DEPTHWISE, POINTWISE, BIAS };

/* Saved of the images of a call: what the depthwise convolution gave of each | that of the pointwise one.
 * Scratch: the same or its gradient | that of the pointwise convolution. */
typedef struct separable_state {
    kn_depthwise depth;
    kn_conv2d point;
    const kn_conv2d_impl *impl;
    size_t middle, middle_bytes; /* floats, and bytes kept, of what passes between the two */
    size_t scratch_middle;       /* bytes of it in scratch: of the most images of a call */
} separable_state;

static void set_sizes(kn_layer *l)
{
    separable_state *s = l->state;
    s->middle = (size_t)s->depth.oh * (size_t)s->depth.ow * (size_t)s->depth.c;
    s->middle_bytes = kn_size_round_up(s->middle * sizeof(float), KN_ALIGN);
    if (s->impl->images(&s->point) > 1)
        l->granule = KN_GRANULE_SHARD;
    s->scratch_middle = s->middle_bytes * (l->granule == KN_GRANULE_SHARD ? KN_SHARD_MB : 1);
    l->out = (kn_shape){s->point.ph, s->point.pw, s->point.oc};
    l->saved_bytes = s->middle_bytes + kn_size_round_up(s->impl->saved_bytes(&s->point), KN_ALIGN);
    l->scratch_bytes = s->scratch_middle + s->impl->scratch_bytes(&s->point);
    l->packed_bytes = s->impl->packed_bytes(&s->point);
}

static kn_status configure(kn_layer *l, kn_error *e)
{
    const kn_conv2d_config *k = l->config;
    KN_TRY(kn_layer_takes_image(l, e));
    const bool bf16 = l->precision == KN_PRECISION_BF16;
    if (bf16)
        KN_TRY(kn_bf16_require(e));
    separable_state *s = kn_arena_alloc(l->arena, 1, sizeof *s);
    if (!s)
        return kn_fail(e, KN_ENOMEM, "no memory for a layer");
    l->state = s;
    s->depth = (kn_depthwise){.c = l->in.c, .ih = l->in.h, .iw = l->in.w};
    s->depth.kh = k->kernel[0];
    s->depth.kw = k->kernel[1];
    s->depth.sh = k->stride[0];
    s->depth.sw = k->stride[1];
    KN_TRY(kn_depthwise_shape(&s->depth, k->padding == KN_PADDING_SAME, e));
    s->point = (kn_conv2d){.ic = l->in.c, .ih = s->depth.oh, .iw = s->depth.ow, .oc = k->filters};
    s->point.kh = s->point.kw = s->point.sh = s->point.sw = 1;
    s->point.act = kn_config_act(k->activation, k->alpha);
    KN_TRY(kn_conv2d_shape(&s->point, 0, e));
    s->impl = bf16 ? kn_conv2d_best_bf16() : kn_conv2d_best();
    int64_t w[] = {s->depth.kh, s->depth.kw, l->in.c, 1}, p[] = {1, 1, l->in.c, k->filters};
    kn_layer_add_tensor(l, "depthwise_kernel", 4, w, true);
    kn_layer_add_tensor(l, "pointwise_kernel", 4, p, true);
    kn_layer_add_tensor(l, "bias", 1, &p[3], false);
    set_sizes(l);
    return KN_OK;
}

static void init(const kn_layer *l, float *w, kn_rng *rng)
{
    const separable_state *s = l->state;
    double window = (double)s->depth.kh * s->depth.kw;
    kn_init_glorot_uniform(rng, kn_tensor_size(&l->tensor[DEPTHWISE]), window * s->depth.c, window,
                           w + l->offset[DEPTHWISE]);
    kn_init_glorot_uniform(rng, kn_tensor_size(&l->tensor[POINTWISE]), s->point.ic, s->point.oc,
                           w + l->offset[POINTWISE]);
}

static void prepare(const kn_layer *l, const float *w, void *packed)
{
    const separable_state *s = l->state;
    s->impl->pack(&s->point, w + l->offset[POINTWISE], packed);
}

/* Images that go through both operations together. */
static int block_of(const kn_layer *l, const kn_layer_args *a)
{
    return l->granule == KN_GRANULE_SHARD ? a->mb : 1;
}

static char *saved_of(const kn_layer *l, const kn_layer_args *a, int image)
{
    return a->saved ? (char *)a->saved + (size_t)image * l->saved_bytes : NULL;
}

static void forward(const kn_layer *l, const kn_layer_args *a)
{
    const separable_state *s = l->state;
    size_t in = kn_shape_size(l->in), out = kn_shape_size(l->out);
    int block = block_of(l, a);
    char *rest = (char *)a->scratch + s->scratch_middle;
    for (int n = 0; n < a->mb; n += block) {
        char *saved = saved_of(l, a, n);
        float *middle = (float *)(void *)(saved ? saved : a->scratch);
        for (int i = 0; i < block; i++)
            kn_depthwise_forward(kn_depthwise_get(), &s->depth, a->x + (size_t)(n + i) * in,
                                 a->w + l->offset[DEPTHWISE], NULL, middle + (size_t)i * s->middle);
        s->impl->forward(&s->point, block, middle, a->w + l->offset[POINTWISE], a->packed,
                         a->w + l->offset[BIAS], a->y + (size_t)n * out,
                         saved ? saved + (size_t)block * s->middle_bytes : NULL, rest);
    }
}

static void backward(const kn_layer *l, const kn_layer_args *a)
{
    const separable_state *s = l->state;
    size_t in = kn_shape_size(l->in), out = kn_shape_size(l->out);
    int block = block_of(l, a);
    char *rest = (char *)a->scratch + s->scratch_middle;
    float *dmiddle = a->scratch;
    for (int n = 0; n < a->mb; n += block) {
        char *saved = saved_of(l, a, n);
        s->impl->backward(&s->point, block, (const float *)(void *)saved,
                          a->w + l->offset[POINTWISE], a->packed, a->y + (size_t)n * out,
                          saved + (size_t)block * s->middle_bytes, a->dy + (size_t)n * out, dmiddle,
                          a->dw + l->offset[POINTWISE], a->dw + l->offset[BIAS], rest);
        for (int i = 0; i < block; i++) {
            size_t x = (size_t)(n + i) * in;
            kn_depthwise_backward(kn_depthwise_get(), &s->depth, a->x + x,
                                  a->w + l->offset[DEPTHWISE], dmiddle + (size_t)i * s->middle,
                                  a->dx ? a->dx + x : NULL, a->dw + l->offset[DEPTHWISE], NULL);
        }
    }
}

static void finish(const kn_layer *l, float *dw, void *scratch)
{
    const separable_state *s = l->state;
    s->impl->finish(&s->point, dw + l->offset[POINTWISE], scratch);
}

/* An activation behind it, as conv2d takes one. */
static bool fuse(kn_layer *l, const kn_layer *next)
{
    separable_state *s = l->state;
    if (next->kind != &kn_layer_activation || s->point.act.kind != KN_ACT_LINEAR)
        return false;
    const kn_activation_config *k = next->config;
    s->point.act = kn_config_act(k->activation, k->alpha);
    set_sizes(l);
    return true;
}

static double macs(const kn_layer *l)
{
    const separable_state *s = l->state;
    return kn_depthwise_macs(&s->depth) + kn_conv2d_macs(&s->point);
}

const kn_layer_kind kn_layer_separable_conv2d = {
    .name = "separable_conv2d",
    .doc = "A depthwise convolution, then a 1x1 convolution over the channels, with bias and "
           "activation",
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
