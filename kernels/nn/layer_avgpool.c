#include "nn/layer_pool.h"

static void forward(const kn_layer *l, const kn_layer_args *a)
{
    size_t in = kn_shape_size(l->in), out = kn_shape_size(l->out);
    for (int n = 0; n < a->mb; n++)
        kn_pool2d_avg_forward(l->state, a->x + (size_t)n * in, a->y + (size_t)n * out);
}

static void backward(const kn_layer *l, const kn_layer_args *a)
{
    size_t in = kn_shape_size(l->in), out = kn_shape_size(l->out);
    for (int n = 0; a->dx && n < a->mb; n++)
        kn_pool2d_avg_backward(l->state, a->dy + (size_t)n * out, a->dx + (size_t)n * in);
}

const kn_layer_kind kn_layer_avgpool = {
    .name = "avgpool",
    .doc = "Mean value of each window of an image",
    .params = kn_pool_params,
    .param_count = KN_POOL_PARAMS,
    .config_size = sizeof(kn_pool_config),
    .granule = KN_GRANULE_IMAGE,
    .configure = kn_layer_pool_configure,
    .forward = forward,
    .backward = backward,
};
