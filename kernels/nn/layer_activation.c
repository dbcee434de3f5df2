#include <stddef.h>

#include "nn/layer.h"
#include "nn/layer_config.h"

#define AT(member) offsetof(kn_activation_config, member)
static const kn_param params[] = {
    {"activation", KN_PARAM_CHOICE, AT(activation), 0, 0, 0, 1, kn_act_names,
     "Function applied to every value"},
    {"alpha", KN_PARAM_REAL, AT(alpha), 0, 10, -1, 0, NULL,
     "Slope of leaky_relu (0.3 when not given) or scale of elu (1)"},
};

static kn_status configure(kn_layer *l, kn_error *e)
{
    (void)e;
    l->out = l->in;
    return KN_OK;
}

static kn_act act_of(const kn_layer *l)
{
    const kn_activation_config *k = l->config;
    return kn_config_act(k->activation, k->alpha);
}

static void forward(const kn_layer *l, const kn_layer_args *a)
{
    kn_act_forward(act_of(l), (size_t)a->mb * kn_shape_size(l->in), a->x, a->y);
}

static void backward(const kn_layer *l, const kn_layer_args *a)
{
    if (a->dx)
        kn_act_backward(act_of(l), (size_t)a->mb * kn_shape_size(l->in), a->x, a->y, a->dy, a->dx);
}

const kn_layer_kind kn_layer_activation = {
    .name = "activation",
    .doc = "A function applied to every value",
    .params = params,
    .param_count = sizeof params / sizeof params[0],
    .config_size = sizeof(kn_activation_config),
    .granule = KN_GRANULE_IMAGE,
    .configure = configure,
    .forward = forward,
    .backward = backward,
};
