#include "base/size.h"
#include "nn/layer_pool.h"

static kn_status configure(kn_layer *l, kn_error *e)
{
    KN_TRY(kn_layer_pool_configure(l, e));
    l->saved_bytes = kn_size_round_up(kn_shape_size(l->out), KN_ALIGN);
    return KN_OK;
}

static uint8_t *where_of(const kn_layer *l, const kn_layer_args *a, int image)
{
    return a->saved ? (uint8_t *)a->saved + (size_t)image * l->saved_bytes : NULL;
}

static void forward(const kn_layer *l, const kn_layer_args *a)
{
    size_t in = kn_shape_size(l->in), out = kn_shape_size(l->out);
    for (int n = 0; n < a->mb; n++)
        kn_pool2d_max_forward(l->state, a->x + (size_t)n * in, a->y + (size_t)n * out,
                              where_of(l, a, n));
}

static void backward(const kn_layer *l, const kn_layer_args *a)
{
    size_t in = kn_shape_size(l->in), out = kn_shape_size(l->out);
    for (int n = 0; a->dx && n < a->mb; n++)
        kn_pool2d_max_backward(l->state, where_of(l, a, n), a->dy + (size_t)n * out,
                               a->dx + (size_t)n * in);
}

const kn_layer_kind kn_layer_maxpool = {
    .name = "maxpool",
    .doc = "Largest value of each window of an image",
    .params = kn_pool_params,
    .param_count = KN_POOL_PARAMS,
    .config_size = sizeof(kn_pool_config),
    .granule = KN_GRANULE_IMAGE,
    .configure = configure,
    .forward = forward,
    .backward = backward,
};
