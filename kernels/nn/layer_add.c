#include <stddef.h>
#include <string.h>

#include "nn/layer.h"
#include "nn/layer_config.h"

static const kn_param params[] = {
    {"back", KN_PARAM_INT, offsetof(kn_add_config, back), 1, 1000, 0, 1, NULL,
     "Number of layers bridged: what went into the first of them is added to what came out of the "
     "last"},
};

static kn_status configure(kn_layer *l, kn_error *e)
{
    (void)e;
    l->out = l->in;
    return KN_OK;
}

static int bridges(const void *config)
{
    return ((const kn_add_config *)config)->back;
}

static void forward(const kn_layer *l, const kn_layer_args *a)
{
    size_t n = (size_t)a->mb * kn_shape_size(l->in);
    for (size_t i = 0; i < n; i++)
        a->y[i] = a->x[i] + a->bridged[i];
}

static void backward(const kn_layer *l, const kn_layer_args *a)
{
    if (a->dx)
        memcpy(a->dx, a->dy, (size_t)a->mb * kn_shape_size(l->in) * sizeof *a->dx);
}

const kn_layer_kind kn_layer_add = {
    .name = "add",
    .doc = "A residual connection: the input of earlier layers added to their output",
    .params = params,
    .param_count = sizeof params / sizeof params[0],
    .config_size = sizeof(kn_add_config),
    .granule = KN_GRANULE_IMAGE,
    .configure = configure,
    .forward = forward,
    .backward = backward,
    .bridges = bridges,
};
