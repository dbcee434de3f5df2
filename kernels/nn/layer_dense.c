#include "ops/dense/dense.h"

#include <stddef.h>

#include "base/cpu.h"
#include "base/size.h"
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

static bool by_rows(const kn_layer *l)
{
    return kn_dense_way_of(l->state) == KN_DENSE_ROWS;
}

/* Scratch by rows: dz of the call | that of kn_dense. */
static size_t dz_bytes(const kn_layer *l)
{
    return kn_size_round_up(KN_SHARD_MB * (size_t)l->out.c * sizeof(float), KN_ALIGN);
}

/* Of one or two units the gradient of the weights is a row for each image: it is made where x lies in
 * the cache anyway. Of more it is a product that wants the images of the whole batch. */
static void size_up(kn_layer *l)
{
    const kn_dense *d = l->state;
    size_t units = (size_t)d->oc;
    l->saved_bytes = kn_act_backward_from_y(d->act.kind) ? 0 : units * sizeof(float);
    l->packed_bytes = kn_dense_packed_bytes(d);
    l->scratch_bytes = kn_dense_scratch_bytes(d);
    l->takes_pixels = by_rows(l);
    if (by_rows(l)) {
        l->scratch_bytes += dz_bytes(l);
        return;
    }
    l->batch_dz_size = units;
    l->batch_blocks = l->in.c / BLOCK_ROWS < 1 ? 1 : l->in.c / BLOCK_ROWS;
    if (l->batch_blocks > MAX_BLOCKS)
        l->batch_blocks = MAX_BLOCKS;
}

/* The state is the kn_dense. */
static kn_status configure(kn_layer *l, kn_error *e)
{
    const kn_dense_config *k = l->config;
    if (l->in_rank != KN_RANK_VECTOR) {
        char text[80];
        kn_shape_text(l->in, l->in_rank, text, sizeof text);
        return kn_fail(e, KN_EUSAGE, "it takes a vector, not %s: put a flatten before it", text);
    }
    if (l->precision == KN_PRECISION_BF16)
        KN_TRY(kn_bf16_require(e));
    kn_dense *d = kn_arena_alloc(l->arena, 1, sizeof *d);
    if (!d)
        return kn_fail(e, KN_ENOMEM, "no memory for a layer");
    *d = (kn_dense){l->in.c, k->units, kn_config_act(k->activation, k->alpha),
                    l->precision == KN_PRECISION_BF16};
    l->state = d;
    l->out = (kn_shape){1, 1, k->units};
    int64_t w[] = {l->in.c, k->units};
    kn_layer_add_tensor(l, "kernel", 2, w, true);
    kn_layer_add_tensor(l, "bias", 1, &w[1], false);
    size_up(l);
    return KN_OK;
}

static void init(const kn_layer *l, float *w, kn_rng *rng)
{
    kn_init_glorot_uniform(rng, kn_tensor_size(&l->tensor[KERNEL]), l->in.c, l->out.c,
                           w + l->offset[KERNEL]);
}

static void prepare(const kn_layer *l, const float *w, void *packed)
{
    kn_dense_pack(l->state, w + l->offset[KERNEL], packed);
}

/* saved is z, where the derivative needs it. */
static void forward(const kn_layer *l, const kn_layer_args *a)
{
    const float *w = a->w + l->offset[KERNEL], *b = a->w + l->offset[BIAS];
    float *z = l->saved_bytes ? a->saved : NULL;
    if (a->pixels)
        kn_dense_forward_pixels(l->state, a->mb, a->pixels, w, a->packed, b, z, a->y);
    else
        kn_dense_forward(l->state, a->mb, a->x, w, a->packed, b, z, a->y, a->scratch);
}

static void backward(const kn_layer *l, const kn_layer_args *a)
{
    float *dz = by_rows(l) ? a->scratch : a->batch_dz;
    kn_dense_backward_data(l->state, a->mb, a->w + l->offset[KERNEL], a->packed,
                           l->saved_bytes ? a->saved : NULL, a->y, a->dy, dz, a->dx, a->scratch);
    if (!by_rows(l))
        return;
    float *dw = a->dw + l->offset[KERNEL], *db = a->dw + l->offset[BIAS];
    if (a->pixels)
        kn_dense_backward_pixels(l->state, a->mb, a->pixels, dz, dw, db);
    else
        kn_dense_backward_weights(l->state, a->mb, 0, l->in.c, a->x, dz, dw, db, NULL);
}

static void finish(const kn_layer *l, float *dw, void *scratch)
{
    if (by_rows(l))
        kn_dense_finish(l->state, dw + l->offset[KERNEL],
                        (float *)(void *)((unsigned char *)scratch + dz_bytes(l)));
}

static void batch_grad(const kn_layer *l, int mb, const float *x, const float *dz, int block,
                       int blocks, float *dw, void *scratch)
{
    int64_t rows = l->in.c;
    int from = (int)(rows * block / blocks), to = (int)(rows * (block + 1) / blocks);
    kn_dense_backward_weights(l->state, mb, from, to, x, dz, dw + l->offset[KERNEL],
                              block == 0 ? dw + l->offset[BIAS] : NULL, scratch);
}

static bool fuse(kn_layer *l, const kn_layer *next)
{
    kn_dense *d = l->state;
    if (next->kind != &kn_layer_activation || d->act.kind != KN_ACT_LINEAR)
        return false;
    const kn_activation_config *k = next->config;
    d->act = kn_config_act(k->activation, k->alpha);
    size_up(l);
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
    .prepare = prepare,
    .forward = forward,
    .backward = backward,
    .finish = finish,
    .batch_grad = batch_grad,
    .fuse = fuse,
    .macs = macs,
};
