#include "ops/dense/dense.h"

#include <stddef.h>

#include "nn/initializer.h"
#include "nn/layer.h"
#include "nn/layer_config.h"

enum {
    KERNEL,
    BIAS,
    BLOCK_ROWS = 256, /* rows of dW per task: enough work for a matrix product, enough tasks for
                         many cores */
    MAX_BLOCKS = 64
};

#define AT(member) offsetof(kn_dense_config, member)
static const kn_param params[] = {
    {"units", KN_PARAM_INT, AT(units), 1, 65536, 0, 1, NULL, "Number of outputs"},
    {"activation", KN_PARAM_CHOICE, AT(activation), 0, 0, 0, 0, kn_act_names,
     "Function applied to the output"},
    {"alpha", KN_PARAM_REAL, AT(alpha), 0, 10, -1, 0, NULL,
     "Slope of leaky_relu (0.3 when not given) or scale of elu (1)"},
};

/* The state is the activation. */
static kn_status configure(kn_layer *l, kn_error *e)
{
    const kn_dense_config *k = l->config;
    if (l->in_rank != KN_RANK_VECTOR) {
        char text[80];
        kn_shape_text(l->in, l->in_rank, text, sizeof text);
        return kn_fail(e, KN_EUSAGE, "it takes a vector, not %s: put a flatten before it", text);
    }
    kn_act *act = kn_arena_alloc(l->arena, 1, sizeof *act);
    if (!act)
        return kn_fail(e, KN_ENOMEM, "no memory for a layer");
    *act = kn_config_act(k->activation, k->alpha);
    l->state = act;
    l->out = (kn_shape){1, 1, k->units};
    int64_t w[] = {l->in.c, k->units};
    kn_layer_add_tensor(l, "kernel", 2, w, true);
    kn_layer_add_tensor(l, "bias", 1, &w[1], false);
    l->saved_bytes = kn_act_backward_from_y(act->kind) ? 0 : (size_t)k->units * sizeof(float);
    l->batch_dz_size = (size_t)k->units;
    l->batch_blocks = l->in.c / BLOCK_ROWS < 1 ? 1 : l->in.c / BLOCK_ROWS;
    if (l->batch_blocks > MAX_BLOCKS)
        l->batch_blocks = MAX_BLOCKS;
    return KN_OK;
}

static void init(const kn_layer *l, float *w, kn_rng *rng)
{
    kn_init_glorot_uniform(rng, kn_tensor_size(&l->tensor[KERNEL]), l->in.c, l->out.c,
                           w + l->offset[KERNEL]);
}

/* saved is z, where the derivative needs it. */
static void forward(const kn_layer *l, const kn_layer_args *a)
{
    const kn_act *act = l->state;
    kn_dense_forward(a->mb, l->in.c, l->out.c, *act, a->x, a->w + l->offset[KERNEL],
                     a->w + l->offset[BIAS], l->saved_bytes ? a->saved : NULL, a->y);
}

static void backward(const kn_layer *l, const kn_layer_args *a)
{
    const kn_act *act = l->state;
    kn_dense_backward_data(a->mb, l->in.c, l->out.c, *act, a->w + l->offset[KERNEL],
                           l->saved_bytes ? a->saved : NULL, a->y, a->dy, a->batch_dz, a->dx);
}

static void batch_grad(const kn_layer *l, int mb, const float *x, const float *dz, int block,
                       int blocks, float *dw)
{
    int64_t rows = l->in.c;
    int from = (int)(rows * block / blocks), to = (int)(rows * (block + 1) / blocks);
    kn_dense_backward_weights(mb, l->in.c, l->out.c, from, to, x, dz, dw + l->offset[KERNEL],
                              block == 0 ? dw + l->offset[BIAS] : NULL);
}

static bool fuse(kn_layer *l, const kn_layer *next)
{
    kn_act *act = l->state;
    if (next->kind != &kn_layer_activation || act->kind != KN_ACT_LINEAR)
        return false;
    const kn_activation_config *k = next->config;
    *act = kn_config_act(k->activation, k->alpha);
    l->saved_bytes = kn_act_backward_from_y(act->kind) ? 0 : (size_t)l->out.c * sizeof(float);
    return true;
}

static double macs(const kn_layer *l)
{
    return (double)l->in.c * (double)l->out.c;
}

const kn_layer_kind kn_layer_dense = {
    .name = "dense",
    .doc = "Every output a weighted sum of every input, with bias and activation",
    .params = params,
    .param_count = sizeof params / sizeof params[0],
    .config_size = sizeof(kn_dense_config),
    .granule = KN_GRANULE_SHARD,
    .configure = configure,
    .init = init,
    .forward = forward,
    .backward = backward,
    .batch_grad = batch_grad,
    .fuse = fuse,
    .macs = macs,
};
