#include <stddef.h>

#include "base/size.h"
#include "nn/layer.h"
#include "nn/layer_config.h"
#include "ops/layernorm/layernorm.h"

enum { GAMMA, BETA };

static const kn_param params[] = {
    {"eps", KN_PARAM_REAL, offsetof(kn_layernorm_config, eps), 1e-12, 1, 1e-3, 0, NULL,
     "Added to the variance"},
};

static size_t rows_of(const kn_layer *l)
{
    return kn_shape_size(l->in) / (size_t)l->in.c;
}

static size_t row_bytes(const kn_layer *l)
{
    return kn_size_round_up(rows_of(l) * 2 * sizeof(float), KN_ALIGN);
}

static kn_status configure(kn_layer *l, kn_error *e)
{
    (void)e;
    int64_t c = l->in.c;
    l->out = l->in;
    kn_layer_add_tensor(l, "gamma", 1, &c, false);
    kn_layer_add_tensor(l, "beta", 1, &c, false);
    l->saved_bytes = row_bytes(l);
    l->scratch_bytes = row_bytes(l) + kn_shape_size(l->in) * sizeof(float);
    return KN_OK;
}

static void init(const kn_layer *l, float *w, kn_rng *rng)
{
    (void)rng;
    for (int c = 0; c < l->in.c; c++)
        w[l->offset[GAMMA] + (size_t)c] = 1.0f;
}

/* Mean and 1/sd of each row; nobody wants them in inference. */
static float *rows_at(const kn_layer *l, const kn_layer_args *a, int image)
{
    return (float *)(void *)(a->saved ? (char *)a->saved + (size_t)image * l->saved_bytes
                                      : a->scratch);
}

static void forward(const kn_layer *l, const kn_layer_args *a)
{
    const kn_layernorm_config *k = l->config;
    size_t n = kn_shape_size(l->in);
    for (int i = 0; i < a->mb; i++)
        kn_layernorm_get()->forward(rows_of(l), (size_t)l->in.c, k->eps, a->x + (size_t)i * n,
                                    a->w + l->offset[GAMMA], a->w + l->offset[BETA],
                                    a->y + (size_t)i * n, rows_at(l, a, i));
}

/* dgamma and dbeta are wanted where dx is not: dx then goes to scratch, unread. */
static void backward(const kn_layer *l, const kn_layer_args *a)
{
    size_t n = kn_shape_size(l->in);
    for (int i = 0; i < a->mb; i++)
        kn_layernorm_get()->backward(
            rows_of(l), (size_t)l->in.c, a->x + (size_t)i * n, a->w + l->offset[GAMMA],
            rows_at(l, a, i), a->dy + (size_t)i * n, a->dx ? a->dx + (size_t)i * n : a->scratch,
            a->dw + l->offset[GAMMA], a->dw + l->offset[BETA]);
}

const kn_layer_kind kn_layer_layernorm = {
    .name = "layernorm",
    .doc = "The channels of each pixel, step or vector brought to mean beta and deviation gamma",
    .params = params,
    .param_count = sizeof params / sizeof params[0],
    .config_size = sizeof(kn_layernorm_config),
    .granule = KN_GRANULE_IMAGE,
    .configure = configure,
    .init = init,
    .forward = forward,
    .backward = backward,
};
