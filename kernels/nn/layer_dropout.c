#include <stddef.h>
#include <string.h>

#include "nn/layer.h"
#include "nn/layer_config.h"
#include "ops/dropout/dropout.h"

enum { STEP_BITS = 40 }; /* of a stream; the rest is the layer */

static const kn_param params[] = {
    {"rate", KN_PARAM_REAL, offsetof(kn_dropout_config, rate), 0, 0.99, 0, 1, NULL,
     "Share of the values set to 0 in training"},
};

static kn_status configure(kn_layer *l, kn_error *e)
{
    (void)e;
    l->out = l->in;
    return KN_OK;
}

/* Forward and backward multiply by the same mask. */
static void apply(const kn_layer *l, const kn_layer_args *a, const float *from, float *to)
{
    const kn_dropout_config *k = l->config;
    size_t n = kn_shape_size(l->in);
    if (!a->training || k->rate <= 0) {
        memcpy(to, from, (size_t)a->mb * n * sizeof *to);
        return;
    }
    uint64_t stream = ((uint64_t)(l->index + 1) << STEP_BITS) + a->step;
    for (int i = 0; i < a->mb; i++)
        kn_dropout_apply(k->rate, a->seed, stream, a->position + (uint32_t)i, n,
                         from + (size_t)i * n, to + (size_t)i * n);
}

static void forward(const kn_layer *l, const kn_layer_args *a)
{
    apply(l, a, a->x, a->y);
}

static void backward(const kn_layer *l, const kn_layer_args *a)
{
    if (a->dx)
        apply(l, a, a->dy, a->dx);
}

const kn_layer_kind kn_layer_dropout = {
    .name = "dropout",
    .doc = "Sets a random share of the values to 0 in training and scales the others up",
    .params = params,
    .param_count = sizeof params / sizeof params[0],
    .config_size = sizeof(kn_dropout_config),
    .granule = KN_GRANULE_IMAGE,
    .configure = configure,
    .forward = forward,
    .backward = backward,
};
