#include "nn/layer_pool.h"

#include <stddef.h>

#define AT(member) offsetof(kn_pool_config, member)
const kn_param kn_pool_params[KN_POOL_PARAMS] = {
    {"size", KN_PARAM_PAIR, AT(size), 1, 15, 2, 0, NULL, "Size of the window in pixels"},
    {"stride", KN_PARAM_PAIR, AT(stride), 1, 15, 0, 0, NULL,
     "Step of the window in pixels (its size when not given)"},
    {"padding", KN_PARAM_CHOICE, AT(padding), 0, 0, 0, 0, kn_padding_names,
     "Windows inside the image (valid), or also across its border (same)"},
};

kn_status kn_layer_pool_configure(kn_layer *l, kn_error *e)
{
    const kn_pool_config *k = l->config;
    KN_TRY(kn_layer_takes_image(l, e));
    kn_pool2d *p = kn_arena_alloc(l->arena, 1, sizeof *p);
    if (!p)
        return kn_fail(e, KN_ENOMEM, "no memory for a layer");
    *p =
        (kn_pool2d){.c = l->in.c, .ih = l->in.h, .iw = l->in.w, .kh = k->size[0], .kw = k->size[1]};
    p->sh = k->stride[0] > 0 ? k->stride[0] : p->kh;
    p->sw = k->stride[1] > 0 ? k->stride[1] : p->kw;
    KN_TRY(kn_pool2d_shape(p, k->padding == KN_PADDING_SAME, e));
    l->state = p;
    l->out = (kn_shape){p->oh, p->ow, p->c};
    return KN_OK;
}
